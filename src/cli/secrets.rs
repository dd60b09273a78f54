//! `radard secrets`: the key that seals secrets, and credentials that are kept sealed in the database.
//!
//! A value is read from stdin and never from the command line, where others can see it; it is never shown again.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::desk::Desk;
use super::failure::Failure;
use super::house::{direct, exit_of_vault, plan, refused};
use super::listing::{Column, Form, show};
use super::out::Answer;
use super::reach::{Need, Reach};
use crate::advice;
use crate::daemon::HouseError;
use crate::domain::amount::counted;
use crate::domain::{Millis, Secret};
use crate::store::make_folders;
use crate::vault::{self, Made, Source, Vault, data_keys, make_file};
use crate::web::encode;

const COLUMNS: &[Column] = &[
    ("NAME", "name", Form::Plain),
    (">BYTES", "length", Form::Plain),
    ("KEY", "key_id", Form::Plain),
    ("SINCE", "since", Form::When),
    ("~USED", "used", Form::Plain),
];
/// The most that is read from stdin; a secret is much shorter, and what is longer is refused by its length.
const MOST: u64 = 128 * 1024;

/// Commands of `radard secrets`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum SecretsCommand {
    /// Make the key that seals secrets; never replaces one
    Init {
        /// Make a key for `rotate --master` in this file instead
        file: Option<PathBuf>,
    },
    /// List the credentials that are sealed, never their values
    List,
    /// Seal a credential; its value is read from stdin
    Set {
        /// Which credential, by its name in the section `secrets` of radard.toml
        name: String,
    },
    /// Delete a sealed credential
    Forget {
        /// Which credential
        name: String,
    },
    /// Seal everything under a new data key, while the daemon runs
    Rotate {
        /// Wrap all data keys under the key in this file instead; the daemon must be stopped
        #[arg(long, value_name = "FILE")]
        master: Option<PathBuf>,
    },
}

impl SecretsCommand {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let now = desk.ambient.clock.now();
        match self {
            Self::Init { file: None } => init(desk).await,
            Self::Init { file: Some(file) } => init_other(desk, &file),
            Self::Rotate { master: Some(file) } => Box::pin(exchange_master(desk, &file)).await,
            Self::Rotate { master: None } => Reach::with(desk, Need::Writing, rotate).await,
            Self::List => Reach::with(desk, Need::Reading, async |reach| list(reach, now).await).await,
            Self::Forget { name } => Reach::with(desk, Need::Writing, async |reach| forget(reach, &name).await).await,
            Self::Set { name } => {
                let value = read_value(&name)?;
                Reach::with(desk, Need::Writing, async |reach| set(reach, &name, &value).await).await
            }
        }
    }
}

/// Makes the key of this house, unless its database was sealed by another.
async fn init(desk: &Desk) -> Result<Answer, Failure> {
    let places = desk.places()?;
    let plan = plan(desk, &desk.checked(&places)?, &places);
    let source = plan.vault_key();
    if source.given.is_some() {
        let failure = Failure::new("the key for secrets comes from the credential `vault-key`, so no file is made");
        return Err(failure.advise(advice::cli::credential()));
    }
    make_folders(&plan.places).map_err(|source| refused(&HouseError::of_data(&places, source)))?;
    let keys = data_keys(&plan.place(), &desk.ambient).await.map_err(|error| refused(&error.into()))?;
    // With sealed values in the database the right key is wanted, not a new one.
    Vault::new(source.clone()).fits(&keys).map_err(|error| failed(&error))?;
    let made = make_file(&source.file, &desk.ambient.entropy, &source.register).map_err(|error| failed(&error))?;
    let answer = tell_made(&source.file, &made);
    Ok(match made {
        Made::New(_) => {
            answer.note("Keep a copy of this file apart from the copies of the database: without it nothing opens.")
        }
        Made::Left(_) => answer,
    })
}

/// Makes a key that is not in use yet.
fn init_other(desk: &Desk, file: &Path) -> Result<Answer, Failure> {
    let register = crate::observe::Register::default();
    let made = make_file(file, &desk.ambient.entropy, &register).map_err(|error| failed(&error))?;
    let then = format!("`radard secrets rotate --master {}` lets it take the place of the old key.", file.display());
    Ok(tell_made(file, &made).note(then))
}

fn tell_made(file: &Path, made: &Made) -> Answer {
    let (new, fingerprint, told) = match made {
        Made::New(print) => (true, print, format!("made the key {print} in {}", file.display())),
        Made::Left(print) => (false, print, format!("left the key {print} in {} as it is", file.display())),
    };
    Answer::done(json!({"v": 1, "file": file, "new": new, "fingerprint": fingerprint}), told)
}

