//! Composes settings, host, engine and reporters for one request.
