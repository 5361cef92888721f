//! User information in addresses: `https://user:password@host`, also escaped in another address.
//! User names stay; what stands alone before the `@` goes where it is long enough to be a token.

use super::{Kind, Span};

/// Signs between scheme and authority: plain, as PHP and Go escape them in JSON, and escaped.
const SIGNS: [&str; 4] = ["://", ":\\/\\/", "%3A%2F%2F", "%3a%2f%2f"];

/// A name alone before `@` that is as long as this may be a token.
const TOKEN: usize = 12;

/// Adds the secret parts of every address.
pub(super) fn find(text: &str, out: &mut Vec<Span>) {
    for sign in SIGNS {
        let escaped = sign.starts_with('%');
        for (at, _) in text.match_indices(sign) {
            let from = at + sign.len();
            if let Some(user) = user_information(&text[from..], escaped) {
                push(text, from, user, escaped, out);
            }
        }
    }
}

/// Length of what stands before the `@` that ends the user information.
fn user_information(rest: &str, escaped: bool) -> Option<usize> {
    let end = rest
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '`'))
        .unwrap_or(rest.len());
    let rest = &rest[..end];
    if escaped {
        let end = rest.find("%2F").or(rest.find("%2f")).unwrap_or(rest.len());
        return rest[..end].rfind("%40");
    }
    let authority = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    if let Some(at) = rest[..authority].rfind('@') {
        return Some(at);
    }
    // A password with a `/` that nobody escaped: what would be the port is no number.
    let (_, port) = rest[..authority].rsplit_once(':')?;
    if port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    rest.rfind('@')
}

fn push(text: &str, from: usize, length: usize, escaped: bool, out: &mut Vec<Span>) {
    let user = &text[from..from + length];
    let colon = if escaped {
        user.find("%3A").or(user.find("%3a")).map(|at| at + 3)
    } else {
        user.find(':').map(|at| at + 1)
    };
    let secret = match colon {
        // Nobody before the colon: `https://:token@host`; or the token itself, an empty password.
        Some(at) if at < length => at,
        Some(_) => 0,
        None if length >= TOKEN => 0,
        None => return,
    };
    out.push(Span {
        range: from + secret..from + length,
        kind: Kind::Url,
    });
    // `https://TOKEN:x-oauth-basic@github.com`: a long name beside a password is one as well.
    if secret > TOKEN * 2 {
        out.push(Span {
            range: from..from + length,
            kind: Kind::Url,
        });
    }
}
