//! Pure parsers of what tools print.
