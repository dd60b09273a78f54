//! `radard profile`: logins, taken in from people's own tools or captured by the browser, proved, kept in versions.
//!
//! A file is read here, whatever tool wrote it, and only what belongs to the platform is handed on. Values of cookies are
//! shown nowhere; `export` writes them, because that is what it is asked for.

mod hand;
mod import;
mod login;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

pub(super) use hand::ask;
use hand::{Patience, ask_platform, in_use, platform, put};
use import::import;

use super::desk::Desk;
use super::exit::Exit;
use super::failure::Failure;
use super::listing::{Column, Form, show, table};
use super::out::Answer;
use super::reach::Need;
use crate::advice;
use crate::domain::{Millis, Platform, Secret};
use crate::wire::login::{StorageState, write_netscape};

const LIST: &[Column] = &[
    ("PROFILE", "profile", Form::Plain),
    ("PLATFORM", "platform", Form::Plain),
    ("LOGIN", "standing", Form::Plain),
    ("CLASS", "class", Form::Plain),
    ("FROM", "source", Form::Plain),
    (">COOKIES", "cookies", Form::Plain),
    ("TAKEN", "made_at", Form::When),
    ("PROVED", "proved_at", Form::When),
    ("NEXT", "next_at", Form::When),
    ("ENDS", "ends_at", Form::When),
    (">VERSIONS", "versions", Form::Plain),
];
const VERSIONS: &[Column] = &[
    ("CAPTURE", "id", Form::Plain),
    ("STANDING", "standing", Form::Plain),
    ("CLASS", "class", Form::Plain),
    ("FROM", "source", Form::Plain),
    (">COOKIES", "cookies", Form::Plain),
    ("TAKEN", "made_at", Form::When),
    ("PROVED", "proved_at", Form::When),
    ("ENDS", "ends_at", Form::When),
    ("~SAID", "said", Form::Plain),
];
const COOKIES: &[Column] = &[
    ("COOKIE", "name", Form::Plain),
    (">LENGTH", "length", Form::Plain),
    ("~DOMAIN", "domain", Form::Plain),
    ("~PATH", "path", Form::Plain),
    ("ENDS", "ends_at", Form::When),
    ("LOGIN", "is_login", Form::Plain),
];

/// In which form a login is given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Shape {
    /// The storage state of Playwright
    State,
    /// cookies.txt
    Netscape,
    /// The Cookie header
    Header,
    /// The lines of an .env that Creative Radar tools read
    Env,
}

/// Commands of `radard profile`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ProfileCommand {
    /// List the profiles and how their logins stand
    List,
    /// Show what a login consists of, and its versions; never values
    Show {
        /// Which profile
        name: String,
    },
    /// Take a login in: cookies.txt, state.json or its folder, an extension's list, a Cookie header, cURL, a HAR, .env,
    /// cookies.sqlite
    Import {
        /// Which profile, as in the settings
        name: String,
        /// The file, or `-` for stdin
        file: PathBuf,
        /// For which platform, when the profile is not in the settings
        #[arg(long, value_name = "NAME", value_parser = platform())]
        platform: Option<Platform>,
        #[command(flatten)]
        patience: Patience,
    },
    /// Log in with a browser here: in a window, or by the code of the page in the terminal
    Login(login::LogIn),
    /// Let the browser visit the platform in the name of a profile, and take along what its page sends
    Capture {
        /// Which profile
        name: String,
        /// Write the lines of an .env that Creative Radar tools read here, mode 0600
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        patience: Patience,
    },
    /// Ask the platform whether a login still works
    Probe {
        /// Which profile
        name: String,
        #[command(flatten)]
        patience: Patience,
    },
    /// Use the login before the present one, or the one that is named
    Rollback {
        /// Which profile
        name: String,
        /// Which capture, from `profile show`
        #[arg(long, value_name = "CAPTURE")]
        to: Option<String>,
        #[command(flatten)]
        patience: Patience,
    },
    /// Write a login to a file, mode 0600, or to stdout when that is no terminal
    Export {
        /// Which profile
        name: String,
        /// In which form
        #[arg(long, value_enum, default_value = "state")]
        format: Shape,
        /// Where to
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Delete every capture of a profile, and its file
    Forget {
        /// Which profile
        name: String,
    },
}

