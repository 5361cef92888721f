//! The rooms of the crate and who may import whom, read off the sources themselves; and that the
//! one-page picture in `docs/architecture.md` shows the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Who may import whom. A room may always import itself and `model`.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("parse", &[]),
    ("render", &["parse"]),
    ("reason", &[]),
    ("config", &["reason"]),
    ("host", &["parse", "reason"]),
    ("step", &["host"]),
    (
        "steps",
        &["parse", "render", "reason", "config", "host", "step"],
    ),
    ("engine", &["reason", "host", "step"]),
    ("ui", &["reason"]),
    (
        "app",
        &[
            "config", "engine", "host", "parse", "reason", "render", "step", "steps", "ui",
        ],
    ),
    ("cli", &["app", "config", "reason", "ui"]),
    ("main", &["cli"]),
];

/// Parts of `host` that steps may use: what can be read, never what writes.
const HOST_FOR_STEPS: &[&str] = &[
    "real",
    "sim",
    "overlay",
    "WriteHost",
    "Performing",
    "outcome",
];

fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&src, &mut files);
    files
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&src).unwrap();
            let first = inside
                .components()
                .next()
                .unwrap()
                .as_os_str()
                .to_string_lossy();
            let room = first.trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (room, inside.to_path_buf(), text)
        })
        .collect()
}

/// The part of a file that is shipped: everything before its test module, without comments.
fn shipped(text: &str) -> String {
    text.split("#[cfg(test)]\nmod ")
        .next()
        .unwrap_or_default()
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether a file belongs to tests altogether.
fn is_test(path: &Path) -> bool {
    let name = path.to_string_lossy();
    ["toy.rs", "laws.rs", "testing.rs", "tests.rs", "samples.rs"]
        .iter()
        .any(|end| name.ends_with(end))
        || name.contains("tests/")
        || name.contains("testing/")
}

/// Rooms named after `crate::`, also inside `use crate::{a::b, c}`.
fn imports(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0_i32;
            let mut word = String::new();
            let mut fresh = true;
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        rooms.insert(std::mem::take(&mut word));
                        fresh = true;
                    }
                    ':' => fresh = false,
                    c if depth == 0 && fresh && (c.is_alphanumeric() || c == '_') => word.push(c),
                    _ => {}
                }
            }
            rooms.insert(word);
        } else {
            rooms.insert(
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    rooms.remove("");
    rooms
}

#[test]
fn rooms_import_only_what_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let rooms: BTreeSet<&str> = allowed.keys().copied().collect();
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        if room == "lib" {
            continue;
        }
        let Some(may) = allowed.get(room.as_str()) else {
            wrong.push(format!("{}: room `{room}` is not listed", path.display()));
            continue;
        };
        if is_test(&path) {
            continue;
        }
        for import in imports(&shipped(&text)) {
            let known = rooms.contains(import.as_str());
            if known && import != room && import != "model" && !may.contains(&import.as_str()) {
                wrong.push(format!("{}: `{room}` imports `{import}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn steps_are_handed_nothing_that_writes() {
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        if room != "steps" || is_test(&path) {
            continue;
        }
        let text = shipped(&text);
        for name in HOST_FOR_STEPS {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            let used = text.match_indices(name).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = text[at + name.len()..].chars().next();
                text[..at].ends_with("host::") && !after.is_some_and(word)
                    || (name.starts_with(char::is_uppercase)
                        && !before.is_some_and(word)
                        && !after.is_some_and(word))
            });
            if used {
                wrong.push(format!("{}: uses host::{name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_a_user_reaches_unwraps() {
    let mut wrong = Vec::new();
    for (_, path, text) in sources() {
        if is_test(&path) {
            continue;
        }
        for (number, line) in shipped(&text).lines().enumerate() {
            if line.contains(".unwrap()") || line.contains(".expect(\"") || line.contains("todo!(")
            {
                wrong.push(format!(
                    "{}:{}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_picture_shows_every_room_and_its_imports() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let text = std::fs::read_to_string(page).unwrap();
    for (room, may) in ALLOWED {
        let mut imports: Vec<&str> = may.to_vec();
        imports.sort_unstable();
        let row = format!(
            "| `{room}` | {} |",
            if imports.is_empty() {
                "—".to_owned()
            } else {
                imports
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(" ")
            }
        );
        assert!(
            text.contains(&row),
            "docs/architecture.md lacks the row\n{row}"
        );
    }
}
