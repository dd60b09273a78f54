//! `radard forget`: throws away all that is known of somebody.

use serde_json::{Value, json};

use super::desk::Desk;
use super::failure::Failure;
use super::out::Answer;
use super::reach::{Need, Reach};

/// Commands of `radard forget`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ForgetCommand {
    /// Forget a creator, or anybody who was met: posts, numbers, names, what they said, where they stood
    Creator {
        /// The id that links name
        id: String,
    },
}

impl ForgetCommand {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let Self::Creator { id } = self;
        Reach::with(desk, Need::Writing, async |reach| {
            let told = reach.ask("POST", "/api/v1/forget", Some(json!({"creator": id}))).await?;
            let number = |name: &str| told.get(name).and_then(Value::as_u64).unwrap_or(0);
            let (posts, traces) = (number("posts"), number("traces"));
            let is_nobody = posts + traces == 0 && told.get("known") == Some(&json!(false));
            let said = if is_nobody {
                "nobody of this id is known".to_owned()
            } else {
                format!("forgotten, with posts: {posts}, and places in lists and comments: {traces}")
            };
            Ok(Answer::done(told, said))
        })
        .await
    }
}
