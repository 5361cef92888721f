use super::*;
use proptest::prelude::*;

fn file(text: &str) -> Sources {
    Sources {
        file: Some(("gpucluster.yaml".into(), text.to_owned())),
        ..Sources::default()
    }
}

fn problems(sources: &Sources) -> Vec<String> {
    let fault = load(sources).unwrap_err();
    assert_eq!(fault.reason, ids::CONFIG_INVALID);
    fault.causes
}

fn env(pairs: &[(&str, &str)]) -> Sources {
    Sources {
        env: pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Sources::default()
    }
}

#[test]
fn nothing_at_all_gives_the_defaults() {
    let layered = load(&Sources::default()).unwrap();
    assert_eq!(layered.settings, Settings::default());
    assert!(layered.origins.is_empty());
    for empty in [
        "",
        "# only a comment\n",
        "~",
        "---\n",
        "cluster:\nnfs:\n",
        "\u{feff}",
    ] {
        assert_eq!(
            load(&file(empty)).unwrap().settings,
            Settings::default(),
            "{empty:?}"
        );
    }
}

#[test]
fn the_table_of_keys_is_the_settings() {
    let document = serde_json::to_value(Settings::default()).unwrap();
    let mut names = Vec::new();
    for (name, value) in document.as_object().unwrap() {
        match value.as_object() {
            Some(group) => names.extend(group.keys().map(|inner| format!("{name}.{inner}"))),
            None => names.push(name.clone()),
        }
    }
    let keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    assert_eq!(keys, names);
}

#[test]
fn a_later_layer_wins_and_its_origin_is_kept() {
    let mut sources = file("profile: from-file\nwandb:\n  queue: q-file\n  entity: team\n");
    sources.env = env(&[
        ("GPUCLUSTER_WANDB_QUEUE", "q-env"),
        ("GPUCLUSTER_AGENT_MAX_JOBS", "3"),
        ("PATH", "/bin"),
    ])
    .env;
    sources.flags = vec![("profile", "--profile", "from-flag".to_owned())];
    let Layered { settings, origins } = load(&sources).unwrap();
    assert_eq!(settings.profile, "from-flag");
    assert_eq!(settings.wandb.queue, "q-env");
    assert_eq!(settings.agent.max_jobs, Some(3));
    assert_eq!(settings.wandb.entity.as_deref(), Some("team"));
    assert_eq!(origins["profile"], Origin::Flag("--profile".to_owned()));
    assert_eq!(origins["wandb.queue"].to_string(), "GPUCLUSTER_WANDB_QUEUE");
    assert_eq!(origins["wandb.entity"].to_string(), "gpucluster.yaml:4:3");
    assert!(!origins.contains_key("nfs.path"));
}

#[test]
fn every_problem_is_reported_at_once_with_its_place() {
    let text = "\
profile: x
cluster:
  memroy: 48g
  cpus: [1, 2]
  start_minutes: soon
nfs:
  path: /etc
  capacity: lots
wandb:
  base_url: https://wandb.ai
agent:
  max_jobs: 0
memory: 4g
zzz: 1
";
    let mut sources = file(text);
    sources.env = env(&[
        ("GPUCLUSTER_WANDB_QEUE", "q"),
        ("GPUCLUSTER_NFS_ENABLED", "maybe"),
    ])
    .env;
    sources.flags = vec![("nfs.path", "--nfs-path", "relative".to_owned())];
    insta::assert_snapshot!(problems(&sources).join("\n"));
}

#[test]
fn a_key_that_is_there_twice_is_a_problem() {
    let found = problems(&file("cluster:\n  memory: 4g\n  memory: 8g\n"));
    assert_eq!(
        found,
        ["gpucluster.yaml:3:3: `memory` is there twice, first in line 2"]
    );
}

#[test]
fn broken_yaml_is_one_problem_with_its_position() {
    for text in [
        "profile: [",
        "a: b: c",
        "\tprofile: x",
        "profile: 'open",
        "- a\n b: c\n-",
    ] {
        let found = problems(&file(text));
        assert_eq!(found.len(), 1, "{text:?}: {found:?}");
        assert!(found[0].starts_with("gpucluster.yaml:"), "{found:?}");
    }
}

