//! What a command has at hand: its flags, the environment, time, and a way to say things.
//!
//! The environment is read here, once, and handed on; nothing below asks the process for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use super::exit::Exit;
use super::failure::Failure;
use super::global::Global;
use super::out::Out;
use super::places::{self, Checks, Given};
use crate::advice;
use crate::ambient::Ambient;
use crate::config::{Checked, Places, Problems, Sources, check};
use crate::observe::Register;
use crate::observe::log::{self, Format, Setup};

/// What a command has at hand.
#[derive(Debug)]
pub(super) struct Desk {
    /// The flags that every command takes.
    pub(super) global: Global,
    /// How to speak.
    pub(super) out: Out,
    /// Time and chance.
    pub(super) ambient: Ambient,
    env: Environment,
    /// Set once the notice about `./config` was printed.
    told: OnceLock<()>,
}

/// The environment; it may hold secrets, so it cannot be shown.
#[derive(Clone)]
pub(super) struct Environment(pub(super) BTreeMap<String, String>);

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Environment {
    /// Reads the environment of the process; what is no text is none of ours.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub(super) fn read() -> Self {
        let texts = std::env::vars_os().filter_map(|(name, value)| {
            let [name, value] = [name, value].map(std::ffi::OsString::into_string);
            Some((name.ok()?, value.ok()?))
        });
        Self(texts.collect())
    }

    /// Whether colours are unwanted, by the convention of <https://no-color.org>.
    pub(super) fn no_color(&self) -> bool {
        self.0.get("NO_COLOR").is_some_and(|value| !value.is_empty())
    }
}

impl Desk {
    /// Lays everything out.
    pub(super) fn new(global: Global, out: Out, env: Environment) -> Result<Self, Failure> {
        let seed = match env.0.get("RADARD_SEED").map(|seed| (seed, seed.parse())) {
            None => None,
            Some((_, Ok(seed))) => Some(seed),
            Some((seed, Err(_))) => {
                let failure = Failure::new(format!("RADARD_SEED is `{seed}`: it is no whole number"));
                return Err(failure.exit(Exit::Config).advise(advice::cli::number()));
            }
        };
        Ok(Self { global, out, ambient: Ambient::real(seed), env, told: OnceLock::new() })
    }

    /// The directories of this command.
    pub(super) fn places(&self) -> Result<Places, Failure> {
        let given = Given { config: self.global.config.as_deref(), data: self.global.data.as_deref() };
        let checks = Checks { is_dir: &Path::is_dir, stranger: &places::stranger };
        let found = places::find(given, &self.env.0, checks);
        let found = found.map_err(|none| Failure::new(none.to_string()).advise(none.advice()).exit(Exit::Config))?;
        if let Some(notice) = found.notice
            && self.told.set(()).is_ok()
        {
            self.out.say(&notice);
        }
        Ok(found.places)
    }

    /// What is set, or everything that is wrong with it.
    pub(super) fn settings(&self, places: &Places) -> Result<Checked, Problems> {
        check(&Sources::read(&places.config, self.env.0.clone(), self.global.flags()))
    }

    /// What is set, for a command that cannot go on without.
    pub(super) fn checked(&self, places: &Places) -> Result<Checked, Failure> {
        self.settings(places).map_err(|problems| Failure::problems(&problems))
    }

    /// The environment, for those who hand it on.
    pub(super) fn env(&self) -> BTreeMap<String, String> {
        self.env.0.clone()
    }

    /// Whether colours are unwanted.
    pub(super) fn no_color(&self) -> bool {
        self.global.no_color || self.env.no_color()
    }

    /// Logs to stderr what happens on the way, when a person asked for it.
    pub(super) fn log_on_request(&self, checked: &Checked) -> Result<(), Failure> {
        let Some(level) = self.global.level().filter(|_| self.global.verbose > 0) else { return Ok(()) };
        let secrets = Register::default();
        checked.secrets.iter().for_each(|(_, secret)| secrets.add(secret));
        let setup = Setup {
            format: Format::Console,
            level,
            secrets,
            clock: self.ambient.clock.clone(),
            no_color: self.no_color(),
            journal_stream: None,
        };
        log::init(&setup).map(drop).map_err(|error| Failure::of(&error))
    }
}
