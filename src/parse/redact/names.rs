//! Which names say that a secret follows.

use super::Kind;

/// Words within a name: split at signs and where a capital begins (`authToken`, `APIKey`).
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let next_is_small = chars.peek().is_some_and(char::is_ascii_lowercase);
        let begins = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && next_is_small));
        if matches!(c, '_' | '-' | '.') || begins {
            words.push(String::new());
        }
        if !matches!(c, '_' | '-' | '.')
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Names of the parts of an address that sign it or open it.
const IN_ADDRESSES: &[&str] = &[
    "sig",
    "signature",
    "key",
    "code",
    "auth",
    "apikey",
    "policy",
];

/// Words that say it alone, as the last of a name.
const TELLING: &[&str] = &[
    "token",
    "secret",
    "apikey",
    "authtoken",
    "accesstoken",
    "credential",
    "credentials",
    "authorization",
    "cookie",
    "passcode",
    "passphrase",
    "accesskey",
    "secretkey",
    "pat",
    "identitytoken",
    "registrytoken",
    "nonce",
    "pwd",
    "pass",
];

/// Before `Key` in names without signs (`apiKey`); `topologyKey` and its like hold no secret.
const OF_KEYS: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "auth",
    "account",
    "encryption",
    "signing",
    "license",
    "wandb",
];

/// Whether the variable or field of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    kind_of(name, false).is_some()
}

/// What a name says about its value; `None` for names that say nothing. `in_address`: it is a
/// parameter of an address, where shorter names tell.
pub(super) fn kind_of(name: &str, in_address: bool) -> Option<Kind> {
    let bare = name.trim_start_matches(['-', '.', '_']);
    if bare.is_empty() || matches!(bare, "PWD" | "OLDPWD") || bare.len() > 128 {
        return None;
    }
    let words = words(bare);
    let last = words.last()?.as_str();
    let lower = bare.to_ascii_lowercase();
    if [
        "client-certificate-data",
        "client-key-data",
        "certificate-authority-data",
    ]
    .contains(&lower.as_str())
    {
        return Some(Kind::Pem);
    }
    if [
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-api-key",
        "x-auth-token",
    ]
    .contains(&lower.as_str())
    {
        return Some(Kind::Header);
    }
    let has = |word: &str| words.iter().any(|have| have.as_str() == word);
    let pair = |one: &str, two: &str| {
        words
            .windows(2)
            .any(|pair| pair[0] == one && pair[1] == two)
    };
    let aws = words.first().is_some_and(|word| word == "aws");
    if aws && (has("secret") || pair("access", "key") || last == "token") {
        return Some(Kind::Aws);
    }
    if in_address {
        if lower.starts_with("x-amz-") || lower.starts_with("x-goog-") {
            let signs = ["signature", "credential", "token"];
            return signs.contains(&last).then_some(Kind::Url);
        }
        if IN_ADDRESSES.contains(&lower.as_str()) {
            return Some(Kind::Url);
        }
    }
    if bare.contains("WANDB") && last == "key" {
        return Some(Kind::WandbKey);
    }
    let with_signs = bare.contains(['_', '-']);
    let shouted = !bare.chars().any(|c| c.is_ascii_lowercase());
    let contains = |part: &str| words.iter().any(|word| word.contains(part));
    let telling = contains("password")
        || contains("passwd")
        || contains("passphrase")
        || TELLING.contains(&last) && !(last == "pass" && words.len() == 1)
        || (last == "key" && words.len() > 1 && with_signs)
        || (words.len() > 1 && last == "key" && OF_KEYS.contains(&words[words.len() - 2].as_str()))
        || (shouted && with_signs && (has("secret") || pair("access", "key")))
        || (shouted
            && ["apikey", "secretkey", "accesskey"]
                .iter()
                .any(|end| lower.ends_with(end)));
    telling.then_some(if in_address { Kind::Url } else { Kind::Named })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_from_others() {
        for name in [
            "WANDB_API_KEY",
            "HF_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "MY_SECRET",
            "DB_PASSWORD",
            "PGPASSWORD",
            "MYSQL_ROOT_PASSWORD_FILE",
            "apiKey",
            "APIKey",
            "authToken",
            "client-key-data",
            "--token",
            "--wandb-api-key",
            "password",
            "token",
            "SECRET_VALUE",
            "client_secret",
            "Authorization",
            "GITHUB_PAT",
            "DB_PWD",
            "accessToken",
            "nHF_TOKEN",
            "SECRETKEY",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "PATH",
            "PWD",
            "key",
            "topologyKey",
            "secretName",
            "tokenExpirationSeconds",
            "KEYBOARD",
            "WANDB_QUEUE",
            "max_tokens",
            "MONKEY",
            "user",
            "login",
            "SSHKey",
            "WANDB_KEY_MISSING",
            "",
            "uid",
            "pass",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
