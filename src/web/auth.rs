//! Who calls, and what they may do.
//!
//! A key carries scopes; a signed-in browser and the owner at the local door may do everything, and so may a key with
//! `admin`, since it could open a sign-in link for itself. A key can hand on only what it has. Proofs are looked up by
//! digest: a key by its row, a visit by a row that lives twelve hours after it was last seen and seven days at most.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::app::App;
use super::refusal::Refusal;
use super::token;
use crate::domain::Millis;
use crate::store::keys::{self, Pass};
use crate::store::{self, Tx};

/// A link works for so long.
pub(super) const LINK: Duration = Duration::from_mins(10);
/// A visit ends so long after it was last seen.
pub(super) const IDLE: Duration = Duration::from_hours(12);
/// A visit ends so long after it began.
pub(super) const VISIT: Duration = Duration::from_hours(7 * 24);
/// Uses are remembered to the minute, so that reading a page does not write a row each time.
const MINUTE: Duration = Duration::from_mins(1);
/// How long an answer may wait for such a row.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// See jobs, counts, lanes and kinds.
    JobsRead,
    /// Queue, retry and cancel jobs, pause lanes and kinds.
    JobsWrite,
    /// See alarms.
    AlarmsRead,
    /// Acknowledge alarms.
    AlarmsWrite,
    /// See, make and revoke keys.
    KeysWrite,
    /// See the numbers with the names in them.
    MetricsRead,
    /// Everything.
    Admin,
}

impl Scope {
    /// Every scope, in the order of the documents.
    pub(super) const ALL: [Self; 7] = [
        Self::JobsRead,
        Self::JobsWrite,
        Self::AlarmsRead,
        Self::AlarmsWrite,
        Self::KeysWrite,
        Self::MetricsRead,
        Self::Admin,
    ];

    /// The word in SQL, JSON and commands.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::JobsRead => "jobs:read",
            Self::JobsWrite => "jobs:write",
            Self::AlarmsRead => "alarms:read",
            Self::AlarmsWrite => "alarms:write",
            Self::KeysWrite => "keys:write",
            Self::MetricsRead => "metrics:read",
            Self::Admin => "admin",
        }
    }

    /// What it allows, for people.
    const fn allows(self) -> &'static str {
        match self {
            Self::JobsRead => "see jobs, counts, lanes, kinds, schedules and targets",
            Self::JobsWrite => "add, retry and cancel jobs, pause lanes, kinds and targets",
            Self::AlarmsRead => "see alarms",
            Self::AlarmsWrite => "acknowledge alarms",
            Self::KeysWrite => "see, make and revoke keys",
            Self::MetricsRead => "see all of /metrics and /readyz, with names",
            Self::Admin => "everything",
        }
    }
}

/// Every scope of a key, with what it allows.
pub fn scopes() -> [(&'static str, &'static str); 7] {
    Scope::ALL.map(|scope| (scope.as_str(), scope.allows()))
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(" ");
            format!("`{word}` is not a scope: one of {known}")
        })
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// Some scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Reads words; the first that is no scope is named.
    pub(super) fn read<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<Self, String> {
        words.into_iter().map(str::parse).collect::<Result<_, _>>().map(Self)
    }

    /// As a row holds them. A word of a later version that we do not know gives no right here.
    pub(super) fn stored(text: &str) -> Self {
        Self(text.split(',').filter_map(|word| word.parse().ok()).collect())
    }

    /// As a row will hold them.
    pub(super) fn to_store(&self) -> String {
        self.0.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(",")
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn allow(&self, scope: Scope) -> bool {
        self.0.contains(&scope) || self.0.contains(&Scope::Admin)
    }

    /// The first of `asked` that these do not allow.
    pub(super) fn missing(&self, asked: &Self) -> Option<Scope> {
        asked.0.iter().copied().find(|scope| !self.allow(*scope))
    }
}

/// Whoever sent the request, after a door let them in.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// What they may do.
    pub(super) scopes: Scopes,
    /// The key they use, or whose link they signed in with; nothing for the owner.
    pub(super) key: Option<Uuid>,
}

impl Caller {
    /// One who may do everything.
    pub(super) fn owner() -> Self {
        Self { scopes: Scopes(BTreeSet::from([Scope::Admin])), key: None }
    }
}

