//! What a person should know as long as it holds: it opens an alarm, and its end closes it.
//!
//! A condition is looked at again and again, so that an alarm closes by itself when its cause is gone, and a lost write
//! is made good by the next look.

use std::io;
use std::time::Duration;

use super::alarms::{self, Alarm, Raise, Severity};
use super::clock::watch::Doubt;
use super::engine::error::Error;
use super::engine::pool::Store;
use super::files::disk::{Level, Seen};
use crate::domain::amount::roughly_size;
use crate::domain::time::roughly;
use crate::domain::{AlarmName, Class};

/// A database clock that is further away than this is worth an alarm.
const SKEW_MS: u64 = 2000;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The name of its alarm.
    pub name: AlarmName,
    /// What it is about.
    pub subject: String,
    /// How bad it is and what, while it holds.
    pub holds: Option<(Severity, String)>,
}

impl Condition {
    /// The condition `name` of `subject`; it holds when something is said.
    pub fn new(name: AlarmName, subject: impl Into<String>, severity: Severity, said: Option<String>) -> Self {
        Self { name, subject: subject.into(), holds: said.map(|said| (severity, said)) }
    }
}

/// Opens what holds and is not open, closes what is open and no longer holds.
pub async fn settle(store: &Store, conditions: Vec<Condition>, open: &[Alarm]) -> Result<(), Error> {
    let is_open = |it: &Condition| open.iter().any(|alarm| alarm.name == it.name && alarm.subject == it.subject);
    let changed: Vec<_> = conditions.into_iter().filter(|it| it.holds.is_some() != is_open(it)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let settled = store.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            for Condition { name, subject, holds } in changed {
                match holds {
                    None => drop(alarms::close(tx, name, &subject).await?),
                    Some((severity, detail)) => {
                        tracing::warn!(alarm.class = "local", "Alarm `{name}` about `{subject}`: {detail}");
                        let raise = Raise { name, subject, severity, class: Class::Local, detail };
                        alarms::raise(tx, &raise).await?;
                    }
                }
            }
            Ok(())
        })
    });
    settled.await
}

/// Whether the write-ahead log is larger than `limit`.
pub fn wal(store: &Store, limit: u64) -> Condition {
    let bytes = store.wal_bytes();
    let said = || {
        format!("the write-ahead log has {}; `store.wal_limit_mib` allows {}", roughly_size(bytes), roughly_size(limit))
    };
    Condition::new(AlarmName::WalLarge, "database", Severity::Warning, (bytes > limit).then(said))
}

/// Whether the database's clock is far from this machine's.
pub fn skew(store: &Store) -> Condition {
    let ms = store.skew_ms();
    let (off, side) = (Duration::from_millis(ms.unsigned_abs()), if ms < 0 { "behind" } else { "ahead of" });
    let said = || format!("the database's clock is {} {side} this machine's", roughly(off));
    Condition::new(AlarmName::ClockSkew, "database", Severity::Warning, (ms.unsigned_abs() > SKEW_MS).then(said))
}

/// Whether the clock jumped and is not trusted yet.
pub fn jumped(doubt: Option<Doubt>) -> Condition {
    Condition::new(AlarmName::ClockJumped, "clock", Severity::Warning, doubt.map(Doubt::said))
}

/// How the disk stands, by what was seen of it.
pub fn disk(seen: &io::Result<Seen>) -> Vec<Condition> {
    let of = |name, severity, said| Condition::new(name, "data", severity, said);
    match seen {
        Err(error) => vec![of(AlarmName::DiskUnknown, Severity::Warning, Some(error.to_string()))],
        Ok(seen) => vec![
            of(AlarmName::DiskUnknown, Severity::Warning, None),
            of(AlarmName::DiskLow, Severity::Warning, (seen.level != Level::Plenty).then(|| seen.said())),
            of(AlarmName::DiskFull, Severity::Critical, (seen.level == Level::Full).then(|| seen.said())),
        ],
    }
}
