//! `radard run`: the daemon.

use std::io::IsTerminal as _;
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::desk::Desk;
use super::failure::Failure;
use super::house;
use super::out::{Answer, print};
use crate::daemon::{Role, RunOptions, Say};

/// Flags of `radard run`.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// Run only these roles: `web` pages and API, `crawl` targets, `session` logins, `media` downloads, `upkeep` backups
    #[arg(long, value_name = "ROLE", value_delimiter = ',', value_parser = role())]
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
        Box::pin(house::run(desk, checked, places, options)).await.map(Answer::nothing)
    }
}

/// Takes the roles that there are.
fn role() -> impl TypedValueParser<Value = Role> {
    let named = |word: String| Role::ALL.into_iter().find(|role| role.as_str() == word).ok_or("no such role");
    PossibleValuesParser::new(Role::ALL.map(Role::as_str)).try_map(named)
}

/// Shows lines on stdout; a reader that has gone away stops nothing.
pub(super) fn say() -> Say {
    Arc::new(|line| _ = print(line))
}
