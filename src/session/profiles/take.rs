//! A login comes in: from a browser, from a person, or once more; it is proved, and used or refused.

use std::path::PathBuf;

use tracing::Instrument as _;
use uuid::Uuid;

use super::capture::{Missed, Seen, capture};
use super::in_use::InUse;
use super::who::{Profiles, broken, no_login};
use crate::advice;
use crate::config::Profile;
use crate::domain::{Class, Declined, Miss, Platform};
use crate::platform::creative_radar::PAGE;
use crate::session::book::{Fresh, is_no};
use crate::session::login::Login;
use crate::session::span::of_profile;
use crate::store::captures::{Capture, Standing};

impl Profiles {
    /// Looks at a login again, and captures it anew where that can be done without a person.
    pub async fn refresh(&self, name: &str) -> Result<InUse, Declined> {
        self.refreshed(name).instrument(of_profile(Some(name))).await
    }

    async fn refreshed(&self, name: &str) -> Result<InUse, Declined> {
        let (profile, _) = self.known(name)?;
        let all = self.book.of(name).await.map_err(|error| broken(&error))?;
        let has = |standing| all.iter().any(|capture| capture.standing == standing);
        if profile.platform == Platform::CreativeRadar && has(Standing::Active) && !has(Standing::Waiting) {
            return self.counted(name, self.capture(name).await);
        }
        self.counted(name, self.probe(name).await)
    }

    pub(super) async fn capture(&self, name: &str) -> Result<InUse, Declined> {
        let (profile, rules) = self.known(name)?;
        if profile.platform != Platform::CreativeRadar {
            let what = format!("a page of {} is not opened by itself", profile.platform);
            return Err(Declined::by_us(what, advice::session::capture_by_hand()));
        }
        if self.prover.ways.wants_login(&profile) {
            let what = format!("the proxy of `{name}` wants a login, which a browser cannot be given");
            return Err(Declined::by_us(what, advice::session::proxy()));
        }
        let turn = self.turn(name);
        let _turn = turn.lock().await;
        self.take_up_file(&profile).await?;
        let before = self.book.active(name).await.map_err(|error| broken(&error))?;
        let first = match &before {
            Some((_, login)) => Some(login.clone()),
            None => self.unproved(name).await?,
        };
        let (source, url) = (self.source(), format!("{}{PAGE}", self.prover.base(profile.platform)));
        let visit = Box::pin(capture(&self.prover, &self.pool, &profile, rules, first.as_ref(), &source));
        let captured = self.prover.visiting(&profile, &url, visit).await.map_err(|miss| unasked(name, miss))?;
        match captured {
            Ok(login) => match self.take_in(name, "browser", login).await {
                Err(declined) => Err(self.what_of_the_other(&profile, before, declined).await),
                taken => taken,
            },
            Err(missed) => Err(self.missed(name, missed).await),
        }
    }

    /// What was captured is refused: then the one that it began from, which is in use, may be lost too.
    async fn what_of_the_other(
        &self,
        profile: &Profile,
        before: Option<(Capture, Login)>,
        declined: Declined,
    ) -> Declined {
        let (name, Declined { class, error, .. }) = (&profile.name, &declined);
        let Some((capture, login)) = before else { return declined };
        let noted = match class {
            // Whom the site looks at more closely asks for nothing more.
            Class::Risk => self.book.stop(name, *class, error).await,
            Class::Auth => match self.prover.prove(profile, &login).await {
                Ok(()) => self.book.prove(name, capture.id).await,
                Err(miss) => return self.refuse(&capture, miss).await,
            },
            _ => Ok(()),
        };
        noted.map_or_else(|failed| broken(&failed), |()| declined)
    }

    /// The youngest login that nobody could prove yet: a browser may begin with it.
    async fn unproved(&self, name: &str) -> Result<Option<Login>, Declined> {
        let all = self.book.of(name).await.map_err(|error| broken(&error))?;
        match all.iter().find(|capture| capture.standing == Standing::Waiting) {
            Some(capture) => self.book.open(capture.id).await.map(Some).map_err(|error| broken(&error)),
            None => Ok(None),
        }
    }

