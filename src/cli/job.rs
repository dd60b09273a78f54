//! `radard job`: durable work, asked for and looked after.

mod add;
mod change;
mod look;

use self::add::Add;
use self::change::{Gate, Retry};
use self::look::List;
use super::desk::Desk;
use super::failure::Failure;
use super::out::Answer;
use super::reach::{Need, Reach};
use crate::domain::{JobId, Millis};

/// Commands of `radard job`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum JobCommand {
    /// Add a job; it is on the disk before the command ends
    Add(Add),
    /// List jobs, the newest first
    List(List),
    /// Show all of one job
    Show {
        /// Which job
        id: JobId,
    },
    /// Retry dead jobs
    Retry(Retry),
    /// Cancel a job
    Cancel {
        /// Which job
        id: JobId,
    },
    /// Pause a lane or a kind
    Pause(Gate),
    /// Resume a lane or a kind
    Resume(Gate),
}

impl JobCommand {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let need = if matches!(self, Self::List(_) | Self::Show { .. }) { Need::Reading } else { Need::Writing };
        let now = desk.ambient.clock.now();
        Reach::with(desk, need, async |reach| self.ask(reach, now).await).await
    }

    async fn ask(&self, reach: &Reach, now: Millis) -> Result<Answer, Failure> {
        match self {
            Self::Add(add) => add.ask(reach).await,
            Self::List(list) => list.ask(reach, now).await,
            Self::Show { id } => look::show_one(reach, *id, now).await,
            Self::Retry(retry) => retry.ask(reach).await,
            Self::Cancel { id } => change::cancel(reach, *id).await,
            Self::Pause(gate) => gate.ask(reach, true).await,
            Self::Resume(gate) => gate.ask(reach, false).await,
        }
    }
}

#[cfg(test)]
mod tests;