/// The caller that a key stands for.
pub(super) async fn by_key(app: &App, key: &str) -> Result<Caller, Refusal> {
    let hash = token::digest(key);
    let found = app
        .store()
        .read::<_, store::Error, _>(|tx| Box::pin(async move { Ok((keys::find(tx, &hash).await?, tx.now())) }));
    let (Some(key), now) = found.await? else {
        return Err(Refusal::stranger("this key is unknown or was revoked"));
    };
    if key.used_at.is_none_or(|at| now.since(Millis(at)) >= MINUTE) {
        let id = key.id;
        remember(app, move |tx| Box::pin(async move { keys::used(tx, id).await })).await;
    }
    Ok(Caller { scopes: Scopes::stored(&key.scopes), key: Some(key.id) })
}

/// The caller that a visit stands for.
pub(super) async fn by_visit(app: &App, visit: &str) -> Result<Caller, Refusal> {
    let hash = token::digest(visit);
    let asked = hash.clone();
    let found = app
        .store()
        .read::<_, store::Error, _>(|tx| Box::pin(async move { Ok((keys::visit(tx, &asked).await?, tx.now())) }));
    let (Some(visit), now) = found.await? else {
        return Err(Refusal::stranger("this browser's sign-in has ended"));
    };
    if now.since(Millis(visit.seen_at)) >= MINUTE {
        let until = (now + IDLE).min(Millis(visit.created_at) + VISIT);
        remember(app, move |tx| Box::pin(async move { keys::keep(tx, &hash, until).await })).await;
    }
    Ok(Caller { key: visit.opened_by, ..Caller::owner() })
}

/// Writes that somebody was here. When the store is busy or full the answer is given all the same.
async fn remember<F>(app: &App, work: F)
where
    F: for<'t> FnOnce(&'t mut Tx) -> store::Work<'t, Result<(), store::Error>> + Send + 'static,
{
    let written = app.parts().ambient.clock.limit(PATIENCE, app.store().write(work)).await;
    if !matches!(written, Ok(Ok(()))) {
        tracing::debug!("A use of the API could not be remembered");
    }
}

/// Begins a visit with a link that was not used yet; gives the token of the visit.
pub(super) async fn enter(app: &App, link: &str) -> Result<Option<String>, store::Error> {
    if !token::is_token(link) {
        return Ok(None);
    }
    let (link, visit) = (token::digest(link), token::fresh(&app.parts().ambient.entropy));
    let hash = token::digest(&visit);
    let begun = app.store().write::<_, store::Error, _>(move |tx| {
        Box::pin(async move {
            let Some(keys::Taken { opened_by }) = keys::take(tx, Pass::Link, &link).await? else { return Ok(false) };
            let until = tx.now() + IDLE;
            keys::begin(tx, keys::New { pass: Pass::Visit, hash: &hash, until, opened_by }).await?;
            Ok(true)
        })
    });
    Ok(begun.await?.then_some(visit))
}

/// Ends a visit.
pub(super) async fn leave(app: &App, visit: &str) -> Result<(), store::Error> {
    let hash = token::digest(visit);
    let ended = app
        .store()
        .write::<_, store::Error, _>(move |tx| Box::pin(async move { keys::take(tx, Pass::Visit, &hash).await }));
    ended.await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_what_they_write_and_strangers_give_no_right() {
        let some = Scopes::read(["jobs:write", "jobs:read"]).unwrap();
        assert_eq!(Scopes::stored(&some.to_store()), some);
        assert!(some.allow(Scope::JobsWrite) && !some.allow(Scope::KeysWrite));
        assert!(Scopes::stored("jobs:paint,").is_empty());
        assert!(Scopes::read(["jobs:paint"]).unwrap_err().contains("alarms:read"));
    }

    #[test]
    fn admin_may_everything_and_nobody_hands_on_what_they_lack() {
        let (admin, keeper) = (Scopes::read(["admin"]).unwrap(), Scopes::read(["keys:write"]).unwrap());
        assert!(Scope::ALL.into_iter().all(|scope| admin.allow(scope)));
        assert_eq!(keeper.missing(&admin), Some(Scope::Admin));
        assert_eq!(admin.missing(&keeper), None);
    }
}
