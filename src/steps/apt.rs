//! Taking back what an installation by apt brought: those packages, their configuration, no more.
//!
//! `apt-get purge` has two habits that make it dangerous as an undo (both tried on Debian 12): what
//! needs a package goes with it, purged as well; and maintainers' scripts delete some files whatever
//! is in them, `/etc/exports` among them. So apt is asked beforehand what would go, and a package
//! whose configuration is not just as it came is removed and not purged.

use super::conffiles;
use super::packages::run;
use crate::host::{Query, ReadHost};
use crate::model::{Change, Effect, Receipt, StepId, Touch};
use crate::parse::apt::{self, Package};

/// What of an installation goes, and why the rest does not.
#[derive(Default)]
pub struct TakenBack {
    /// In order.
    pub changes: Vec<Change>,
    /// One sentence for each reason to keep something.
    pub stays: Vec<String>,
}

/// What is no longer wanted.
pub struct Unwanted<'a> {
    /// The step that installed it.
    pub step: StepId,
    /// The package that was asked for.
    pub asked: &'a str,
    /// What else of ours is gone when that package is: its unit.
    pub with_it: Touch,
    /// What may go.
    pub reach: Reach<'a>,
}

/// Which of the packages may go at all.
pub enum Reach<'a> {
    /// The one that was asked for, and what came with it.
    All,
    /// The one that was asked for only; why.
    AskedOnly(&'a str),
}

/// What of the packages that a step brought goes now.
pub async fn take_back(
    host: &dyn ReadHost,
    receipt: &Receipt,
    unwanted: Unwanted<'_>,
) -> TakenBack {
    let Unwanted {
        step,
        asked,
        with_it,
        reach,
    } = unwanted;
    let brought: Vec<(&str, bool)> = receipt.packages(step).collect();
    let mut back = TakenBack::default();
    if brought.is_empty() {
        return back;
    }
    let names: Vec<String> = brought.iter().map(|(name, _)| (*name).to_owned()).collect();
    let known = match host.query(&Query::PackageStates { packages: names }).await {
        Ok(answer) => apt::packages(&answer.stdout),
        Err(error) => {
            back.stays.push(format!(
                "the packages stay: dpkg could not be asked ({error})"
            ));
            return back;
        }
    };
    let ours = |package: &&Package| brought.iter().any(|(name, _)| *name == package.name);
    let had_config = |name: &str| brought.contains(&(name, true));
    let installed: Vec<&Package> = known
        .iter()
        .filter(ours)
        .filter(|package| package.is_installed())
        .collect();
    let going = going(host, &installed, asked, &reach, &mut back.stays).await;
    // An undo that was cut short has removed these already.
    let remains = known
        .iter()
        .filter(ours)
        .filter(|package| package.is_remains() && !had_config(&package.name));
    let subjects: Vec<&Package> = going.iter().copied().chain(remains).collect();
    if subjects.is_empty() {
        return back;
    }
    let judged: Vec<&Package> = subjects
        .iter()
        .copied()
        .filter(|package| !had_config(&package.name))
        .collect();
    let kept = conffiles::kept(host, receipt, &judged).await;
    match &kept[..] {
        [] => {}
        [(_, file)] => back.stays.push(format!(
            "{file} stays: it is not as its package made it, and a purge would delete it"
        )),
        more => {
            let files: Vec<&str> = more.iter().map(|(_, file)| file.as_str()).collect();
            back.stays.push(format!(
                "{} stay: they are not as their packages made them, and a purge would delete them",
                files.join(", ")
            ));
        }
    }
    let loses_config = |package: &&&Package| {
        !had_config(&package.name) && !kept.iter().any(|(name, _)| *name == package.name)
    };
    let purged: Vec<&Package> = subjects.iter().filter(loses_config).copied().collect();
    let command = |words: &[&str], packages: &[&Package]| {
        let names = packages.iter().map(|package| package.name.as_str());
        let mut command = run(&words.iter().copied().chain(names).collect::<Vec<_>>());
        for package in packages {
            command = command.touching(Touch::Package(package.name.clone()));
            if package.name == asked {
                command = command.touching(with_it.clone());
            }
        }
        for file in conffiles::scripted(packages) {
            command = command.touching(Touch::File(file.into()));
        }
        Effect::Run(command)
    };
    if purged.len() == subjects.len() {
        back.changes.push(Change::safe(
            command(&["apt-get", "purge", "-y"], &subjects),
            "these were installed by gpucluster and nothing else needs them",
        ));
        return back;
    }
    if !going.is_empty() {
        back.changes.push(Change::safe(
            command(&["apt-get", "remove", "-y"], &going),
            "these were installed by gpucluster and nothing else needs them",
        ));
    }
    if !purged.is_empty() {
        // By dpkg: it takes names of packages that left no configuration, and never takes more.
        back.changes.push(Change::safe(
            command(&["dpkg", "--purge"], &purged),
            "their configuration is as it came",
        ));
    }
    back
}

