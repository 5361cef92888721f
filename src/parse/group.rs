//! `/etc/group` (group(5)) and the groups of a running session.

/// A group of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its number.
    pub gid: u32,
    /// Accounts that it is a further group of.
    pub members: Vec<String>,
}

/// The group of a name.
pub fn group(text: &str, name: &str) -> Option<Group> {
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let gid = fields.nth(1)?.parse().ok()?;
        let members = fields.next().unwrap_or_default();
        let members = members.split(',').map(str::trim).filter(|m| !m.is_empty());
        Some(Group {
            gid,
            members: members.map(str::to_owned).collect(),
        })
    })
}

/// Further groups of a process, from `/proc/PID/status`.
pub fn groups_of(status: &str) -> Option<Vec<u32>> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("Groups:"))?;
    Some(
        line.split_whitespace()
            .filter_map(|gid| gid.parse().ok())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_from_the_line_of_that_very_name() {
        let text = "root:x:0:\ndockerroot:x:990:ann\ndocker:x:998:ann,bob\n";
        let docker = group(text, "docker").unwrap();
        assert_eq!((docker.gid, docker.members.len()), (998, 2));
        assert_eq!(group(text, "root").unwrap().members, [""; 0]);
        assert_eq!(group(text, "dock"), None);
        assert_eq!(group("docker:x", "docker"), None);
    }

    #[test]
    fn a_session_has_the_groups_of_its_login() {
        assert_eq!(
            groups_of("Name:\tsh\nGroups:\t27 998 1000 \n"),
            Some(vec![27, 998, 1000])
        );
        assert_eq!(groups_of("Groups:\t\n"), Some(vec![]));
        assert_eq!(groups_of(""), None);
    }
}
