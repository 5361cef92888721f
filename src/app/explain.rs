//! `explain`: a reason's page, or the reason behind a pasted text, without any machine.

use super::Output;
use crate::reason::Exit;
use crate::reason::matchers::{self, Window};
use crate::ui::fault::{Context, fault};
use crate::ui::{self, ColorChoice, Theme};
use std::io::{self, IsTerminal, Read};

/// Prints a page, the list of all, or what a text on standard input (`-`) speaks of.
pub fn explain(name: Option<&str>, output: Output, color: ColorChoice) -> Exit {
    let theme = Theme::stdout(color);
    let as_data = output != Output::Text;
    match name {
        None => {
            ui::print(&if as_data {
                ui::json(&ui::explain::list_as_data())
            } else {
                ui::explain::list(&theme)
            });
            Exit::Ok
        }
        Some("-") => pasted(as_data, &theme, color),
        Some(name) => match ui::explain::lookup(name) {
            Ok(kind) => {
                ui::print(&if as_data {
                    ui::json(&ui::explain::as_data(kind))
                } else {
                    ui::explain::page(kind, &theme)
                });
                Exit::Ok
            }
            Err(unknown) => {
                ui::say(&fault(&unknown, &Context::default(), &Theme::stderr(color)));
                super::exit_of(&unknown)
            }
        },
    }
}

/// Reads the text and names the root cause it speaks of. Any bytes will do.
fn pasted(as_data: bool, theme: &Theme, color: ColorChoice) -> Exit {
    if io::stdin().is_terminal() {
        ui::say(&ui::explain::paste_here(&Theme::stderr(color)));
    }
    // An input that breaks off is diagnosed as far as it went.
    let window = read(&mut io::stdin().lock());
    let diagnosis = matchers::read(&window.text());
    let dropped = window.dropped();
    ui::print(&if as_data {
        ui::json(&ui::diagnosis::as_data(diagnosis.as_ref(), dropped))
    } else {
        ui::diagnosis::screen(diagnosis.as_ref(), dropped, theme)
    });
    match diagnosis {
        Some(_) => Exit::Ok,
        None => Exit::Problems,
    }
}

/// The beginning and the end of an input of any size, in bounded memory.
fn read(input: &mut impl Read) -> Window {
    let mut window = Window::default();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match input.read(&mut piece) {
            Ok(0) => return window,
            Ok(length) => window.push(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return window,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_that_breaks_off_is_kept_as_far_as_it_went() {
        struct Broken(bool);
        impl Read for Broken {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::ErrorKind::Other.into());
                }
                out[..2].copy_from_slice(b"ab");
                Ok(2)
            }
        }
        assert_eq!(read(&mut Broken(false)).text(), "ab");
    }
}
