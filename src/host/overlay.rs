//! This very machine, read-only; every change lands in a shadow.