impl ProfileCommand {
    /// Does it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let now = desk.ambient.clock.now();
        match self {
            Self::List => ask(desk, Need::Reading, json!({"act": "list"})).await.map(|told| show(told, LIST, now)),
            Self::Show { name } => {
                let told = ask(desk, Need::Reading, json!({"act": "show", "name": name})).await?;
                Ok(describe(told, now))
            }
            Self::Import { name, file, platform, patience } => {
                Box::pin(import(desk, &name, platform, &file, patience)).await
            }
            Self::Login(login) => Box::pin(login.answer(desk)).await,
            Self::Capture { name, output, patience } => {
                let told = ask_platform(desk, json!({"act": "capture", "name": name}), patience).await?;
                let answer = in_use(told);
                let Some(file) = output else { return Ok(answer) };
                let given = ask(desk, Need::Writing, json!({"act": "export", "name": name})).await?;
                let lines = shaped(&given, Shape::Env);
                put(&file, &among_others(&file, &lines)?)?;
                let unsent: Vec<_> =
                    NAMES.iter().filter(|name| !lines.reveal().contains(&format!("{ENV}{name}="))).collect();
                let answer = answer.note(format!("{} is written", file.display()));
                Ok(match unsent.as_slice() {
                    [] => answer,
                    _ => answer.note(format!(
                        "The page did not send what belongs into {unsent:?}: as it stood there it stays."
                    )),
                })
            }
            Self::Probe { name, patience } => {
                ask_platform(desk, json!({"act": "probe", "name": name}), patience).await.map(in_use)
            }
            Self::Rollback { name, to, patience } => {
                let told = ask_platform(desk, json!({"act": "rollback", "name": name, "to": to}), patience).await?;
                Ok(in_use(told).note(format!("`radard profile probe {name}` asks whether it is still one")))
            }
            Self::Export { name, format, output } => {
                let given = ask(desk, Need::Reading, json!({"act": "export", "name": name})).await?;
                let text = shaped(&given, format);
                let text = match &output {
                    Some(file) if format == Shape::Env => among_others(file, &text)?,
                    _ => text,
                };
                give(&name, &text, output.as_deref())
            }
            Self::Forget { name } => {
                let told = ask(desk, Need::Writing, json!({"act": "forget", "name": name})).await?;
                let count = told.get("forgotten").and_then(Value::as_u64).unwrap_or(0);
                Ok(Answer::done(told, format!("captures of `{name}` that are forgotten: {count}")))
            }
        }
    }
}

fn describe(told: Value, now: Millis) -> Answer {
    let rows = |name: &str| told.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let header = |row: &Value| {
        let name = row.get("name").and_then(Value::as_str).unwrap_or_default();
        format!("{name} ({})", row.get("length").and_then(Value::as_u64).unwrap_or(0))
    };
    let headers: Vec<_> = rows("headers").iter().map(header).collect();
    let text = table(&rows("versions"), VERSIONS, now).then("\n\n").then(table(&rows("cookies"), COOKIES, now));
    let text = if headers.is_empty() { text } else { text.then(format!("\n\nheaders: {}", headers.join(", "))) };
    Answer::shown(told, text)
}

/// What the lines of an `.env` begin with.
const ENV: &str = "TIKTOK_ADS_";
/// And what they go on with: the cookies, and two headers.
const NAMES: [&str; 3] = ["COOKIE", "USER_SIGN", "WEB_ID"];

/// A value as a shell reads it back, whatever it holds.
fn quoted(value: &str) -> String {
    if value.contains(['"', '$', '`', '\\', '!']) {
        return format!("'{}'", value.replace('\'', "'\\''"));
    }
    format!("\"{value}\"")
}

/// The lines of an `.env`, among those that stand in `file` already and are others'.
fn among_others(file: &Path, lines: &Secret<String>) -> Result<Secret<String>, Failure> {
    let before = match std::fs::read_to_string(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let failure = Failure::new(format!("`{}` cannot be read: {error}", file.display()));
            return Err(failure.advise(advice::cli::put_right()));
        }
        before => Secret::new(before.unwrap_or_default()),
    };
    let name = |line: &str| line.trim_start_matches("export ").split('=').next().unwrap_or_default().trim().to_owned();
    let ours: Vec<String> = lines.reveal().lines().map(name).collect();
    let others = before.reveal().lines().filter(|line| !ours.contains(&name(line)));
    let others: String = others.flat_map(|line| [line, "\n"]).collect();
    Ok(Secret::new(format!("{others}{}", lines.reveal())))
}

/// A login in the form that is wanted.
fn shaped(given: &Value, shape: Shape) -> Secret<String> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let cookie = text(given.get("cookie"));
    Secret::new(match shape {
        Shape::State => format!("{:#}\n", given.get("state").cloned().unwrap_or_default()),
        Shape::Header => format!("{cookie}\n"),
        Shape::Netscape => {
            let state = StorageState::of_value(given.get("state").cloned().unwrap_or_default()).unwrap_or_default();
            write_netscape(&state.cookies).reveal().clone()
        }
        Shape::Env => {
            let header = |name: &str| text(given.get("headers").and_then(|headers| headers.get(name)));
            let lines = NAMES.iter().zip([cookie, header("user-sign"), header("web-id")]);
            // What the page did not send is left as it stands there.
            let sent = lines.filter(|(_, value)| !value.is_empty());
            let lines = sent.map(|(name, value)| format!("{ENV}{name}={}\n", quoted(&value)));
            lines.collect::<Vec<_>>().concat()
        }
    })
}

fn give(name: &str, text: &Secret<String>, output: Option<&Path>) -> Result<Answer, Failure> {
    if let Some(file) = output {
        put(file, text)?;
        let told = json!({"profile": name, "file": file});
        return Ok(Answer::done(told, format!("the login of `{name}` is in {}", file.display())));
    }
    let mut stdout = std::io::stdout().lock();
    if stdout.is_terminal() {
        let failure = Failure::usage("a terminal would show the login to whoever looks on");
        return Err(failure.advise(advice::cli::to_file()));
    }
    stdout.write_all(text.reveal().as_bytes()).map_err(|error| Failure::output(&error))?;
    Ok(Answer::nothing(Exit::Done))
}
