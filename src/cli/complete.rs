//! `radard complete`: the names that can stand at the end of a line, for the completion of a shell.
//!
//! The scripts of `radard completions` pass the words of the line up to the cursor. What is known of targets, profiles,
//! kinds, schedules, alarms and lanes comes from the running daemon, or from the database where there is none. Nothing is
//! started, nothing is said but names: a shell shows whatever is printed here in the middle of somebody's line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, Command};
use serde_json::{Value, json};

use super::desk::{Desk, Environment};
use super::exit::Exit;
use super::failure::Failure;
use super::global::Global;
use super::out::{Answer, Out};
use super::reach::{Need, Reach};

/// How long a person at a shell waits at most.
const PATIENCE: Duration = Duration::from_millis(150);
/// How it speaks.
pub(super) const SILENT: Out = Out { json: false, quiet: true, color: false };

/// What `radard complete` is told.
#[derive(Debug, clap::Args)]
pub(super) struct Complete {
    /// The words behind `radard`; the last is the one to complete, and may be empty
    #[arg(last = true, value_name = "WORD")]
    words: Vec<OsString>,
}

/// Which names an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Targets of the queue file.
    Targets,
    /// Profiles of the settings.
    Profiles,
    /// Kinds of jobs.
    Kinds,
    /// Kinds of jobs that people may add.
    OpenKinds,
    /// Schedules.
    Schedules,
    /// Alarms that are open.
    Alarms,
    /// Lanes.
    Lanes,
}

/// An argument that takes names: the path of its command, its id, which names.
pub(super) const PLACES: &[(&str, &str, Names)] = &[
    ("target show", "name", Names::Targets),
    ("target run", "name", Names::Targets),
    ("target pause", "name", Names::Targets),
    ("target resume", "name", Names::Targets),
    ("export", "target", Names::Targets),
    ("fetch", "profile", Names::Profiles),
    ("profile show", "name", Names::Profiles),
    ("profile import", "name", Names::Profiles),
    ("profile login", "name", Names::Profiles),
    ("profile capture", "name", Names::Profiles),
    ("profile probe", "name", Names::Profiles),
    ("profile rollback", "name", Names::Profiles),
    ("profile export", "name", Names::Profiles),
    ("profile forget", "name", Names::Profiles),
    ("alarm ack", "id", Names::Alarms),
    ("alarm show", "id", Names::Alarms),
    ("schedule run", "name", Names::Schedules),
    ("job add", "kind", Names::OpenKinds),
    ("job list", "kind", Names::Kinds),
    ("job list", "lane", Names::Lanes),
    ("job retry", "kind", Names::Kinds),
    ("job pause", "kind", Names::Kinds),
    ("job pause", "lane", Names::Lanes),
    ("job resume", "kind", Names::Kinds),
    ("job resume", "lane", Names::Lanes),
];

/// What a line asks for.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// The names that fit at its end.
    pub(super) names: Option<Names>,
    /// What is typed of the name.
    pub(super) typed: String,
    /// Which data the line is about.
    pub(super) global: Global,
}

impl Complete {
    /// What the words ask for, on the command line `line`.
    pub(super) fn wanted(&self, line: Command) -> Wanted {
        let words: Vec<String> = self.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let Some((last, before)) = words.split_last() else { return Wanted::default() };
        let mut place = Place::start(line);
        for word in before {
            place.step(word);
        }
        let (names, typed) = place.end(last);
        Wanted { names, typed, global: place.global }
    }
}

impl Wanted {
    /// The names. Whatever fails, there are none, and that is all.
    pub(super) async fn answer(self, env: Environment) -> Answer {
        let nothing = || Answer::nothing(Exit::Done);
        let Self { names: Some(names), typed, global } = self else { return nothing() };
        let Ok(desk) = Desk::new(global, SILENT, env) else { return nothing() };
        let found = tokio::time::timeout(PATIENCE, Box::pin(known(&desk, names))).await;
        let mut found = found.unwrap_or_default();
        found.retain(|name| name.starts_with(&typed) && !name.contains(char::is_control));
        Answer::raw(found.join("\n"))
    }
}

/// Where in a line the next word stands.
struct Place {
    command: Command,
    path: Vec<String>,
    /// The option whose value comes next.
    option: Option<Arg>,
    /// How many arguments without a name have been there.
    arguments: usize,
    /// `--` was there: options are over.
    is_over: bool,
    global: Global,
}

impl Place {
    fn start(command: Command) -> Self {
        Self { command, path: Vec::new(), option: None, arguments: 0, is_over: false, global: Global::default() }
    }

    /// Goes past a finished word.
    fn step(&mut self, word: &str) {
        if let Some(option) = self.option.take() {
            return self.keep(&option, word);
        }
        if self.is_over || !word.starts_with('-') || word == "-" {
            match self.command.find_subcommand(word).filter(|_| self.arguments == 0 && !self.is_over).cloned() {
                Some(below) => {
                    self.path.push(below.get_name().to_owned());
                    self.command = below;
                }
                None => self.arguments += 1,
            }
        } else if word == "--" {
            self.is_over = true;
        } else if let Some((name, value)) = word.split_once('=') {
            if let Some(option) = self.option_of(name) {
                self.keep(&option, value);
            }
        } else {
            self.option = self.option_of(word);
        }
    }

