//! `radard schedule`: jobs that run at set times, and running one now.

use serde_json::{Value, json};

use super::desk::Desk;
use super::failure::Failure;
use super::listing::{Column, Form, show};
use super::out::Answer;
use super::reach::{Need, Reach};
use crate::domain::Millis;
use crate::web::encode;

const COLUMNS: &[Column] = &[
    ("SCHEDULE", "name", Form::Plain),
    ("KIND", "kind", Form::Plain),
    ("AT", "at", Form::Plain),
    ("ZONE", "timezone", Form::Plain),
    ("NEXT", "next_at", Form::When),
];

/// Commands of `radard schedule`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ScheduleCommand {
    /// List schedules: those of the settings and radard's own
    List,
    /// Run a schedule now; its set times do not change
    Run {
        /// Which schedule, such as backup
        name: String,
    },
}

impl ScheduleCommand {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let now = desk.ambient.clock.now();
        Reach::with(desk, Need::Daemon, async |reach| self.ask(reach, now).await).await
    }

    async fn ask(&self, reach: &Reach, now: Millis) -> Result<Answer, Failure> {
        match self {
            Self::List => Ok(show(reach.ask("GET", "/api/v1/schedules", None).await?, COLUMNS, now)),
            Self::Run { name } => {
                let path = format!("/api/v1/schedules/{}/run", encode(name));
                let queued = reach.ask("POST", &path, Some(json!({}))).await?;
                let id = queued.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                Ok(Answer::done(queued, format!("job {id} of `{name}` is queued")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reach::tests::{answering, asked};
    use super::*;

    #[tokio::test]
    async fn a_schedule_is_run_by_its_name() {
        let (reach, log) = answering(201, json!({"name": "backup", "id": "0193"}));
        let run = ScheduleCommand::Run { name: "backup".to_owned() };
        run.ask(&reach, Millis(0)).await.unwrap();
        assert_eq!(asked(&log), ["POST /api/v1/schedules/backup/run {}"]);
    }
}