    /// Takes up the state that other tools left in the folder of a profile of which nothing else is known. It waits to
    /// be proved like any other.
    pub(super) async fn take_up_file(&self, profile: &Profile) -> Result<(), Declined> {
        let name = &profile.name;
        let (_, rules) = self.known(name)?;
        if !self.book.of(name).await.map_err(|error| broken(&error))?.is_empty() {
            return Ok(());
        }
        let (folder, of) = (self.folder.clone(), name.clone());
        let mut state = match tokio::task::spawn_blocking(move || folder.read(&of)).await {
            Ok(Ok(Some(state))) => state,
            Ok(Err(why)) => {
                let file = self.folder.state_of(name);
                tracing::warn!(session.profile = %name, "`{}` is left as it is: {why}", file.display());
                return Ok(());
            }
            Ok(Ok(None)) | Err(_) => return Ok(()),
        };
        let host = self.prover.host(profile.platform);
        state.keep_only(&[rules.domains, &[&host]].concat());
        let login = Login { state, headers: std::collections::BTreeMap::new() };
        if login.marks(rules).next().is_some() {
            self.add(profile, "file", &login).await?;
        }
        Ok(())
    }

    async fn add(&self, profile: &Profile, source: &str, login: &Login) -> Result<Capture, Declined> {
        let (_, rules) = self.known(&profile.name)?;
        let is_made = self.prover.current.is_made(&profile.name);
        let fresh = Fresh { profile: &profile.name, platform: profile.platform, source, is_made, login };
        self.book.add(fresh, rules).await.map_err(|error| broken(&error))
    }

    /// There is no capture; if the site wants a person, the profile stops until one was there.
    async fn missed(&self, name: &str, Missed { trouble, seen }: Missed) -> Declined {
        let (class, advice) = (trouble.class(), trouble.advice_for(name));
        let mut error = format!("no capture of `{name}`: {trouble}");
        if let Some(picture) = self.keep_seen(name, seen).await {
            error = format!("{error}; what it shows is in {}", picture.display());
        }
        if matches!(class, Class::Auth | Class::Risk)
            && let Err(failed) = self.book.stop(name, class, &error).await
        {
            return broken(&failed);
        }
        Declined { class, ..Declined::by_us(error, advice) }
    }

    /// Keeps what a page showed that wants a person; gives where.
    async fn keep_seen(&self, name: &str, seen: Option<Seen>) -> Option<PathBuf> {
        let (folder, profile, seen) = (self.folder.clone(), name.to_owned(), seen?);
        let kept = tokio::task::spawn_blocking(move || folder.keep_seen(&profile, &seen.picture, &seen.text)).await;
        match kept.ok()? {
            Ok(picture) => Some(picture),
            Err(error) => {
                tracing::warn!(session.profile = name, "What the page showed could not be kept: {error}");
                None
            }
        }
    }

    /// Takes a login in: it is used if it proves to be one, and what was used before stays in use if not. Whoever asks
    /// has the turn of the profile.
    pub(super) async fn take_in(&self, name: &str, source: &str, mut login: Login) -> Result<InUse, Declined> {
        let (profile, rules) = self.known(name)?;
        let host = self.prover.host(profile.platform);
        login.keep_only(&[rules.domains, &[&host]].concat());
        self.take_up_file(&profile).await?;
        let capture = self.add(&profile, source, &login).await?;
        if login.marks(rules).next().is_none() {
            let why = format!("it has none of the cookies of a login: {}", rules.marks.join(", "));
            return Err(self.refuse(&capture, Miss::new(Class::Auth, why)).await);
        }
        match self.prover.prove(&profile, &login).await {
            Ok(()) => self.use_proved(name, capture.id, &login).await,
            Err(miss) => Err(self.refuse(&capture, miss).await),
        }
    }

    /// Lets a login that was proved be the one in use, and writes its file.
    pub(super) async fn use_proved(&self, name: &str, id: Uuid, login: &Login) -> Result<InUse, Declined> {
        let before = self.book.of(name).await.map_err(|error| broken(&error))?;
        let is_same = before.iter().any(|capture| capture.id == id && capture.standing == Standing::Active);
        self.book.prove(name, id).await.map_err(|error| broken(&error))?;
        self.found.notify_one();
        self.folder.forget_seen(name);
        // What people's own tools have written there since is theirs.
        let file = self.folder.state_of(name);
        let file = if is_same && file.exists() { Some(file) } else { self.write(name, login).await };
        let cookies = Some(login.state.cookies.len());
        Ok(InUse { profile: name.to_owned(), id, standing: Standing::Active, cookies, file })
    }

