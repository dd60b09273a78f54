//! `radard open`: a link that signs a browser in, and the sign-ins there are. Only a running daemon can honour a link.

use serde_json::{Value, json};

use super::desk::Desk;
use super::failure::Failure;
use super::listing::{Column, Form, show};
use super::out::Answer;
use super::reach::{Need, Reach};
use crate::domain::Millis;

const PATH: &str = "/api/v1/open";
const COLUMNS: &[Column] = &[
    ("WHAT", "role", Form::Plain),
    ("~OPENED BY", "opened_by", Form::Plain),
    ("BEGAN", "created_at", Form::When),
    ("SEEN", "seen_at", Form::When),
    ("ENDS", "expires_at", Form::When),
];

/// What `radard open` is told.
#[derive(Debug, clap::Args)]
pub(super) struct Open {
    /// List unused links and browsers that are signed in, with the key that opened each
    #[arg(long)]
    list: bool,
    /// End all of them
    #[arg(long, conflicts_with = "list")]
    end_all: bool,
}

impl Open {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let need = match (self.list, self.end_all) {
            (true, _) => Need::Reading,
            (_, true) => Need::Writing,
            (false, false) => Need::Daemon,
        };
        let now = desk.ambient.clock.now();
        Reach::with(desk, need, async |reach| self.ask(reach, now).await).await
    }

    async fn ask(&self, reach: &Reach, now: Millis) -> Result<Answer, Failure> {
        if self.list {
            return Ok(show(reach.ask("GET", PATH, None).await?, COLUMNS, now));
        }
        if self.end_all {
            let ended = reach.ask("DELETE", PATH, None).await?;
            let said = format!("ended: {}", ended.get("ended").and_then(Value::as_u64).unwrap_or_default());
            return Ok(Answer::done(ended, said));
        }
        let made = reach.ask("POST", PATH, Some(json!({}))).await?;
        let url = made.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Answer::shown(made, url).note("It works once, for 10 minutes."))
    }
}

#[cfg(test)]
mod tests {
    use super::super::out::Out;
    use super::super::reach::tests::{answering, asked};
    use super::*;

    const PERSON: Out = Out { json: false, quiet: false, color: false };

    #[tokio::test]
    async fn the_link_stands_alone_on_stdout() {
        let (reach, _) = answering(200, json!({"url": "http://127.0.0.1:7878/in/x"}));
        let answer = Open { list: false, end_all: false }.ask(&reach, Millis(0)).await.unwrap();
        assert_eq!(answer.to_stdout(PERSON), "http://127.0.0.1:7878/in/x");
    }

    #[tokio::test]
    async fn sign_ins_are_ended_together() {
        let (reach, log) = answering(200, json!({"ended": 2}));
        let answer = Open { list: false, end_all: true }.ask(&reach, Millis(0)).await.unwrap();
        assert_eq!(
            (asked(&log), answer.to_stdout(PERSON)),
            (vec!["DELETE /api/v1/open".to_owned()], "ended: 2".to_owned())
        );
    }
}
