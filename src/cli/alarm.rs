//! `radard alarm`: what a person should know, and saying that one knows.

use serde_json::json;

use super::desk::Desk;
use super::failure::Failure;
use super::listing::{Column, Form, show};
use super::out::Answer;
use super::reach::{Need, Reach, query};
use crate::domain::{AlarmId, Millis};

const COLUMNS: &[Column] = &[
    ("ID", "id", Form::Plain),
    ("SEVERITY", "severity", Form::Plain),
    ("ALARM", "name", Form::Plain),
    ("ABOUT", "subject", Form::Plain),
    ("FIRST", "first_at", Form::When),
    ("LAST", "last_at", Form::When),
    (">COUNT", "count", Form::Plain),
    ("KNOWN", "acked_at", Form::When),
    ("CLOSED", "closed_at", Form::When),
    ("DETAIL", "detail", Form::Plain),
    ("DO", "do", Form::Plain),
];

/// Commands of `radard alarm`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum AlarmCommand {
    /// List open alarms
    List {
        /// Closed ones too
        #[arg(long)]
        all: bool,
    },
    /// Acknowledge an alarm; it closes when its cause is gone
    Ack {
        /// Which alarm
        id: AlarmId,
    },
}

impl AlarmCommand {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let need = if matches!(self, Self::List { .. }) { Need::Reading } else { Need::Writing };
        let now = desk.ambient.clock.now();
        Reach::with(desk, need, async |reach| self.ask(reach, now).await).await
    }

    async fn ask(&self, reach: &Reach, now: Millis) -> Result<Answer, Failure> {
        match self {
            Self::List { all } => {
                let all = all.then(|| "true".to_owned());
                let page = reach.ask("GET", &query("/api/v1/alarms", &[("all", all)]), None).await?;
                Ok(show(page, COLUMNS, now))
            }
            Self::Ack { id } => {
                let acked = reach.ask("POST", &format!("/api/v1/alarms/{id}/ack"), Some(json!({}))).await?;
                Ok(Answer::done(acked, format!("alarm {id} is acknowledged")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reach::tests::{answering, asked};
    use super::*;

    #[tokio::test]
    async fn a_list_of_all_alarms_asks_for_all() {
        let (reach, log) = answering(200, json!({"v": 1, "items": [], "next": null}));
        AlarmCommand::List { all: true }.ask(&reach, Millis(0)).await.unwrap();
        AlarmCommand::List { all: false }.ask(&reach, Millis(0)).await.unwrap();
        assert_eq!(asked(&log), ["GET /api/v1/alarms?all=true", "GET /api/v1/alarms"]);
    }

    #[tokio::test]
    async fn an_alarm_is_acknowledged_by_its_id() {
        let (reach, log) = answering(200, json!({}));
        let id: AlarmId = "0193a1e0-0000-7000-8000-000000000001".parse().unwrap();
        AlarmCommand::Ack { id }.ask(&reach, Millis(0)).await.unwrap();
        assert_eq!(asked(&log), ["POST /api/v1/alarms/0193a1e0-0000-7000-8000-000000000001/ack {}"]);
    }
}
