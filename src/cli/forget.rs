//! `radard forget`: throws away all that is known of somebody.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::confirm::confirm;
use super::desk::Desk;
use super::failure::Failure;
use super::out::Answer;
use super::reach::{Need, Reach};
use super::table::clean;
use crate::domain::Millis;

/// Commands of `radard forget`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ForgetCommand {
    /// Delete all that is known of a person: posts, numbers, names, comments, places in lists
    Creator {
        /// The link of their page, or the id at its end
        id: String,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
}

impl ForgetCommand {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let Self::Creator { id, yes } = self;
        if !yes {
            confirm(desk, &format!("All that is known of `{}` will be thrown away.", clean(&id)))?;
        }
        Reach::with(desk, Need::Writing, async |reach| {
            let told = reach.ask("POST", "/api/v1/forget", Some(json!({"creator": id}))).await?;
            let said = say(&told);
            Ok(Answer::done(told, said))
        })
        .await
    }
}

fn say(told: &Value) -> String {
    let number = |name: &str| told.get(name).and_then(Value::as_u64).unwrap_or(0);
    let (posts, traces) = (number("posts"), number("traces"));
    let is_nobody = posts + traces == 0 && told.get("known") == Some(&json!(false));
    let mut said = if is_nobody {
        "nobody of this id is known".to_owned()
    } else {
        format!(
            "forgotten, with posts: {posts}, and places in lists and comments: {traces}\n\
             files that were downloaded stay where they are"
        )
    };
    match told.get("copies") {
        Some(Value::Array(copies)) => copies.iter().for_each(|copy| {
            let file = copy.get("file").and_then(Value::as_str).unwrap_or_default();
            let until = copy.get("until").and_then(Value::as_i64).map(Millis).unwrap_or_default();
            let _infallible = write!(said, "\nstill in {file}, until the first backup after {until}");
        }),
        _ => said.push_str("\nbackups of the PostgreSQL server are not radard's to look at: they may still hold them"),
    }
    said
}
