//! Commands of ours named in texts, in the world they are meant for.

/// Verbs that act on a machine, longer ones before those they begin with.
const VERBS: [&str; 13] = [
    "agent restart",
    "agent status",
    "agent start",
    "agent logs",
    "agent stop",
    "nfs teardown",
    "nfs status",
    "nfs setup",
    "support-bundle",
    "doctor",
    "status",
    "down",
    "up",
];

/// A text whose `gpucluster VERB …` commands carry the flag of the world that was typed
/// (`--simulate=no-gpu`): pasted without it they would act on the real machine.
pub fn in_world(text: &str, flag: Option<&str>) -> String {
    let Some(flag) = flag else {
        return text.to_owned();
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("gpucluster ") {
        let (before, after) = rest.split_at(at + "gpucluster ".len());
        out.push_str(before);
        rest = after;
        let verb = VERBS.iter().find(|verb| {
            after.strip_prefix(**verb).is_some_and(|tail| {
                !tail.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_')
            })
        });
        if let Some(verb) = verb {
            out.push_str(verb);
            rest = &after[verb.len()..];
            if !rest.starts_with(" --simulate") {
                out.push_str(&format!(" {flag}"));
            }
        }
    }
    out.push_str(rest);
    out
}

/// The flag in a command line as it was typed.
pub fn flag_of(typed: &str) -> Option<&str> {
    typed
        .split_whitespace()
        .find(|word| word.starts_with("--simulate"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_that_acts_carries_the_flag() {
        let flag = flag_of("gpucluster up --simulate=no-gpu --yes");
        let said = |text| in_world(text, flag);
        assert_eq!(
            said("gpucluster up --yes"),
            "gpucluster up --simulate=no-gpu --yes"
        );
        assert_eq!(
            said("minikube delete -p x && gpucluster up"),
            "minikube delete -p x && gpucluster up --simulate=no-gpu"
        );
        assert_eq!(
            said("see: gpucluster explain GPU_NONE"),
            "see: gpucluster explain GPU_NONE"
        );
        assert_eq!(
            said("2 steps (gpucluster up), 1"),
            "2 steps (gpucluster up --simulate=no-gpu), 1"
        );
        assert_eq!(said("gpucluster up --simulate"), "gpucluster up --simulate");
        assert_eq!(
            said("gpucluster agent restart"),
            "gpucluster agent restart --simulate=no-gpu"
        );
        assert_eq!(in_world("gpucluster up", None), "gpucluster up");
    }
}
