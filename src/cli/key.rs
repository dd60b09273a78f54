//! `radard key`: keys for the API. A new key is shown once; only its digest is kept.

use serde_json::{Value, json};

use super::desk::Desk;
use super::failure::Failure;
use super::listing::{Column, Form, show};
use super::out::Answer;
use super::reach::{Need, Reach};
use super::terms::terms;
use crate::domain::Millis;
use crate::web::encode;
use crate::web::scopes;

const COLUMNS: &[Column] = &[
    ("NAME", "name", Form::Plain),
    ("~SCOPES", "scopes", Form::Plain),
    ("MADE", "created_at", Form::When),
    ("USED", "used_at", Form::When),
    ("REVOKED", "revoked_at", Form::When),
];

/// Commands of `radard key`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key and print it once
    #[command(after_help = described())]
    Add {
        /// What the key is called
        name: String,
        /// What it may do, such as jobs:write,alarms:read
        #[arg(long = "scope", value_name = "SCOPE,…", value_delimiter = ',', required = true)]
        #[arg(value_parser = scopes().map(|(scope, _)| scope), hide_possible_values = true)]
        scopes: Vec<String>,
    },
    /// List keys: their names and scopes, never the keys
    List,
    /// Revoke a key, at once
    Revoke {
        /// Which key
        name: String,
    },
}

/// The scopes, with what each allows.
fn described() -> String {
    terms("Scopes", scopes().map(|(scope, allows)| (scope, allows.to_owned())))
}

impl KeyCommand {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let need = if matches!(self, Self::List) { Need::Reading } else { Need::Writing };
        let now = desk.ambient.clock.now();
        Reach::with(desk, need, async |reach| self.ask(reach, now).await).await
    }

    async fn ask(&self, reach: &Reach, now: Millis) -> Result<Answer, Failure> {
        match self {
            Self::List => Ok(show(reach.ask("GET", "/api/v1/keys", None).await?, COLUMNS, now)),
            Self::Revoke { name } => {
                let gone = reach.ask("DELETE", &format!("/api/v1/keys/{}", encode(name)), None).await?;
                Ok(Answer::done(gone, format!("key `{name}` is revoked")))
            }
            Self::Add { name, scopes } => {
                let body = json!({"name": name, "scopes": scopes});
                let made = reach.ask("POST", "/api/v1/keys", Some(body)).await?;
                let key = made.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
                Ok(Answer::shown(made, key).note("This is shown once: keep it where your script finds it."))
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
    async fn a_new_key_stands_alone_on_stdout() {
        let (reach, log) = answering(201, json!({"name": "ci", "key": "rk_1", "scopes": ["jobs:write"]}));
        let add = KeyCommand::Add { name: "ci".to_owned(), scopes: vec!["jobs:write".to_owned()] };
        let answer = add.ask(&reach, Millis(0)).await.unwrap();
        assert_eq!(answer.to_stdout(Out { json: false, quiet: true, color: false }), "rk_1");
        assert_eq!(asked(&log), [r#"POST /api/v1/keys {"name":"ci","scopes":["jobs:write"]}"#]);
    }

    #[tokio::test]
    async fn a_key_is_revoked_under_any_name() {
        let (reach, log) = answering(204, Value::Null);
        KeyCommand::Revoke { name: "our ci/2".to_owned() }.ask(&reach, Millis(0)).await.unwrap();
        assert_eq!(asked(&log), ["DELETE /api/v1/keys/our%20ci%2F2"]);
    }
}
