//! Shell patterns as Python's `fnmatch` has them, by which `huggingface_hub` chooses files: `*` and
//! `?` match `/` too.

/// Whether a name matches. A pattern that ends in `/` means everything below.
pub fn matches(pattern: &str, name: &str) -> bool {
    let mut pattern: Vec<char> = pattern.chars().collect();
    if pattern.last() == Some(&'/') {
        pattern.push('*');
    }
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where the last star was, and how far the name had been read then.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some(_) => one(&pattern[p..], name[n]),
            None => None,
        };
        match (step, star) {
            (Some(length), _) => {
                p += length;
                n += 1;
            }
            (None, Some((at, read))) => {
                p = at + 1;
                n = read + 1;
                star = Some((at, n));
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// How much of the pattern matches this one character.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => {
            // A bracket right at the beginning belongs to the set.
            let negated = usize::from(pattern.get(1) == Some(&'!'));
            let from = 1 + negated;
            let Some(end) = pattern.iter().skip(from + 1).position(|c| *c == ']') else {
                return (c == '[').then_some(1);
            };
            let end = end + from + 1;
            let set = &pattern[from..end];
            (in_set(set, c) != (negated == 1)).then_some(end + 1)
        }
        literal => (*literal == c).then_some(1),
    }
}

fn in_set(set: &[char], c: char) -> bool {
    let mut at = 0;
    while at < set.len() {
        if set.get(at + 1) == Some(&'-') && at + 2 < set.len() {
            if (set[at]..=set[at + 2]).contains(&c) {
                return true;
            }
            at += 3;
        } else {
            if set[at] == c {
                return true;
            }
            at += 1;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_choose_as_pythons_do() {
        for (pattern, name, hit) in [
            ("*.safetensors", "unet/model.safetensors", true),
            ("*.safetensors", "model.safetensors.index.json", false),
            ("config.json", "config.json", true),
            ("config.json", "unet/config.json", false),
            ("unet/", "unet/a/b", true),
            ("model-0000?-of-*", "model-00001-of-00003.bin", true),
            ("[a-c]*.txt", "b.txt", true),
            ("[!a-c]*.txt", "b.txt", false),
            ("[]x]", "]", true),
            ("[open", "[open", true),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("", "", true),
            ("", "a", false),
            ("é?", "éü", true),
        ] {
            assert_eq!(matches(pattern, name), hit, "{pattern} {name}");
        }
    }
}
