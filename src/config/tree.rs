//! YAML as a tree in which every key and value knows its line and column.
//!
//! Built on the parser events that serde-saphyr itself reads, because its typed errors stop at the
//! first problem and this file reports all of them at once.

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span};

/// Line and column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub line: usize,
    pub column: usize,
}

impl From<&Span> for Position {
    fn from(span: &Span) -> Self {
        Self {
            line: span.start.line(),
            column: span.start.col() + 1,
        }
    }
}

/// One value of the file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub at: Position,
    pub value: Value,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// One word or text; `plain` when it stands without quotes.
    Scalar { text: String, plain: bool },
    /// Keys in the order of the file, duplicates included.
    Map(Vec<(String, Position, Node)>),
    /// A list.
    List,
}

impl Value {
    /// Whether nothing is written there: empty, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }
}

/// A problem of syntax; nothing after it can be trusted, so there is only one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Syntax {
    pub at: Position,
    pub text: String,
}

/// Settings are two levels deep; anything far beyond is refused before it is built.
const MAX_DEPTH: usize = 16;

/// A collection whose end has not come yet.
enum Open {
    Map {
        at: Position,
        entries: Vec<(String, Position, Node)>,
        key: Option<(String, Position)>,
    },
    List {
        at: Position,
    },
}

/// Reads one document; `None` where the text holds nothing.
pub(super) fn parse(text: &str) -> Result<Option<Node>, Syntax> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Syntax {
            at: Position {
                line: error.marker().line(),
                column: error.marker().col() + 1,
            },
            text: error.info().to_owned(),
        })?;
        let at = Position::from(&span);
        let done = match event {
            Event::MappingStart(..) => {
                deeper(&mut open, at, |at| Open::Map {
                    at,
                    entries: Vec::new(),
                    key: None,
                })?;
                None
            }
            Event::SequenceStart(..) => {
                deeper(&mut open, at, |at| Open::List { at })?;
                None
            }
            Event::Scalar(text, style, ..) => Some(Node {
                at,
                value: Value::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                },
            }),
            Event::MappingEnd | Event::SequenceEnd => open.pop().map(closed),
            Event::Alias(_) => return Err(syntax(at, "aliases (`*name`) are not used here")),
            _ => None,
        };
        if let Some(node) = done {
            place(&mut open, &mut root, node)?;
        }
    }
    Ok(root)
}

fn syntax(at: Position, text: &str) -> Syntax {
    Syntax {
        at,
        text: text.to_owned(),
    }
}

fn deeper(
    open: &mut Vec<Open>,
    at: Position,
    make: impl FnOnce(Position) -> Open,
) -> Result<(), Syntax> {
    if open.len() >= MAX_DEPTH {
        return Err(syntax(at, "nested too deeply"));
    }
    open.push(make(at));
    Ok(())
}

fn closed(open: Open) -> Node {
    match open {
        Open::Map { at, entries, .. } => Node {
            at,
            value: Value::Map(entries),
        },
        Open::List { at } => Node {
            at,
            value: Value::List,
        },
    }
}

/// Puts a finished node where it belongs: as a key, as a value, or as the whole document.
fn place(open: &mut [Open], root: &mut Option<Node>, node: Node) -> Result<(), Syntax> {
    match open.last_mut() {
        Some(Open::Map { entries, key, .. }) => match key.take() {
            Some((name, at)) => entries.push((name, at, node)),
            None => match node.value {
                Value::Scalar { text, .. } => *key = Some((text, node.at)),
                _ => return Err(syntax(node.at, "a key must be one word")),
            },
        },
        Some(Open::List { .. }) => {}
        None if root.is_some() => {
            return Err(syntax(node.at, "only one document (`---`) is read"));
        }
        None => *root = Some(node),
    }
    Ok(())
}
