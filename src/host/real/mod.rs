//! This very machine.
