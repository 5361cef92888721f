//! One look, kept from harming the others: it has a deadline, and a panic in it stays in it.

use crate::host::{Question, ReadHost};
use crate::model::{Facts, Fault, Probe};
use crate::reason::ids;
use crate::step::Step;
use futures::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// What a look has at least, beyond its longest question: files, and questions that follow from
/// answers. Every question has a limit of its own; what has none is a file of a file system whose
/// server is gone.
const BEYOND_ITS_QUESTIONS: Duration = Duration::from_secs(30);

/// How long a look may take, on a machine that `patience` (1 or more) is asked for.
pub fn deadline(step: &dyn Step, patience: u32) -> Duration {
    let longest = step.prefetch().iter().map(limit).max().unwrap_or_default();
    // The slowest question that is not known beforehand: what apt would bring, 60 s.
    let own = longest.max(Duration::from_secs(60)) + BEYOND_ITS_QUESTIONS;
    own * patience.max(1)
}

fn limit(question: &Question) -> Duration {
    match question {
        Question::Tool(query) => query.limit(),
        Question::Kube(_) | Question::Unit(_) => Duration::from_secs(15),
    }
}

/// Looks, at most as long as `within`.
///
/// # Errors
/// Those of the look; `CHECK_HUNG` and `CHECK_CRASHED` where it gave none.
pub async fn observe(
    step: &dyn Step,
    host: &dyn ReadHost,
    facts: &Facts,
    within: Duration,
) -> Probe {
    // What a panic may leave half done is the look's own; the answers it shares are whole or absent.
    let looking = AssertUnwindSafe(async { step.observe(host, facts).await }).catch_unwind();
    match tokio::time::timeout(within, looking).await {
        Ok(Ok(probe)) => probe,
        Ok(Err(panic)) => Err(Fault::new(
            ids::CHECK_CRASHED,
            format!("the check {} of gpucluster broke", step.id()),
        )
        .with_evidence(words(panic.as_ref()))),
        Err(_) => Err(Fault::new(
            ids::CHECK_HUNG,
            format!(
                "the check {} did not end within {} s",
                step.id(),
                within.as_secs()
            ),
        )),
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
}
