//! The plan as a screen: what is in place, what will be done, by whom, and what it hurts.

mod verdict;

use super::width::{clean, columns, pad, prose, widest, wrap};
use super::{Mark, Theme, Tone};
pub(super) use verdict::counted;
pub use verdict::verdict;

use crate::model::{Change, Effect, Forecast, Plan, Privilege, Risk, StepId, StepPlan, Verdict};

/// Steps in place are listed one by one up to this many.
const FOLD_ABOVE: usize = 6;

/// Names of steps longer than this do not widen the column.
const NAME_LIMIT: usize = 24;

/// The first lines of a screen: version, profile, host. `world` is `real`, `rehearsal` or
/// `simulated:4xt4`; any but the first is said to touch nothing real.
pub fn header(version: &str, profile: &str, host: &str, world: &str, theme: &Theme) -> String {
    let parts = [
        format!("gpucluster {version}"),
        format!("profile {profile}"),
        format!("host {host}"),
    ];
    let text = prose(&parts.join(theme.separator()), theme.width, 0, 2);
    let mut text = theme.paint(Tone::Strong, &text);
    text.push('\n');
    if let Some(note) = world_note(world) {
        text.push_str(&theme.paint(Tone::Warn, &note));
        text.push('\n');
    }
    text
}

/// What has to be said of a world that is not this machine itself.
pub(super) fn world_note(world: &str) -> Option<String> {
    match world.split_once(':') {
        Some(("simulated", machine)) => Some(format!(
            "simulated machine {machine}: nothing real is touched"
        )),
        _ if world == "rehearsal" => {
            Some("rehearsal: this machine is read, changes land in a shadow".to_owned())
        }
        _ => None,
    }
}

/// The plan as it is shown before consent is asked for. `verbose` unfolds what is in place; paths
/// below `home` are written with `~`.
pub fn plan(plan: &Plan, theme: &Theme, verbose: bool, home: &str) -> String {
    Screen::new(plan, theme, home).render(plan, verbose, false)
}

/// What `doctor --deep` would run, for what it shows.
pub fn trials(plan: &Plan, theme: &Theme, home: &str) -> String {
    let screen = Screen::new(plan, theme, home);
    let mut out = String::new();
    for step in &plan.steps {
        screen.line(&mut out, Mark::Add, step.step.as_str(), "to be tried out");
        for change in &step.changes {
            screen.change(&mut out, change, false);
        }
    }
    out
}

/// What `down` takes back, in the order in which it is carried out.
pub fn undo(plan: &Plan, whole: bool, theme: &Theme, home: &str) -> String {
    let mut going = plan.clone();
    going.steps.retain(|step| {
        !step.changes.is_empty() || !step.warnings.is_empty() || step.fault().is_some()
    });
    if going.steps.is_empty() {
        return format!("{}\n", super::undo::nothing(whole));
    }
    let screen = Screen {
        removes: true,
        marks: 1,
        ..Screen::new(&going, theme, home)
    };
    let mut out = String::new();
    for step in &going.steps {
        screen.step(&mut out, step, false);
    }
    let actions = counted(going.changes().count(), "action");
    let root = going.root_actions();
    let separator = theme.separator();
    out.push_str(&format!("  {actions}{separator}{root} as root\n"));
    out
}

/// Paths below `home` written with `~`, as a shell reads them.
pub(super) fn tilde(text: &str, home: &str) -> String {
    if home.len() < 2 {
        return text.to_owned();
    }
    text.replace(&format!("{home}/"), "~/")
}

/// The plan with the reason of each change: the `e` of the prompt.
pub fn explain(plan: &Plan, theme: &Theme, home: &str) -> String {
    Screen::new(plan, theme, home).render(plan, true, true)
}

/// The mark of a step in a plan.
pub(super) fn mark_of(step: &StepPlan) -> Mark {
    match &step.verdict {
        Verdict::InPlace => Mark::Ok,
        Verdict::Change { .. } if step.changes.iter().any(|c| c.risk == Risk::Destructive) => {
            Mark::Replace
        }
        Verdict::Change { drift: true } => Mark::Change,
        Verdict::Change { drift: false } | Verdict::UnknownUntil(_) => Mark::Add,
        Verdict::Wait(_) | Verdict::BlockedBy(_) => Mark::Wait,
        Verdict::NeedsHuman(_) => Mark::Failed,
        Verdict::CouldNotLook(_) => Mark::Unknown,
        Verdict::Skipped | Verdict::OutOfScope => Mark::Skipped,
    }
}