#[test]
fn other_shapes_than_settings_are_refused() {
    for text in [
        "- a\n",
        "word",
        "a: &x 1\nb: *x\n",
        "---\na: 1\n---\nb: 2\n",
        "? [a]\n: b\n",
    ] {
        assert!(!problems(&file(text)).is_empty(), "{text:?}");
    }
    assert_eq!(
        problems(&file("cluster: 4\n")),
        ["gpucluster.yaml:1:10: `cluster` is a group of settings, not one value"]
    );
}

#[test]
fn nesting_without_end_is_refused_and_does_not_overflow_the_stack() {
    assert_eq!(problems(&file(&"[".repeat(100_000))).len(), 1);
    assert_eq!(problems(&file(&"{a: ".repeat(50_000))).len(), 1);
}

#[test]
fn variables_of_wandb_stand_below_our_own() {
    let borrowed = ("WANDB_BASE_URL", "https://wandb.example.com:8443/");
    let settings = load(&env(&[borrowed])).unwrap().settings;
    assert_eq!(settings.wandb.base_url, "https://wandb.example.com:8443");
    let own = ("GPUCLUSTER_WANDB_BASE_URL", "https://other.example.com");
    let settings = load(&env(&[own, borrowed])).unwrap().settings;
    assert_eq!(settings.wandb.base_url, "https://other.example.com");
    assert_eq!(
        load(&env(&[("WANDB_ENTITY", "")]))
            .unwrap()
            .settings
            .wandb
            .entity,
        None
    );
}

#[test]
fn variables_with_a_meaning_of_their_own_are_no_settings() {
    let reserved = [
        ("GPUCLUSTER_CONFIG", "x"),
        ("GPUCLUSTER_STATE_DIR", "x"),
        ("GPUCLUSTER_LOG", "x"),
        ("GPUCLUSTER_SIM_FAIL", "x"),
        ("GPUCLUSTER_TEST_ANYTHING", "x"),
    ];
    assert_eq!(load(&env(&reserved)).unwrap().settings, Settings::default());
}

#[test]
fn values_that_are_allowed_and_values_that_are_not() {
    let ok = |key: &'static str, value: &str| {
        let flags = vec![(key, "--flag", value.to_owned())];
        load(&Sources {
            flags,
            ..Sources::default()
        })
        .is_ok()
    };
    for (key, good, bad) in [
        (
            "profile",
            vec!["ab", "gpu-1"],
            vec!["", "a", "a_b", "-ab", "ab-", "a b", "ä-b"],
        ),
        ("namespace", vec!["default"], vec!["", "Launch", "a.b"]),
        ("patience", vec!["1", "60"], vec!["0", "61", "-1", "1.5"]),
        (
            "cluster.cpus",
            vec!["max", "no-limit", "8"],
            vec!["1", "0", "-2", "all", "1.5"],
        ),
        (
            "cluster.memory",
            vec!["max", "48g", "64000", "1.5GiB"],
            vec!["", "0", "48x", "g", "-1g", "4 g", "1.2.3g", "nan"],
        ),
        (
            "cluster.kubernetes_version",
            vec!["", "v1.35.1", "1.33", "stable"],
            vec!["newest", "v1", "1.2.3.4"],
        ),
        (
            "cluster.start_minutes",
            vec!["1", "30"],
            vec!["0", "99999999999", "-1", "x"],
        ),
        (
            "gpu.image",
            vec!["ubuntu:24.04", "nvcr.io/a/b@sha256:00"],
            vec!["", "a b", "--rm"],
        ),
        ("nfs.enabled", vec!["true", "no"], vec!["", "2", "maybe"]),
        (
            "nfs.path",
            vec!["/srv/gpucluster", "/home/u/share", "/data", "/var/lib/x/"],
            vec![
                "",
                "/",
                "//",
                "/etc",
                "/etc/x",
                "/home/",
                "/usr/share/x",
                "srv",
                "/srv/../etc",
                "/srv/a\nb",
                "/var",
            ],
        ),
        (
            "nfs.capacity",
            vec!["100Gi", "1T", "5"],
            vec!["", "0Gi", "100gb", "Gi", "1e3"],
        ),
        (
            "nfs.server",
            vec!["", "10.0.0.1", "nas.example.com"],
            vec!["a b", "nas:/x/y"],
        ),
        (
            "wandb.base_url",
            vec!["https://api.wandb.ai", "http://10.0.0.1:8080/"],
            vec![
                "",
                "api.wandb.ai",
                "ftp://x",
                "https://",
                "https://wandb.ai",
                "https://wandb.ai/",
                "https://x:0",
                "https://x:99999",
                "https://x/y",
                "https://u:p@x",
                "https://a b",
            ],
        ),
        ("wandb.queue", vec!["gpu", "a queue"], vec!["", "a/b"]),
        (
            "agent.version",
            vec!["0.31.0", "0.31.0rc1"],
            vec!["", ">=0.31", "latest"],
        ),
        (
            "agent.python",
            vec!["python3.12", "/opt/py/bin/python"],
            vec!["", "  ", "-c"],
        ),
        (
            "agent.index_url",
            vec!["", "https://pypi.example.com/simple", "file:///wheels"],
            vec!["pypi", "https://u:p@pypi"],
        ),
        (
            "agent.max_jobs",
            vec!["", "1", "8"],
            vec!["0", "-1", "many"],
        ),
        (
            "agent.supervisor",
            vec!["auto", "systemd", "gpucluster"],
            vec!["", "Systemd", "launchd"],
        ),
    ] {
        for value in good {
            assert!(ok(key, value), "{key}={value:?} should be allowed");
        }
        for value in bad {
            assert!(!ok(key, value), "{key}={value:?} should be refused");
        }
    }
}

