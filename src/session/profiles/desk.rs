//! What a person does with profiles: whoever waits at a terminal goes before the work of the house.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use tracing::Instrument as _;
use uuid::Uuid;

use super::in_use::InUse;
use super::who::{Profiles, broken, no_login};
use crate::advice;
use crate::config::Profile;
use crate::domain::{Class, Declined, Held, Millis, Miss, Platform, Secret};
use crate::session::book::{Error, is_no};
use crate::session::file::Folder;
use crate::session::login::Login;
use crate::session::plan::next_at;
use crate::session::rules::Rules;
use crate::session::span::of_profile;
use crate::store::captures::{Capture, Standing};

/// The profiles in the hands of a person.
pub struct ByHand(Profiles);

/// How a profile stands.
#[derive(Debug)]
pub struct Overview {
    /// The profile.
    pub profile: Profile,
    /// How many captures there are.
    pub versions: usize,
    /// The one in use.
    pub active: Option<Capture>,
    /// That one, or the youngest.
    pub last: Option<Capture>,
    /// When the login is looked at next.
    pub next_at: Option<Millis>,
}

/// All that is known of a profile; its values stay inside.
#[derive(Debug)]
pub struct Detail {
    /// The profile.
    pub profile: Profile,
    /// What a login is on its platform.
    pub rules: &'static Rules,
    /// Its captures, the youngest first.
    pub versions: Vec<Capture>,
    /// The login in use.
    pub login: Option<Login>,
    /// Its file, where there is one.
    pub file: Option<PathBuf>,
}

/// A login that is given out.
#[derive(Debug)]
pub struct GivenOut {
    /// The storage state.
    pub state: Secret<String>,
    /// Its cookies as the platform is sent them.
    pub cookie: Option<Secret<String>>,
    /// What else its requests carry.
    pub headers: BTreeMap<String, Secret<String>>,
}

/// A login that somebody brings.
#[derive(Debug)]
pub struct Brought {
    /// For which profile.
    pub name: String,
    /// The platform, for a profile that is to be made.
    pub platform: Option<Platform>,
    /// Where it comes from.
    pub source: String,
    /// What it is.
    pub login: Login,
}

impl Profiles {
    /// The same in the hands of a person.
    pub fn by_hand(&self) -> ByHand {
        ByHand(self.of_a_person())
    }
}

impl ByHand {
    /// How each stands.
    pub async fn list(&self) -> Result<Vec<Overview>, Declined> {
        let all = self.0.book.all().await.map_err(|error| broken(&error))?;
        let overview = |profile: &Profile| {
            let mut of = all.iter().filter(|capture| capture.profile == profile.name);
            let (versions, first) = (of.clone().count(), of.clone().next());
            let active = of.find(|capture| capture.standing == Standing::Active);
            Overview {
                profile: profile.clone(),
                versions,
                active: active.cloned(),
                last: active.or(first).cloned(),
                next_at: active.filter(|it| !it.is_stopped()).and_then(next_at),
            }
        };
        Ok(self.0.prover.current.now().profiles.iter().map(overview).collect())
    }

    /// All that is known of `name`.
    pub async fn show(&self, name: &str) -> Result<Detail, Declined> {
        let (profile, rules) = self.0.known(name_of(name)?)?;
        let versions = self.0.book.of(name).await.map_err(|error| broken(&error))?;
        let active = self.0.book.active(name).await.map_err(|error| broken(&error))?;
        let file = Some(self.0.folder.state_of(name)).filter(|file| file.exists());
        Ok(Detail { profile, rules, versions, login: active.map(|(_, login)| login), file })
    }

    /// Takes a login in, and proves it; whoever brings it waits `patience` at most for a free slot within the limits.
    pub async fn import(&self, brought: Brought, patience: Option<Duration>) -> Result<InUse, Declined> {
        let Brought { name, platform, source, login } = brought;
        name_of(&name)?;
        let is_new = self.0.known(&name).is_err();
        self.0.make(&name, platform)?;
        // A login for which nobody waits any longer is kept, and proved later.
        match self.await_slot(&name, patience).await {
            Err(declined) if declined.slot_in.is_some() => {
                if is_new {
                    self.0.prover.current.unmake(&name);
                }
                return Err(declined);
            }
            Ok(()) | Err(_) => {}
        }
        let turn = self.0.turn(&name);
        let _turn = turn.lock().await;
        let taken = self.0.take_in(&name, &source, login).instrument(of_profile(Some(&name)));
        self.0.counted(&name, taken.await)
    }

    /// Lets the browser capture the login of `name` anew.
    pub async fn capture(&self, name: &str, patience: Option<Duration>) -> Result<InUse, Declined> {
        self.await_slot(name_of(name)?, patience).await?;
        self.0.counted(name, self.0.capture(name).instrument(of_profile(Some(name))).await)
    }

    /// Asks the site whether the login of `name` is one.
    pub async fn probe(&self, name: &str, patience: Option<Duration>) -> Result<InUse, Declined> {
        self.await_slot(name_of(name)?, patience).await?;
        self.0.counted(name, self.0.probe(name).instrument(of_profile(Some(name))).await)
    }

