//! Looks for all rows in one pass over a squeezed text.

use super::Row;
use super::rows::rows;
use super::squeeze::{Squeezed, squeezed_words};
use crate::model::ReasonId;
use crate::reason;
use aho_corasick::AhoCorasick;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// Words that make it another text stand within so many squeezed bytes.
const VETO: usize = 400;
/// A fragment that a terminal wrapped lies on so many lines at most.
const MOST_LINES: usize = 3;
/// Shorter fragments do not go over a line's end: `OOM` would be found in any list.
const SHORTEST_WRAPPED: usize = 6;
/// Places kept of one fragment: of more, the first half and the last half say enough.
const MOST_PLACES: usize = 256;

/// A row that was found.
pub(super) struct Found {
    /// Its reason.
    pub reason: ReasonId,
    /// The pasted lines that its words stand on, by index.
    pub lines: Range<usize>,
}

/// Decides whether words at a place are meant.
pub(super) type Guard = dyn Fn(&Squeezed, Range<usize>) -> bool;

/// For output of a tool that has failed: everything is meant.
pub(super) fn trusting(_: &Squeezed, _: Range<usize>) -> bool {
    true
}

/// The table, ready to be looked for.
struct Table {
    automaton: Option<AhoCorasick>,
    /// The squeezed fragments, by pattern.
    words: Vec<String>,
    rows: Vec<Ready>,
}

/// A row by its patterns.
struct Ready {
    row: &'static Row,
    all: Vec<usize>,
    not: Vec<usize>,
    healed: Vec<usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut words: Vec<String> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut patterns = |fragments: &'static [&'static str]| -> Vec<usize> {
        fragments
            .iter()
            .map(|fragment| {
                let squeezed = squeezed_words(fragment);
                *known.entry(squeezed.clone()).or_insert_with(|| {
                    words.push(squeezed);
                    words.len() - 1
                })
            })
            .collect()
    };
    let rows = rows()
        .map(|row| Ready {
            row,
            all: patterns(row.all),
            not: row.not.into_iter().flat_map(&mut patterns).collect(),
            healed: patterns(row.healed),
        })
        .collect();
    Table {
        automaton: AhoCorasick::new(&words).ok(),
        words,
        rows,
    }
});

/// The rows that are in a text, in the order of the table; before all, what gpucluster itself once
/// said of it (`error[ID]`).
pub(super) fn found(text: &Squeezed, guard: &Guard) -> Vec<Found> {
    let places = places(text);
    let mut found: Vec<Found> = Vec::new();
    for ready in &TABLE.rows {
        if let Some(lines) = place_of(ready, &places, text, guard) {
            found.push(Found {
                reason: ready.row.reason,
                lines,
            });
        }
    }
    if let Some(own) = own_verdict(text) {
        found.insert(0, own);
    }
    found
}

/// Where each pattern begins, in order.
fn places(text: &Squeezed) -> Vec<Vec<usize>> {
    let mut places = vec![Vec::new(); TABLE.words.len()];
    let Some(automaton) = &TABLE.automaton else {
        return places;
    };
    for hit in automaton.find_overlapping_iter(&text.hay) {
        let pattern = hit.pattern().as_usize();
        let of: &mut Vec<usize> = &mut places[pattern];
        let numeric = TABLE.words[pattern].ends_with(|c: char| c.is_ascii_digit());
        if !text.begins_word(hit.start())
            || numeric && text.number_goes_on(hit.end())
            || !in_one_place(text, hit.start()..hit.end())
        {
            continue;
        }
        if of.len() == MOST_PLACES {
            of.remove(MOST_PLACES / 2);
        }
        of.push(hit.start());
    }
    places
}

/// Whether a fragment stands in one entry of the text: on few lines, of which none begins anew.
fn in_one_place(text: &Squeezed, hay: Range<usize>) -> bool {
    let first = text.line_at(text.flat_at(hay.start));
    let last = text.line_at(text.flat_at(hay.end.saturating_sub(1)));
    last - first < MOST_LINES
        && (first + 1..=last).all(|line| text.manner(line) == super::line::Manner::Said)
        && (first == last || hay.len() >= SHORTEST_WRAPPED)
}

/// The lines of the first place where a row's words stand together and are meant.
fn place_of(
    ready: &Ready,
    places: &[Vec<usize>],
    text: &Squeezed,
    guard: &Guard,
) -> Option<Range<usize>> {
    // The longest fragment is the rarest.
    let anchor = *ready
        .all
        .iter()
        .max_by_key(|pattern| TABLE.words[**pattern].len())?;
    let last_heal = ready
        .healed
        .iter()
        .filter_map(|pattern| places[*pattern].last())
        .max();
    for at in &places[anchor] {
        if last_heal.is_some_and(|heal| heal > at) {
            continue;
        }
        let near = |pattern: usize, within: usize| -> Option<usize> {
            let all = &places[pattern];
            let after = all.partition_point(|place| place < at);
            let candidates = [
                all.get(after),
                after.checked_sub(1).and_then(|i| all.get(i)),
            ];
            candidates
                .into_iter()
                .flatten()
                .copied()
                .min_by_key(|place| place.abs_diff(*at))
                .filter(|place| place.abs_diff(*at) <= within)
        };
        let Some(together) = ready
            .all
            .iter()
            .map(|pattern| {
                near(*pattern, ready.row.near)
                    .map(|place| (place, place + TABLE.words[*pattern].len()))
            })
            .collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        if ready
            .not
            .iter()
            .any(|pattern| near(*pattern, VETO).is_some())
        {
            continue;
        }
        // The longest fragment decides: the others are names and places.
        let end = at + TABLE.words[anchor].len() - 1;
        let meant = guard(text, text.flat_at(*at)..text.flat_at(end) + 1);
        if !meant {
            continue;
        }
        let first = together.iter().map(|place| place.0).min()?;
        let last = together
            .iter()
            .map(|place| place.1)
            .max()?
            .saturating_sub(1);
        let line = |hay| text.pasted(text.line_at(text.flat_at(hay)));
        return Some(line(first)..line(last) + 1);
    }
    None
}

/// What gpucluster itself said: the first `error[ID]` at the beginning of a line, or in a report of
/// `doctor` the page of the first check that failed (`✗`).
fn own_verdict(text: &Squeezed) -> Option<Found> {
    let mut failed = None;
    text.flat.lines().enumerate().find_map(|(line, words)| {
        let words = words.trim();
        if words.starts_with(['✗', '✓', '~', '+', '⧗', '?', '·']) {
            failed = words.starts_with('✗').then_some(line);
        }
        let (line, name) = match words.strip_prefix("error[") {
            Some(rest) => (line, rest.split_once(']')?.0),
            None => (failed?, own_page(words)?),
        };
        let pasted = text.pasted(line);
        Some(Found {
            reason: reason::named(name)?.id,
            lines: pasted..pasted + 1,
        })
    })
}

/// The reason in `see:  gpucluster explain ID`.
fn own_page(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("see:")?.trim_start();
    rest.strip_prefix("gpucluster explain ").map(str::trim)
}
