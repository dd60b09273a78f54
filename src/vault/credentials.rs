//! Credentials that are kept sealed in the database, and how they join those of systemd and of files.
//!
//! A credential has one name wherever it comes from. What systemd or a file gives counts; for the other names what is
//! sealed here does, so that several machines on one database share it. Whoever uses a credential asks [`Credentials`]
//! each time: one that is set while the house runs counts at once here, and within seconds on other machines.

use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use super::error::Error;
use super::handle::Vault;
use super::seal::OVERHEAD;
use super::slot::Slot;
use crate::config::{CREDENTIALS, Secrets};
use crate::domain::words::repeatable;
use crate::domain::{AlarmName, Secret};
use crate::observe::{Metrics, metric};
use crate::store::alarms::Severity;
use crate::store::conditions::Condition;
use crate::store::{self, Store, vault as rows};

const TABLE: &str = "credential";
const COLUMN: &str = "value";
/// What opens the database or the vault cannot lie in them.
const OUTSIDE: [&str; 2] = ["store-url", "vault-key"];
/// The longest value that is kept.
const LONGEST: usize = 64 * 1024;

/// The names under which a credential can be sealed.
fn can_be_sealed() -> impl Iterator<Item = &'static str> {
    CREDENTIALS.iter().map(|credential| credential.name).filter(|name| !OUTSIDE.contains(name))
}

/// Why a credential was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// No part of radard takes a sealed credential of that name.
    #[error("`{name}` is no credential that can be sealed: one of {}", can_be_sealed().collect::<Vec<_>>().join(" "))]
    Name {
        /// The name that was given.
        name: String,
    },
    /// The value cannot be one.
    #[error("the value for `{name}` {why}")]
    Value {
        /// The name.
        name: &'static str,
        /// What is wrong with the value.
        why: &'static str,
    },
    /// It could not be sealed.
    #[error(transparent)]
    Vault(#[from] Error),
}

/// A sealed credential as a listing shows it: never its value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The length of its value in bytes.
    pub length: i64,
    /// The data key it is sealed under.
    pub key_id: Uuid,
    /// Since when it has this value.
    pub since: i64,
    /// Whether it counts: systemd or a file may give another.
    pub used: bool,
}

/// A cheap handle on all credentials, from wherever they come; clones share them.
#[derive(Clone, Debug)]
pub struct Credentials {
    store: Store,
    vault: Vault,
    given: Arc<Secrets>,
    now: Arc<RwLock<Arc<Secrets>>>,
    shut: Arc<RwLock<Vec<Shut>>>,
}

/// A credential that does not open, and why.
pub type Shut = (&'static str, String);

impl Credentials {
    /// Those that were `given` by systemd, files and the environment; what is sealed joins with [`Self::refresh`].
    pub fn new(store: Store, vault: Vault, given: Secrets) -> Self {
        let now = Arc::new(RwLock::new(Arc::new(given.clone())));
        Self { store, vault, given: Arc::new(given), now, shut: Arc::default() }
    }

    /// The credentials as they are now.
    pub fn now(&self) -> Arc<Secrets> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The vault that they are sealed in.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Those that were left out because they do not open.
    pub fn shut(&self) -> Vec<Shut> {
        self.shut.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts what is sealed, takes what other machines set, and names what does not open.
    pub async fn conditions(&self, metrics: &Metrics) -> Result<Vec<Condition>, store::Error> {
        let sealed = self.store.read::<_, store::Error, _>(|tx| Box::pin(rows::counts(tx))).await?;
        let sorts = [("current", sealed.current), ("leaving", sealed.leaving)];
        metrics.replace(metric::SEALED, sorts.map(|(sort, n)| ([sort], u64::try_from(n).unwrap_or(0))));
        if self.store.is_shared()
            && let Err(error) = self.refresh().await
        {
            tracing::warn!("What other machines sealed could not be read: {error}");
        }
        let shut = self.shut();
        let condition = |name: &'static str| {
            let why = shut.iter().find(|(known, _)| *known == name).map(|(_, why)| why.clone());
            Condition::new(AlarmName::SecretShut, name, Severity::Critical, why)
        };
        Ok(can_be_sealed().map(condition).collect())
    }

    /// Reads again what is sealed. What does not open is left out, so that the others still count.
    pub async fn refresh(&self) -> Result<(), Error> {
        let vault = self.vault.clone();
        let sealed = self.store.read::<_, Error, _>(move |tx| {
            Box::pin(async move {
                let (mut found, mut shut) = (Vec::new(), Vec::new());
                let there = rows::list(tx, TABLE, COLUMN).await?;
                for name in can_be_sealed().filter(|name| there.iter().any(|row| row.of_row == *name)) {
                    match vault.get(tx, &slot(name)).await {
                        Ok(secret) => found.extend(secret.map(|secret| (name, secret))),
                        Err(Error::Store(error)) => return Err(error.into()),
                        Err(error) => shut.push((name, error.to_string())),
                    }
                }
                Ok((found, shut))
            })
        });
        let mut all = self.given.as_ref().clone();
        let (found, shut) = sealed.await?;
        *self.shut.write().unwrap_or_else(PoisonError::into_inner) = shut;
        for (name, secret) in found {
            self.vault.source().register.add(&secret);
            all.fill(name, secret);
        }
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        Ok(())
    }

    /// Seals `value` under `name`; false when systemd or a file gives another, which goes before it.
    pub async fn set(&self, name: &str, value: Secret<String>) -> Result<bool, SetError> {
        // Before anything can speak of it.
        self.vault.source().register.add(&value);
        let Some(name) = can_be_sealed().find(|known| *known == name) else {
            return Err(SetError::Name { name: repeatable(name).to_owned() });
        };
        check(value.reveal()).map_err(|why| SetError::Value { name, why })?;
        let vault = self.vault.clone();
        let kept = self
            .store
            .write::<_, Error, _>(move |tx| Box::pin(async move { vault.put(tx, &slot(name), &value).await }));
        kept.await?;
        self.refresh().await?;
        Ok(!self.given.is_settled(name))
    }

    /// Throws away what is sealed under `name`; false when nothing is.
    pub async fn forget(&self, name: &str) -> Result<bool, Error> {
        let (vault, slot) = (self.vault.clone(), slot(name));
        let gone =
            self.store.write::<_, Error, _>(move |tx| Box::pin(async move { vault.forget(tx, &slot).await })).await?;
        self.refresh().await?;
        Ok(gone)
    }

    /// What is sealed, by name.
    pub async fn list(&self) -> Result<Vec<Entry>, store::Error> {
        let rows = self.store.read::<_, store::Error, _>(|tx| Box::pin(rows::list(tx, TABLE, COLUMN))).await?;
        let over = i64::try_from(OVERHEAD).unwrap_or(0);
        let entry = |row: rows::Outline| Entry {
            used: !self.given.is_settled(&row.of_row),
            name: row.of_row,
            length: row.size - over,
            key_id: row.key_id,
            since: row.changed_at,
        };
        let mut all: Vec<_> = rows.into_iter().map(entry).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }
}

fn slot(name: &str) -> Slot {
    Slot::new(TABLE, name, COLUMN)
}

fn check(value: &str) -> Result<(), &'static str> {
    match value {
        "" => Err("is empty"),
        value if value.len() > LONGEST => Err("is longer than 64 KiB"),
        value if value.contains('\0') => Err("holds a zero byte"),
        _ => Ok(()),
    }
}
