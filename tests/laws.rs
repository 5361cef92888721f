//! The promises of the product, held on simulated machines in virtual time with the real catalogue
//! and the real engine.

#[path = "laws/flight.rs"]
mod flight;

use camino::Utf8Path;
use flight::{Flight, Order, Theirs, Wishes, differences, foreign, left_of, normal, ours_left};
use gpucluster::engine::consent::Consent;
use gpucluster::host::ReadHost;
use gpucluster::host::overlay::Overlay;
use gpucluster::host::sim::{
    FaultRule, NfsPort, OnCrash, SimHost, SimOptions, World, build_machine, machines,
};
use gpucluster::model::{Outcome, Plan};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

fn host(world: World, faults: Vec<FaultRule>) -> SimHost {
    SimHost::with_world(
        world,
        SimOptions {
            faults,
            on_crash: OnCrash::Freeze,
            ..SimOptions::default()
        },
    )
}

fn machine(name: &str) -> SimHost {
    host(build_machine(name).unwrap(), Vec::new())
}

fn performed(host: &SimHost) -> Vec<String> {
    let log = host.world_snapshot().log;
    log.into_iter().map(|done| done.text).collect()
}

/// Runs on a paused clock: minutes of a simulated machine pass at once.
fn fly<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(work)
}

/// Machines on which `up` reaches its end without a person.
const WHOLE: [&str; 6] = [
    "4xt4",
    "8xh100",
    "1xrtx4090",
    "nfs-in-use",
    "shared-host",
    "bare",
];

#[test]
fn a_rehearsal_tells_exactly_what_a_run_does_and_touches_nothing() {
    for (name, _) in machines() {
        fly(async {
            let wishes = Wishes {
                width: 1,
                ..Wishes::default()
            };
            let real = machine(name);
            let run = Flight::new().up(&real, wishes).await;
            let below = Arc::new(machine(name));
            let before = below.world_snapshot();
            let kubeconfig = flight::kubeconfig(below.identity());
            let reader: Arc<dyn ReadHost> = below.clone();
            let overlay = Overlay::new(reader, "gpucluster", &kubeconfig);
            let rehearsal = Flight::new().up(&overlay, wishes).await;
            assert_eq!(normal(&before), normal(&below.world_snapshot()), "{name}");
            assert_eq!(below.world_snapshot().log, [], "{name}");
            let only_a_run_finds_out = [
                "disk-full",
                "firewalled",
                "cdi-stale",
                "no-cgroups",
                "docker-remote",
                "minikube-home-root",
            ];
            if only_a_run_finds_out.contains(name) {
                // How much a start writes is not known to a rehearsal, nor what a firewall does with
                // a node that is not there yet, nor what another daemon, a stale specification or
                // a folder of root's does to a command; its plan is the same.
                assert_eq!(rehearsal.plan, run.plan, "{name}");
                return;
            }
            assert_eq!(overlay.rehearsed(), performed(&real), "{name}");
            assert_eq!(rehearsal.outcome, run.outcome, "{name}");
        });
    }
}

#[test]
fn a_second_up_changes_nothing_and_a_look_never_does() {
    for (name, _) in machines() {
        fly(async {
            let host = machine(name);
            let flight = Flight::new();
            let untouched = normal(&host.world_snapshot());
            flight.look(&host).await;
            assert_eq!(normal(&host.world_snapshot()), untouched, "{name}");
            flight.up(&host, Wishes::default()).await;
            let (world, log) = (normal(&host.world_snapshot()), performed(&host));
            flight.look(&host).await;
            assert_eq!(normal(&host.world_snapshot()), world, "{name}");
            if WHOLE.contains(name) {
                let again = flight.up(&host, Wishes::default()).await;
                assert_eq!(again.outcome, Some(Outcome::Unchanged), "{name}");
                assert!(again.plan.is_empty(), "{name}: {:?}", again.plan);
                assert_eq!(performed(&host), log, "{name}");
                assert_eq!(normal(&host.world_snapshot()), world, "{name}");
            }
        });
    }
}

#[test]
fn what_was_planned_is_journalled_and_what_is_journalled_was_agreed_to() {
    for (name, _) in machines() {
        fly(async {
            let host = machine(name);
            let flight = Flight::new();
            let run = flight.up(&host, Wishes::default()).await;
            let intents = flight.intents();
            if WHOLE.contains(name) {
                for (step, change) in run.plan.changes() {
                    let planned = (step.as_str().to_owned(), change.describe());
                    assert!(intents.contains(&planned), "{name}: {planned:?}");
                }
            }
            let mut told: Vec<String> = intents.iter().map(|(_, text)| text.clone()).collect();
            let mut done = performed(&host);
            told.sort();
            done.sort();
            assert_eq!(told, done, "{name}: journal and machine disagree");
            let agreed = agreed_steps(&run.plan);
            for (step, text) in intents {
                assert!(agreed.contains(&step), "{name}: {step} did `{text}`");
            }
            // Nothing at all is covered by the consent to an empty plan.
            let none = Consent::default();
            for (step, change) in run.plan.changes() {
                assert!(!none.covers(step, change));
            }
        });
    }
}

