//! All that can go wrong with a browser, by name.

use std::io;

use crate::advice::{self, Advice};
use crate::domain::Class;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// There is no driver.
    #[error("there is no driver for a browser here: looked for {0}")]
    NoDriver(String),
    /// There is no browser.
    #[error("there is no browser here: looked for {0}")]
    NoBrowser(String),
    /// The display that nobody sees cannot be made.
    #[error("the display of its own for a browser (`browser.display` is xvfb) does not start: {0}")]
    NoScreen(String),
    /// There is nowhere to show a browser.
    #[error("there is no display here on which a browser could show itself (`browser.display` is seat)")]
    NoSeat,
    /// The driver does not start.
    #[error("the driver `{0}` does not start")]
    Start(String, #[source] io::Error),
    /// It started and said nothing of where it listens.
    #[error("the driver `{0}` ended or fell silent before it said where it listens: {1}")]
    Silent(String, String),
    /// None answers where one should run already.
    #[error("no driver for a browser answers at `{0}`: {1}")]
    NotThere(String, String),
    /// It takes no session: what it said, in one line.
    #[error("the driver opens no session: {0}")]
    NoSession(String),
    /// Driver and browser are of different versions.
    #[error("driver and browser do not fit each other: {0}")]
    Mismatch(String),
    /// It speaks WebDriver and not BiDi.
    #[error("the driver has no WebDriver BiDi: it gives no socket")]
    NoBidi,
    /// Its socket cannot be reached.
    #[error("the socket of the browser cannot be reached: {0}")]
    Socket(String),
    /// The socket closed: the browser is gone, or its driver.
    #[error("the browser is gone: its socket closed")]
    Gone,
    /// The tab crashed.
    #[error("the tab crashed")]
    Crashed,
    /// A command was not answered.
    #[error("the browser did not answer `{0}` in time")]
    Hung(&'static str),
    /// A command was refused.
    #[error("the browser refused `{what}`: {why}")]
    Refused {
        /// The command.
        what: &'static str,
        /// What it said, in one line.
        why: String,
    },
    /// A script in the page failed.
    #[error("a script in the page failed: {0}")]
    Script(String),
    /// The page cannot be reached.
    #[error("the page at `{host}` cannot be reached: {why}")]
    Unreachable {
        /// Its host.
        host: String,
        /// What the browser said.
        why: String,
    },
    /// The page asks for a login.
    #[error("`{0}` asks for a login")]
    LoginRequired(String),
    /// The page shows a challenge.
    #[error("`{0}` shows a challenge that a person has to solve")]
    Challenge(String),
    /// The page never sent what was waited for.
    #[error("the page never sent a request to `{wanted}`; it stands at `{at}`")]
    NoRequest {
        /// What was waited for.
        wanted: String,
        /// Where it stands.
        at: String,
    },
}

impl Trouble {
    /// How the attempt ended.
    pub const fn class(&self) -> Class {
        match self {
            Self::NoDriver(_)
            | Self::NoBrowser(_)
            | Self::NoScreen(_)
            | Self::NoSeat
            | Self::Start(..)
            | Self::Silent(..)
            | Self::NoSession(_)
            | Self::Mismatch(_)
            | Self::NoBidi => Class::Local,
            Self::NotThere(..)
            | Self::Socket(_)
            | Self::Gone
            | Self::Crashed
            | Self::Hung(_)
            | Self::Unreachable { .. } => Class::Network,
            Self::Refused { .. } | Self::Script(_) | Self::NoRequest { .. } => Class::Schema,
            Self::LoginRequired(_) => Class::Auth,
            Self::Challenge(_) => Class::Risk,
        }
    }

    /// What a person can do about it.
    pub fn advice(&self) -> Advice {
        self.advice_for("NAME")
    }

    /// The same for whoever knows the profile.
    pub fn advice_for(&self, profile: &str) -> Advice {
        match self {
            Self::NoDriver(_) => advice::browser::no_driver(),
            Self::NoBrowser(_) => advice::browser::no_browser(),
            Self::NoScreen(_) => advice::browser::no_screen(),
            Self::NoSeat => advice::browser::no_seat(),
            Self::Start(..) | Self::Silent(..) => advice::browser::start(),
            Self::NotThere(..) => advice::browser::not_there(),
            Self::NoSession(_) => advice::browser::no_session(),
            Self::Mismatch(_) => advice::browser::mismatch(),
            Self::NoBidi => advice::browser::no_bidi(),
            Self::Socket(_) => advice::browser::socket(),
            Self::Gone | Self::Crashed | Self::Hung(_) => advice::browser::ended(),
            Self::Refused { .. } | Self::Script(_) => advice::browser::changed(),
            Self::Unreachable { .. } => advice::browser::unreachable(),
            Self::LoginRequired(_) => advice::browser::log_in(profile),
            Self::Challenge(_) => advice::browser::challenge(profile),
            Self::NoRequest { .. } => advice::browser::no_request(),
        }
    }
}

/// The first line of what a driver says; the rest is versions and stacks.
pub(super) fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(300).collect()
}
