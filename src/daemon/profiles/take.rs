//! A login comes in: from a browser, from a person, or once more; it is proved, and used or refused.

use std::path::PathBuf;

use serde_json::{Value, json};
use uuid::Uuid;

use super::capture::{Missed, Seen, capture};
use super::proof::Doubt;
use super::who::{Profiles, broken, no_login};
use crate::domain::{Class, Platform};
use crate::session::{Fresh, Login};
use crate::store::captures::Capture;
use crate::web::Declined;

impl Profiles {
    /// Looks at a login again, and captures it anew where that can be done without a person.
    pub(in crate::daemon) async fn refresh(&self, name: &str) -> Result<Value, Declined> {
        let (profile, _) = self.known(name)?;
        let has_login = self.book.active(name).await.map_err(|error| broken(&error))?.is_some();
        if profile.platform == Platform::CreativeRadar && has_login {
            return self.counted(name, self.capture(name).await);
        }
        self.counted(name, self.probe(name).await)
    }

    pub(super) async fn capture(&self, name: &str) -> Result<Value, Declined> {
        let (profile, rules) = self.known(name)?;
        if profile.platform != Platform::CreativeRadar {
            let what = format!("a page of {} is not opened by itself", profile.platform);
            return Err(Declined::by_us(
                what,
                "take a login in from your own browser: `radard profile import NAME FILE`",
            ));
        }
        if self.prover.ways.wants_login(&profile) {
            let what = format!("the proxy of `{name}` wants a login, which a browser cannot be given");
            return Err(Declined::by_us(what, "use a proxy that knows this machine by its address"));
        }
        let turn = self.turn(name);
        let _turn = turn.lock().await;
        let before = self.book.active(name).await.map_err(|error| broken(&error))?.map(|(_, login)| login);
        let source = self.source();
        let captured = Box::pin(capture((&self.prover, &self.pool), (&profile, rules), before.as_ref(), &source)).await;
        match captured {
            Ok(login) => self.take_in(name, "browser", login).await,
            Err(missed) => Err(self.missed(name, missed).await),
        }
    }

    /// There is no capture; if the site wants a person, the profile stops until one was there.
    async fn missed(&self, name: &str, Missed { trouble, seen }: Missed) -> Declined {
        let (class, advice) = (trouble.class(), trouble.advice().replace("NAME", name));
        let mut error = format!("no capture of `{name}`: {trouble}");
        if let Some(picture) = self.keep_seen(name, seen).await {
            error = format!("{error}; what it shows is in {}", picture.display());
        }
        if matches!(class, Class::Auth | Class::Risk)
            && let Err(failed) = self.book.stop(name, (class, &error)).await
        {
            return broken(&failed);
        }
        Declined { class, error, advice, wait: None }
    }

    /// Keeps what a page showed that wants a person; gives where.
    async fn keep_seen(&self, name: &str, seen: Option<Seen>) -> Option<PathBuf> {
        let (folder, profile, seen) = (self.folder.clone(), name.to_owned(), seen?);
        let kept = tokio::task::spawn_blocking(move || folder.keep_seen(&profile, (&seen.picture, &seen.text))).await;
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
    pub(super) async fn take_in(&self, name: &str, source: &str, mut login: Login) -> Result<Value, Declined> {
        let (profile, rules) = self.known(name)?;
        let host = self.prover.host(profile.platform);
        login.keep_only(&[rules.domains, &[&host]].concat());
        let fresh = Fresh { profile: name, platform: profile.platform, source, login: &login };
        let id = self.book.add(fresh, rules).await.map_err(|error| broken(&error))?;
        let capture = self.book.of(name).await.map_err(|error| broken(&error))?.into_iter().find(|it| it.id == id);
        let capture = capture.ok_or_else(|| Declined::by_us("the capture is gone", "try again"))?;
        if login.marks(rules).next().is_none() {
            let doubt = (Class::Auth, format!("it has none of the cookies of a login: {}", rules.marks.join(", ")));
            return Err(self.refuse(&capture, doubt).await);
        }
        match self.prover.prove(&profile, &login).await {
            Ok(()) => self.use_proved(name, (id, &login)).await,
            Err(doubt) => Err(self.refuse(&capture, doubt).await),
        }
    }

    /// Lets a login that was proved be the one in use, and writes its file.
    async fn use_proved(&self, name: &str, (id, login): (Uuid, &Login)) -> Result<Value, Declined> {
        self.book.prove(name, id).await.map_err(|error| broken(&error))?;
        self.folder.forget_seen(name);
        Ok(json!({
            "profile": name, "id": id, "standing": "active", "cookies": login.state.cookies.len(),
            "file": self.write(name, login).await,
        }))
    }

    /// Writes the file; what could not be written is told, and the sealed copy is used all the same.
    pub(super) async fn write(&self, name: &str, login: &Login) -> Value {
        let (folder, profile) = (self.folder.clone(), name.to_owned());
        let text = login.state.write(self.prover.ambient.clock.now());
        let path = folder.state_of(name).display().to_string();
        let written = tokio::task::spawn_blocking(move || folder.write(&profile, &text)).await;
        match written {
            Ok(Ok(())) => path.into(),
            Ok(Err(error)) => {
                tracing::warn!(
                    session.profile = name,
                    "`{path}` could not be written: {error}; the sealed copy is used"
                );
                Value::Null
            }
            Err(_) => Value::Null,
        }
    }

    async fn refuse(&self, capture: &Capture, (class, why): Doubt) -> Declined {
        if let Err(error) = self.book.doubt(capture, (class, &why)).await {
            return broken(&error);
        }
        let name = &capture.profile;
        let is_open = !matches!(class, Class::Auth | Class::Risk | Class::Gone | Class::Private);
        let advice = match class {
            Class::Auth => "log in again in your browser and import that; what was used before is still in use",
            Class::Risk => "open the site in your browser and answer what it asks, then import the login again",
            _ if is_open => "it is kept; prove it later with `radard profile probe NAME`",
            _ => "import another login",
        };
        let error = format!("the login of `{name}` could not be proved: {why}");
        Declined { class, error, advice: advice.replace("NAME", name), wait: None }
    }

    /// Proves once more what is in use, or the youngest that waits for it.
    pub(super) async fn probe(&self, name: &str) -> Result<Value, Declined> {
        let (profile, _) = self.known(name)?;
        let turn = self.turn(name);
        let _turn = turn.lock().await;
        let all = self.book.of(name).await.map_err(|error| broken(&error))?;
        // The youngest first: one that waits is of use only if it came after the one in use.
        let capture = all.iter().find(|capture| matches!(capture.standing.as_str(), "waiting" | "active"));
        let Some(capture) = capture else { return Err(no_login(name)) };
        let login = self.book.open(capture.id).await.map_err(|error| broken(&error))?;
        match self.prover.prove(&profile, &login).await {
            Ok(()) => self.use_proved(name, (capture.id, &login)).await,
            Err(doubt) => Err(self.refuse(capture, doubt).await),
        }
    }
}
