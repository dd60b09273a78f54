//! The ten ends that an attempt can have, and what each asks of us.
//!
//! Every attempt ends in exactly one class; [`Class::next`] is the only place that decides what follows, so that two
//! rooms can never treat the same refusal differently. An answer without content is never [`Class::Ok`].

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// It worked, and the answer had what we came for.
    Ok,
    /// The thing is no more, and the platform says so.
    Gone,
    /// The thing exists, but not for us.
    Private,
    /// A login is missing, expired or not enough.
    Auth,
    /// A challenge, a captcha, or an empty answer that nobody explains.
    Risk,
    /// We were asked to slow down.
    Rate,
    /// The platform did not like how we signed.
    Signature,
    /// We asked or read wrongly: a bad parameter, a missing field.
    Schema,
    /// The way there or back failed.
    Network,
    /// Our disk, our configuration, our bug.
    Local,
}

/// What an end asks of whoever holds the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing more to do.
    Finish,
    /// Try again later; an attempt is spent.
    Retry,
    /// Try again later, with growing waits and without spending an attempt, until `queue.retry_for` is over.
    KeepTrying,
    /// Wait as long as we were asked to; no attempt is spent.
    Wait,
    /// Wait for space on the disk, with growing waits. No attempt is spent, and an alarm is raised.
    AwaitSpace,
    /// Stop everything in this lane until it has cooled.
    CloseLane,
    /// Only a person can fix it; the job waits.
    AskPerson,
    /// Never again.
    Dead,
}

impl Class {
    /// Every class, in the order of the documents.
    pub const ALL: [Self; 10] = [
        Self::Ok,
        Self::Gone,
        Self::Private,
        Self::Auth,
        Self::Risk,
        Self::Rate,
        Self::Signature,
        Self::Schema,
        Self::Network,
        Self::Local,
    ];

    /// Decides what follows; nobody else does.
    ///
    /// ```
    /// use radard::domain::{Class, Next};
    /// assert_eq!(Class::Rate.next(), Next::Wait);
    /// assert_eq!(Class::Risk.next(), Next::CloseLane);
    /// assert_eq!(Class::Network.next(), Next::KeepTrying, "an outage costs no work");
    /// ```
    pub const fn next(self) -> Next {
        match self {
            Self::Ok => Next::Finish,
            Self::Rate => Next::Wait,
            Self::Risk => Next::CloseLane,
            Self::Auth => Next::AskPerson,
            Self::Gone | Self::Private => Next::Dead,
            Self::Network => Next::KeepTrying,
            Self::Signature | Self::Schema | Self::Local => Next::Retry,
        }
    }

    /// The longest wait that anybody may ask of us.
    pub const LONGEST_WAIT: Duration = Duration::from_hours(24);
    /// How long nothing is sent after a sign of risk, at least.
    const COOL: Duration = Duration::from_hours(6);

    /// How long nothing is sent after a sign of risk that `asked` for a wait: `chance` gives a number below its bound,
    /// so that nobody comes back like a clock.
    pub fn cool(asked: Option<Duration>, chance: impl FnOnce(u64) -> u64) -> Duration {
        let quarter = u64::try_from(Self::COOL.as_millis()).unwrap_or(0) / 4;
        let wait = asked.unwrap_or_default().max(Self::COOL) + Duration::from_millis(chance(quarter));
        wait.min(Self::LONGEST_WAIT)
    }

    /// The word that stands in SQL, JSON, logs and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Gone => "gone",
            Self::Private => "private",
            Self::Auth => "auth",
            Self::Risk => "risk",
            Self::Rate => "rate",
            Self::Signature => "signature",
            Self::Schema => "schema",
            Self::Network => "network",
            Self::Local => "local",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no class.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a class: one of ok gone private auth risk rate signature schema network local")]
pub struct UnknownClass(pub String);

impl FromStr for Class {
    type Err = UnknownClass;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|c| c.as_str() == word).ok_or_else(|| UnknownClass(word.to_owned()))
    }
}

impl serde::Serialize for Class {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Class {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_reads_back_what_it_writes() {
        for class in Class::ALL {
            assert_eq!(class.as_str().parse(), Ok(class));
        }
        assert_eq!("fine".parse::<Class>(), Err(UnknownClass("fine".into())));
    }

    #[test]
    fn only_ok_finishes_and_only_an_unmendable_end_is_dead() {
        let finished: Vec<_> = Class::ALL.into_iter().filter(|c| c.next() == Next::Finish).collect();
        assert_eq!(finished, [Class::Ok]);
        let dead: Vec<_> = Class::ALL.into_iter().filter(|c| c.next() == Next::Dead).collect();
        assert_eq!(dead, [Class::Gone, Class::Private]);
    }
}