    /// Goes back to a login from before, or to the capture `to`.
    pub async fn roll_back(&self, name: &str, to: Option<Uuid>, patience: Option<Duration>) -> Result<InUse, Declined> {
        self.await_slot(name_of(name)?, patience).await?;
        self.0.roll_back(name, to).instrument(of_profile(Some(name))).await
    }

    /// Gives the login of `name` out.
    pub async fn export(&self, name: &str) -> Result<GivenOut, Declined> {
        let (profile, _) = self.0.known(name_of(name)?)?;
        let Some((_, login)) = self.0.book.active(name).await.map_err(|error| broken(&error))? else {
            return Err(no_login(name));
        };
        let state = login.state.write(self.0.prover.ambient.clock.now());
        Ok(GivenOut { state, cookie: self.0.prover.cookies(&profile, &login), headers: login.headers })
    }

    /// Forgets all captures of `name`; gives how many.
    pub async fn forget(&self, name: &str) -> Result<usize, Declined> {
        self.0.forget(name_of(name)?).await
    }

    /// Refuses whoever has to wait for a free slot within the limits, before anything is done: so nothing is half done if
    /// they leave while they wait. Within their patience the slot is kept for them.
    async fn await_slot(&self, name: &str, patience: Option<Duration>) -> Result<(), Declined> {
        let (Ok((profile, _)), Some(patience)) = (self.0.known(name), patience) else { return Ok(()) };
        let Err(Miss { error, after: Some(wait), held: held @ Some(Held::Limit(_) | Held::Gap), .. }) =
            self.0.prover.look(&profile).await
        else {
            // What else stands in the way is found out when the platform is asked.
            return Ok(());
        };
        let slot_in = Some(wait).filter(|wait| *wait <= patience);
        let error = format!("`{name}` has to wait for a free slot: {error}");
        let declined = Declined::by_us(error, advice::session::wait_for_slot());
        Err(Declined { class: Class::Rate, wait: Some(wait), held, slot_in, ..declined })
    }
}

/// The name, if a profile may be called so.
fn name_of(name: &str) -> Result<&str, Declined> {
    if Folder::may_hold(name) {
        return Ok(name);
    }
    Err(Declined::by_us("this is no name of a profile", advice::session::name()))
}

impl Profiles {
    /// Goes back to a login from before, if it still is one; where nobody can be asked, only if nothing speaks against it.
    async fn roll_back(&self, name: &str, to: Option<Uuid>) -> Result<InUse, Declined> {
        let (profile, _) = self.known(name)?;
        let turn = self.turn(name);
        let _turn = turn.lock().await;
        let all = self.book.of(name).await.map_err(|error| broken(&error))?;
        let active = all.iter().position(|capture| capture.standing == Standing::Active);
        // The youngest first: further back is behind the one in use.
        let older = all.iter().skip(active.map_or(0, |at| at + 1)).find(|capture| capture.standing == Standing::Kept);
        let target = match to {
            Some(id) => all.iter().find(|capture| capture.id == id && capture.standing == Standing::Kept),
            None => older,
        };
        let Some(target) = target else {
            return Err(Declined::by_us(
                format!("`{name}` has no such capture to go back to"),
                advice::session::captures(name),
            ));
        };
        let login = self.book.open(target.id).await.map_err(|error| broken(&error))?;
        let is_stopped = |capture: Option<&Capture>| capture.is_some_and(Capture::is_stopped);
        match self.prover.prove(&profile, &login).await {
            Ok(()) => return self.use_proved(name, target.id, &login).await,
            Err(miss) if is_no(miss.class) || is_stopped(Some(target)) || is_stopped(all.get(active.unwrap_or(0))) => {
                return Err(self.refuse(target, miss).await);
            }
            Err(miss) => tracing::warn!(session.profile = name, "Nobody could be asked for it: {}", miss.error),
        }
        if !self.book.use_again(name, target.id).await.map_err(|error| broken(&error))? {
            return Err(broken(&Error::Gone(target.id)));
        }
        let file = self.write(name, &login).await;
        Ok(InUse { profile: name.to_owned(), id: target.id, standing: Standing::Active, cookies: None, file })
    }

    async fn forget(&self, name: &str) -> Result<usize, Declined> {
        let turn = self.turn(name);
        let _turn = turn.lock().await;
        let forgotten = self.book.forget(name).await.map_err(|error| broken(&error))?;
        if forgotten == 0 {
            // One that stands in no settings is known by its captures.
            self.known(name)?;
        }
        let file = self.folder.state_of(name);
        self.folder.forget(name).map_err(|error| {
            let what = format!(
                "the captures of `{name}` are forgotten, and its file `{}` is still there: {error}",
                file.display()
            );
            Declined::by_us(what, advice::session::remove_by_hand())
        })?;
        self.prover.current.unmake(name);
        Ok(forgotten)
    }
}
