//! `radard alarm`: what a person should know, and saying that one knows.

use serde_json::json;

use super::desk::Desk;
use super::failure::Failure;
use super::listing::{Column, Form, show, show_fields};
use super::out::Answer;
use super::reach::{Need, Reach, query};
use crate::domain::{AlarmId, Millis};

const COLUMNS: &[Column] = &[
    ("ID", "id", Form::Plain),
    ("SEVERITY", "severity", Form::Plain),
    ("ALARM", "name", Form::Plain),
    ("~ABOUT", "subject", Form::Plain),
    ("?FIRST", "first_at", Form::When),
    ("?LAST", "last_at", Form::When),
    ("?>COUNT", "count", Form::Plain),
    ("?KNOWN", "acked_at", Form::When),
    ("?CLOSED", "closed_at", Form::When),
    ("?~DETAIL", "detail", Form::Plain),
    ("?~DO", "do", Form::Plain),
];

/// What a person looks for first in an alarm.
const FIRST: &[&str] = &[
    "id",
    "name",
    "title",
    "subject",
    "severity",
    "class",
    "detail",
    "do",
    "count",
    "first_at",
    "last_at",
    "acked_at",
    "closed_at",
];

/// Commands of `radard alarm`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum AlarmCommand {
    /// List open alarms
    List {
        /// Closed ones too
        #[arg(long)]
        all: bool,
        /// With --all: at most this many, up to 1000
        #[arg(long, value_name = "N", requires = "all", value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: Option<u32>,
        /// With --all: go on after this one, as a listing before has said
        #[arg(long, value_name = "CURSOR", requires = "all")]
        cursor: Option<String>,
    },
    /// Show everything about one: what happened, since when, how often, and what to do
    Show {
        /// Which alarm, by its id in `radard alarm list`
        id: AlarmId,
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
        let need = if matches!(self, Self::List { .. } | Self::Show { .. }) { Need::Reading } else { Need::Writing };
        let now = desk.ambient.clock.now();
        Reach::with(desk, need, async |reach| self.ask(reach, now).await).await
    }

    async fn ask(&self, reach: &Reach, now: Millis) -> Result<Answer, Failure> {
        match self {
            Self::List { all, limit, cursor } => {
                let fields = [
                    ("all", all.then(|| "true".to_owned())),
                    ("limit", limit.map(|limit| limit.to_string())),
                    ("cursor", cursor.clone()),
                ];
                Ok(show(reach.ask("GET", &query("/api/v1/alarms", &fields), None).await?, COLUMNS, now))
            }
            Self::Show { id } => {
                let alarm = reach.ask("GET", &format!("/api/v1/alarms/{id}"), None).await?;
                Ok(show_fields(alarm, FIRST, now))
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
    use super::super::out::Out;
    use super::super::reach::tests::{answering, asked};
    use super::*;

    #[tokio::test]
    async fn a_list_of_all_alarms_asks_for_all() {
        let (reach, log) = answering(200, json!({"v": 1, "items": [], "next": null}));
        let list = |all, limit, cursor| AlarmCommand::List { all, limit, cursor };
        for asking in [list(true, None, None), list(false, None, None), list(true, Some(2), Some("7".to_owned()))] {
            asking.ask(&reach, Millis(0)).await.unwrap();
        }
        assert_eq!(
            asked(&log),
            ["GET /api/v1/alarms?all=true", "GET /api/v1/alarms", "GET /api/v1/alarms?all=true&limit=2&cursor=7"]
        );
    }

    #[tokio::test]
    async fn an_alarm_is_shown_whole_with_what_to_do() {
        let detail = "it broke ".repeat(40);
        let alarm = json!({"id": "0193", "name": "jobs_dead", "subject": "fetch", "severity": "warning",
            "class": "local", "detail": detail, "first_at": 0, "last_at": 60_000, "count": 2, "acked_at": null,
            "closed_at": null, "title": "Jobs of this kind are dead", "do": "Retry them."});
        let (reach, log) = answering(200, alarm.clone());
        let id: AlarmId = "0193a1e0-0000-7000-8000-000000000001".parse().unwrap();
        let answer = AlarmCommand::Show { id }.ask(&reach, Millis(120_000)).await.unwrap();
        assert_eq!(asked(&log), ["GET /api/v1/alarms/0193a1e0-0000-7000-8000-000000000001"]);
        let person = Out { json: false, quiet: false, color: false };
        let text = answer.to_stdout(person);
        let names: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(names, FIRST);
        assert!(text.contains(detail.trim_end()) && text.contains("do         Retry them."), "{text}");
        assert!(text.contains("first_at   1970-01-01T00:00:00.000Z (2 min ago)"), "{text}");
        assert_eq!(answer.to_stdout(Out { json: true, ..person }), alarm.to_string());
    }

    #[tokio::test]
    async fn an_alarm_is_acknowledged_by_its_id() {
        let (reach, log) = answering(200, json!({}));
        let id: AlarmId = "0193a1e0-0000-7000-8000-000000000001".parse().unwrap();
        AlarmCommand::Ack { id }.ask(&reach, Millis(0)).await.unwrap();
        assert_eq!(asked(&log), ["POST /api/v1/alarms/0193a1e0-0000-7000-8000-000000000001/ack {}"]);
    }
}
