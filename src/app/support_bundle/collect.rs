//! Asking every source at once, each as long as it may take.

use super::text::{Raw, member};
use crate::host::{Answer, HostError};
use crate::model::{Member, Missing};
use crate::parse::redact::Redactor;
use futures::StreamExt;
use futures::future::BoxFuture;
use std::future::Future;
use std::time::Duration;

/// How many sources are asked at once: each may hold a megabyte while it is read.
const WIDTH: usize = 8;

/// Most bytes of all files together.
const WHOLE: u64 = 16 << 20;

/// What one source gave: files, or why there is none.
pub type Found = Vec<(String, Result<Raw, String>)>;

/// Something to ask.
pub struct Source<'a> {
    /// The file it gives, or the folder of several.
    pub name: String,
    /// How long it may take.
    pub limit: Duration,
    /// Asks.
    pub look: BoxFuture<'a, Found>,
}

impl<'a> Source<'a> {
    /// A source of one file.
    pub fn one(
        name: impl Into<String>,
        limit: Duration,
        look: impl Future<Output = Result<Raw, String>> + Send + 'a,
    ) -> Self {
        let name = name.into();
        let file = name.clone();
        Self {
            name,
            limit,
            look: Box::pin(async move { vec![(file, look.await)] }),
        }
    }

    /// A source of several files.
    pub fn many(
        name: impl Into<String>,
        limit: Duration,
        look: impl Future<Output = Found> + Send + 'a,
    ) -> Self {
        Self {
            name: name.into(),
            limit,
            look: Box::pin(look),
        }
    }
}

/// Asks them all. Both lists are in the order of names.
pub async fn collect(sources: Vec<Source<'_>>, redactor: &Redactor) -> (Vec<Member>, Vec<Missing>) {
    collect_within(sources, redactor, WHOLE).await
}

async fn collect_within(
    sources: Vec<Source<'_>>,
    redactor: &Redactor,
    most: u64,
) -> (Vec<Member>, Vec<Missing>) {
    let asked = sources.into_iter().map(|source| async move {
        let Source { name, limit, look } = source;
        let found = tokio::time::timeout(limit, look).await;
        let found = found.unwrap_or_else(|_| {
            let why = format!("no answer within {} s", limit.as_secs());
            vec![(name, Err(why))]
        });
        // Cut and cleaned at once: what is long is held only while its source is read.
        let made = found.into_iter().map(|(name, raw)| match raw {
            Ok(raw) => member(&name, raw, redactor),
            Err(why) => Err(Missing {
                name,
                why: redactor.clean(&one_line(&why)).text,
            }),
        });
        made.collect::<Vec<_>>()
    });
    let mut answers = futures::stream::iter(asked).buffer_unordered(WIDTH);
    let (mut members, mut missing, mut whole) = (Vec::new(), Vec::new(), 0);
    while let Some(made) = answers.next().await {
        for one in made {
            match one {
                Ok(member) if whole + member.bytes > most => missing.push(Missing {
                    name: member.name,
                    why: format!("the bundle is full with {} KiB", most >> 10),
                }),
                Ok(member) => {
                    whole += member.bytes;
                    members.push(member);
                }
                Err(one) => missing.push(one),
            }
        }
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    missing.sort_by(|a, b| a.name.cmp(&b.name));
    (members, missing)
}

/// Anything as one line of moderate length.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(300) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// What a tool printed; without success its words are the reason.
pub fn printed(answer: Result<Answer, HostError>) -> Result<Raw, String> {
    let answer = answer.map_err(|error| error.to_string())?;
    if answer.ok() {
        return Ok(Raw::Text(answer.text()));
    }
    let words = if answer.stderr.trim().is_empty() {
        &answer.stdout
    } else {
        &answer.stderr
    };
    if words.trim().is_empty() {
        return Err(format!("nothing was found (exit code {})", answer.code));
    }
    let last = words.lines().rfind(|line| !line.trim().is_empty());
    Err(format!(
        "it ended with exit code {}: {}",
        answer.code,
        last.unwrap_or_default().trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_source_that_hangs_keeps_nobody_waiting_and_is_named() {
        let second = Duration::from_secs(1);
        let sources = vec![
            Source::one("b", second, std::future::pending()),
            Source::one("a", second, async { Ok(Raw::Text("x".to_owned())) }),
            Source::one("c", second, async {
                Err("A_TOKEN=x\n is wrong".to_owned())
            }),
        ];
        let (members, missing) = collect(sources, &Redactor::default()).await;
        assert_eq!(members.len(), 1);
        let said: Vec<String> = missing
            .iter()
            .map(|m| format!("{}: {}", m.name, m.why))
            .collect();
        assert_eq!(
            said,
            [
                "b: no answer within 1 s",
                "c: A_TOKEN=[redacted: secret by its name] is wrong"
            ]
        );
    }

    #[tokio::test]
    async fn the_whole_is_bounded_however_much_there_is() {
        let sources = (0..9).map(|n| {
            let text = format!("line {n}\n").repeat(1 << 10);
            Source::one(format!("{n}"), Duration::from_secs(60), async {
                Ok(Raw::Text(text))
            })
        });
        let (members, missing) =
            collect_within(sources.collect(), &Redactor::default(), 40 << 10).await;
        let bytes: u64 = members.iter().map(|member| member.bytes).sum();
        assert!(bytes <= 40 << 10 && bytes > 30 << 10);
        assert_eq!(members.len() + missing.len(), 9);
        assert!(missing[0].why.contains("full"), "{}", missing[0].why);
    }
}
