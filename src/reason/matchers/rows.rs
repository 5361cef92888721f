//! The table: lower-case fragments, in the order in which they are tried.
//!
//! Layers come in the order in which one fails because of another: the host before Docker, Docker
//! before minikube. Rows that name a symptom and no cause (`symptom`) are tried after all others.

mod agent;
mod cuda;
mod docker;
mod driver;
mod host;
mod image;
mod kube;
mod minikube;
mod network;
mod nfs;
mod package;
mod toolkit;

use super::Row;
use crate::model::ReasonId;

/// How close the fragments of one row stand, where the row says nothing else: a long message of
/// Docker's with its chain of causes fits, two entries of a log mostly do not.
const NEAR: usize = 500;

/// A text that names its cause.
const fn row(reason: ReasonId, all: &'static [&'static str]) -> Row {
    Row {
        reason,
        all,
        not: [&[], &[]],
        healed: &[],
        near: NEAR,
        symptom: false,
    }
}

/// A text that many causes can have: it counts only where nothing else is known.
const fn symptom(reason: ReasonId, all: &'static [&'static str]) -> Row {
    Row {
        reason,
        all,
        not: [&[], &[]],
        healed: &[],
        near: NEAR,
        symptom: true,
    }
}

const LAYERS: &[&[Row]] = &[
    host::ROWS,
    network::ROWS,
    driver::ROWS,
    toolkit::ROWS,
    docker::ROWS,
    image::ROWS,
    cuda::ROWS,
    agent::ROWS,
    minikube::ROWS,
    nfs::ROWS,
    kube::ROWS,
    package::ROWS,
];

/// Every row, in the order in which they are tried.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    let of = |symptom: bool| {
        LAYERS
            .iter()
            .flat_map(|layer| layer.iter())
            .filter(move |row| row.symptom == symptom)
    };
    of(false).chain(of(true))
}
