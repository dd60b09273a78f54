//! The acts themselves.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::capture::{Missed, Seen, capture, headers_of};
use super::proof::{Doubt, Prover};
use crate::browser::{Pool, Source};
use crate::config::Profile;
use crate::domain::{Class, Millis, Platform};
use crate::observe::metric::{LOGIN, LOGIN_ENDS, LOGIN_LOOKS};
use crate::session::{Book, Error, Folder, Fresh, Login, Rules, next_at, rules, source_of};
use crate::store::captures::Capture;
use crate::web::Declined;
use crate::wire::login::StorageState;

/// What is asked for.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum Asked {
    List,
    Show { name: String },
    Import { name: String, source: String, state: Value, headers: BTreeMap<String, String> },
    Capture { name: String },
    Probe { name: String },
    Rollback { name: String, to: Option<Uuid> },
    Export { name: String },
    Forget { name: String },
}

impl Asked {
    /// Of which profile.
    fn name(&self) -> Option<&str> {
        match self {
            Self::List => None,
            Self::Show { name }
            | Self::Import { name, .. }
            | Self::Capture { name }
            | Self::Probe { name }
            | Self::Rollback { name, .. }
            | Self::Export { name }
            | Self::Forget { name } => Some(name),
        }
    }
}

/// A cheap handle on all profiles; clones share it.
#[derive(Clone)]
pub(in crate::daemon) struct Profiles {
    book: Book,
    prover: Prover,
    folder: Folder,
    pool: Pool,
    browsers: PathBuf,
    /// Who is at work on which profile: another waits.
    at_work: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
}

impl Profiles {
    /// Over the captures in `book`; states lie in `folder`, drivers in `browsers`.
    pub(in crate::daemon) fn new(
        (book, pool): (Book, Pool),
        prover: Prover,
        (folder, browsers): (PathBuf, PathBuf),
    ) -> Self {
        Self { book, prover, folder: Folder(folder), pool, browsers, at_work: Arc::default() }
    }

    /// The browser that all share.
    pub(in crate::daemon) const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Where it comes from now.
    pub(super) fn source(&self) -> Source {
        source_of(&self.prover.live.now().browser, None, self.browsers.clone())
    }

    /// Does what is asked.
    pub(in crate::daemon) async fn act(&self, asked: Value) -> Result<Value, Declined> {
        // What is wrong is not repeated: it may be a login.
        let asked: Asked = serde_json::from_value(asked).map_err(|_| {
            Declined::by_us("this is nothing that is done with a profile", "see `radard profile --help`")
        })?;
        let name = asked.name();
        if name.is_some_and(|name| !Folder::may_hold(name)) {
            return Err(Declined::by_us("this is no name of a profile", "write it as in the settings"));
        }
        match asked {
            Asked::List => self.list().await,
            Asked::Show { name } => self.show(&name).await,
            Asked::Import { name, source, state, headers } => {
                let state = StorageState::of_value(state);
                let state =
                    state.ok_or_else(|| Declined::by_us("the state is no object", "see `radard profile --help`"))?;
                let turn = self.turn(&name);
                let _turn = turn.lock().await;
                self.counted(&name, self.take_in(&name, &source, Login { state, headers: headers_of(headers) }).await)
            }
            Asked::Capture { name } => self.counted(&name, self.capture(&name).await),
            Asked::Probe { name } => self.counted(&name, self.probe(&name).await),
            Asked::Rollback { name, to } => self.roll_back(&name, to).await,
            Asked::Export { name } => self.export(&name).await,
            Asked::Forget { name } => self.forget(&name).await,
        }
    }

    /// Looks at a login again, and captures it anew where that can be done without a person.
    pub(in crate::daemon) async fn refresh(&self, name: &str) -> Result<Value, Declined> {
        let (profile, _) = self.known(name)?;
        let has_login = self.book.active(name).await.map_err(|error| broken(&error))?.is_some();
        if profile.platform == Platform::CreativeRadar && has_login {
            return self.counted(name, self.capture(name).await);
        }
        self.counted(name, self.probe(name).await)
    }

