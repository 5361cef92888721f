//! Every verdict of every step, shown once on a hand-made host, and the laws that hold for all.

mod agent;
mod agent_unit;
mod cluster;
mod docker;
mod foreign;
mod laws;
mod machine;
mod nfs;
mod packages;
mod simulated;
mod stack;
