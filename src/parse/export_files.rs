//! The grammar of `/etc/exports` and of `/etc/exports.d/*.exports`, as exportfs reads it.
//!
//! exports(5) leaves much open; what decides is recorded from nfs-utils 2.6.2
//! (`tests/tapes/exportfs/grammar.json`): quotes may stand anywhere in a word, `#` begins a comment only
//! where a word could begin, a comment is never continued by a backslash, an open quote swallows the end
//! of its line, and a word that begins with `-` sets options for the clients after it.

/// A piece of a file. All pieces together are the file, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The text, with the end of its line.
    pub text: &'a str,
    /// Number of its first line, from 1.
    pub line: usize,
    /// What it offers; `None` for blank lines and comments.
    pub entry: Option<Entry>,
}

/// A folder and those it is offered to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The folder, without quotes and escapes.
    pub path: String,
    /// Clients in their order. An entry without any is offered to the world.
    pub clients: Vec<Client>,
    /// Whether the list of options of a client is none. exportfs reads the file no further from there.
    pub is_broken: bool,
}

/// One client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Host, network, netgroup or pattern; `*` for the world.
    pub name: String,
    /// Options, those of the entry before its own; of two that contradict each other the last counts.
    pub options: Vec<String>,
}

/// Splits a file into its pieces.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut reader = Reader {
        text,
        at: 0,
        line: 1,
    };
    while reader.at < text.len() {
        let (from, line) = (reader.at, reader.line);
        let entry = reader.entry();
        let text = text.get(from..reader.at).unwrap_or_default();
        pieces.push(Piece { text, line, entry });
    }
    pieces
}

/// What a file offers, with the number of each entry's first line. Of a broken entry the clients before
/// the broken one are served, and what follows it is not.
pub fn entries(text: &str) -> Vec<(usize, Entry)> {
    let mut entries = Vec::new();
    for piece in pieces(text) {
        if let Some(entry) = piece.entry {
            let is_broken = entry.is_broken;
            entries.push((piece.line, entry));
            if is_broken {
                break;
            }
        }
    }
    entries
}

/// Where a file is read.
struct Reader<'a> {
    text: &'a str,
    /// Byte that comes next.
    at: usize,
    /// Line it lies in.
    line: usize,
}

impl Reader<'_> {
    /// The next character. A backslash at the end of a line makes one blank of itself, that end and the
    /// blanks after it.
    fn next(&mut self) -> Option<char> {
        let rest = self.text.get(self.at..)?;
        if let Some(after) = rest.strip_prefix("\\\n") {
            let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
            self.at += 2 + blanks;
            self.line += 1;
            return Some(' ');
        }
        let next = rest.chars().next()?;
        self.at += next.len_utf8();
        self.line += usize::from(next == '\n');
        Some(next)
    }

    fn peek(&self) -> Option<char> {
        let rest = self.text.get(self.at..)?;
        if rest.starts_with("\\\n") {
            return Some(' ');
        }
        rest.chars().next()
    }

    /// Up to the end of the physical line, and over it.
    fn comment(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        self.line += usize::from(rest[..length].ends_with('\n'));
        self.at += length;
    }

    /// Passes blanks; whether another word follows on the line. The end of the line is passed too.
    fn has_word(&mut self) -> bool {
        loop {
            match self.peek() {
                Some('#') => {
                    self.comment();
                    return false;
                }
                Some('\n') | None => {
                    self.next();
                    return false;
                }
                Some(c) if is_blank(c) => {
                    self.next();
                }
                Some(_) => return true,
            }
        }
    }

    fn entry(&mut self) -> Option<Entry> {
        if !self.has_word() {
            return None;
        }
        let mut entry = Entry {
            path: self.word(),
            ..Entry::default()
        };
        let mut defaults: Vec<String> = Vec::new();
        while self.has_word() {
            let mut word = self.word();
            let mut is_last = false;
            if let Some(options) = word.strip_prefix('-') {
                defaults = listed(options);
                // What follows is a client, whatever it begins with; where nothing does, the world.
                is_last = !self.has_word();
                word = if is_last { String::new() } else { self.word() };
            }
            match client(&word, &defaults) {
                _ if entry.is_broken => {}
                Some(client) => entry.clients.push(client),
                None => entry.is_broken = true,
            }
            if is_last {
                return Some(entry);
            }
        }
        if entry.clients.is_empty() && !entry.is_broken {
            entry.clients.push(Client {
                name: "*".to_owned(),
                options: defaults,
            });
        }
        Some(entry)
    }

    /// A word without its quotes, its escapes undone. The character that ends it stays, so that the end
    /// of the line is seen.
    fn word(&mut self) -> String {
        let mut bytes = Vec::new();
        let mut quoted = false;
        while let Some(next) = self.peek() {
            if !quoted && (is_blank(next) || next == '\n') {
                break;
            }
            if let Some((byte, length)) = self.octal() {
                bytes.push(byte);
                self.at += length;
                continue;
            }
            self.next();
            if next == '"' {
                quoted = !quoted;
            } else {
                bytes.extend(next.encode_utf8(&mut [0; 4]).bytes());
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// `\040`: the byte, and how long the escape is.
    fn octal(&self) -> Option<(u8, usize)> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let &[b'\\', a, b, c, ..] = rest else {
            return None;
        };
        let digit = |c: u8| (b'0'..=b'7').contains(&c).then(|| u32::from(c - b'0'));
        let value = digit(a)? * 64 + digit(b)? * 8 + digit(c)?;
        Some((u8::try_from(value).ok()?, 4))
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\u{b}' | '\u{c}')
}

fn listed(options: &str) -> Vec<String> {
    let options = options.split(',').filter(|option| !option.is_empty());
    options.map(str::to_owned).collect()
}

/// `None` where the options do not end with the word.
fn client(word: &str, defaults: &[String]) -> Option<Client> {
    let (name, options) = match word.split_once('(') {
        None => (word, ""),
        Some((name, rest)) => (name, rest.strip_suffix(')')?),
    };
    if options.contains([')', '(']) {
        return None;
    }
    let mut all = defaults.to_vec();
    all.extend(listed(options));
    Some(Client {
        name: if name.is_empty() { "*" } else { name }.to_owned(),
        options: all,
    })
}

#[cfg(test)]
mod tests;
