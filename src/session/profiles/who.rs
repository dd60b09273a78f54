//! All profiles: which there are, who is at work on which, how each stands, when it is looked at next.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::in_use::InUse;
use super::proof::Prover;
use crate::advice;
use crate::browser::{Pool, Source};
use crate::config::Profile;
use crate::domain::{Class, Declined, Millis, Platform};
use crate::observe::metric::{LOGIN, LOGIN_ENDS, LOGIN_LOOKS};
use crate::pace::Rank;
use crate::session::book::{Book, Error};
use crate::session::file::Folder;
use crate::session::plan::next_at;
use crate::session::rules::{Rules, rules};
use crate::session::source::{Ground, source_of};
use crate::store::captures::Standing;

/// A cheap handle on all profiles; clones share it.
#[derive(Clone)]
pub struct Profiles {
    pub(super) book: Book,
    pub(super) prover: Prover,
    pub(super) folder: Folder,
    pub(super) pool: Pool,
    browsers: Ground,
    /// Who is at work on which profile: another waits.
    at_work: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
    /// Rung when a login was proved: somebody may have waited for it.
    pub(in crate::session) found: Arc<Notify>,
}

impl Profiles {
    /// Over the captures in `book`; states lie in `folder`, drivers in `browsers`.
    pub fn new(book: Book, pool: Pool, prover: Prover, folder: PathBuf, browsers: Ground) -> Self {
        Self { book, prover, folder: Folder(folder), pool, browsers, at_work: Arc::default(), found: Arc::default() }
    }

    /// The same on behalf of a person who waits.
    pub(super) fn of_a_person(&self) -> Self {
        let mut same = self.clone();
        same.prover.rank = Rank::Person;
        same
    }

    /// The browser that all share.
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Where it comes from now.
    pub(super) fn source(&self) -> Source {
        source_of(&self.prover.current.now().browser, self.browsers.clone())
    }

    /// Makes a profile that stands in no settings, if there is none of that name yet.
    pub(super) fn make(&self, name: &str, platform: Option<Platform>) -> Result<(), Declined> {
        let Some(platform) = platform else { return Ok(()) };
        let settings = self.prover.current.now();
        match settings.profiles.iter().find(|known| known.name == name) {
            None => self.prover.current.make(&Profile::new(name, platform)),
            Some(known) if known.platform == platform => {}
            Some(known) => {
                let what = format!("the profile `{name}` is for {}, not for {platform}", known.platform);
                return Err(Declined::by_us(what, advice::session::another_name()));
            }
        }
        Ok(())
    }

    /// Takes up the profiles that were made without settings, in this life or in an earlier one.
    pub async fn take_up_made(&self) {
        let all = self.book.all().await.unwrap_or_else(|error| {
            tracing::warn!("Profiles that stand in no settings are not known: {error}");
            Vec::new()
        });
        // The youngest capture of each says whether it stood in the settings.
        let mut seen = BTreeSet::new();
        for capture in all.into_iter().filter(|capture| seen.insert(capture.profile.clone())) {
            let is_new = !self.prover.current.now().profiles.iter().any(|known| known.name == capture.profile);
            if let (true, true, Ok(platform)) = (is_new, capture.is_made, capture.platform.parse()) {
                self.prover.current.make(&Profile::new(&capture.profile, platform));
            }
        }
    }

    /// Takes up what other tools left in the folders of those that have nothing else.
    pub async fn take_up_files(&self) {
        for profile in self.prover.current.now().profiles.iter().filter(|profile| rules(profile.platform).is_some()) {
            if let Err(declined) = self.take_up_file(profile).await {
                tracing::warn!(session.profile = %profile.name, "{}", declined.error);
            }
        }
    }

    /// The profile by its name, and what a login is on its platform.
    pub(super) fn known(&self, name: &str) -> Result<(Profile, &'static Rules), Declined> {
        let settings = self.prover.current.now();
        let known = settings.profiles.iter().find(|known| known.name == name).cloned();
        let known = known
            .ok_or_else(|| Declined::by_us(format!("there is no profile `{name}`"), advice::session::make(name)))?;
        let rules = rules(known.platform).ok_or_else(|| {
            let what = format!("the profile `{name}` is for {}, where nobody logs in with a browser", known.platform);
            Declined::by_us(what, advice::session::platforms())
        })?;
        Ok((known, rules))
    }