struct Screen<'a> {
    theme: &'a Theme,
    home: &'a str,
    /// Whether the changes take away rather than bring about.
    removes: bool,
    /// Columns of the marks and of the names.
    marks: usize,
    names: usize,
}

impl<'a> Screen<'a> {
    fn new(plan: &Plan, theme: &'a Theme, home: &'a str) -> Self {
        let glyphs = plan.steps.iter().map(|step| theme.glyph(mark_of(step)));
        Self {
            theme,
            home,
            removes: false,
            marks: widest(glyphs, 3),
            names: widest(plan.steps.iter().map(|step| step.step.as_str()), NAME_LIMIT),
        }
    }

    fn render(&self, plan: &Plan, verbose: bool, why: bool) -> String {
        let mut out = String::new();
        let in_place: Vec<StepId> = plan
            .steps
            .iter()
            .filter(|step| matches!(step.verdict, Verdict::InPlace) && step.warnings.is_empty())
            .map(|step| step.step)
            .collect();
        let fold = !verbose && in_place.len() > FOLD_ABOVE;
        if fold {
            let names: Vec<&str> = in_place.iter().map(|step| step.as_str()).collect();
            let indent = 2 + self.marks + 1;
            let text = format!("already in place: {}", names.join(", "));
            let text = prose(&text, self.theme.width, indent, indent);
            let mark = self.theme.mark(Mark::Ok, self.marks);
            out.push_str(&format!("  {mark} {text}\n"));
        }
        for step in &plan.steps {
            if fold && in_place.contains(&step.step) {
                continue;
            }
            self.step(&mut out, step, why);
        }
        // Broken between its parts where it is too long for one line.
        let mut used = 0;
        for part in verdict::parts(plan, self.theme) {
            let size = columns(&part);
            if used == 0 {
                out.push_str("  ");
            } else if used + 3 + size > self.theme.width {
                out.push_str("\n  ");
                used = 0;
            } else {
                out.push_str(self.theme.separator());
                used += 1;
            }
            out.push_str(&part);
            used += 2 + size;
        }
        out.push('\n');
        out
    }

    fn step(&self, out: &mut String, step: &StepPlan, why: bool) {
        let mark = match mark_of(step) {
            Mark::Add | Mark::Replace if self.removes => Mark::Remove,
            mark => mark,
        };
        let mut text = self.sentence(step);
        if why && !step.changes.is_empty() {
            text = format!("{text} (wanted: {})", step.title);
        }
        self.line(out, mark, step.step.as_str(), &text);
        for change in &step.changes {
            self.change(out, change, why);
        }
        for forecast in &step.forecast {
            self.forecast(out, forecast);
        }
        for warning in &step.warnings {
            let mut text = clean(&warning.text);
            if let Some(reason) = warning.reason {
                // The plan is about what will be done: where to read on is enough here.
                text.push_str(&format!(" (gpucluster explain {reason})"));
            }
            let text = prose(&self.theme.adapt(&text), self.theme.width, 8, 8);
            out.push_str(&format!(
                "      {} {text}\n",
                self.theme.mark(Mark::Warning, 1)
            ));
        }
    }

    /// What is said behind the name of a step.
    fn sentence(&self, step: &StepPlan) -> String {
        let headline = &step.headline;
        match &step.verdict {
            Verdict::InPlace | Verdict::Change { .. } => headline.clone(),
            Verdict::Wait(what) => format!("waiting for what is underway: {what}"),
            Verdict::UnknownUntil(other) if headline.is_empty() => format!("known after {other}"),
            Verdict::UnknownUntil(other) => format!("{headline}, known after {other}"),
            Verdict::NeedsHuman(fault) => format!("needs you: {}", fault.summary),
            Verdict::CouldNotLook(fault) => format!("could not look: {}", fault.summary),
            Verdict::BlockedBy(other) => format!("blocked by {other}"),
            Verdict::Skipped => "skipped on request, taken on trust".to_owned(),
            Verdict::OutOfScope if headline.is_empty() => {
                "not in place, not part of this command".to_owned()
            }
            Verdict::OutOfScope => format!("not in place, not part of this command: {headline}"),
        }
    }

