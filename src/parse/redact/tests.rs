use super::*;

fn clean(text: &str) -> String {
    Redactor::default().clean(text).text
}

/// Texts with a secret in them, and what is left.
const CASES: &[(&str, &str)] = &[
    (
        "WANDB_API_KEY=0123456789abcdef",
        "WANDB_API_KEY=[redacted: W&B key]",
    ),
    (
        "key 0123456789abcdef0123456789abcdef01234567.",
        "key [redacted: W&B key].",
    ),
    (
        "export HF_TOKEN='a b c'; x",
        "export HF_TOKEN='[redacted: secret by its name]'; x",
    ),
    (
        "got hf_abcdefghijklmnopqrstuvwx!",
        "got [redacted: Hugging Face token]!",
    ),
    ("id AKIAIOSFODNN7EXAMPLE", "id [redacted: AWS key]"),
    (
        "{\"Authorization\": \"Bearer abc\"}",
        "{\"Authorization\": \"[redacted: authorization header]\"}",
    ),
    (
        "> Authorization: Basic YXBpOnNlY3JldA==\n> Host: x",
        "> Authorization: [redacted: authorization header]\n> Host: x",
    ),
    (
        "curl -H 'Authorization: Bearer abc' x",
        "curl -H 'Authorization: [redacted: authorization header]' x",
    ),
    (
        "https://ada:pw@proxy:3128/",
        "https://ada:[redacted: credential in an address]@proxy:3128/",
    ),
    (
        "https://ghtokenlong12@github.com/x",
        "https://[redacted: credential in an address]@github.com/x",
    ),
    (
        "HTTPS_PROXY=ada:pw@proxy:3128",
        "HTTPS_PROXY=ada:[redacted: credential in an address]@proxy:3128",
    ),
    (
        "GET /f?X-Amz-Signature=abc&x=1 HTTP",
        "GET /f?X-Amz-Signature=[redacted: credential in an address] HTTP",
    ),
    (
        "?next=1%26token%3Dabc%26y",
        "?next=1%26token%3D[redacted: credential in an address]",
    ),
    (
        "  - name: MY_SECRET\n    value: x y\n  - name: A",
        "  - name: MY_SECRET\n    value: [redacted: secret by its name]\n  - name: A",
    ),
    (
        "{\"name\":\"HF_TOKEN\",\"value\":\"x\"},{\"name\":\"A\",\"value\":\"b\"}",
        "{\"name\":\"HF_TOKEN\",\"value\":\"[redacted: secret by its name]\"},{\"name\":\"A\",\"value\":\"b\"}",
    ),
    (
        "{\\\"name\\\":\\\"HF_TOKEN\\\",\\\"value\\\":\\\"x\\\"}",
        "{\\\"name\\\":\\\"HF_TOKEN\\\",\\\"value\\\":\\\"[redacted: secret by its name]\\\"}",
    ),
    (
        "[\"--token\", \"abc\", \"--x\"]",
        "[\"--token\", \"[redacted: secret by its name]\", \"--x\"]",
    ),
    (
        "kubeadm join --token abc.def --x",
        "kubeadm join --token [redacted: secret by its name] --x",
    ),
    (
        "machine api.wandb.ai\n  login user\n  password abc\n",
        "machine api.wandb.ai\n  login user\n  password [redacted: secret by its name]\n",
    ),
    (
        "    client-key-data: LS0tLS1CRUdJTiBQUklWQVRF\n",
        "    client-key-data: [redacted: certificate or key]\n",
    ),
    (
        "a\n-----BEGIN KEY-----\nabc\n-----END KEY-----\nb",
        "a\n[redacted: certificate or key]\nb",
    ),
    (
        "\"-----BEGIN KEY-----\\nabc\\n-----END KEY-----\\n\"",
        "\"[redacted: certificate or key]\\n\"",
    ),
    (
        "-----BEGIN KEY-----\nabcd",
        "[redacted: certificate or key]",
    ),
    (
        "abcd\n-----END KEY-----\nb",
        "[redacted: certificate or key]\nb",
    ),
    (
        "password: |\n  a\n  b\nnext: 1",
        "password: |\n[redacted: secret by its name]next: 1",
    ),
    (
        "\"auth\": \"dXNlcjpwYXNz\"",
        "\"auth\": \"[redacted: secret by its name]\"",
    ),
    (
        "{\"DB_PASSWORD\":\"a\\\"b\",\"x\":1}",
        "{\"DB_PASSWORD\":\"[redacted: secret by its name]\",\"x\":1}",
    ),
];

#[test]
fn secrets_are_taken_out_and_their_surroundings_stay() {
    for (text, want) in CASES {
        assert_eq!(clean(text), *want, "{text}");
    }
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "minikube version: v1.38.1\ncommit: 65318f4cfff9c12cc87ec9eb8f4cdd57b25047f3",
        "{\"key\":\"node.kubernetes.io/not-ready\",\"secretName\":\"x\",\"tokenExpirationSeconds\":3607}",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "read -rs WANDB_API_KEY && export WANDB_API_KEY",
        "error[WANDB_KEY_MISSING]: no W&B key is known",
        "git@github.com:x/y.git ssh://git@host/x https://host:8443/a@b",
        "basic authentication, bearer tokens",
        "\"automountServiceAccountToken\": false, \"token\": null",
        "PWD=/home/ada\nPATH=/bin",
        "registry.k8s.io/pause@sha256:abc",
    ] {
        assert_eq!(clean(text), text);
    }
}

#[test]
fn a_clean_text_stays_as_it_is_when_it_is_cleaned_again() {
    for (text, _) in CASES {
        let once = clean(text);
        assert_eq!(clean(&once), once, "{text}");
    }
}

#[test]
fn what_stands_around_a_part_tells_what_in_it_is_secret() {
    let text = "- name: HF_TOKEN\n  value: abcdefgh\n";
    let at = text.find("  value").unwrap();
    let part = Redactor::default().clean_part(text, at..text.len());
    assert_eq!(part.text, "  value: [redacted: secret by its name]\n");
    let inside = text.find("defgh").unwrap();
    let part = Redactor::default().clean_part(text, inside..text.len());
    assert_eq!(part.text, "[redacted: secret by its name]\n");
}

#[test]
fn what_was_taken_out_is_counted_by_its_kind() {
    let redacted = Redactor::default()
        .clean("A_TOKEN=x B_TOKEN=y AKIAIOSFODNN7EXAMPLE")
        .redacted;
    let said: Vec<String> = redacted
        .iter()
        .map(|one| format!("{} {}", one.times, one.kind))
        .collect();
    assert_eq!(said, ["1 AWS key", "2 secret by its name"]);
}

#[test]
fn the_passwords_of_files_become_known() {
    let found = secrets_in("machine a login b password correct-horse");
    assert_eq!(found, [(Kind::Named, "correct-horse".to_owned())]);
    let found = secrets_in("{\"auths\":{\"x\":{\"auth\":\"dXNlcjpjb3JyZWN0LWhvcnNl\"}}}");
    assert!(found.contains(&(Kind::Known, "correct-horse".to_owned())));
}
