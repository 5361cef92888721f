//! No planted secret survives, wherever and however it was written.

use super::base64::encoded;
use super::known::in_address;
use super::*;
use proptest::prelude::*;

/// Words between which secrets are planted: ordinary, and such as could lead astray.
fn noise() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,40}",
        "[a-z =:\"'\\\\{},\\n]{0,40}",
        Just("I1123 22:53:00 main.go:12] \"done\" ok=true\n".to_owned()),
        Just("\u{fffd}ü€ \u{2713} {\"a\":[1,2]}\n".to_owned()),
        Just("commit: x\n".to_owned()),
    ]
}

/// A secret that is known by its form: its text.
fn formed() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-f]{40}",
        "local-[0-9a-f]{40}",
        "wandb_v1_[A-Za-z0-9_]{40,70}",
        "hf_[A-Za-z]{34}",
        "(AKIA|ASIA)[A-Z2-7]{16}",
        "ghp_[A-Za-z0-9]{36}",
        "github_pat_[A-Za-z0-9_]{40}",
        "eyJ[A-Za-z0-9_-]{20,60}\\.eyJ[A-Za-z0-9_-]{20,60}\\.[A-Za-z0-9_-]{20,43}",
        "nvapi-[A-Za-z0-9_-]{40,64}",
    ]
}

/// Something that only its name or its place tells: letters, digits and signs.
fn password() -> impl Strategy<Value = String> {
    "[A-Za-z0-9!#%*+./<>?@^_|~(){}$;,=&\\[\\]-]{7,40}[A-Za-z0-9]"
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z]{1,8}_(TOKEN|KEY|SECRET|API_KEY|PASSWORD|SECRET_ACCESS_KEY)",
        "[A-Z]{0,5}PASSWORD[A-Z_]{0,6}",
        Just("AWS_SECRET_ACCESS_KEY".to_owned()),
        Just("password".to_owned()),
        Just("client_secret".to_owned()),
        Just("apiKey".to_owned()),
    ]
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// The ways in which tools write a name and its value.
fn written(how: usize, name: &str, value: &str) -> String {
    let inner = format!("{{\"name\":{},\"value\":{}}}", json(name), json(value));
    match how {
        0 => format!(" {name}={value} "),
        1 => format!(" export {name}='{value}'\n"),
        2 => format!("{{{}: {}}}", json(name), json(value)),
        3 => format!("[{}]", json(&format!("{name}={value}"))),
        4 => format!("{{\"env\":[{inner}]}}"),
        5 => format!("{{\"last-applied\":{}}}", json(&inner)),
        6 => format!("\n- name: {name}\n  value: {}\n", json(value)),
        7 => format!("\n{name}: {}\n", json(value)),
        8 => format!(" --{name} {value} "),
        9 => format!(" [{}, {}] ", json(&format!("--{name}")), json(value)),
        10 => format!("https://h/x?{name}={}&b=1 ", in_address(value, true)),
        11 => format!("\n{name}: |\n  {value}\n"),
        12 => format!(
            "{{\"msg\":{}}}",
            json(&format!("{{{}:{}}}", json(name), json(value)))
        ),
        _ => format!("environ({{'{name}': '{value}'}})"),
    }
}

/// The ways in which a known value is written.
fn disguised(how: usize, value: &str) -> String {
    match how {
        0 => value.to_owned(),
        1 => json(value),
        2 => json(&json(value)),
        3 => in_address(value, true),
        4 => in_address(value, false),
        5 => encoded(value.as_bytes()),
        6 => encoded(format!("user:{value}").as_bytes()),
        7 => encoded(format!("api:{value}").as_bytes()),
        8 => encoded(format!("machine x login ada password {value}\n").as_bytes()),
        9 => in_address(&encoded(format!("user:{value}").as_bytes()), true),
        _ => format!("'{}'", value.replace('\'', "'\\''")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn by_their_form(before in noise(), secret in formed(), after in noise()) {
        for sign in [" ", "\"", "\\n", "=", "%3D", "/"] {
            let text = format!("{before}\n{sign}{secret} {after}");
            let clean = Redactor::default().clean(&text).text;
            prop_assert!(!clean.contains(&secret), "{clean}");
        }
    }

    #[test]
    fn by_their_names(
        before in noise(), name in name(), secret in password(), after in noise(), how in 0..14_usize,
    ) {
        // Every program takes that for its next flag.
        prop_assume!(how != 8 || !secret.starts_with("--"));
        let text = format!("{before}\n{}{after}", written(how, &name, &secret));
        let clean = Redactor::default().clean(&text).text;
        prop_assert!(!clean.contains(&secret), "{text}\n{clean}");
        prop_assert!(how != 10 || !clean.contains(&in_address(&secret, true)), "{text}\n{clean}");
    }

    #[test]
    fn by_their_value(
        before in noise(), secret in "[ -~]{8,60}", after in noise(), how in 0..11_usize,
    ) {
        prop_assume!(secret.trim().len() >= 8);
        let redactor = Redactor::new([(Kind::Known, secret.trim().to_owned())]);
        let form = disguised(how, secret.trim());
        let text = format!("{before} {form} {after}");
        let clean = redactor.clean(&text).text;
        prop_assert!(!clean.contains(form.trim_matches('"')), "{text}\n{clean}");
        prop_assert!(!redactor.betrays(&clean), "{text}\n{clean}");
    }

    #[test]
    fn in_addresses(
        before in noise(), user in "[a-z]{0,8}", secret in "[A-Za-z0-9!$'*+,;=._~-]{8,30}", after in noise(),
    ) {
        for sign in ["://", ":\\/\\/", "%3A%2F%2F"] {
            let (colon, at) = if sign.starts_with('%') { ("%3A", "%40") } else { (":", "@") };
            let text = format!("{before}\nhttp{sign}{user}{colon}{secret}{at}proxy.example {after}");
            let clean = Redactor::default().clean(&text).text;
            prop_assert!(!clean.contains(&secret), "{text}\n{clean}");
        }
    }

    #[test]
    fn in_headers_and_files(before in noise(), secret in "[A-Za-z0-9+/]{16,60}", after in noise()) {
        for text in [
            format!("{before}\nAuthorization: Basic {secret}==\r\n{after}"),
            format!("{before}\n{{\"headers\":{{\"Authorization\":[\"Bearer {secret}\"]}}}}{after}"),
            format!("{before}\n-H \"authorization: token {secret}\" {after}"),
            format!("{before}\nmachine h login ada password {secret}\n{after}"),
            format!("{before}\nmachine h\n\tlogin ada\n\tpassword {secret}\n{after}"),
            format!("{before}\n-----BEGIN RSA PRIVATE KEY-----\n{secret}\n{secret}\n-----END RSA PRIVATE KEY-----\n{after}"),
            format!("{before}\n    client-key-data: {secret}==\n{after}"),
        ] {
            let clean = Redactor::default().clean(&text).text;
            prop_assert!(!clean.contains(&secret), "{text}\n{clean}");
        }
    }

    #[test]
    fn whatever_the_text_nothing_panics(text in any::<String>(), from in 0.0..1.0, to in 0.0..1.0) {
        let redactor = Redactor::new([(Kind::Known, "ab cd ef".to_owned())]);
        let place = |part: f64| super::floor(&text, (text.len() as f64 * part) as usize);
        let (from, to) = (place(from), place(to));
        redactor.clean_part(&text, from.min(to)..from.max(to));
        redactor.clean(&text);
    }
}