#[test]
fn what_others_export_and_keep_in_the_folder_stays_byte_for_byte() {
    fly(async {
        let host = machine("shared-host");
        let theirs = Theirs::of(&host.world_snapshot());
        let flight = Flight::new();
        let up = flight.up(&host, Wishes::default()).await;
        assert_eq!(up.outcome, Some(Outcome::Changed), "{:?}", up.faults);
        let told = flight.told.lock().unwrap().clone();
        assert!(
            told.contains("/etc/exports:3 `/srv/scans 10.0.0.0/8(rw,snyc,"),
            "{told}"
        );
        assert!(told.contains("has files and is left as it is"), "{told}");
        // While it runs, too: their files, their folder's owner and bits, their entry in the table.
        let during = host.world_snapshot();
        for path in [
            "/etc/exports",
            "/srv/gpucluster",
            "/srv/gpucluster/models/weights.bin",
        ] {
            let path = Utf8Path::new(path);
            let before = build_machine("shared-host").unwrap();
            assert_eq!(during.files.get(path), before.files.get(path), "{path}");
        }
        assert!(
            during
                .exports
                .iter()
                .any(|export| export.path == "/srv/homes")
        );
        flight.down(&host).await;
        let after = host.world_snapshot();
        assert_eq!(theirs.harmed(&after), Vec::<String>::new());
        assert_eq!(ours_left(&after), Vec::<String>::new());
    });
}

#[test]
fn a_port_that_a_firewall_shuts_ends_the_run_at_once_and_opened_it_goes_on() {
    fly(async {
        let host = machine("firewalled");
        let flight = Flight::new();
        let begun = tokio::time::Instant::now();
        let up = flight.up(&host, Wishes::default()).await;
        let reasons: Vec<&str> = up
            .faults
            .iter()
            .map(|fault| fault.reason.as_str())
            .collect();
        assert_eq!(reasons, ["NFS_PORT_BLOCKED"]);
        assert!(up.faults[0].advice[0].text.contains("ufw is on"));
        let shut = begun.elapsed();
        let open = time_of_up(&machine("4xt4")).await;
        assert!(shut < open + Duration::from_secs(15), "{shut:?}, {open:?}");
        // What does not depend on it was done; a second run says it before it changes anything.
        let log = performed(&host);
        let again = flight.up(&host, Wishes::default()).await;
        assert_eq!(again.outcome, None, "a person is needed first");
        assert_eq!(performed(&host), log);
        host.meddle(|world| world.nfs_port = NfsPort::Open).unwrap();
        let opened = flight.up(&host, Wishes::default()).await;
        assert_eq!(
            opened.outcome,
            Some(Outcome::Changed),
            "{:?}",
            opened.faults
        );
    });
}

/// How long a whole `up` takes, on the machine's own clock.
async fn time_of_up(host: &SimHost) -> Duration {
    let begun = tokio::time::Instant::now();
    Flight::new().up(host, Wishes::default()).await;
    begun.elapsed()
}

fn agreed_steps(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .filter(|step| !step.changes.is_empty() || !step.forecast.is_empty())
        .map(|step| step.step.as_str().to_owned())
        .collect()
}

#[test]
fn any_width_and_any_order_reach_the_same_world() {
    for name in WHOLE {
        let mut reached = Vec::new();
        for order in [Order::Listed, Order::Backwards] {
            for width in [1, 2, 4] {
                let world = fly(async {
                    let host = machine(name);
                    let wishes = Wishes { width, order };
                    let run = Flight::new().up(&host, wishes).await;
                    assert_eq!(
                        run.outcome,
                        Some(Outcome::Changed),
                        "{name} {:?}",
                        run.faults
                    );
                    normal(&host.world_snapshot())
                });
                reached.push((width, order, world));
            }
        }
        for (width, order, world) in &reached[1..] {
            let astray = differences(world, &reached[0].2);
            assert_eq!(
                astray,
                Vec::<String>::new(),
                "{name}: width {width}, {order:?}"
            );
        }
    }
}

