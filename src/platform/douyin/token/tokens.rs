//! What each profile and each guest has been given, and for how long it is good.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as Turn;

use super::ask;
use crate::ambient::Ambient;
use crate::config::Douyin;
use crate::domain::{Class, Identity, Millis, Secret};
use crate::net::{Client, Refusal};
use crate::observe::Register;
use crate::sign;
use crate::wire::cookie::find;

/// How long a request token is good.
const MS_TOKEN_AGE: Duration = Duration::from_hours(1);
/// How long a made-up one stands in for a real one that was not given.
const STAND_IN_AGE: Duration = Duration::from_mins(5);

/// Whose tokens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A profile's, by its name.
    Profile(String),
    /// A guest's, by its number.
    Guest(u32),
}

/// Who asks: whose tokens, what its browser looks like, and the way it goes.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// Whose tokens.
    pub owner: &'a Owner,
    /// The cookies of the profile, as a header.
    pub cookies: Option<&'a Secret<String>>,
    /// What its browser looks like.
    pub identity: &'a Identity,
    /// Its way out.
    pub client: &'a Client,
}

impl Holder<'_> {
    fn cookie(&self, name: &str) -> Option<Secret<String>> {
        self.cookies.and_then(|cookies| find(cookies.reveal(), name)).map(|value| Secret::new(value.to_owned()))
    }
}

/// A request token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MsToken {
    /// The token.
    pub value: Secret<String>,
    /// Whether the site gave it.
    pub is_real: bool,
}

/// What became of asking for a real one.
enum Given {
    Real(Secret<String>),
    Refused,
    NotAsked,
}

/// A cheap handle on all tokens; clones share them.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    settings: Douyin,
    /// The operator's device report, while there is one.
    report: Box<dyn Fn() -> Option<Secret<String>> + Send + Sync>,
    ambient: Ambient,
    register: Register,
    held: Mutex<HashMap<Owner, Arc<Turn<Held>>>>,
}

/// What one owner has; whoever asks for more of it waits for whoever asked first.
#[derive(Debug, Default)]
struct Held {
    ttwid: Option<Secret<String>>,
    ms_token: Option<(MsToken, Millis)>,
    web_id: Option<String>,
    verify_fp: Option<String>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// Tokens from the hosts of `settings`; `report` gives the operator's device report, and everything that is given
    /// goes into `register`.
    pub fn new(
        settings: Douyin,
        report: impl Fn() -> Option<Secret<String>> + Send + Sync + 'static,
        ambient: Ambient,
        register: Register,
    ) -> Self {
        Self(Arc::new(Inner { settings, report: Box::new(report), ambient, register, held: Mutex::default() }))
    }

    /// The mark by which the site knows a browser; asked for once, and kept until it is refused.
    pub async fn ttwid(&self, holder: &Holder<'_>) -> Result<Secret<String>, Refusal> {
        if let Some(given) = holder.cookie("ttwid") {
            return Ok(self.registered(given));
        }
        let held = self.held(holder.owner);
        let mut held = held.lock().await;
        if let Some(known) = &held.ttwid {
            return Ok(known.clone());
        }
        let given = ask::ttwid(holder.client, &self.0.settings.ttwid, holder.identity).await?;
        held.ttwid = Some(self.registered(given.clone()));
        Ok(given)
    }

    /// A request token: the cookies' own, else a real one when there is a device report, else one that is made up.
    pub async fn ms_token(&self, holder: &Holder<'_>) -> MsToken {
        if let Some(given) = holder.cookie("msToken") {
            return MsToken { value: self.registered(given), is_real: true };
        }
        let held = self.held(holder.owner);
        let mut held = held.lock().await;
        let now = self.0.ambient.clock.now();
        let good = |(token, until): &(MsToken, Millis)| (now < *until).then(|| token.clone());
        if let Some(known) = held.ms_token.as_ref().and_then(good) {
            return known;
        }
        let made_up = Secret::new(sign::MsToken::drawn(&self.0.ambient.entropy));
        let earlier = held.ms_token.take().map_or(made_up.clone(), |(token, _)| token.value);
        let given = match (self.0.report)() {
            Some(report) => self.real_ms_token(holder, &report, &earlier).await,
            None => Given::NotAsked,
        };
        // What was made up is no secret, and is made up again soon only if a real one may come of it.
        let (token, age) = match given {
            Given::Real(given) => (MsToken { is_real: true, value: self.registered(given) }, MS_TOKEN_AGE),
            Given::Refused => (MsToken { is_real: false, value: made_up }, STAND_IN_AGE),
            Given::NotAsked => (MsToken { is_real: false, value: made_up }, MS_TOKEN_AGE),
        };
        held.ms_token = Some((token.clone(), now + age));
        token
    }

    async fn real_ms_token(&self, holder: &Holder<'_>, report: &Secret<String>, earlier: &Secret<String>) -> Given {
        self.0.register.add(report);
        let (base, now) = (&self.0.settings.mssdk, self.0.ambient.clock.now());
        match ask::ms_token(holder.client, base, holder.identity, report, earlier, now).await {
            Ok(given) => Given::Real(given),
            Err(refusal) => {
                tracing::warn!("No real request token, a made-up one stands in: {refusal}");
                Given::Refused
            }
        }
    }

    /// The id of the browser; asked for once.
    pub async fn web_id(&self, holder: &Holder<'_>) -> Result<String, Refusal> {
        let held = self.held(holder.owner);
        let mut held = held.lock().await;
        if let Some(known) = &held.web_id {
            return Ok(known.clone());
        }
        let given = ask::web_id(holder.client, &self.0.settings.webid, holder.identity).await?;
        held.web_id = Some(given.clone());
        Ok(given)
    }

    /// The mark that a page makes for itself; made once.
    pub async fn verify_fp(&self, holder: &Holder<'_>) -> String {
        if let Some(given) = holder.cookie("s_v_web_id") {
            return given.reveal().clone();
        }
        let held = self.held(holder.owner);
        let mut held = held.lock().await;
        let ambient = &self.0.ambient;
        let made = held.verify_fp.get_or_insert_with(|| sign::VerifyFp::drawn(ambient.clock.now(), &ambient.entropy));
        made.clone()
    }

    /// Takes note that the site refused what an owner came with; the next who asks gets something new. A mark that has
    /// been renewed meanwhile stays, and what belongs to the cookies of a profile is the affair of whoever holds them.
    pub async fn refused(&self, owner: &Owner, class: Class, ttwid: &Secret<String>, ms_token: &MsToken) {
        if matches!(class, Class::Auth | Class::Risk) {
            let held = self.held(owner);
            let mut held = held.lock().await;
            held.ttwid = held.ttwid.take().filter(|known| known != ttwid);
            held.ms_token = held.ms_token.take().filter(|(known, _)| known != ms_token);
        }
    }

    fn held(&self, owner: &Owner) -> Arc<Turn<Held>> {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.entry(owner.clone()).or_default().clone()
    }

    fn registered(&self, secret: Secret<String>) -> Secret<String> {
        self.0.register.add(&secret);
        secret
    }
}
