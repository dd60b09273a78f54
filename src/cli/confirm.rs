//! Asking a person before something that cannot be undone.

use std::io::{IsTerminal as _, stderr, stdin};

use super::desk::Desk;
use super::failure::Failure;
use crate::advice;

/// Asks whether to go on, when a person is there to ask; a script has decided already. `what` says what will happen.
pub(super) fn confirm(desk: &Desk, what: &str) -> Result<(), Failure> {
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Ok(());
    }
    desk.out.say(&format!("{what}\nThis cannot be undone. Type `yes` to go on:"));
    let mut answer = String::new();
    let read = stdin().read_line(&mut answer);
    read.map_err(|error| Failure::usage(format!("cannot read the answer from the terminal: {error}")))?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::new("nothing was done: the answer was not `yes`").advise(advice::cli::yes()))
}
