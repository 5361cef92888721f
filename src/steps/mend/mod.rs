//! What `doctor --fix` mends beyond the steps of `up`: each stands in the place of the check of the
//! same name, looks for what it can mend, and leaves everything else to that check.

mod cdi;
mod devices;
mod home;

use super::Wish;
use crate::step::Step;
use std::sync::Arc;

/// Every mend, in no particular order.
pub fn mends(wish: &Arc<Wish>) -> Vec<Arc<dyn Step>> {
    vec![
        Arc::new(devices::Devices),
        Arc::new(cdi::Specification),
        Arc::new(home::MinikubeHome::new(wish.clone())),
    ]
}
