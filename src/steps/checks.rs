//! What `doctor` looks at beyond the steps of `up`: checks are steps that plan nothing by
//! themselves. One topic a file.

mod host;
mod stack;

use super::Wish;
use crate::step::Step;
use std::sync::Arc;

/// Every check, in no particular order.
pub fn checks(wish: &Arc<Wish>) -> Vec<Arc<dyn Step>> {
    let mut all = host::checks(wish);
    all.extend(stack::checks(wish));
    all
}
