//! `--deep`.

use super::super::request::Apply;
use super::super::session::Session;
use super::examine::Wanted;
use crate::model::Fault;
use crate::reason::Exit;

pub async fn deep(_: &Session<'_>, _: &Wanted, _: &Apply) -> Result<Exit, Fault> {
    Ok(Exit::Bug)
}
