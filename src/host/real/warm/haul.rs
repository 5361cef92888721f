//! One file, from its first byte or from where a run broke off to its place.

use super::super::perform::blocking;
use super::client::{Supplier, Trouble, start_of, total_of};
use super::faults;
use super::part::Part;
use crate::model::{Cargo, Fault, Haul, Origin};
use camino::Utf8Path;
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use std::fs::{File, FileTimes};
use std::io::{Read, Seek, SeekFrom};

/// How much lies between two reports of progress.
const REPORT: u64 = 1 << 20;

/// Progress of one file.
pub(super) enum Step {
    /// So many bytes are there.
    At(u64),
    /// It broke off and is tried again.
    Again(String),
}

impl Step {
    /// Of the file with this index.
    pub fn of(self, index: usize) -> Haul {
        match self {
            Self::At(bytes) => Haul::At(index, bytes),
            Self::Again(why) => Haul::Again(index, why),
        }
    }
}

/// Brings one file in.
///
/// # Errors
/// As [`super::bring_in`].
pub(super) async fn bring(
    cargo: &Cargo,
    root: &Utf8Path,
    supplier: &Supplier,
    told: &dyn Fn(Step),
) -> Result<(), Fault> {
    let (what, at) = (cargo.clone(), root.to_owned());
    let mut part = blocking(move || Part::open(&what, &at)).await?;
    let (mut best, mut idle) = (part.length, 0);
    loop {
        match round(cargo, &mut part, supplier, told).await {
            Ok(()) => {
                let Some((wanted, found)) = part.difference() else {
                    break;
                };
                // What an earlier run or a job left may have been wrong; this server may be right.
                if part.is_old {
                    part.restart()?;
                    told(Step::Again("what was there of it was wrong".to_owned()));
                    continue;
                }
                part.discard();
                let typed = supplier.typed();
                return Err(faults::differs(&cargo.origin, typed, &wanted, &found));
            }
            Err(Trouble::Lasting(fault)) => return Err(fault),
            Err(Trouble::Passing(fault)) => {
                idle = if part.length > best { 0 } else { idle + 1 };
                best = best.max(part.length);
                if idle >= supplier.manner.tries {
                    return Err(fault);
                }
                let why = fault.causes.first().cloned().unwrap_or_default();
                told(Step::Again(why));
                tokio::time::sleep(supplier.manner.pause * 2_u32.pow(idle.min(6))).await;
            }
        }
    }
    let what = cargo.clone();
    blocking(move || {
        let times = match &what.origin {
            Origin::Disk(path) => times(path),
            Origin::Http { .. } => None,
        };
        part.settle(&what, times)
    })
    .await
}

/// Where a file comes from, in words.
fn from(cargo: &Cargo) -> &str {
    match &cargo.origin {
        Origin::Http { url, .. } => url,
        Origin::Disk(path) => path.as_str(),
    }
}

/// A copy keeps the time of what it was copied from, by which it is known again.
fn times(path: &Utf8Path) -> Option<FileTimes> {
    let meta = std::fs::metadata(path).ok()?;
    Some(FileTimes::new().set_modified(meta.modified().ok()?))
}

/// What is read from.
enum Stream {
    Http(Incoming),
    Disk(File),
}

impl Stream {
    async fn next(&mut self, supplier: &Supplier) -> Result<Option<Bytes>, String> {
        match self {
            Self::Http(body) => loop {
                let frame = tokio::time::timeout(supplier.manner.silence, body.frame())
                    .await
                    .map_err(|_| "the server fell silent".to_owned())?;
                match frame {
                    None => return Ok(None),
                    Some(Err(error)) => return Err(crate::host::kube::chain(&error)),
                    Some(Ok(frame)) => {
                        if let Ok(data) = frame.into_data() {
                            return Ok(Some(data));
                        }
                    }
                }
            },
            Self::Disk(file) => {
                // Between two pieces the others have their turn, and a person's wish to stop.
                tokio::task::yield_now().await;
                let mut piece = Vec::with_capacity(1 << 20);
                file.take(1 << 20)
                    .read_to_end(&mut piece)
                    .map_err(|error| error.to_string())?;
                Ok((!piece.is_empty()).then(|| piece.into()))
            }
        }
    }
}