fn settings() -> impl Strategy<Value = Settings> {
    (
        ("[a-z0-9][a-z0-9-]{0,8}[a-z0-9]", "[a-z][a-z0-9]{0,9}"),
        prop_oneof![
            Just("max".to_owned()),
            (2u32..999).prop_map(|n| n.to_string())
        ],
        prop_oneof![Just("no-limit".to_owned()), "[1-9][0-9]{0,4}[bkmg]?"],
        proptest::option::of("v1\\.[1-9][0-9]\\.[0-9]"),
        (
            "/(srv|data|mnt)/[a-zA-Z0-9_ :'-]{0,9}[a-z]",
            "[1-9][0-9]{0,3}(Mi|Gi|Ti)?",
        ),
        (
            "https?://[a-z]{1,9}\\.example(:[1-9][0-9]{0,3})?",
            "[ -.0-~]{1,20}",
        ),
        (proptest::option::of(1u32..99), 1u64..1440, any::<bool>()),
        proptest::option::of("[a-z0-9-]{1,12}"),
    )
        .prop_map(
            |(names, cpus, memory, version, nfs, wandb, numbers, entity)| {
                let mut settings = Settings::default();
                (settings.profile, settings.namespace) = names;
                settings.cluster.cpus = cpus;
                settings.cluster.memory = memory;
                settings.cluster.kubernetes_version = version;
                settings.nfs.path = nfs.0.into();
                settings.nfs.capacity = nfs.1;
                (settings.wandb.base_url, settings.wandb.queue) = wandb;
                (
                    settings.agent.max_jobs,
                    settings.cluster.start_minutes,
                    settings.nfs.enabled,
                ) = numbers;
                settings.wandb.entity = entity;
                settings
            },
        )
}

proptest! {
    #[test]
    fn any_text_is_answered_without_a_panic(text in "\\PC*|[a-z:\\-\\[\\]{}\"' \\n\\t&*!#|>%@]{0,80}") {
        let _ = load(&file(&text));
    }

    #[test]
    fn any_variables_are_answered_without_a_panic(name in "GPUCLUSTER_[A-Z_]{0,20}", value in "\\PC*") {
        let _ = load(&env(&[(&name, &value)]));
    }

    #[test]
    fn settings_written_as_yaml_are_read_back_the_same(settings in settings()) {
        let text = serde_yaml::to_string(&settings).unwrap();
        let layered = load(&file(&text)).map_err(|fault| TestCaseError::fail(format!("{:?}\n{text}", fault.causes)))?;
        prop_assert_eq!(layered.settings, settings);
    }
}