    /// Counts how a look at the login of a known profile ended.
    fn counted(&self, name: &str, ended: Result<Value, Declined>) -> Result<Value, Declined> {
        let class = ended.as_ref().map_or_else(|declined| declined.class, |_| Class::Ok);
        if self.known(name).is_ok() {
            self.prover.metrics.add(LOGIN_LOOKS, [name, class.as_str()], 1u64);
        }
        ended
    }

    /// Shows how the login of each profile stands.
    pub(super) async fn show_numbers(&self, now: Millis) -> Result<(), Error> {
        let all = self.book.all().await?;
        for profile in self.prover.live.now().profiles.iter().filter(|profile| rules(profile.platform).is_some()) {
            let active = all.iter().find(|it| it.profile == profile.name && it.standing == "active");
            let name = [profile.name.as_str()];
            self.prover.metrics.set(LOGIN, name, u64::from(active.is_some_and(|it| !it.is_stopped())));
            let left = active.and_then(|it| it.ends_at).map(|ends| ends.saturating_sub(now.0));
            let left = left.and_then(|left| u64::try_from(left).ok()).unwrap_or(0);
            self.prover.metrics.set(LOGIN_ENDS, name, Duration::from_millis(left));
        }
        Ok(())
    }

    /// The profiles whose login is to be looked at by `now`, each with when it was proved last.
    pub(super) async fn due(&self, now: Millis) -> Result<Vec<(String, i64)>, Error> {
        let settings = self.prover.live.now();
        let is_known = |capture: &Capture| settings.profiles.iter().any(|known| known.name == capture.profile);
        let is_due = |capture: &Capture| {
            capture.standing == "active" && !capture.is_stopped() && next_at(capture).is_some_and(|at| at <= now)
        };
        let all = self.book.all().await?.into_iter().filter(|capture| is_due(capture) && is_known(capture));
        Ok(all.map(|capture| (capture.profile, capture.proved_at.unwrap_or(0))).collect())
    }

    /// The profile by its name, and what a login is on its platform.
    fn known(&self, name: &str) -> Result<(Profile, &'static Rules), Declined> {
        let settings = self.prover.live.now();
        let known = settings.profiles.iter().find(|known| known.name == name).cloned();
        let known = known.ok_or_else(|| {
            let add =
                format!("add [profile.{name}] with its platform to radard.toml; a running daemon takes it at once");
            Declined::by_us(format!("there is no profile `{name}`"), add)
        })?;
        let rules = rules(known.platform).ok_or_else(|| {
            let what = format!("the profile `{name}` is for {}, where nobody logs in with a browser", known.platform);
            Declined::by_us(what, "profiles with a login are those of douyin and creative_radar")
        })?;
        Ok((known, rules))
    }

    async fn list(&self) -> Result<Value, Declined> {
        let all = self.book.all().await.map_err(|error| broken(&error))?;
        let settings = self.prover.live.now();
        let row = |profile: &Profile| {
            let of: Vec<_> = all.iter().filter(|capture| capture.profile == profile.name).collect();
            let active = of.iter().find(|capture| capture.standing == "active");
            let last = active.or_else(|| of.first());
            json!({
                "profile": profile.name, "platform": profile.platform.as_str(), "versions": of.len(),
                "standing": active.map_or("no login", |it| if it.is_stopped() { "stopped" } else { "active" }), "class": last.and_then(|it| it.class.clone()),
                "said": last.and_then(|it| it.said.clone()), "source": active.map(|it| it.source.clone()),
                "cookies": active.map(|it| it.cookies), "made_at": active.map(|it| it.made_at),
                "proved_at": active.and_then(|it| it.proved_at), "ends_at": active.and_then(|it| it.ends_at),
                "next_at": active.filter(|it| !it.is_stopped()).and_then(|it| next_at(it)).map(|at| at.0),
            })
        };
        let items: Vec<_> = settings.profiles.iter().map(row).collect();
        Ok(json!({"v": 1, "items": items, "next": null}))
    }