/// One try: from what is there to the end.
async fn round(
    cargo: &Cargo,
    part: &mut Part,
    supplier: &Supplier,
    told: &dyn Fn(Step),
) -> Result<(), Trouble> {
    told(Step::At(part.length));
    if cargo.size == Some(part.length) {
        return Ok(());
    }
    let Some((mut stream, total)) = open(cargo, part, supplier).await? else {
        return Ok(());
    };
    let mut reported = part.length;
    let broken = loop {
        match stream.next(supplier).await {
            Ok(Some(data)) => part.add(&data).map_err(Trouble::Lasting)?,
            Ok(None) => break None,
            Err(why) => break Some(why),
        }
        if total.is_some_and(|total| part.length > total) {
            break None;
        }
        if part.length - reported >= REPORT {
            reported = part.length;
            told(Step::At(part.length));
        }
    };
    told(Step::At(part.length));
    match (total, broken) {
        (Some(total), None) if part.length > total => Err(lengths(cargo, part.length, total)),
        (Some(total), _) if part.length == total => Ok(()),
        (None, None) => Ok(()),
        (total, why) => {
            let of = total.map_or_else(String::new, |total| format!(" of {total}"));
            let why = why.unwrap_or_else(|| "the connection ended early".to_owned());
            let why = format!("after {}{of} bytes: {why}", part.length);
            Err(Trouble::Passing(faults::failed(from(cargo), why)))
        }
    }
}

/// What follows on what is there, and how long the whole is; `None` where nothing follows.
async fn open(
    cargo: &Cargo,
    part: &mut Part,
    supplier: &Supplier,
) -> Result<Option<(Stream, Option<u64>)>, Trouble> {
    let (url, etag) = match &cargo.origin {
        Origin::Http { url, etag } => (url, etag.as_deref()),
        Origin::Disk(path) => return open_disk(cargo, path, part).map(Some),
    };
    let mut answer = supplier.get(url, part.length, etag).await?;
    let fits = |answer: &http::Response<Incoming>, length: u64| {
        answer.status() == StatusCode::PARTIAL_CONTENT && start_of(answer) == Some(length)
    };
    if part.length > 0 && !fits(&answer, part.length) {
        let total = total_of(&answer);
        if answer.status() == StatusCode::RANGE_NOT_SATISFIABLE
            && cargo.size.is_none()
            && total == Some(part.length)
        {
            return Ok(None);
        }
        // It has no ranges, or the file is another one now.
        part.restart().map_err(Trouble::Lasting)?;
        if answer.status() != StatusCode::OK {
            answer = supplier.get(url, 0, None).await?;
        }
    }
    let total = match answer.status() {
        StatusCode::PARTIAL_CONTENT => total_of(&answer),
        StatusCode::OK => answer.body().size_hint().exact(),
        status => {
            let why = format!("the server answered {status}");
            return Err(Trouble::Lasting(faults::failed(url, why)));
        }
    };
    if let (Some(wanted), Some(total)) = (cargo.size, total)
        && wanted != total
    {
        return Err(lengths(cargo, total, wanted));
    }
    let total = total.or(cargo.size);
    Ok(Some((Stream::Http(answer.into_body()), total)))
}

fn open_disk(
    cargo: &Cargo,
    path: &Utf8Path,
    part: &Part,
) -> Result<(Stream, Option<u64>), Trouble> {
    let opened = || -> std::io::Result<File> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(part.length))?;
        Ok(file)
    };
    let file = opened()
        .map_err(|error| Trouble::Lasting(faults::invalid(path.as_str(), &error.to_string())))?;
    Ok((Stream::Disk(file), cargo.size))
}

fn lengths(cargo: &Cargo, found: u64, wanted: u64) -> Trouble {
    Trouble::Lasting(faults::failed(
        from(cargo),
        format!("it has {found} bytes there and should have {wanted}"),
    ))
}
