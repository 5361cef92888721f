//! Real shells as children; `sleep` is the victim and never waited for.

use super::*;
use secrecy::SecretString;
use std::sync::Mutex;

fn sh(script: &str) -> Child {
    Child::inheriting(
        ["sh", "-c", script].map(str::to_owned).to_vec(),
        &[("SAID".to_owned(), "hello".to_owned())],
    )
}

async fn run(script: &str, limit: Duration, stop: Option<&Stop>) -> Ended {
    let redactor = Redactor::default();
    let terms = Terms {
        limit,
        stop,
        ours: true,
        redactor: &redactor,
    };
    follow(&sh(script), &terms, &|_, _| {}).await.unwrap()
}

const LONG: Duration = Duration::from_secs(60);

/// Whether a process is gone, or waits only to be reaped.
fn is_gone(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.is_empty() || stat.contains(") Z ") || stat.contains(") X ")
}

/// A signal is carried out a moment after it was sent.
async fn ends(pid: &str) {
    assert!(pid.parse::<u32>().is_ok(), "no process id: `{pid}`");
    let ended = async {
        while !is_gone(pid) {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(20), ended).await;
    assert!(in_time.is_ok(), "{pid} lives");
}

#[tokio::test]
async fn output_code_and_environment_come_through() {
    let ended = run("echo $SAID $LC_ALL; echo oops >&2; exit 3", LONG, None).await;
    let Ended::Exited(answer) = ended else {
        panic!("{ended:?}")
    };
    assert_eq!(
        (answer.code, answer.stdout.as_str(), answer.stderr.as_str()),
        (3, "hello C\n", "oops\n")
    );
}

#[tokio::test]
async fn a_signals_number_is_added_to_128() {
    let Ended::Exited(answer) = run("kill -9 $$", LONG, None).await else {
        panic!("ended by itself")
    };
    assert_eq!(answer.code, 137);
}

#[tokio::test]
async fn a_child_that_takes_too_long_is_ended_with_its_grandchildren() {
    let script = "sleep 600 & echo $!; sleep 601";
    let ended = run(script, Duration::from_secs(1), None).await;
    let Ended::TimedOut(answer) = ended else {
        panic!("{ended:?}")
    };
    ends(answer.stdout.trim()).await;
}

#[tokio::test]
async fn a_wish_to_stop_ends_the_whole_group() {
    let stop = Stop::default();
    let redactor = Redactor::default();
    let terms = Terms {
        limit: LONG,
        stop: Some(&stop),
        ours: true,
        redactor: &redactor,
    };
    // Its first line says that it runs; only then is it stopped.
    let drain = stop.drain.clone();
    let child = sh("sleep 600 & echo $!; wait");
    let ended = follow(&child, &terms, &move |_, _| drain.cancel()).await;
    let Ok(Ended::Stopped(answer)) = ended else {
        panic!("{ended:?}")
    };
    ends(answer.stdout.trim()).await;
}

#[tokio::test]
async fn the_second_wish_kills_who_ignores_the_first() {
    let stop = Stop::default();
    let redactor = Redactor::default();
    let terms = Terms {
        limit: LONG,
        stop: Some(&stop),
        ours: true,
        redactor: &redactor,
    };
    let (drain, kill) = (stop.drain.clone(), stop.kill.clone());
    let child = sh("trap 'echo no' TERM; echo up; while :; do sleep 600 & wait; done");
    let ended = follow(&child, &terms, &move |_, line| match line {
        "up" => drain.cancel(),
        _ => kill.cancel(),
    })
    .await;
    let Ok(Ended::Stopped(answer)) = ended else {
        panic!("{ended:?}")
    };
    assert_eq!(answer.code, 137);
}

#[tokio::test]
async fn a_grandchild_that_keeps_the_pipe_open_does_not_hold_us_up() {
    let begun = std::time::Instant::now();
    let ended = run("sleep 600 & echo $!; exit 0", LONG, None).await;
    let Ended::Exited(answer) = ended else {
        panic!("{ended:?}")
    };
    assert!(begun.elapsed() < Duration::from_secs(30));
    let pid = answer.stdout.trim().to_owned();
    assert!(!is_gone(&pid), "it is left alone");
    run(&format!("kill -9 {pid}"), LONG, None).await;
}

#[tokio::test]
async fn a_lot_of_output_is_bounded_and_ends_with_its_end() {
    let script = "head -c 8000000 /dev/zero | tr '\\0' x | fold -w 100; echo; echo the end";
    let Ended::Exited(answer) = run(script, LONG, None).await else {
        panic!("ended by itself")
    };
    assert!(answer.stdout.len() <= 2 << 20);
    assert!(answer.stdout.ends_with("the end\n"));
}

#[tokio::test]
async fn secrets_are_gone_from_lines_and_from_what_is_kept() {
    let redactor = Redactor::new([SecretString::from("0123456789abcdef")]);
    let terms = Terms {
        limit: LONG,
        stop: None,
        ours: true,
        redactor: &redactor,
    };
    let seen = Mutex::new(Vec::new());
    let child = sh("echo key 0123456789abcdef; echo 0123456789abcdef >&2");
    let ended = follow(&child, &terms, &|_, line| {
        seen.lock().unwrap().push(line.to_owned());
    })
    .await;
    let Ok(Ended::Exited(answer)) = ended else {
        panic!("{ended:?}")
    };
    assert_eq!(answer.text(), "key [secret]\n[secret]\n");
    assert!(!seen.lock().unwrap().concat().contains("0123456789"));
}

#[tokio::test]
async fn what_is_not_there_cannot_be_started() {
    let redactor = Redactor::default();
    let terms = Terms {
        limit: LONG,
        stop: None,
        ours: true,
        redactor: &redactor,
    };
    let child = Child::inheriting(vec!["/nonexistent/program".to_owned()], &[]);
    let error = follow(&child, &terms, &|_, _| {}).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[tokio::test]
async fn nobody_waiting_any_more_ends_the_child() {
    let (say, hear) = tokio::sync::oneshot::channel();
    let say = Mutex::new(Some(say));
    let task = tokio::spawn(async move {
        let redactor = Redactor::default();
        let terms = Terms {
            limit: LONG,
            stop: None,
            ours: true,
            redactor: &redactor,
        };
        let child = sh("echo $$; sleep 600");
        follow(&child, &terms, &|_, line| {
            if let Some(say) = say.lock().unwrap().take() {
                say.send(line.to_owned()).unwrap();
            }
        })
        .await
    });
    let pid = hear.await.unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    ends(&pid).await;
}
