//! `radard run`: the daemon.

use std::io::IsTerminal as _;
use std::sync::Arc;

use super::desk::Desk;
use super::failure::Failure;
use super::house;
use super::out::{Answer, print};
use crate::daemon::{Role, RunOptions, Say};

/// Flags of `radard run`.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// Only these parts: crawl live session report publish affiliate web postback[=PARTNER]
    #[arg(long, value_name = "ROLE,…", value_delimiter = ',')]
    only: Vec<Role>,
}

impl Run {
    /// Runs until it is told to leave.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let places = desk.places()?;
        let checked = desk.settings(&places).map_err(|problems| Failure::problems(&problems))?;
        let person = std::io::stdout().is_terminal() && !desk.out.json && !desk.out.quiet;
        let options = RunOptions {
            only: self.only,
            env: desk.env(),
            flags: desk.global.flags(),
            no_color: desk.no_color(),
            say: person.then(say),
        };
        Box::pin(house::run(desk, (checked, places), options)).await.map(Answer::nothing)
    }
}

/// Shows lines on stdout; a reader that has gone away stops nothing.
pub(super) fn say() -> Say {
    Arc::new(|line| _ = print(line))
}
