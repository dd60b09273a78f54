//! The queue file, `queue.toml`: what a user wants to be kept up to date.
//!
//! It is read apart from the settings, so that a slip in it stops no other command, and a slip in them not the targets.
//! A missing file is an empty one.

use std::io;
use std::path::{Path, PathBuf};

use toml::de::{DeArray, DeTable, DeValue};

use super::draft::Draft;
use super::file::{judge, text_of};
use super::kind::{named, shorten};
use super::place::{Problem, Problems, Said, Text};
use super::read::read_bytes;
use super::sections::Profile;
use super::target::{self, Target, TargetPlaces};
use crate::advice;
use crate::domain::near::nearest;

/// The name of the file.
pub const QUEUE: &str = "queue.toml";
/// The most that is read of it: five thousand targets need one of these.
const MOST: u64 = 16 << 20;
/// What stands at its top.
const TOP: [&str; 2] = ["defaults", "target"];

/// The file as it was read, before anything is understood.
#[derive(Debug, Clone, Default)]
pub struct QueueText {
    /// Where it is.
    pub file: PathBuf,
    /// What it says; nothing when there is none, the error's text when it cannot be read.
    pub read: Option<Result<Vec<u8>, String>>,
}

impl QueueText {
    /// Reads the file below `dir`.
    pub fn read(dir: &Path) -> Self {
        let file = dir.join(QUEUE);
        let read = match read_bytes(&file, MOST) {
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => None,
            Err(why) => Some(Err(why.to_string())),
            Ok((bytes, _)) if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST) => {
                Some(Err(format!("it is larger than {} MiB", MOST >> 20)))
            }
            Ok((bytes, _)) => Some(Ok(bytes)),
        };
        Self { file, read }
    }

    /// Whether there is no such file, or nothing in it: an editor or a full disk may have left it so.
    pub fn is_blank(&self) -> bool {
        match &self.read {
            None => true,
            Some(Ok(bytes)) => bytes.trim_ascii().is_empty(),
            Some(Err(_)) => false,
        }
    }
}

/// What it says, without problems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueFile {
    /// Each target, in the order of the file.
    pub all: Vec<Target>,
    /// Where each of them stands.
    pub places: Vec<TargetPlaces>,
}

impl QueueFile {
    /// The same, unless `wrong` finds something in one of them: of which part, what, and what to do.
    pub fn judged(self, wrong: impl Fn(&Target) -> Option<(Part, Said)>) -> Result<Self, Problems> {
        let problems = self.notes(wrong);
        if problems.is_empty() { Ok(self) } else { Err(Problems::sorted(problems)) }
    }

    /// What `noted` says of each target: of which part, what, and what to do.
    pub fn notes(&self, noted: impl Fn(&Target) -> Option<(Part, Said)>) -> Vec<Problem> {
        let problem = |(target, places): (&Target, &TargetPlaces)| {
            let (part, (message, advice)) = noted(target)?;
            let place = match part {
                Part::Url => &places.url,
                Part::Take => &places.take,
            };
            Some(Problem::new(place, &places.key, message, advice))
        };
        self.all.iter().zip(&self.places).filter_map(problem).collect()
    }
}

/// A part of a target that something can be wrong with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What it is about.
    Url,
    /// What it takes.
    Take,
}

/// Understands the file, or says everything that is wrong with it.
pub fn check_queue(text: &QueueText, profiles: &[Profile]) -> Result<QueueFile, Problems> {
    let mut draft = Draft::default();
    let file = text.file.display().to_string();
    let read = text.read.as_ref().map(|read| read.as_deref());
    let source = read.and_then(|read| text_of(&file, read, &mut draft));
    let targets = source.map(|source| lay(&Text::new(file, source), source, profiles, &mut draft));
    if !draft.problems.is_empty() {
        return Err(Problems::sorted(draft.problems));
    }
    let (all, places) = targets.unwrap_or_default().into_iter().unzip();
    Ok(QueueFile { all, places })
}

fn lay(text: &Text<'_>, source: &str, profiles: &[Profile], draft: &mut Draft) -> Vec<(Target, TargetPlaces)> {
    let (table, errors) = DeTable::parse_recoverable(source);
    let trust = judge(text, table.get_ref(), &errors, draft);
    let (mut defaults, mut items) = (None, None);
    for (name, value) in table.get_ref() {
        let (key, place) = (name.get_ref().as_ref(), text.place(name.span().start));
        if trust.wall.is_some_and(|wall| name.span().start >= wall) {
            continue;
        }
        match (key, value.get_ref()) {
            ("defaults", DeValue::Table(table)) => defaults = Some(table),
            ("target", DeValue::Array(array)) => items = Some(array),
            (key, given) if TOP.contains(&key) => {
                let head = if key == "target" { "[[target]]" } else { "[defaults]" };
                let message = format!("{key} is {} where {head} is wanted", named(given));
                draft.problem(&place, key, message, advice::config::alone_on_a_line(head));
            }
            _ => {
                let (key, near) = (shorten(key), nearest(key, TOP.into_iter()).unwrap_or_default());
                let advice = advice::config::near(near, &key);
                draft.problem(&place, &key, format!("{key} is nothing that a queue file has"), advice);
            }
        }
    }
    // Below a wall nobody knows what belongs to which target.
    if trust.wall.is_some() {
        return Vec::new();
    }
    let none = DeArray::default();
    target::lay(defaults, items.unwrap_or(&none), profiles, text, draft)
}