/// The installed packages of ours that can go without harm to anything else.
async fn going<'p>(
    host: &dyn ReadHost,
    installed: &[&'p Package],
    asked: &str,
    reach: &Reach<'_>,
    stays: &mut Vec<String>,
) -> Vec<&'p Package> {
    if installed.is_empty() {
        return Vec::new();
    }
    let is_there = installed.iter().any(|package| package.name == asked);
    let unneeded = Query::AptUnneeded {
        without: is_there.then(|| asked.to_owned()),
    };
    let unneeded = match simulated(host, &unneeded).await {
        Ok(simulation) => simulation.removed,
        Err(why) => {
            stays.push(format!(
                "the packages stay: apt cannot say what would go ({why})"
            ));
            return Vec::new();
        }
    };
    let may_go = |package: &&&Package| match reach {
        Reach::All => unneeded.contains(&package.name) || package.is_condemned(),
        Reach::AskedOnly(_) => package.name == asked,
    };
    let going: Vec<&Package> = installed.iter().filter(may_go).copied().collect();
    let left: Vec<&str> = installed
        .iter()
        .filter(|package| !going.iter().any(|goes| goes.name == package.name))
        .map(|package| package.name.as_str())
        .collect();
    if !left.is_empty() {
        let one = left.len() == 1;
        let why = match reach {
            Reach::All if one => "by now something else needs it, or it was asked for",
            Reach::All => "by now something else needs them, or they were asked for",
            Reach::AskedOnly(why) => why,
        };
        let stay = if one { "stays" } else { "stay" };
        stays.push(format!("{} {stay}: {why}", listed(&left)));
    }
    if going.is_empty() {
        return going;
    }
    let packages = going.iter().map(|package| package.name.clone()).collect();
    let more = match simulated(host, &Query::AptPurge { packages }).await {
        Ok(simulation) => {
            let all = simulation.removed.into_iter().chain(simulation.new);
            all.filter(|name| !going.iter().any(|package| package.name == *name))
                .collect::<Vec<_>>()
        }
        Err(why) => vec![why],
    };
    if !more.is_empty() {
        let names: Vec<&str> = going.iter().map(|package| package.name.as_str()).collect();
        stays.push(format!(
            "{} stay: without them apt would change {} too",
            listed(&names),
            more.join(", ")
        ));
        return Vec::new();
    }
    going
}

/// What apt would do, or its own words where it would do nothing.
async fn simulated(host: &dyn ReadHost, query: &Query) -> Result<apt::Simulation, String> {
    match host.query(query).await {
        Ok(answer) if answer.ok() => Ok(apt::simulation(&answer.stdout)),
        Ok(answer) => Err(answer
            .stderr
            .lines()
            .next()
            .unwrap_or("it ended without a word")
            .to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The first names of a list, and how many more there are.
pub fn listed(names: &[&str]) -> String {
    match names {
        [first, second, rest @ ..] if rest.len() > 1 => {
            format!("{first}, {second} and {} more", rest.len())
        }
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        all => all.concat(),
    }
}
