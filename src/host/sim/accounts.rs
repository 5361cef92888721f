//! Accounts and groups: `usermod` and `gpasswd`.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::durations;
use super::world::World;
use crate::host::Answer;
use camino::Utf8Path;

const GROUPS: &str = "/etc/group";

/// `usermod -aG GROUP USER`. A session that runs already does not notice.
///
/// # Errors
/// When the person stops it.
pub async fn usermod(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    let ["-aG", group, user] = args else {
        return Ok(unmodelled("usermod", args));
    };
    stage.wait(durations::SMALL_QUERY).await?;
    if !root {
        let words =
            "usermod: Permission denied.\nusermod: cannot lock /etc/passwd; try again later.\n";
        return Ok(said(1, "", words));
    }
    let Some(text) = stage.look(|world| with_member(world, group, user)) else {
        let words = format!("usermod: group '{group}' does not exist\n");
        return Ok(said(6, "", words));
    };
    stage
        .change(|world| {
            world.put(GROUPS, &text, 0o644, 0);
            world.docker.joined |= *group == "docker" && !world.docker.permitted;
        })
        .await?;
    Ok(said(0, "", ""))
}

/// `gpasswd -d USER GROUP`. A session that runs already keeps the group.
///
/// # Errors
/// When the person stops it.
pub async fn gpasswd(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    let ["-d", user, group] = args else {
        return Ok(unmodelled("gpasswd", args));
    };
    stage.wait(durations::SMALL_QUERY).await?;
    if !root {
        return Ok(said(1, "", "gpasswd: Permission denied.\n"));
    }
    let before = stage.look(members_text);
    let text = alter(&before, group, |members| {
        members.retain(|member| *member != *user);
    });
    if text == before {
        let words = format!("gpasswd: user '{user}' is not a member of '{group}'\n");
        return Ok(said(3, "", words));
    }
    stage
        .change(|world| {
            world.put(GROUPS, &text, 0o644, 0);
            world.docker.joined = false;
        })
        .await?;
    let told = format!("Removing user {user} from group {group}\n");
    Ok(said(0, told, ""))
}

/// Whoever types a command on a simulated machine has logged in for it.
pub fn log_in(world: &mut World) {
    if std::mem::take(&mut world.docker.joined) {
        world.docker.permitted = true;
    }
}

fn members_text(world: &World) -> String {
    let entry = world.files.get(Utf8Path::new(GROUPS));
    entry
        .and_then(|entry| entry.content.clone())
        .unwrap_or_default()
}

/// `/etc/group` with a member more; `None`: there is no such group.
fn with_member(world: &World, group: &str, user: &str) -> Option<String> {
    let text = members_text(world);
    let has = |line: &str| line.split(':').next() == Some(group);
    text.lines().any(has).then(|| {
        alter(&text, group, |members| {
            if !members.contains(&user) {
                members.push(user);
            }
        })
    })
}

/// The text with the members of one group altered.
fn alter<'a>(text: &'a str, group: &str, change: impl Fn(&mut Vec<&'a str>)) -> String {
    let line = |line: &'a str| match line.rsplit_once(':') {
        Some((head, members)) if line.split(':').next() == Some(group) => {
            let mut members: Vec<&str> = members.split(',').filter(|m| !m.is_empty()).collect();
            change(&mut members);
            format!("{head}:{}\n", members.join(","))
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_changes_and_the_others_stay() {
        let text = "root:x:0:\ndocker:x:998:bob\ndockerroot:x:9:\n";
        let joined = alter(text, "docker", |members| members.push("ann"));
        assert_eq!(joined, "root:x:0:\ndocker:x:998:bob,ann\ndockerroot:x:9:\n");
        assert_eq!(
            alter(&joined, "docker", |members| members.retain(|m| *m != "ann")),
            text
        );
    }
}
