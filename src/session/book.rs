//! All captures of all profiles: added, proved or refused, used, brought back, forgotten.

use uuid::Uuid;

use super::login::Login;
use super::rules::Rules;
use crate::domain::{AlarmName, Class, Platform};
use crate::observe::Register;
use crate::store::alarms::{self, Raise, Severity};
use crate::store::captures::{self, Capture, Standing};
use crate::store::{self, Store, Tx};
use crate::vault::{self, Slot, Vault};

/// Captures of a profile that are kept: the one in use, and those before it.
const KEPT: usize = 5;
/// Those that wait or were refused, which are kept to be looked at.
const REFUSED: usize = 3;

/// Headers that are secrets: what else a browser sends is said alike by all, and no log need hide it.
const SECRET: [&str; 6] =
    ["anonymous-user-id", "authorization", "user-sign", "web-id", "x-csrftoken", "x-secsdk-csrf-token"];
/// A shorter value is a word and no secret.
const SHORTEST: usize = 16;
/// No login has more secrets, and the register has room for those of others too.
const MOST_KNOWN: usize = 300;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// Somebody has forgotten it meanwhile.
    #[error("the capture `{0}` is gone: somebody has forgotten it meanwhile")]
    Gone(Uuid),
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
    /// Whether the profile stands in no settings, but was made by hand.
    pub is_made: bool,
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

    /// Adds a capture that waits to be proved; gives it.
    pub async fn add(&self, fresh: Fresh<'_>, rules: &Rules) -> Result<Capture, Error> {
        let Fresh { profile, platform, source, is_made, login } = fresh;
        let (profile, platform, source) = (profile.to_owned(), platform.as_str(), source.to_owned());
        let cookies = i64::try_from(login.state.cookies.len()).unwrap_or(i64::MAX);
        let ends_at = login.ends_at(rules).map(|at| at.0);
        let (vault, text) = (self.vault.clone(), login.to_text());
        self.know(login);
        self.store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    let fresh =
                        captures::Fresh { profile: &profile, platform, source: &source, is_made, cookies, ends_at };
                    let added = captures::add(tx, fresh).await?;
                    vault.put(tx, &slot(added.id), &text).await?;
                    prune(tx, &vault, &profile).await?;
                    Ok(added)
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
                    if !captures::activate(tx, &profile, id).await? {
                        return Err(Error::Gone(id));
                    }
                    quiet(tx, &profile).await?;
                    prune(tx, &vault, &profile).await
                })
            })
            .await
    }

    /// Notes that `id` could not be proved. What the site said no to is refused; what it could not be asked waits on;
    /// one that is in use stays in use, as there is nothing better, and if the site said no, its profile stops: that the
    /// site could not be asked once more lets it not go on.
    pub async fn doubt(&self, capture: &Capture, class: Class, said: &str) -> Result<(), Error> {
        if capture.is_stopped() && !matches!(class, Class::Auth | Class::Risk) {
            return Ok(());
        }
        let is_no = is_no(class);
        let standing = match capture.standing {
            Standing::Waiting if is_no => Standing::Refused,
            standing @ (Standing::Waiting | Standing::Active | Standing::Kept | Standing::Refused) => standing,
        };
        let (id, said) = (capture.id, said.to_owned());
        let stopped = (capture.standing == Standing::Active).then(|| capture.profile.clone());
        self.store
            .write::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    captures::judge(tx, id, standing, class, &said).await?;
                    match stopped {
                        Some(profile) => alarm(tx, &profile, class, &said).await,
                        None => Ok(()),
                    }
                })
            })
            .await
    }

    /// Notes that the site wants a person before anything more is done in the name of `profile`.
    pub async fn stop(&self, profile: &str, class: Class, said: &str) -> Result<(), Error> {
        if let Some(active) = self.of(profile).await?.into_iter().find(|capture| capture.standing == Standing::Active) {
            return self.doubt(&active, class, said).await;
        }
        let (profile, said) = (profile.to_owned(), said.to_owned());
        self.store
            .write::<_, Error, _>(move |tx| Box::pin(async move { alarm(tx, &profile, class, &said).await }))
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
        let Some(capture) = self.of(profile).await?.into_iter().find(|capture| capture.standing == Standing::Active)
        else {
            return Ok(None);
        };
        let login = self.open(capture.id).await?;
        Ok(Some((capture, login)))
    }

    /// Lets `profile` use another of its captures, unproved; false when it has no such.
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
                    quiet(tx, &profile).await?;
                    Ok(all.len())
                })
            })
            .await
    }

    /// Makes the values known as secrets before anybody may print one.
    fn know(&self, login: &Login) {
        let cookies = login.state.cookies.iter().map(|cookie| &cookie.value);
        let stored = login.state.origins.iter().flat_map(|origin| origin.local.iter().map(|(_, value)| value));
        let headers = login.headers.iter().filter(|(name, _)| SECRET.contains(&name.as_str())).map(|(_, value)| value);
        let is_word = |value: &str| value.len() < SHORTEST || value.contains(' ') || value.len() > 4096;
        for value in cookies.chain(stored).chain(headers).filter(|value| !is_word(value.reveal())).take(MOST_KNOWN) {
            self.register.add(value);
        }
    }
}

/// Whether the site itself said no to a login, not to how it was asked.
pub const fn is_no(class: Class) -> bool {
    matches!(class, Class::Auth | Class::Risk | Class::Gone | Class::Private)
}

/// Raises the alarm about `profile`, if a person is wanted.
async fn alarm(tx: &mut Tx, profile: &str, class: Class, said: &str) -> Result<(), Error> {
    let name = match class {
        Class::Auth => AlarmName::LoginLost,
        Class::Risk => AlarmName::LoginChallenged,
        Class::Ok
        | Class::Gone
        | Class::Private
        | Class::Rate
        | Class::Signature
        | Class::Schema
        | Class::Network
        | Class::Local => return Ok(()),
    };
    let (subject, detail) = (profile.to_owned(), said.to_owned());
    alarms::raise(tx, &Raise { name, subject, severity: Severity::Critical, class, detail }).await?;
    Ok(())
}

/// Closes the alarms about `profile`: it has a login that works.
async fn quiet(tx: &mut Tx, profile: &str) -> Result<(), Error> {
    for name in [AlarmName::LoginLost, AlarmName::LoginChallenged] {
        alarms::close(tx, name, profile).await?;
    }
    Ok(())
}

/// Throws away what is too old of each sort: what was refused never takes the room of what worked.
async fn prune(tx: &mut Tx, vault: &Vault, profile: &str) -> Result<(), Error> {
    let all = captures::of(tx, profile).await?;
    let (kept, others): (Vec<_>, Vec<_>) = all
        .iter()
        .filter(|capture| capture.standing != Standing::Active)
        .partition(|capture| capture.standing == Standing::Kept);
    for capture in kept.iter().skip(KEPT - 1).chain(others.iter().skip(REFUSED)) {
        forget(tx, vault, capture.id).await?;
    }
    Ok(())
}

async fn forget(tx: &mut Tx, vault: &Vault, id: Uuid) -> Result<(), Error> {
    vault.forget(tx, &slot(id)).await?;
    Ok(captures::drop_one(tx, id).await?)
}

fn slot(id: Uuid) -> Slot {
    Slot::new("capture", id.to_string(), "login")
}
