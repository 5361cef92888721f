//! Text for `--help`.

use crate::reason::Exit;

/// The table of exit codes.
pub fn exit_codes() -> String {
    let mut text = "Exit codes:\n".to_owned();
    for exit in Exit::ALL {
        text.push_str(&format!("  {:>3}  {}\n", exit.code(), exit.meaning()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_exit_codes() {
        insta::assert_snapshot!(exit_codes());
    }
}
