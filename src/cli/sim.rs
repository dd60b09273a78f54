//! `radard sim`: the simulated platforms alone, for clients of other people.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::desk::Desk;
use super::failure::Failure;
use super::house;
use super::out::Answer;
use super::run::say;
use crate::daemon::SimOptions;
use crate::sim::Fault;

/// Flags of `radard sim`.
#[derive(Debug, clap::Args)]
pub(super) struct Sim {
    /// Where to listen: the platforms on this port and the next ones, control on the one after; 0 takes free ports
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// What the made-up data follow from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Let requests fail: PLATFORM.ENDPOINT.CLASS, with @3 for the third alone, @every=5 for each fifth; may be repeated
    #[arg(long = "fault", value_name = "SPEC")]
    faults: Vec<Fault>,
    /// Write a config folder that leads there, with targets and a page that lists creators, logins and what can be played
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

impl Sim {
    /// Runs until a person ends it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let faults = self.faults.iter().map(ToString::to_string).collect();
        let (write, json) = (self.write, desk.out.json);
        let options = SimOptions { listen: self.listen, seed: self.seed, faults, write, json, say: say() };
        house::sim(desk, options).await.map(Answer::nothing)
    }
}
