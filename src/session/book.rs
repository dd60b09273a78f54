//! All captures of all profiles: added, proved or refused, used, brought back, forgotten.

use uuid::Uuid;

use super::login::Login;
use super::rules::Rules;
use crate::domain::{Class, Platform};
use crate::observe::Register;
use crate::store::captures::{self, Capture};
use crate::store::{self, Store, Tx};
use crate::vault::{self, Slot, Vault};

/// Captures of a profile that are kept: the one in use, and those before it.
const KEPT: usize = 5;

/// Headers that every browser sends alike, and that no log need hide.
const PLAIN: [&str; 9] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "lang",
    "origin",
    "referer",
    "timestamp",
    "user-agent",
];

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// What was sealed cannot be read.
    #[error("the capture `{0}` cannot be read: it was sealed by another version")]
    Unread(Uuid),
}

/// A login that was captured just now.
#[derive(Debug, Clone, Copy)]
pub struct Fresh<'a> {
    /// Of which profile.
    pub profile: &'a str,
    /// On which platform.
    pub platform: Platform,
    /// Where it comes from, for a person.
    pub source: &'a str,
    /// What it holds.
    pub login: &'a Login,
}

/// A cheap handle on them; clones share it.
#[derive(Debug, Clone)]
pub struct Book {
    store: Store,
    vault: Vault,
    register: Register,
}

impl Book {
    /// Over the captures in `store`, sealed by `vault`; what is opened is known to `register` as a secret.
    pub const fn new(store: Store, vault: Vault, register: Register) -> Self {
        Self { store, vault, register }
    }

    /// Adds a capture that waits to be proved; gives its id.
    pub async fn add(&self, fresh: Fresh<'_>, rules: &Rules) -> Result<Uuid, Error> {
        let of = (fresh.profile.to_owned(), fresh.platform.as_str(), fresh.source.to_owned());
        let cookies = i64::try_from(fresh.login.state.cookies.len()).unwrap_or(i64::MAX);
        let counts = (cookies, fresh.login.ends_at(rules).map(|at| at.0));
        let (vault, text) = (self.vault.clone(), fresh.login.to_text());
        self.know(fresh.login);
        self.store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    let id = captures::add(tx, (&of.0, of.1, &of.2), counts).await?;
                    vault.put(tx, &slot(id), &text).await?;
                    Ok(id)
                })
            })
            .await
    }

    /// Lets `id`, which was proved, be the one that `profile` uses; those that are too many go.
    pub async fn prove(&self, profile: &str, id: Uuid) -> Result<(), Error> {
        let (profile, vault) = (profile.to_owned(), self.vault.clone());
        self.store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    captures::prove(tx, id).await?;
                    captures::activate(tx, &profile, id).await?;
                    let old = captures::of(tx, &profile).await?;
                    for capture in old.iter().filter(|capture| capture.standing != "active").skip(KEPT - 1) {
                        forget(tx, &vault, capture.id).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Notes that `id` could not be proved. What the site said no to is refused; what it could not be asked waits on;
    /// one that is in use stays in use, as there is nothing better.
    pub async fn doubt(&self, capture: &Capture, (class, said): (Class, &str)) -> Result<(), Error> {
        let is_no = matches!(class, Class::Auth | Class::Risk | Class::Gone | Class::Private);
        let standing = match capture.standing.as_str() {
            "waiting" if is_no => "refused",
            standing => standing,
        };
        let (id, standing, said) = (capture.id, standing.to_owned(), said.to_owned());
        self.store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move { Ok(captures::judge(tx, id, &standing, (class, &said)).await?) })
            })
            .await
    }

    /// Every capture, by profile, the youngest first.
    pub async fn all(&self) -> Result<Vec<Capture>, Error> {
        self.store.read::<_, Error, _>(|tx| Box::pin(async move { Ok(captures::all(tx).await?) })).await
    }

    /// Those of `profile`, the youngest first.
    pub async fn of(&self, profile: &str) -> Result<Vec<Capture>, Error> {
        let profile = profile.to_owned();
        self.store.read::<_, Error, _>(|tx| Box::pin(async move { Ok(captures::of(tx, &profile).await?) })).await
    }

    /// What a capture holds.
    pub async fn open(&self, id: Uuid) -> Result<Login, Error> {
        let vault = self.vault.clone();
        let text =
            self.store.read::<_, Error, _>(move |tx| Box::pin(async move { Ok(vault.get(tx, &slot(id)).await?) }));
        let login = text.await?.and_then(|text| Login::of_text(&text)).ok_or(Error::Unread(id))?;
        self.know(&login);
        Ok(login)
    }

    /// What `profile` uses; nothing when it has no login.
    pub async fn active(&self, profile: &str) -> Result<Option<(Capture, Login)>, Error> {
        let Some(capture) = self.of(profile).await?.into_iter().find(|capture| capture.standing == "active") else {
            return Ok(None);
        };
        let login = self.open(capture.id).await?;
        Ok(Some((capture, login)))
    }

    /// Lets `profile` use another of its captures; false when it has no such.
    pub async fn use_again(&self, profile: &str, id: Uuid) -> Result<bool, Error> {
        let profile = profile.to_owned();
        self.store
            .write::<_, Error, _>(move |tx| Box::pin(async move { Ok(captures::activate(tx, &profile, id).await?) }))
            .await
    }

    /// Throws everything of `profile` away; gives how many captures that were.
    pub async fn forget(&self, profile: &str) -> Result<usize, Error> {
        let (profile, vault) = (profile.to_owned(), self.vault.clone());
        self.store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    let all = captures::of(tx, &profile).await?;
                    for capture in &all {
                        forget(tx, &vault, capture.id).await?;
                    }
                    Ok(all.len())
                })
            })
            .await
    }

    /// Makes the values known as secrets before anybody may print one.
    fn know(&self, login: &Login) {
        for cookie in &login.state.cookies {
            self.register.add(&cookie.value);
        }
        for (_, value) in login.headers.iter().filter(|(name, _)| !PLAIN.contains(&name.as_str())) {
            self.register.add(value);
        }
    }
}

async fn forget(tx: &mut Tx, vault: &Vault, id: Uuid) -> Result<(), Error> {
    vault.forget(tx, &slot(id)).await?;
    Ok(captures::drop_one(tx, id).await?)
}

fn slot(id: Uuid) -> Slot {
    Slot::new("capture", id.to_string(), "login")
}