/// Wraps the data keys under another master key, with the data directory held.
async fn exchange_master(desk: &Desk, file: &Path) -> Result<Answer, Failure> {
    let places = desk.places()?;
    let checked = desk.checked(&places)?;
    desk.log_on_request(&checked)?;
    let source = plan(desk, &checked, &places).vault_key();
    let (router, house) = direct(desk, &checked, &places).await?;
    drop(router);
    let exchanged = Box::pin(house.exchange_master(file)).await;
    house.close().await;
    let keys = exchanged.map_err(|error| failed(&error))?;
    let told = format!("the key in {} wraps {} now", file.display(), counted(keys, "data key"));
    let answer = Answer::done(json!({"v": 1, "file": file, "keys": keys, "put_in_place_of": source.name()}), told);
    Ok(answer.note(put_in_place(&source, file)))
}

/// What is left for a person to do: radard never moves a key.
fn put_in_place(source: &Source, file: &Path) -> String {
    let (new, old) = (file.display(), source.file.display());
    match source.given {
        None => format!(
            "Put it in its place before anything starts: `mv {new} {old}`. The old key opens older copies only."
        ),
        Some(_) => format!(
            "Hand {new} over as the credential `vault-key` before anything starts. The old key opens older copies only."
        ),
    }
}

async fn list(reach: &Reach, now: Millis) -> Result<Answer, Failure> {
    Ok(show(reach.ask("GET", "/api/v1/secrets", None).await?, COLUMNS, now))
}

async fn set(reach: &Reach, name: &str, value: &Secret<String>) -> Result<Answer, Failure> {
    let body = json!({"value": value.reveal()});
    let kept = reach.ask("PUT", &format!("/api/v1/secrets/{}", encode(name)), Some(body)).await?;
    let shadowed = kept.get("used") == Some(&Value::Bool(false));
    let answer = Answer::done(kept, format!("`{name}` is sealed"));
    if shadowed {
        return Ok(answer
            .note("It does not count yet: systemd or a file under [secrets] gives another, which goes before it."));
    }
    Ok(answer)
}

async fn forget(reach: &Reach, name: &str) -> Result<Answer, Failure> {
    let gone = reach.ask("DELETE", &format!("/api/v1/secrets/{}", encode(name)), None).await?;
    Ok(Answer::done(gone, format!("`{name}` is forgotten")))
}

async fn rotate(reach: &Reach) -> Result<Answer, Failure> {
    let asked = reach.ask("POST", "/api/v1/secrets/rotate", None).await?;
    let id = asked.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let told = match asked.get("new") {
        Some(Value::Bool(true)) => format!("a rotation is queued: `radard job show {id}`"),
        _ => format!("a rotation is under way and goes on: `radard job show {id}`"),
    };
    Ok(Answer::done(asked, told))
}

/// The value on stdin, without the line break at its end.
fn read_value(name: &str) -> Result<Secret<String>, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        let failure = Failure::usage("the value is read from stdin, and stdin is a terminal, which would show it");
        return Err(failure.advise(advice::cli::pipe_secret(name)));
    }
    let mut text = String::new();
    let read = stdin.lock().take(MOST).read_to_string(&mut text);
    let text = Secret::new(text);
    read.map_err(|error| Failure::usage(format!("cannot read the value from stdin: {error}")))?;
    let value = text.reveal();
    let value = value.strip_suffix('\n').map_or(value.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(Secret::new(value.to_owned()))
}

fn failed(error: &vault::Error) -> Failure {
    Failure::of(error).exit(exit_of_vault(error)).advise(error.advice())
}

#[cfg(test)]
mod tests {
    use super::super::out::Out;
    use super::super::reach::tests::{answering, asked};
    use super::*;

    const PERSON: Out = Out { json: false, quiet: false, color: false };

    #[tokio::test]
    async fn a_value_goes_to_its_name_and_is_not_repeated() {
        let (reach, log) = answering(200, json!({"name": "weekly-token", "used": true}));
        let answer = set(&reach, "weekly-token", &Secret::new("hunter2".to_owned())).await.unwrap();
        assert_eq!(answer.to_stdout(PERSON), "`weekly-token` is sealed");
        assert_eq!(asked(&log), [r#"PUT /api/v1/secrets/weekly-token {"value":"hunter2"}"#]);
    }

    #[tokio::test]
    async fn a_rotation_says_whether_it_is_new() {
        for (new, told) in [(true, "a rotation is queued: `radard job show 7`"), (false, "a rotation is under way")] {
            let (reach, _) = answering(200, json!({"id": "7", "new": new}));
            assert!(rotate(&reach).await.unwrap().to_stdout(PERSON).starts_with(told));
        }
    }

    #[test]
    fn what_to_do_with_a_new_master_key_is_told_for_file_and_credential() {
        let register = crate::observe::Register::default();
        let source = Source { given: None, file: "/d/vault.key".into(), register };
        assert!(put_in_place(&source, Path::new("new")).contains("`mv new /d/vault.key`"));
        let given = Source { given: Some(Secret::new("k".to_owned())), ..source };
        assert!(put_in_place(&given, Path::new("new")).contains("the credential `vault-key`"));
    }
}