    async fn show(&self, name: &str) -> Result<Value, Declined> {
        let (profile, rules) = self.known(name)?;
        let versions = self.book.of(name).await.map_err(|error| broken(&error))?;
        let active = self.book.active(name).await.map_err(|error| broken(&error))?;
        let mut cookies = Vec::new();
        let mut headers = Vec::new();
        if let Some((_, login)) = &active {
            let row = |cookie: &crate::wire::login::Cookie| {
                json!({
                    "name": cookie.name, "length": cookie.value.reveal().len(), "domain": cookie.domain, "path": cookie.path,
                    "ends_at": cookie.expires_at().map(|at| at.0), "is_login": rules.marks.contains(&cookie.name.as_str()),
                })
            };
            cookies = login.state.cookies.iter().map(row).collect();
            let header = |(name, value): (&String, &crate::domain::Secret<String>)| json!({"name": name, "length": value.reveal().len()});
            headers = login.headers.iter().map(header).collect();
        }
        let file = self.folder.state_of(name);
        let file = file.exists().then(|| file.display().to_string());
        Ok(json!({
            "v": 1, "profile": name, "platform": profile.platform.as_str(), "file": file, "versions": versions,
            "cookies": cookies, "headers": headers,
        }))
    }

    async fn capture(&self, name: &str) -> Result<Value, Declined> {
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
    async fn take_in(&self, name: &str, source: &str, mut login: Login) -> Result<Value, Declined> {
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
    async fn write(&self, name: &str, login: &Login) -> Value {
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
    async fn probe(&self, name: &str) -> Result<Value, Declined> {
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

    async fn roll_back(&self, name: &str, to: Option<Uuid>) -> Result<Value, Declined> {
        self.known(name)?;
        let turn = self.turn(name);
        let _turn = turn.lock().await;
        let all = self.book.of(name).await.map_err(|error| broken(&error))?;
        let active = all.iter().position(|capture| capture.standing == "active");
        // The youngest first: further back is behind the one in use.
        let older = all.iter().skip(active.map_or(0, |at| at + 1)).find(|capture| capture.standing == "kept");
        let target = match to {
            Some(id) => all.iter().find(|capture| capture.id == id && capture.standing == "kept"),
            None => older,
        };
        let Some(target) = target else {
            return Err(Declined::by_us(
                format!("`{name}` has no such capture to go back to"),
                format!("look at `radard profile show {name}`"),
            ));
        };
        let login = self.book.open(target.id).await.map_err(|error| broken(&error))?;
        if !self.book.use_again(name, target.id).await.map_err(|error| broken(&error))? {
            return Err(broken(&Error::Gone(target.id)));
        }
        Ok(json!({"profile": name, "id": target.id, "standing": "active", "file": self.write(name, &login).await}))
    }

    async fn export(&self, name: &str) -> Result<Value, Declined> {
        let (profile, _) = self.known(name)?;
        let Some((_, login)) = self.book.active(name).await.map_err(|error| broken(&error))? else {
            return Err(no_login(name));
        };
        let state = login.state.write(self.prover.ambient.clock.now());
        let header = self.prover.cookies(&profile, &login);
        let headers: BTreeMap<_, _> = login.headers.iter().map(|(name, value)| (name, value.reveal())).collect();
        let state: Value = serde_json::from_str(state.reveal()).unwrap_or_default();
        Ok(json!({"profile": name, "state": state, "cookie": header.map(|it| it.reveal().clone()), "headers": headers}))
    }

    async fn forget(&self, name: &str) -> Result<Value, Declined> {
        let turn = self.turn(name);
        let _turn = turn.lock().await;
        let forgotten = self.book.forget(name).await.map_err(|error| broken(&error))?;
        let file = self.folder.state_of(name);
        self.folder.forget(name).map_err(|error| {
            let what = format!(
                "the captures of `{name}` are forgotten, and its file `{}` is still there: {error}",
                file.display()
            );
            Declined::by_us(what, "remove it by hand")
        })?;
        Ok(json!({"profile": name, "forgotten": forgotten}))
    }

    fn turn(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        at_work.entry(name.to_owned()).or_default().clone()
    }
}

fn no_login(name: &str) -> Declined {
    let advice = format!("take one in: `radard profile import {name} FILE`");
    Declined { class: Class::Auth, ..Declined::by_us(format!("the profile `{name}` has no login"), advice) }
}

fn broken(error: &Error) -> Declined {
    let advice = match error {
        Error::Vault(error) => error.advice(),
        Error::Store(error) => error.advice().to_owned(),
        Error::Unread(_) | Error::Gone(_) => "import the login again".to_owned(),
    };
    Declined::by_us(error.to_string(), advice)
}