    /// The names that fit where the line ends, and what is typed of one.
    fn end(&self, last: &str) -> (Option<Names>, String) {
        if let Some(option) = &self.option {
            return (self.names_of(option), last.to_owned());
        }
        if last.starts_with('-') && !self.is_over {
            let Some((name, value)) = last.split_once('=') else { return (None, String::new()) };
            return (self.option_of(name).and_then(|option| self.names_of(&option)), value.to_owned());
        }
        let argument = self.command.get_positionals().nth(self.arguments);
        (argument.and_then(|argument| self.names_of(argument)), last.to_owned())
    }

    fn names_of(&self, arg: &Arg) -> Option<Names> {
        let path = self.path.join(" ");
        PLACES.iter().find(|(of, id, _)| *of == path && arg.get_id() == *id).map(|(_, _, names)| *names)
    }

    /// The option with this name, if it takes a value.
    fn option_of(&self, word: &str) -> Option<Arg> {
        // Before a command line is built, only the action of a flag says that it takes no value.
        let mut options = self.command.get_arguments().filter(|arg| arg.get_action().takes_values());
        let is_it = |arg: &&Arg| match word.strip_prefix("--") {
            Some(long) => arg.get_long() == Some(long),
            None => arg.get_short().is_some_and(|short| word.ends_with(short)),
        };
        options.find(is_it).cloned()
    }

    /// Remembers which data the line is about.
    fn keep(&mut self, option: &Arg, value: &str) {
        match option.get_id().as_str() {
            "config" => self.global.config = Some(PathBuf::from(value)),
            "data" => self.global.data = Some(PathBuf::from(value)),
            "settings" => {
                let pair = value.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
                self.global.settings.extend(pair);
            }
            _ => {}
        }
    }
}

/// The names that the daemon knows, or the database; none if nobody answers.
async fn known(desk: &Desk, names: Names) -> Vec<String> {
    let mut found = Vec::new();
    let asked = Reach::with(desk, Need::Reading, async |reach| {
        found = names_in(names, &list(reach, names).await?);
        Ok(Answer::nothing(Exit::Done))
    });
    let _none_otherwise = Box::pin(asked).await;
    found
}

async fn list(reach: &Reach, names: Names) -> Result<Value, Failure> {
    let path = match names {
        Names::Profiles => return reach.ask("POST", "/api/v1/profiles", Some(json!({"act": "list"}))).await,
        Names::Targets => "/api/v1/targets",
        Names::Kinds | Names::OpenKinds => "/api/v1/kinds",
        Names::Schedules => "/api/v1/schedules",
        Names::Alarms => "/api/v1/alarms",
        Names::Lanes => "/api/v1/lanes",
    };
    reach.ask("GET", path, None).await
}

/// The names in a listing, each once.
fn names_in(names: Names, listing: &Value) -> Vec<String> {
    let items = listing.get("items").and_then(Value::as_array).into_iter().flatten();
    let text = |item: &Value, key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = |item: &Value| match names {
        Names::Profiles => text(item, "profile"),
        Names::Kinds => text(item, "kind"),
        Names::OpenKinds => text(item, "scope").and_then(|_| text(item, "kind")),
        Names::Targets | Names::Schedules => text(item, "name"),
        Names::Alarms => text(item, "id"),
        Names::Lanes => text(item, "scope").filter(|scope| scope == "lane").and_then(|_| text(item, "name")),
    };
    let found: std::collections::BTreeSet<String> = items.filter_map(name).collect();
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::reach::tests::{answering, asked};
    use super::*;

    #[tokio::test]
    async fn only_what_fits_is_taken_from_a_listing() {
        let kinds = json!({"items": [{"kind": "prune", "scope": null}, {"kind": "capture", "scope": "admin"}]});
        assert_eq!(names_in(Names::OpenKinds, &kinds), ["capture"]);
        assert_eq!(names_in(Names::Kinds, &kinds), ["capture", "prune"]);
        let lanes = json!({"items": [{"scope": "kind", "name": "crawl"}, {"scope": "lane", "name": "a/b"}]});
        assert_eq!(names_in(Names::Lanes, &lanes), ["a/b"]);
        let (reach, log) = answering(200, json!({"items": [{"name": "b"}, {"name": "a"}, {"name": "b"}]}));
        assert_eq!(names_in(Names::Targets, &list(&reach, Names::Targets).await.unwrap()), ["a", "b"]);
        list(&reach, Names::Profiles).await.unwrap();
        assert_eq!(asked(&log), ["GET /api/v1/targets", r#"POST /api/v1/profiles {"act":"list"}"#]);
    }
}
