//! Faults injected into a simulated host.

/// The grammar of fault rules, for help texts.
pub const GRAMMAR: &str = "\
rules separated by `;`, each one of:
  fail:N[:TEXT]     the Nth effect of this process fails; TEXT is what the tool says on stderr
  crash-before:N    the process is killed (SIGKILL) just before the Nth effect
  crash-during:N    the process is killed in the middle of the Nth effect: what it had done by then stays
  crash-after:N     the process is killed just after the Nth effect
  hang:N            the Nth effect never ends by itself
  garbage:NAME      the query whose name contains NAME answers with text that means nothing
  silence:NAME      the query whose name contains NAME never answers
N counts effects from 1; NAME is part of a command line, such as `docker info`, or of a server's address";

/// One injected fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultRule {
    /// The nth effect fails with this text on stderr.
    Fail(u32, String),
    /// Death before the nth effect.
    CrashBefore(u32),
    /// Death in the middle of the nth effect.
    CrashDuring(u32),
    /// Death after the nth effect.
    CrashAfter(u32),
    /// The nth effect never ends by itself.
    Hang(u32),
    /// A query answers with nonsense.
    Garbage(String),
    /// A query never answers.
    Silence(String),
}

/// Reads rules in the [`GRAMMAR`]. Empty text is no rule.
///
/// # Errors
/// The rule that could not be read, in a sentence.
pub fn parse_faults(text: &str) -> Result<Vec<FaultRule>, String> {
    text.split(';')
        .map(str::trim)
        .filter(|rule| !rule.is_empty())
        .map(parse_rule)
        .collect()
}

fn parse_rule(rule: &str) -> Result<FaultRule, String> {
    let (kind, rest) = rule
        .split_once(':')
        .ok_or_else(|| format!("`{rule}` has no `:`"))?;
    let nth = |text: &str| match text.parse::<u32>() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("`{rule}`: `{text}` is not a number from 1")),
    };
    match kind {
        "fail" => {
            let (n, words) = rest.split_once(':').unwrap_or((rest, "injected failure"));
            Ok(FaultRule::Fail(nth(n)?, words.to_owned()))
        }
        "crash-before" => Ok(FaultRule::CrashBefore(nth(rest)?)),
        "crash-during" => Ok(FaultRule::CrashDuring(nth(rest)?)),
        "crash-after" => Ok(FaultRule::CrashAfter(nth(rest)?)),
        "hang" => Ok(FaultRule::Hang(nth(rest)?)),
        "garbage" if !rest.is_empty() => Ok(FaultRule::Garbage(rest.to_owned())),
        "silence" if !rest.is_empty() => Ok(FaultRule::Silence(rest.to_owned())),
        "garbage" | "silence" => Err(format!("`{rule}` names no query")),
        _ => Err(format!("`{kind}` is not a kind of fault")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_in_any_number() {
        assert_eq!(parse_faults(""), Ok(vec![]));
        assert_eq!(
            parse_faults("fail:3:no space left: on device; crash-during:4;silence:docker info"),
            Ok(vec![
                FaultRule::Fail(3, "no space left: on device".to_owned()),
                FaultRule::CrashDuring(4),
                FaultRule::Silence("docker info".to_owned()),
            ])
        );
    }

    #[test]
    fn a_rule_that_means_nothing_is_refused_by_name() {
        assert!(parse_faults("fail:0").unwrap_err().contains("fail:0"));
        assert!(parse_faults("explode:1").unwrap_err().contains("explode"));
        assert!(parse_faults("garbage:").is_err());
        assert!(parse_faults("hang").is_err());
    }
}
