use super::*;
use crate::parse::exports;
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What exportfs made of a file that stood alone.
#[derive(Deserialize)]
struct Recorded {
    file: String,
    /// Standard error of `exportfs -ra`.
    stderr: String,
    /// Standard output of `exportfs -s` after it.
    table: String,
}

fn offered(text: &str) -> BTreeSet<(String, String)> {
    let offers = |(_, entry): (usize, Entry)| {
        let Entry { path, clients, .. } = entry;
        clients
            .into_iter()
            .map(move |client| (path.clone(), client.name))
    };
    entries(text).into_iter().flat_map(offers).collect()
}

/// Whether it is a host's name, which was not to be found where the tape was made.
fn is_name(client: &str) -> bool {
    !client.contains(['/', '*', '@']) && client.parse::<std::net::IpAddr>().is_err()
}

#[test]
fn a_file_is_read_as_exportfs_reads_it() {
    let tape = include_str!("../../../tests/tapes/exportfs/grammar.json");
    let tape: Vec<Recorded> = serde_json::from_str(tape).unwrap();
    let (mut syntax, mut read) = (0, 0);
    for recorded in &tape {
        let file = &recorded.file;
        if recorded.stderr.contains("syntax error") {
            syntax += 1;
            let is_broken = |piece: &Piece<'_>| piece.entry.as_ref().is_some_and(|e| e.is_broken);
            assert!(pieces(file).iter().any(is_broken), "{file:?}");
        }
        // A client or an option that exportfs does not know is no matter of the grammar.
        let table = exports::table(&recorded.table);
        if table.is_empty() {
            continue;
        }
        read += 1;
        let have: BTreeSet<_> = table.into_iter().map(|e| (e.path, e.client)).collect();
        let mut want = offered(file);
        want.retain(|(_, client)| !is_name(client));
        assert_eq!(want, have, "{file:?}");
    }
    assert!(
        syntax > 20 && read > 200,
        "{syntax} and {read} of {}",
        tape.len()
    );
}

#[test]
fn options_of_the_entry_come_before_those_of_the_client() {
    let (line, entry) = entries("# a\n\n/a -ro,sync 10.0.0.1(rw) - 10.0.0.2\n").remove(0);
    assert_eq!(line, 3);
    assert_eq!(entry.clients[0].options, ["ro", "sync", "rw"]);
    assert_eq!(entry.clients[1].options, [""; 0]);
}

#[test]
fn what_follows_a_broken_entry_is_not_offered() {
    let text = "/a *\n/b 10.0.0.0/8(rw, sync)\n/c *\n";
    assert_eq!(offered(text), [("/a".to_owned(), "*".to_owned())].into());
    assert_eq!(pieces(text).len(), 3);
}

/// Pieces of what stands in such files, so that most of what is drawn is close to real ones.
fn files() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "/srv/a",
        "\"/srv/a b\"",
        "/a\\040b",
        "\\",
        "\\\n",
        "\n",
        " ",
        "\t",
        "#",
        "# x",
        "\"",
        "(",
        ")",
        "(rw,sync)",
        "-ro",
        "10.0.0.0/8",
        "*",
        "@g",
        "fd00::/64",
        ",",
        "\r\n",
        "\\04",
        "ä",
        "-",
    ]);
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

/// A line that says the same.
fn print(entry: &Entry) -> String {
    let escape = |text: &str| -> String {
        let escaped = |byte: u8| match byte {
            b'!'..=b'~' if !matches!(byte, b'"' | b'\\' | b'#') => char::from(byte).to_string(),
            _ => format!("\\{byte:03o}"),
        };
        text.bytes().map(escaped).collect()
    };
    let mut line = escape(&entry.path);
    for client in &entry.clients {
        let (name, options) = (escape(&client.name), escape(&client.options.join(",")));
        line += &format!(" {name}({options})");
    }
    line + "\n"
}

proptest! {
    #[test]
    fn the_pieces_are_the_file(text in prop_oneof![files(), "(?s).{0,200}"]) {
        let pieces = pieces(&text);
        let printed: String = pieces.iter().map(|piece| piece.text).collect();
        prop_assert_eq!(&printed, &text);
        for piece in &pieces {
            let before = piece.text.as_ptr() as usize - text.as_ptr() as usize;
            prop_assert_eq!(piece.line, 1 + text[..before].matches('\n').count());
        }
    }

    #[test]
    fn an_entry_that_is_printed_is_read_back(text in files()) {
        for (_, entry) in entries(&text) {
            // Words that begin with a dash, and names with a bracket, cannot be written as clients.
            let plain = |c: &Client| {
                !c.name.starts_with('-') && !format!("{}{:?}", c.name, c.options).contains(['(', ')'])
            };
            if entry.is_broken || entry.path.is_empty() || !entry.clients.iter().all(plain) {
                continue;
            }
            let back = entries(&print(&entry));
            prop_assert_eq!(back, vec![(1, entry)]);
        }
    }
}