#[test]
fn down_leaves_the_machine_as_it_was() {
    for (name, alone) in WHOLE
        .into_iter()
        .flat_map(|name| [(name, true), (name, false)])
    {
        fly(async {
            let mut world = build_machine(name).unwrap();
            if !alone {
                foreign(&mut world, "# mine\n");
            }
            let theirs = Theirs::of(&world);
            let host = host(world, Vec::new());
            let flight = Flight::new();
            flight.up(&host, Wishes::default()).await;
            let down = flight.down(&host).await;
            assert_eq!(down.outcome, Some(Outcome::Changed), "{:?}", down.faults);
            let after = host.world_snapshot();
            assert_eq!(ours_left(&after), Vec::<String>::new(), "{name}");
            assert_eq!(theirs.harmed(&after), Vec::<String>::new(), "{name}");
            assert_eq!(theirs.strange(&after), Vec::<String>::new(), "{name}");
            let again = flight.down(&host).await;
            assert_eq!(again.plan.changes().count(), 0, "{name}: {:?}", again.plan);
        });
    }
}

#[test]
fn lingering_and_units_of_the_persons_own_stay_as_they_were() {
    fly(async {
        let mut world = build_machine("4xt4").unwrap();
        foreign(&mut world, "");
        let units = world.identity.user_units();
        let wants = units.join("default.target.wants");
        let theirs = [
            (
                Utf8Path::new("/var/lib/systemd/linger/ubuntu").to_owned(),
                "",
            ),
            (units.join("theirs.service"), "[Service]\n"),
            (wants.join("theirs.service"), "[Service]\n"),
        ];
        for (path, text) in theirs {
            world.put(path.as_str(), text, 0o644, 1000);
        }
        let theirs = Theirs::of(&world);
        let host = host(world, Vec::new());
        let flight = Flight::new();
        let up = flight.up(&host, Wishes::default()).await;
        assert_eq!(up.outcome, Some(Outcome::Changed), "{:?}", up.faults);
        let words = |plan: &Plan| -> String {
            plan.changes()
                .map(|(_, change)| change.describe() + "\n")
                .collect()
        };
        assert!(!words(&up.plan).contains("linger"), "{}", words(&up.plan));
        let down = flight.down(&host).await;
        assert!(
            !words(&down.plan).contains("linger"),
            "{}",
            words(&down.plan)
        );
        let after = host.world_snapshot();
        assert_eq!(left_of(&after, true), Vec::<String>::new());
        assert_eq!(theirs.harmed(&after), Vec::<String>::new());
    });
}

#[test]
fn no_secret_is_in_any_event_plan_or_journal() {
    for (name, _) in machines() {
        fly(async {
            let mut world = build_machine(name).unwrap();
            foreign(&mut world, "");
            let host = host(world, Vec::new());
            let flight = Flight::new();
            flight.up(&host, Wishes::default()).await;
            // A second look finds the files of the first, and somebody rotates the key by hand.
            host.meddle(|world| {
                for (path, entry) in &mut world.files {
                    if path.as_str().ends_with("agent/home/.netrc")
                        && let Some(text) = &mut entry.content
                    {
                        *text = text.replace("51a0", "51b0");
                    }
                }
            })
            .unwrap();
            let key = flight.up(&host, Wishes::default()).await;
            if WHOLE.contains(name) {
                let texts: Vec<String> = key.plan.changes().map(|(_, c)| c.describe()).collect();
                let [stop, put, start] = &texts[..] else {
                    panic!("{name}: {texts:?}")
                };
                assert_eq!(stop, "stop agent-gpucluster");
                assert!(put.starts_with("put the W&B key into"), "{put}");
                let unit = "gpucluster-agent-gpucluster.service";
                let want = format!("start agent-gpucluster (systemctl --user enable --now {unit})");
                assert_eq!(*start, want);
                assert_eq!(key.outcome, Some(Outcome::Changed), "{:?}", key.faults);
            }
            flight.down(&host).await;
            let all = flight.told.lock().unwrap().clone() + &flight.journals();
            for secret in ["51a000000", "51b000000", "client-key-data", "password b"] {
                assert!(!all.contains(secret), "{name}: {secret}");
            }
        });
    }
}

#[test]
fn an_agent_that_must_start_anew_behind_a_step_that_is_mended_is_agreed_to() {
    fly(async {
        let host = machine("4xt4");
        let flight = Flight::new();
        flight.up(&host, Wishes::default()).await;
        host.meddle(|world| {
            world
                .files
                .remove(Utf8Path::new("/etc/exports.d/gpucluster.exports"));
            for (path, entry) in &mut world.files {
                if path.as_str().ends_with("launch-config.yaml") {
                    entry.content = Some("max_jobs: 1\n".to_owned());
                }
            }
        })
        .unwrap();
        let run = flight.up(&host, Wishes::default()).await;
        assert_eq!(run.outcome, Some(Outcome::Changed), "{:?}", run.faults);
    });
}

