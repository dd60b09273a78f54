//! All that can go wrong with a browser, by name.

use std::io;

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
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::NoDriver(_) => "install the driver (Debian: chromium-driver), or name it in `browser.driver`",
            Self::NoBrowser(_) => "install a browser (Debian: chromium), or name it in `browser.binary`",
            Self::NoScreen(_) => "install it (Debian: xvfb), or set `browser.display` to headless",
            Self::NoSeat => "start radard where DISPLAY is set, or set `browser.display` to headless or xvfb",
            Self::Start(..) | Self::Silent(..) => "run it by hand to see why; `radard doctor` tries it too",
            Self::NotThere(..) => "start it, such as radard-browser.service, or correct `browser.webdriver`",
            Self::NoSession(_) => {
                "look at the browser's own message; as root it wants no sandbox, in a container room in /dev/shm"
            }
            Self::Mismatch(_) => {
                "upgrade both together: they come from one release (Debian: chromium, chromium-driver)"
            }
            Self::NoBidi => "use a driver of this year: chromedriver or geckodriver, or a grid that passes sockets on",
            Self::Socket(_) => "look whether the grid gives an address that can be reached from here",
            Self::Gone | Self::Crashed | Self::Hung(_) => {
                "it is started anew; if it stays, look at the memory of this machine"
            }
            Self::Refused { .. } | Self::Script(_) => "update radard: the browser has changed",
            Self::Unreachable { .. } => "look at the network and at the proxy of the profile",
            Self::LoginRequired(_) => "log in again: `radard profile login NAME`",
            Self::Challenge(_) => "open the site as that profile and solve what it asks: `radard profile login NAME`",
            Self::NoRequest { .. } => "look at the page: the site may have changed, or wait for a click",
        }
    }
}

/// The first line of what a driver says; the rest is versions and stacks.
pub(super) fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(300).collect()
}
