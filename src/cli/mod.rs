//! argv to a request, and nothing else.

mod args;
mod request;

use crate::app;
use crate::model::Command;
use crate::reason::Exit;
use args::{AgentCommand, Cli, Command as Verb};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with these arguments (the first is its own name).
pub fn run(argv: impl IntoIterator<Item = OsString>) -> ExitCode {
    let argv: Vec<OsString> = argv.into_iter().collect();
    let typed = typed(&argv);
    let cli = match Cli::try_parse_from(argv) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for; everything else is wrong usage.
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Ok
            };
            let _ = error.print();
            return ExitCode::from(exit.code());
        }
    };
    if let Some(error) = request::unfit(&cli) {
        let _ = Cli::command()
            .error(clap::error::ErrorKind::ArgumentConflict, error)
            .print();
        return ExitCode::from(Exit::Usage.code());
    }
    let exit = match &cli.command {
        Verb::Agent {
            command: AgentCommand::Supervise { dir },
        } => app::supervise(dir),
        Verb::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "gpucluster", &mut text);
            app::print(&text)
        }
        Verb::Man => {
            let mut text = Vec::new();
            match clap_mangen::Man::new(Cli::command()).render(&mut text) {
                Ok(()) => app::print(&text),
                Err(_) => Exit::Bug,
            }
        }
        _ => match request::request(cli, typed) {
            Some(request) => app::run(&request),
            None => Exit::Bug,
        },
    };
    ExitCode::from(exit.code())
}

/// The command line as it was typed, quoted where a shell needs it.
fn typed(argv: &[OsString]) -> String {
    let words = argv
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned());
    Command::new(std::iter::once("gpucluster".to_owned()).chain(words)).line()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Verb, World};

    fn parse(line: &str) -> crate::app::Request {
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        request::request(cli, line.to_owned()).unwrap()
    }

    #[test]
    fn the_grammar_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_of_ours_that_a_reason_names_exists() {
        for kind in crate::reason::all() {
            let shown = kind.page.lines().filter(|line| line.starts_with("  "));
            let quoted = kind.page.split('`').skip(1).step_by(2);
            let texts = kind.advice.iter().map(|(text, _)| *text);
            let quoted_in_advice = texts.flat_map(|text| text.split('`').skip(1).step_by(2));
            let commands = kind.advice.iter().filter_map(|(_, command)| *command);
            for line in shown.chain(quoted).chain(quoted_in_advice).chain(commands) {
                for part in line.split("&&").flat_map(|part| part.split(';')) {
                    let part = part.trim().replace(['<', '>'], "");
                    if !part.starts_with("gpucluster ") {
                        continue;
                    }
                    if let Err(error) = Cli::try_parse_from(part.split_whitespace()) {
                        panic!("{}: `{part}`: {error}", kind.id);
                    }
                }
            }
        }
    }

    #[test]
    fn simulate_takes_a_machine_only_after_an_equals_sign() {
        let request = parse("gpucluster up --simulate --skip nfs,agent");
        assert_eq!(request.common.world, World::Simulated("4xt4".into()));
        let request = parse("gpucluster doctor --simulate=8xh100 docker");
        assert_eq!(request.common.world, World::Simulated("8xh100".into()));
        assert!(matches!(request.verb, Verb::Doctor { checks, .. } if checks == ["docker"]));
    }

    #[test]
    fn a_slice_changes_only_its_own_steps_unless_asked() {
        let Verb::Up { slice, .. } = parse("gpucluster agent start").verb else {
            panic!()
        };
        assert_eq!(
            (slice.goals, slice.change),
            (vec!["agent"], vec!["agent".to_owned()])
        );
        let Verb::Up { slice, .. } = parse("gpucluster nfs setup --with-deps").verb else {
            panic!()
        };
        assert!(slice.change.is_empty());
    }

    #[test]
    fn flags_become_settings_with_their_origin() {
        let request = parse("gpucluster up --queue q -e team -p gpu2");
        let keys: Vec<_> = request
            .common
            .settings
            .iter()
            .map(|(key, ..)| *key)
            .collect();
        assert_eq!(keys, ["profile", "wandb.queue", "wandb.entity"]);
    }
}