#[test]
fn a_down_cut_short_after_any_change_is_finished_by_typing_it_again() {
    for name in ["4xt4", "nfs-in-use"] {
        let mut world = build_machine(name).unwrap();
        foreign(&mut world, "# mine\n");
        let theirs = Theirs::of(&world);
        for nth in 1.. {
            let flight = Flight::new();
            let up = fly(async {
                let host = host(world.clone(), Vec::new());
                flight.up(&host, Wishes::default()).await;
                host.world_snapshot()
            });
            let cut = fly(async {
                let rules = vec![FaultRule::CrashAfter(nth)];
                let host = host(up.clone(), rules);
                until_crash(&host, flight.down(&host)).await
            });
            let done = fly(async {
                let host = host(cut.clone(), Vec::new());
                flight.down(&host).await;
                host.world_snapshot()
            });
            let at = format!("{name}, cut after change {nth}");
            assert_eq!(ours_left(&done), Vec::<String>::new(), "{at}");
            assert_eq!(theirs.harmed(&done), Vec::<String>::new(), "{at}");
            assert_eq!(theirs.strange(&done), Vec::<String>::new(), "{at}");
            assert!(!done.docker.runtimes.contains("nvidia"), "{at}");
            if cut.log.len() < up.log.len() + nth as usize {
                break;
            }
        }
    }
}

fn fault() -> impl Strategy<Value = FaultRule> {
    let nth = 1u32..16;
    prop_oneof![
        nth.clone()
            .prop_map(|n| FaultRule::Fail(n, "no such luck".into())),
        nth.clone().prop_map(FaultRule::CrashBefore),
        nth.clone().prop_map(FaultRule::CrashDuring),
        nth.clone().prop_map(FaultRule::CrashAfter),
        nth.prop_map(FaultRule::Hang),
    ]
}

/// Flies until the end, or until the injected crash freezes the machine; the world it left.
async fn until_crash<T>(host: &SimHost, run: impl Future<Output = T>) -> World {
    tokio::select! {
        _ = run => {}
        () = host.crashed() => {}
        // A person's patience with a command that hangs for ever.
        () = tokio::time::sleep(Duration::from_secs(7200)) => {}
    }
    host.world_snapshot()
}

fn undisturbed(name: &str, foreign_lines: &str) -> serde_json::Value {
    fly(async {
        let mut world = build_machine(name).unwrap();
        foreign(&mut world, foreign_lines);
        let host = host(world, Vec::new());
        Flight::new().up(&host, Wishes::default()).await;
        normal(&host.world_snapshot())
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        max_shrink_iters: 64,
        ..ProptestConfig::default()
    })]

    /// Whatever befell earlier runs, a clean `up` reaches the undisturbed world, and a `down`,
    /// however often it is cut short itself, leaves nothing of ours and all of theirs.
    #[test]
    fn no_fault_keeps_the_machine_from_its_world_or_from_being_given_back(
        name in prop::sample::select(WHOLE.to_vec()),
        ups in prop::collection::vec(fault(), 1..3),
        downs in prop::collection::vec(fault(), 0..3),
        width in 1usize..5,
        finish in any::<bool>(),
        lines in "(# [a-z]{1,9}\n){0,3}",
    ) {
        let mut world = build_machine(name).unwrap();
        foreign(&mut world, &lines);
        let theirs = Theirs::of(&world);
        let flight = Flight::new();
        let wishes = Wishes { width, ..Wishes::default() };
        for rule in &ups {
            world = fly(async {
                let host = host(world, vec![rule.clone()]);
                until_crash(&host, flight.up(&host, wishes)).await
            });
        }
        if finish {
            world = fly(async {
                let host = host(world, Vec::new());
                let run = flight.up(&host, wishes).await;
                prop_assert!(run.faults.is_empty(), "{:?}", run.faults);
                Ok(host.world_snapshot())
            })?;
            let astray = differences(&normal(&world), &undisturbed(name, &lines));
            prop_assert_eq!(astray, Vec::<String>::new());
        }
        for rule in &downs {
            world = fly(async {
                let host = host(world, vec![rule.clone()]);
                until_crash(&host, flight.down(&host)).await
            });
        }
        world = fly(async {
            let host = host(world, Vec::new());
            let run = flight.down(&host).await;
            prop_assert!(run.faults.is_empty(), "{:?}", run.faults);
            Ok(host.world_snapshot())
        })?;
        prop_assert_eq!(ours_left(&world), Vec::<String>::new());
        prop_assert_eq!(theirs.harmed(&world), Vec::<String>::new());
        prop_assert_eq!(theirs.strange(&world), Vec::<String>::new());
    }
}