    fn line(&self, out: &mut String, mark: Mark, name: &str, text: &str) {
        let begin = 2 + self.marks + 1 + self.names.max(columns(name)) + 2;
        let indent = 2 + self.marks + 1 + self.names + 2;
        let text = prose(&self.theme.adapt(text), self.theme.width, begin, indent);
        let line = format!(
            "  {} {}  {text}",
            self.theme.mark(mark, self.marks),
            pad(name, self.names)
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }

    fn change(&self, out: &mut String, change: &Change, why: bool) {
        let indent = 12;
        let words = tilde(&change.describe(), self.home);
        let text = match &change.effect {
            Effect::Run(_) => wrap(&words, self.theme.width, indent, indent + 2, " \\"),
            _ => prose(&words, self.theme.width, indent, indent + 2),
        };
        out.push_str(&format!("      {}{text}", self.who(change.privilege())));
        if let Some(caution) = &change.caution {
            self.caution(out, caution, change.risk);
        }
        out.push('\n');
        if why {
            let text = prose(
                &format!("why: {}", self.theme.adapt(&change.why)),
                self.theme.width,
                indent,
                indent + 5,
            );
            out.push_str(&format!(
                "{}{}\n",
                " ".repeat(indent),
                self.theme.paint(Tone::Quiet, &text)
            ));
        }
    }

    /// Behind the change where it fits, below it where it does not.
    fn caution(&self, out: &mut String, caution: &str, risk: Risk) {
        let tone = if risk == Risk::Destructive {
            Tone::Bad
        } else {
            Tone::Warn
        };
        let text = self
            .theme
            .paint(tone, &format!("! {}", self.theme.adapt(caution)));
        let used = columns(out.lines().last().unwrap_or_default());
        if used + 4 + columns(&text) <= self.theme.width {
            out.push_str(&format!("   {text}"));
        } else {
            out.push_str(&format!("\n{}{text}", " ".repeat(12)));
        }
    }

    fn forecast(&self, out: &mut String, forecast: &Forecast) {
        // Wrapped, never cut: half a path tells nobody what will be touched.
        let text = prose(
            &self.theme.adapt(&tilde(&forecast.text, self.home)),
            self.theme.width,
            12,
            14,
        );
        out.push_str(&format!("      {}{text}", self.who(forecast.privilege)));
        if forecast.risk == Risk::Destructive {
            self.caution(out, "deletes something", forecast.risk);
        }
        out.push('\n');
    }

    fn who(&self, privilege: Privilege) -> String {
        match privilege {
            Privilege::Root => pad(&self.theme.paint(Tone::Warn, "sudo"), 6),
            Privilege::User => " ".repeat(6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_plan_of_a_fresh_machine() {
        let mut text = header(
            "0.1.0",
            "gpucluster",
            "alder (Ubuntu 24.04)",
            "real",
            &Theme::plain(),
        );
        text.push('\n');
        text.push_str(&plan(&samples::fresh(), &Theme::plain(), false, ""));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn the_same_plan_in_ascii_and_eighty_columns() {
        let theme = Theme {
            width: 80,
            ..Theme::ascii()
        };
        let mut text = header("0.1.0", "gpucluster", "alder", "simulated:4xt4", &theme);
        text.push_str(&plan(&samples::fresh(), &theme, false, ""));
        assert!(text.is_ascii());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn the_plan_explained() {
        insta::assert_snapshot!(explain(&samples::fresh(), &Theme::plain(), "/home/alice"));
    }

    #[test]
    fn a_plan_with_every_verdict() {
        insta::assert_snapshot!(plan(&samples::troubled(), &Theme::plain(), false, ""));
    }

    #[test]
    fn many_steps_in_place_are_folded_unless_asked_for() {
        let folded = plan(&samples::done(), &Theme::plain(), false, "");
        insta::assert_snapshot!(folded);
        let whole = plan(&samples::done(), &Theme::plain(), true, "");
        assert!(
            samples::done()
                .steps
                .iter()
                .all(|step| whole.contains(&step.headline))
        );
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let theme = Theme {
            color: true,
            ..Theme::plain()
        };
        let colored = plan(&samples::troubled(), &theme, false, "");
        let bare = dialoguer::console::strip_ansi_codes(&colored).into_owned();
        assert_ne!(colored, bare);
        assert_eq!(bare, plan(&samples::troubled(), &Theme::plain(), false, ""));
    }
}
