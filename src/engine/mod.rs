//! Runs slices of the graph of steps.