    /// The profiles whose login is to be looked at by `now`, each with since when it waits for that: those whose time has
    /// come, those of `wanted` that were not looked at for as long as `ahead`, and those where one waits to be proved.
    pub(in crate::session) async fn due(
        &self,
        now: Millis,
        wanted: &BTreeSet<String>,
        ahead: Duration,
    ) -> Result<Vec<(String, Millis)>, Error> {
        let all = self.book.all().await?;
        let since = |profile: &Profile| {
            let mut of = all.iter().filter(|capture| capture.profile == profile.name);
            let newest = of.find(|capture| matches!(capture.standing, Standing::Waiting | Standing::Active))?;
            if newest.standing == Standing::Waiting {
                return Some(Millis(newest.made_at));
            }
            let proved = Millis(newest.proved_at?);
            let is_old = proved + ahead <= now;
            let comes = next_at(newest).is_some_and(|at| at <= now) || (is_old && wanted.contains(&profile.name));
            (comes && !newest.is_stopped()).then_some(proved)
        };
        let settings = self.prover.current.now();
        let known = settings.profiles.iter().filter(|profile| rules(profile.platform).is_some());
        Ok(known.filter_map(|profile| Some((profile.name.clone(), since(profile)?))).collect())
    }

    /// The profiles whose login works, each with when that was proved last.
    pub(in crate::session) async fn proved(&self) -> Result<Vec<(String, Millis)>, Error> {
        let all = self.book.all().await?.into_iter().filter(|it| it.standing == Standing::Active && !it.is_stopped());
        Ok(all.filter_map(|capture| Some((capture.profile, Millis(capture.proved_at?)))).collect())
    }

    /// Shows how the login of each profile stands.
    pub(in crate::session) async fn show_numbers(&self, now: Millis) -> Result<(), Error> {
        let all = self.book.all().await?;
        for profile in self.prover.current.now().profiles.iter().filter(|profile| rules(profile.platform).is_some()) {
            let active = all.iter().find(|it| it.profile == profile.name && it.standing == Standing::Active);
            let name = [profile.name.as_str()];
            self.prover.metrics.set(LOGIN, name, u64::from(active.is_some_and(|it| !it.is_stopped())));
            let left = active.and_then(|it| it.ends_at).map(|ends| ends.saturating_sub(now.0));
            let left = left.and_then(|left| u64::try_from(left).ok()).unwrap_or(0);
            self.prover.metrics.set(LOGIN_ENDS, name, Duration::from_millis(left));
        }
        Ok(())
    }

    /// Counts how a look at the login of a known profile ended.
    pub(super) fn counted(&self, name: &str, ended: Result<InUse, Declined>) -> Result<InUse, Declined> {
        let class = ended.as_ref().map_or_else(|declined| declined.class, |_| Class::Ok);
        if self.known(name).is_ok() {
            self.prover.metrics.add(LOGIN_LOOKS, [name, class.as_str()], 1u64);
        }
        ended
    }

    pub(super) fn turn(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        // Names come from outside: those whom nobody waits for are forgotten.
        at_work.retain(|_, turn| Arc::strong_count(turn) > 1);
        at_work.entry(name.to_owned()).or_default().clone()
    }
}

/// There is no login.
pub(super) fn no_login(name: &str) -> Declined {
    let error = format!("the profile `{name}` has no login");
    Declined { class: Class::Auth, ..Declined::by_us(error, advice::session::import(name)) }
}

/// What was kept of logins cannot be used.
pub(super) fn broken(error: &Error) -> Declined {
    let advice = match error {
        Error::Vault(error) => error.advice(),
        Error::Store(error) => error.advice(),
        Error::Unread(_) | Error::Gone(_) => advice::session::import_again(),
    };
    Declined::by_us(error.to_string(), advice)
}
