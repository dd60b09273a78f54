//! Fault switches as text: `PLATFORM.ENDPOINT.CLASS`, `…@3` for the third request alone, `…@every=5` for each fifth.
//!
//! A class is how an attempt ends for the client; how it looks on the wire is the room's own affair (`reply`).
//! `ok` is no fault, and `local` is a fault of ours, which no platform can cause.

use std::fmt;
use std::num::NonZeroU64;

use crate::domain::Class;

/// Every class that a platform can cause.
pub(super) const EVERY: [Class; 8] = [
    Class::Gone,
    Class::Private,
    Class::Auth,
    Class::Risk,
    Class::Rate,
    Class::Signature,
    Class::Schema,
    Class::Network,
];

/// `GET /probe`, which every platform has.
pub(super) const PROBE: Endpoint = Endpoint::new("probe", &EVERY);

/// An endpoint that has switches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Endpoint {
    /// Its name: the first part of its path, unless the platform says otherwise.
    pub(super) name: &'static str,
    /// The classes that it can play.
    pub(super) plays: &'static [Class],
    /// Those of them that it shows itself, in an answer of its own; by the others it is refused before it is asked.
    pub(super) shows: &'static [Class],
}

impl Endpoint {
    /// One that can play these classes.
    pub(super) const fn new(name: &'static str, plays: &'static [Class]) -> Self {
        Self { name, plays, shows: &[] }
    }

    /// The same that shows some of them itself.
    pub(super) const fn showing(self, shows: &'static [Class]) -> Self {
        Self { shows, ..self }
    }
}

/// What switches may name of a platform.
#[derive(Debug, Clone, Copy)]
pub(super) struct Switched {
    /// Its name.
    pub(super) platform: &'static str,
    /// Its endpoints.
    pub(super) endpoints: &'static [Endpoint],
}

/// A switch that was set: which endpoint fails, how, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The platform's name.
    pub platform: &'static str,
    /// The endpoint.
    pub endpoint: &'static str,
    /// How the attempt ends for the client.
    pub class: Class,
    /// Which requests fail.
    pub when: When,
}

/// Which requests a switch makes fail, counted from the moment it was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// All of them.
    Always,
    /// The one with this number, counted from 1.
    Nth(NonZeroU64),
    /// Each whose number is a multiple of this.
    Every(NonZeroU64),
}

impl When {
    /// Whether request number `n` fails.
    pub const fn strikes(self, n: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Nth(nth) => n == nth.get(),
            Self::Every(every) => n.is_multiple_of(every.get()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.platform, self.endpoint, self.class)?;
        match self.when {
            When::Always => Ok(()),
            When::Nth(n) => write!(f, "@{n}"),
            When::Every(n) => write!(f, "@every={n}"),
        }
    }
}

/// A text that is no fault switch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Not three words with points between.
    #[error("`{0}` is no fault switch: write PLATFORM.ENDPOINT.CLASS, then @3 or @every=3 if only some requests fail")]
    Form(String),
    /// No such platform.
    #[error("`{name}` is not a simulated platform: one of {all}", all = .known.join(" "))]
    Platform {
        /// What was written.
        name: String,
        /// The platforms that there are.
        known: Vec<&'static str>,
    },
    /// No such endpoint there.
    #[error("`{platform}` has no endpoint `{endpoint}`: one of {all}", all = .known.join(" "))]
    Endpoint {
        /// The platform.
        platform: &'static str,
        /// What was written.
        endpoint: String,
        /// The endpoints that it has.
        known: Vec<&'static str>,
    },
    /// The endpoint cannot end so.
    #[error("`{endpoint}` of `{platform}` cannot play `{class}`: one of {all}", all = words(.known))]
    Class {
        /// The platform.
        platform: &'static str,
        /// The endpoint.
        endpoint: &'static str,
        /// What was written.
        class: String,
        /// What it can play.
        known: &'static [Class],
    },
    /// Neither a number nor `every=` and a number.
    #[error("`@{0}` does not say when: @3 is the third request alone, @every=3 is each third")]
    When(String),
}

fn words(classes: &[Class]) -> String {
    classes.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(" ")
}

/// The switch that `text` is for one of these platforms.
pub(super) fn parse(text: &str, all: &[Switched]) -> Result<Fault, FaultError> {
    let (what, when) = text.split_once('@').map_or((text, None), |(what, when)| (what, Some(when)));
    let mut parts = what.split('.');
    let (Some(platform), Some(endpoint), Some(class), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(FaultError::Form(text.to_owned()));
    };
    let Some(Switched { platform, endpoints }) = all.iter().copied().find(|known| known.platform == platform) else {
        let known = all.iter().map(|known| known.platform).collect();
        return Err(FaultError::Platform { name: platform.to_owned(), known });
    };
    let Some(Endpoint { name: endpoint, plays: known, .. }) = endpoints.iter().find(|known| known.name == endpoint)
    else {
        let known = endpoints.iter().map(|known| known.name).collect();
        return Err(FaultError::Endpoint { platform, endpoint: endpoint.to_owned(), known });
    };
    let class = known.iter().find(|known| known.as_str() == class).ok_or_else(|| FaultError::Class {
        platform,
        endpoint,
        class: class.to_owned(),
        known,
    })?;
    let when = when.map_or(Ok(When::Always), parse_when)?;
    Ok(Fault { platform, endpoint, class: *class, when })
}

fn parse_when(text: &str) -> Result<When, FaultError> {
    let number = |digits: &str| digits.parse::<NonZeroU64>().map_err(|_| FaultError::When(text.to_owned()));
    match text.strip_prefix("every=") {
        Some(digits) => number(digits).map(When::Every),
        None => number(text).map(When::Nth),
    }
}

#[cfg(test)]
mod tests;
