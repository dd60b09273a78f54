//! The one place where commands meet the daemon room: everything it is asked for is asked for here.

use axum::Router;

use super::desk::Desk;
use super::exit::Exit;
use super::failure::Failure;
use crate::base::Plan;
use crate::config::{Checked, Places};
use crate::daemon::{self, DemoOptions, Direct, Ended, HouseError, RunError, RunOptions, SimOptions, Trouble};
use crate::domain::identity::GUEST_AGENT;
use crate::net::client_of;
use crate::observe::Register;
use crate::platform::douyin::link::Resolver;
use crate::store::{LockError, MigrateError, NodeError, OpenError};
use crate::vault;

/// Runs the daemon until it is told to leave.
pub(super) async fn run(desk: &Desk, checked: Checked, places: Places, options: RunOptions) -> Result<Exit, Failure> {
    Box::pin(daemon::run(checked, places, options, desk.ambient.clone()))
        .await
        .map(exit)
        .map_err(|error| failure(&error))
}

/// Runs the demonstration.
pub(super) async fn demo(desk: &Desk, options: DemoOptions) -> Result<Exit, Failure> {
    daemon::demo(options, desk.ambient.clone()).await.map(exit).map_err(|error| failure(&error))
}

/// Runs the simulated platforms until a person ends them.
pub(super) async fn sim(desk: &Desk, options: SimOptions) -> Result<Exit, Failure> {
    daemon::sim(options, desk.ambient.clone()).await.map(exit).map_err(|error| failure(&error))
}

/// Takes the data directory, for a command that changes something while no daemon runs.
pub(super) async fn direct(desk: &Desk, checked: &Checked, places: &Places) -> Result<(Router, Direct), Failure> {
    daemon::direct(checked, places, desk.ambient.clone()).await.map_err(|error| failure(&error))
}

/// Opens the database for reading, for a listing while no daemon runs.
pub(super) async fn reading(desk: &Desk, checked: &Checked, places: &Places) -> Result<(Router, Direct), Failure> {
    daemon::reading(checked, places, desk.ambient.clone()).await.map_err(|error| failure(&error))
}

/// The same for what is foreseen, which is everything while there is no database.
pub(super) async fn foreseeing(desk: &Desk, checked: &Checked, places: &Places) -> Result<(Router, Direct), Failure> {
    Box::pin(daemon::foreseeing(checked, places, desk.ambient.clone())).await.map_err(|error| failure(&error))
}

/// What a house would be built from, for those who look at its parts.
pub(super) fn plan(desk: &Desk, checked: &Checked, places: &Places) -> Plan {
    Plan::new(checked, places.clone(), desk.ambient.clone(), Register::default())
}

/// Lets a resolver ask short links where they lead, under the guard of the settings.
pub(super) fn asking(desk: &Desk, resolver: Resolver) -> Result<Resolver, Failure> {
    let places = desk.places()?;
    let checked = desk.checked(&places)?;
    desk.log_on_request(&checked)?;
    let client = client_of(&plan(desk, &checked, &places));
    let client = client.map_err(|error| Failure::of(&error).advise(error.advice()))?;
    Ok(resolver.asking(client, &checked.config.douyin.short, GUEST_AGENT))
}

const fn exit(ended: Ended) -> Exit {
    match ended {
        Ended::Well => Exit::Done,
        Ended::Badly => Exit::Failed,
        Ended::Interrupted => Exit::Interrupted,
    }
}

/// What a trouble means for the person at the terminal.
fn failure(trouble: &Trouble) -> Failure {
    let exit = match trouble {
        Trouble::House(error) | Trouble::Run(RunError::House(error)) => exit_of(error),
        Trouble::Fault(_) => Exit::Usage,
        Trouble::Log(_) => Exit::Config,
        _ => Exit::Failed,
    };
    Failure::of(trouble).exit(exit).advise_if(trouble.advice())
}

/// What a house that cannot be had means for the person at the terminal.
pub(super) fn refused(error: &HouseError) -> Failure {
    Failure::of(error).exit(exit_of(error)).advise(error.advice())
}

const fn exit_of(error: &HouseError) -> Exit {
    match error {
        HouseError::Lock(LockError::Held { .. }) | HouseError::Node(NodeError::Taken(_)) => Exit::Held,
        // None of these heals by itself, so systemd should not try again.
        HouseError::Store(
            OpenError::Address
            | OpenError::Displaced { .. }
            | OpenError::Migrate(MigrateError::Newer { .. } | MigrateError::Changed { .. }),
        )
        | HouseError::Schedule { .. } => Exit::Config,
        HouseError::Vault(error) => exit_of_vault(error),
        _ => Exit::Failed,
    }
}

/// What a key that does not fit means for the person at the terminal.
pub(super) const fn exit_of_vault(error: &vault::Error) -> Exit {
    match error {
        vault::Error::Store(_) => Exit::Failed,
        _ => Exit::Config,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_directory_is_75_and_a_wrong_address_78() {
        let held = refused(&LockError::Held { dir: "/d".into(), pid: Some("7".to_owned()) }.into());
        assert_eq!(held.code().code(), 75);
        assert!(held.to_text().contains("(process 7)\n  do: stop "), "{}", held.to_text());
        let code = |error: HouseError| failure(&error.into()).code().code();
        assert_eq!(code(OpenError::Address.into()), 78);
        assert_eq!(code(OpenError::Absent("/d/radard.db".into()).into()), 1);
    }
}
