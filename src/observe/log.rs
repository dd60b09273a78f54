//! Log lines: for a person on a terminal, for a machine as JSON, for the journal with its own fields.
//!
//! One layer of ours gathers an event and its spans into a `Line`, hides secrets and cuts long values while it does,
//! and only then gives the line one of three forms. That order is why ready-made formatters are not used: the journal
//! crate in particular sends fields straight from the event, past any filter that sits at a writer. A panic becomes
//! such a line too, instead of free text on stderr. Records of the `log` crate are not taken: those of our libraries
//! that matter speak `tracing`.

mod form;
mod layer;
mod line;
mod out;

use std::path::Path;
use std::str::FromStr;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Registry, reload};

use self::layer::Lines;
use self::out::{JOURNAL, Out};
use super::redact::Register;
use crate::advice::{self, Advice};
use crate::ambient::Clock;

/// Every level, in the words of the configuration.
const LEVELS: [LevelFilter; 6] = [
    LevelFilter::OFF,
    LevelFilter::ERROR,
    LevelFilter::WARN,
    LevelFilter::INFO,
    LevelFilter::DEBUG,
    LevelFilter::TRACE,
];

/// The form of log lines, as configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// The journal under systemd, lines for people on a terminal, else JSON.
    #[default]
    Auto,
    /// Lines for people.
    Console,
    /// One JSON object a line.
    Json,
    /// The journal, with a field for each field.
    Journald,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Console, Self::Json, Self::Journald];

    /// The word that stands in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Console => "console",
            Self::Json => "json",
            Self::Journald => "journald",
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == word);
        found.ok_or_else(|| Error::Format { word: word.to_owned() })
    }
}

/// Why lines cannot be written as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The word names no format.
    #[error("`{word}` is not a log format: one of auto console json journald")]
    Format {
        /// The word.
        word: String,
    },
    /// The text is no level.
    #[error("`{level}` is not a log level")]
    Level {
        /// The text.
        level: String,
    },
    /// The journal cannot be reached.
    #[error("cannot reach the journal at `{path}`")]
    Journal {
        /// Its socket.
        path: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// Somebody else already takes the lines of this process.
    #[error("cannot start the log twice in one process")]
    Twice,
}

impl Error {
    /// What a person can do about it.
    pub const fn advice(&self) -> Option<Advice> {
        match self {
            Self::Format { .. } => Some(advice::observe::format()),
            Self::Level { .. } => Some(advice::observe::level()),
            Self::Journal { .. } => Some(advice::observe::journal()),
            Self::Twice => None,
        }
    }
}

/// What the log must know before its first line.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The form of the lines.
    pub format: Format,
    /// The least level that is written: a level, or a list such as `info,radard::queue=debug`.
    pub level: &'a str,
    /// What no line may show.
    pub secrets: Register,
    /// Where lines take their time from.
    pub clock: Clock,
    /// Whether colours are unwanted even on a terminal (`--no-color`, `NO_COLOR`).
    pub no_color: bool,
    /// The value of `JOURNAL_STREAM`: device and inode of the journal's own pipe.
    pub journal_stream: Option<&'a str>,
}

/// Changes the log while it runs.
#[derive(Debug, Clone)]
pub struct Handle {
    level: Level,
    format: Format,
}

impl Handle {
    /// Changes the least level that is written; on an error the old one stays.
    pub fn set_level(&self, level: &str) -> Result<(), Error> {
        // It fails only after the process has let go of its subscriber, and then there is nobody to tell.
        let _gone = self.level.reload(parse_level(level)?);
        Ok(())
    }

    /// The format that is in use; never [`Format::Auto`].
    pub const fn format(&self) -> Format {
        self.format
    }
}

/// Starts the log of this process, and lets panics speak through it.
pub fn init(setup: &Setup<'_>) -> Result<Handle, Error> {
    let (format, out) = choose(setup)?;
    let (subscriber, level) = assemble(out, setup)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| Error::Twice)?;
    std::panic::set_hook(Box::new(report_panic));
    Ok(Handle { level, format })
}

type Level = reload::Handle<Targets, Registry>;

fn assemble(out: Out, setup: &Setup<'_>) -> Result<(impl tracing::Subscriber + Send + Sync + use<>, Level), Error> {
    let (layer, level) = reload::Layer::new(parse_level(setup.level)?);
    let lines = Lines::new(out, setup.secrets.clone(), setup.clock.clone());
    Ok((tracing_subscriber::registry().with(layer).with(lines), level))
}

fn choose(setup: &Setup<'_>) -> Result<(Format, Out), Error> {
    use std::io::IsTerminal as _;
    let terminal = std::io::stderr().is_terminal();
    let in_journal = || setup.journal_stream.is_some_and(|stream| names_file(stream, std::io::stderr()));
    let console = || (Format::Console, Out::console(terminal && !setup.no_color));
    let json = || (Format::Json, Out::json());
    let journal = || Out::journal(Path::new(JOURNAL)).map(|out| (Format::Journald, out));
    match setup.format {
        Format::Console => Ok(console()),
        Format::Journald => journal().map_err(|source| Error::Journal { path: JOURNAL, source }),
        Format::Auto if terminal => Ok(console()),
        Format::Auto if in_journal() => Ok(journal().unwrap_or_else(|_| json())),
        Format::Auto | Format::Json => Ok(json()),
    }
}

/// Whether `stream`, a device and an inode such as `8:1234`, is this open file.
fn names_file(stream: &str, file: impl std::os::fd::AsFd) -> bool {
    let Ok(stat) = rustix::fs::fstat(file) else { return false };
    stream == format!("{}:{}", stat.st_dev, stat.st_ino)
}

/// Reads a level, or a list of levels by target, in any case: levels print themselves in capitals. A bare word must be a
/// level: as a name it would silence all else.
fn parse_level(text: &str) -> Result<Targets, Error> {
    let refuse = || Error::Level { level: text.to_owned() };
    text.split(',').map(str::trim).try_fold(Targets::new(), |levels, part| {
        let (source, word) = part.split_once('=').map_or((None, part), |(source, word)| (Some(source), word));
        let level = LEVELS.into_iter().find(|level| level.to_string().eq_ignore_ascii_case(word)).ok_or_else(refuse)?;
        match source {
            None => Ok(levels.with_default(level)),
            Some("") => Err(refuse()),
            Some(source) => Ok(levels.with_target(source, level)),
        }
    })
}

fn report_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let text = panic.payload_as_str().unwrap_or("without a word");
    tracing::error!(panic.place = place, "Panicked at `{place}`: {text}");
}

#[cfg(test)]
mod tests;
