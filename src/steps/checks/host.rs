//! The machine below Docker: GPUs, driver, kernel, disks, names and routes.

use crate::step::Step;
use crate::steps::Wish;
use std::sync::Arc;

/// The checks of the machine itself.
pub fn checks(_wish: &Arc<Wish>) -> Vec<Arc<dyn Step>> {
    Vec::new()
}
