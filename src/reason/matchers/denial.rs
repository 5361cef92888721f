//! Whether a failure's text is denied where it stands: by the words around it, by a count of none.

/// Words that deny what follows at once.
const DENIES: &[&str] = &[
    "no",
    "not",
    "without",
    "never",
    "zero",
    "0",
    "isn't",
    "wasn't",
    "don't",
    "didn't",
    "doesn't",
    "neither",
    "nor",
    "any",
    "keine",
    "kein",
    "aucun",
    "aucune",
    "sin",
    "previously",
    "formerly",
];

/// Words of those who mended what follows, a few words on.
const MENDED: &[&str] = &[
    "fix", "fixes", "fixed", "resolve", "resolves", "resolved", "solved", "handle", "handles",
    "handling", "avoid", "avoids", "prevents", "improve", "detect", "detects",
];

/// Words that deny what stands before them in the same line.
const DENIED: &[&str] = &[
    "resolved",
    "is fixed",
    "was fixed",
    "been fixed",
    "fixed in",
    "fixed by",
    "is gone",
    "went away",
    "no longer occur",
    "no longer happen",
    "no longer seen",
    "no longer appear",
    "did not occur",
    "does not occur",
    "not reproduce",
    "never happen",
    "errors: 0",
    "error: 0",
    "count=0",
    "count: 0",
    ": 0 ",
    "= 0",
    " 0 times",
    "not detected",
    "not observed",
    "not present",
    "not seen",
    "not the cause",
    "not the problem",
    "not the issue",
    ": none",
    ": ok",
    "... ok",
    ": passed",
    "and succeeded",
    "then succeeded",
    "then worked",
    "works now",
    "ruled out",
    "have been cleaned up",
];

/// Whether the words before or after a failure's text, in the same line, deny it.
pub(super) fn is_denied(before: &str, after: &str) -> bool {
    let clause = before
        .rsplit([':', ';', ',', '.', '!', '?', '(', ')', '=', '[', ']'])
        .next()
        .unwrap_or_default();
    let words = || {
        clause
            .rsplit(" because ")
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\''))
            .filter(|word| !word.is_empty())
            .rev()
    };
    let near = words().take(2).any(|word| DENIES.contains(&word))
        || words().take(5).any(|word| MENDED.contains(&word));
    near || is_count_of_none(before, after)
        || DENIED.iter().any(|word| shortened(after).contains(word))
}

/// Whether this is a name with the value 0 (`toomanyrequests: 0`), as counters are shown.
fn is_count_of_none(before: &str, after: &str) -> bool {
    let after = after.trim_start_matches(['"', '\'', '`', ' ']);
    let value = after.trim_start_matches([':', '=']);
    let first = value.trim_start();
    before.split_whitespace().count() <= 3
        && value.len() < after.len()
        && first.starts_with('0')
        && !first[1..].starts_with(|c: char| c.is_alphanumeric() || c == '.')
        && !is_pods_status(before)
}

/// The words that follow, as far as they speak of what stands before.
fn shortened(after: &str) -> &str {
    let reach = after
        .char_indices()
        .nth(80)
        .map_or(after.len(), |(at, _)| at);
    &after[..reach]
}

/// Whether what follows stands in the column STATUS of `kubectl get pods`: before it is READY (`0/1`),
/// and the number behind it counts restarts.
fn is_pods_status(before: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    before
        .split_whitespace()
        .next_back()
        .and_then(|word| word.split_once('/'))
        .is_some_and(|(ready, of)| number(ready) && number(of))
}
