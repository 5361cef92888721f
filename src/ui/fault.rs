//! Failures: what is wrong, why, what mends it, and where to read on.

use super::width::{clean, prose};
use super::world::{flag_of, in_world};
use super::{Theme, Tone};
use crate::model::Fault;
use crate::reason::{self, Severity};

/// Where to read on and how to go on; each line is left out where there is nothing to say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// Path of the run's log.
    pub log: Option<&'a str>,
    /// Command that resumes.
    pub resume: Option<&'a str>,
}

/// One failure.
pub fn fault(fault: &Fault, context: &Context<'_>, theme: &Theme) -> String {
    faults(std::slice::from_ref(&fault), context, theme)
}

/// Several failures at once. They are given in dependency order, so that root causes come first;
/// the log and the way to resume are named once, at the end.
pub fn faults(faults: &[&Fault], context: &Context<'_>, theme: &Theme) -> String {
    let mut out = String::new();
    for (index, fault) in faults.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        one(&mut out, fault, context.resume.and_then(flag_of), theme);
    }
    if let Some(log) = context.log {
        out.push_str(&format!("log:  {}\n", theme.paint(Tone::Note, log)));
    }
    if let Some(resume) = context.resume {
        out.push_str(&format!("resume: {}\n", theme.paint(Tone::Note, resume)));
    }
    out
}

fn one(out: &mut String, fault: &Fault, flag: Option<&str>, theme: &Theme) {
    let severity = reason::kind(fault.reason).map_or(Severity::Error, |kind| kind.severity);
    let (word, tone) = match severity {
        Severity::Error => ("error", Tone::Bad),
        Severity::Warning => ("warning", Tone::Warn),
    };
    let label = format!("{word}[{}]:", fault.reason);
    let summary = prose(
        &theme.adapt(&clean(&fault.summary)),
        theme.width,
        label.len() + 1,
        2,
    );
    out.push_str(&format!("{} {summary}\n", theme.paint(tone, &label)));
    for cause in &fault.causes {
        let text = prose(&theme.adapt(&clean(cause)), theme.width, 13, 13);
        out.push_str(&format!("  caused by: {text}\n"));
    }
    let bar = if theme.unicode { "│" } else { "|" };
    for line in &fault.evidence {
        // The tool's own words are neither wrapped nor adapted, only kept from moving the cursor.
        let line = clean(line);
        out.push_str(&format!("  {} {line}\n", theme.paint(Tone::Quiet, bar)));
    }
    out.push('\n');
    for (text, command) in hints(fault) {
        let text = prose(&theme.adapt(&text), theme.width, 6, 6);
        out.push_str(&format!("{} {text}\n", theme.paint(Tone::Note, "hint:")));
        if let Some(command) = command {
            let command = in_world(&command, flag);
            out.push_str(&format!("        {}\n", theme.paint(Tone::Note, &command)));
        }
    }
    out.push_str(&format!("see:  gpucluster explain {}\n", fault.reason));
}

/// What mends it: the fault's own advice, else the registry's; words and a command.
pub fn hints(fault: &Fault) -> Vec<(String, Option<String>)> {
    if !fault.advice.is_empty() {
        return fault
            .advice
            .iter()
            .map(|advice| (advice.text.clone(), advice.command.clone()))
            .collect();
    }
    let general = reason::kind(fault.reason).map_or(&[][..], |kind| kind.advice);
    general
        .iter()
        .map(|(text, command)| ((*text).to_owned(), command.map(str::to_owned)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::reason::ids;

    const CONTEXT: Context<'_> = Context {
        log: Some("~/.local/state/gpucluster/runs/20261123-1453-k7q/log.jsonl"),
        resume: Some("gpucluster up"),
    };

    #[test]
    fn a_failure_with_everything() {
        insta::assert_snapshot!(fault(&samples::no_gpus(), &CONTEXT, &Theme::plain()));
    }

    #[test]
    fn a_failure_in_ascii_and_sixty_columns() {
        let theme = Theme {
            width: 60,
            ..Theme::ascii()
        };
        let text = fault(&samples::no_gpus(), &CONTEXT, &theme);
        assert!(text.is_ascii());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_hint_of_a_simulated_run_stays_on_the_simulated_machine() {
        let context = Context {
            resume: Some("gpucluster up --simulate=4xt4 --yes"),
            ..CONTEXT
        };
        let text = fault(&samples::no_gpus(), &context, &Theme::plain());
        assert!(
            text.contains("gpucluster up --simulate=4xt4 --recreate-cluster\n"),
            "{text}"
        );
    }

    #[test]
    fn several_failures_share_log_and_resume_and_fall_back_to_general_advice() {
        let (first, second) = (samples::not_loaded(), samples::no_root());
        insta::assert_snapshot!(faults(&[&first, &second], &CONTEXT, &Theme::plain()));
    }

    #[test]
    fn something_that_only_works_less_well_is_called_a_warning() {
        let text = fault(
            &Fault::new(ids::CLUSTER_WAS_RESET, "it was reset"),
            &Context::default(),
            &Theme::plain(),
        );
        assert!(
            text.starts_with("warning[CLUSTER_WAS_RESET]: it was reset\n"),
            "{text}"
        );
        assert!(!text.contains("log:") && !text.contains("resume:"));
    }
}
