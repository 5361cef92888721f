//! `explain`: a reason's page, without any machine.

use crate::reason::Exit;
use crate::ui::fault::{Context, fault};
use crate::ui::{self, ColorChoice, Theme};

/// Prints a page, or the list of all.
pub fn explain(name: Option<&str>, color: ColorChoice) -> Exit {
    let theme = Theme::stdout(color);
    let Some(name) = name else {
        ui::print(&ui::explain::list(&theme));
        return Exit::Ok;
    };
    match ui::explain::lookup(name) {
        Ok(kind) => {
            ui::print(&ui::explain::page(kind, &theme));
            Exit::Ok
        }
        Err(unknown) => {
            ui::say(&fault(&unknown, &Context::default(), &Theme::stderr(color)));
            super::exit_of(&unknown)
        }
    }
}