    /// Writes the file; what could not be written is told, and the sealed copy is used all the same.
    pub(super) async fn write(&self, name: &str, login: &Login) -> Option<PathBuf> {
        let (folder, profile) = (self.folder.clone(), name.to_owned());
        let text = login.state.write(self.prover.ambient.clock.now());
        let path = folder.state_of(name);
        let written = tokio::task::spawn_blocking(move || folder.write(&profile, &text)).await;
        match written {
            Ok(Ok(())) => Some(path),
            Ok(Err(error)) => {
                tracing::warn!(
                    session.profile = name,
                    "`{}` could not be written: {error}; the sealed copy is used",
                    path.display()
                );
                None
            }
            Err(_) => None,
        }
    }

    /// Notes why a login could not be proved.
    pub(super) async fn refuse(&self, capture: &Capture, miss: Miss) -> Declined {
        let Miss { class, error: why, after, held, .. } = miss;
        if let Err(error) = self.book.doubt(capture, class, &why).await {
            return broken(&error);
        }
        let (name, is_used) = (&capture.profile, capture.standing == Standing::Active);
        let all = match self.book.of(name).await {
            Ok(all) => all,
            Err(error) => return broken(&error),
        };
        let others_work =
            all.iter().any(|it| it.id != capture.id && it.standing == Standing::Active && !it.is_stopped());
        let advice = match class {
            Class::Auth if is_used => advice::session::log_in_again(name),
            Class::Auth if others_work => advice::session::log_in_meanwhile(),
            Class::Auth => advice::session::log_in_elsewhere(),
            Class::Risk => advice::session::challenged(),
            _ if is_no(class) => advice::session::another_login(),
            _ if is_used => advice::session::probe(name),
            _ => advice::session::is_kept(name),
        };
        let error = format!("the login of `{name}` could not be proved: {why}");
        Declined { class, wait: after, held, ..Declined::by_us(error, advice) }
    }

    /// Proves the youngest that waits for it; if the site says no to it, or none does, once more what is in use.
    pub(super) async fn probe(&self, name: &str) -> Result<InUse, Declined> {
        let (profile, _) = self.known(name)?;
        let turn = self.turn(name);
        let _turn = turn.lock().await;
        self.take_up_file(&profile).await?;
        let all = self.book.of(name).await.map_err(|error| broken(&error))?;
        // The youngest first: one that waits is of use only if it came after the one in use.
        let waiting = all
            .iter()
            .take_while(|capture| capture.standing != Standing::Active)
            .find(|it| it.standing == Standing::Waiting);
        let mut refused = None;
        for capture in waiting.into_iter().chain(all.iter().find(|capture| capture.standing == Standing::Active)) {
            let login = self.book.open(capture.id).await.map_err(|error| broken(&error))?;
            match (self.prover.prove(&profile, &login).await, refused.take()) {
                (Ok(()), None) => return self.use_proved(name, capture.id, &login).await,
                // Whoever brought the other is told that it is none; this one is fine.
                (Ok(()), Some(declined)) => {
                    self.book.prove(name, capture.id).await.map_err(|error| broken(&error))?;
                    return Err(declined);
                }
                (Err(miss), _) => {
                    let goes_on = is_no(miss.class) && miss.class != Class::Risk;
                    let declined = self.refuse(capture, miss).await;
                    if !goes_on {
                        return Err(declined);
                    }
                    refused = Some(declined);
                }
            }
        }
        Err(refused.unwrap_or_else(|| no_login(name)))
    }
}

/// The site was not asked at all.
fn unasked(name: &str, Miss { class, error, after, held, .. }: Miss) -> Declined {
    let error = format!("no capture of `{name}`: {error}");
    Declined { class, wait: after, held, ..Declined::by_us(error, advice::session::wait_for_turn()) }
}
