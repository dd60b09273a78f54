//! What every command about a login does: asks the house, waits for a free slot within the limits, hands a login over,
//! says which one is used.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroize;

use crate::advice::{self, Advice};
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out::Answer;
use crate::cli::reach::{Need, Reach};
use crate::config::{Config, Profile, host_of};
use crate::domain::time::roughly;
use crate::domain::{Millis, Platform, Secret};
use crate::session::{Login, rules};

const PATH: &str = "/api/v1/profiles";

/// Asks the house.
pub(in crate::cli) async fn ask(desk: &Desk, need: Need, asked: Value) -> Result<Value, Failure> {
    let mut told = None;
    Reach::with(desk, need, async |reach| {
        told = Some(reach.ask("POST", PATH, Some(asked)).await?);
        Ok(Answer::nothing(Exit::Done))
    })
    .await?;
    Ok(told.unwrap_or_default())
}

/// Takes the platforms where people log in.
pub(super) fn platform() -> impl TypedValueParser<Value = Platform> {
    let with_logins = Platform::ALL.into_iter().filter(|platform| rules(*platform).is_some());
    PossibleValuesParser::new(with_logins.map(Platform::as_str)).try_map(|word| word.parse::<Platform>())
}

/// How long to wait for a free slot when nobody says.
pub(super) const PATIENCE: u64 = 120;

/// How long a command waits.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(in crate::cli) struct Patience {
    /// How long to wait for a free slot within the limits, in seconds; the command goes before everything that runs by
    /// itself
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE)]
    wait: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { wait: PATIENCE }
    }
}

/// Asks the house for something that asks a platform. While our own limits have no free slot for it, nothing is done:
/// this says so, waits, and asks again.
pub(super) async fn ask_platform(desk: &Desk, asked: Value, patience: Patience) -> Result<Value, Failure> {
    let mut interrupted = signal(SignalKind::interrupt()).map_err(|error| Failure::of(&error))?;
    let (clock, mut told) = (&desk.ambient.clock, None);
    let until = clock.steady().saturating_add(Duration::from_secs(patience.wait));
    Reach::with(desk, Need::Writing, async |reach| {
        loop {
            let left = until.saturating_sub(clock.steady());
            let mut body = asked.clone();
            if let Some(fields) = body.as_object_mut() {
                fields.insert("patience_ms".to_owned(), millis(left).into());
            }
            let answer = tokio::select! {
                answer = reach.call("POST", PATH, Some(body)) => answer?,
                _ = interrupted.recv() => return Err(stopped(advice::cli::profiles())),
            };
            let (status, answer) = match answer {
                (200..=299, answer) => {
                    told = Some(answer);
                    return Ok(Answer::nothing(Exit::Done));
                }
                refused => refused,
            };
            let Some(wait) = answer.get("slot_in_ms").and_then(Value::as_u64).map(Duration::from_millis) else {
                return Err(Failure::of_answer(status, answer));
            };
            desk.out.say(&waits_for(&answer, wait));
            tokio::select! {
                () = clock.sleep(wait) => {}
                _ = interrupted.recv() => return Err(stopped(advice::cli::when_it_suits())),
            }
        }
    })
    .await?;
    Ok(told.unwrap_or_default())
}

fn stopped(advice: Advice) -> Failure {
    Failure::new("interrupted").exit(Exit::Interrupted).advise(advice)
}

/// What a command waits for, and how long.
fn waits_for(answer: &Value, wait: Duration) -> String {
    let text = |key| answer.get(key).and_then(Value::as_str);
    let what = match text("limit") {
        Some(limit) => format!("a free slot within the limit `{limit}`"),
        None => "the gap after the last request of this account".to_owned(),
    };
    format!("waiting for {what}: about {}", roughly(wait))
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Which login is in use now.
pub(super) fn in_use(told: Value) -> Answer {
    let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let said = format!("`{}` uses the capture {}", text("profile"), text("id"));
    let file = text("file");
    let answer = Answer::done(told, said);
    if file.is_empty() {
        return answer.note("Its state.json could not be written: the sealed copy is used.");
    }
    answer.note(format!("{file} is written"))
}

/// The profile of this name: of the settings, or made by hand now or before.
pub(super) async fn known(
    desk: &Desk,
    config: &Config,
    name: &str,
    platform: Option<Platform>,
) -> Result<Profile, Failure> {
    let written = config.profiles.iter().find(|known| known.name == name);
    let made = match (written, platform) {
        (Some(known), _) => Some(known.clone()),
        (None, Some(platform)) => Some(Profile::new(name, platform)),
        (None, None) => {
            // Without a database nobody has made any yet.
            let told = ask(desk, Need::Reading, json!({"act": "list"})).await.unwrap_or_default();
            let rows = told.get("items").and_then(Value::as_array).into_iter().flatten();
            let row = rows.into_iter().find(|row| row.get("profile").and_then(Value::as_str) == Some(name));
            let platform = row.and_then(|row| row.get("platform")?.as_str()?.parse().ok());
            platform.map(|platform| Profile::new(name, platform))
        }
    };
    made.ok_or_else(|| Failure::usage(format!("there is no profile `{name}`")).advise(advice::session::make(name)))
}

/// Hands a login over, to be proved and used.
pub(super) async fn take_in(
    desk: &Desk,
    profile: &Profile,
    source: &str,
    login: &Login,
    patience: Patience,
) -> Result<Value, Failure> {
    let state: Value = serde_json::from_str(login.state.write(Millis(0)).reveal()).unwrap_or_default();
    let headers: BTreeMap<&str, &str> =
        login.headers.iter().map(|(name, value)| (name.as_str(), value.reveal().as_str())).collect();
    let asked = json!({
        "act": "import", "name": profile.name, "platform": profile.platform.as_str(), "source": source, "state": state,
        "headers": headers,
    });
    ask_platform(desk, asked, patience).await
}

/// The host of a platform as the settings have it.
pub(super) fn host_of_platform(config: &Config, platform: Platform) -> &str {
    host_of(if platform == Platform::Douyin { &config.douyin.base } else { &config.platform.creative_radar_base })
}

/// Writes a file that nobody else may read, in the place of what stood there, in one step.
pub(super) fn put<T: AsRef<[u8]> + Zeroize>(file: &Path, text: &Secret<T>) -> Result<(), Failure> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = file.with_file_name(name);
    let write = || {
        let _left_by_somebody = std::fs::remove_file(&part);
        let mut options = std::fs::OpenOptions::new();
        let mut open = options.write(true).create_new(true).mode(0o600).open(&part)?;
        open.write_all(text.reveal().as_ref())?;
        open.sync_all()?;
        std::fs::rename(&part, file)
    };
    write().map_err(|error: std::io::Error| {
        let _nothing_was_made = std::fs::remove_file(&part);
        Failure::new(format!("cannot write `{}`: {error}", file.display()))
    })
}
