//! The checks on simulated machines.
