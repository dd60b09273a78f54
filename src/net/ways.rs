//! The ways out: one for guests, one for each profile, which goes through the profile's proxy.
//!
//! A way is made when it is first needed and again when the settings or the login of its profile have changed. Nothing of one profile
//! ever goes out by the way of another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::client::Client;
use super::proxy::Proxy;
use crate::config::{Current, Profile};
use crate::domain::{Class, Miss, Next, Secret};
use crate::observe::Register;
use crate::pace::{Pace, Sending};
use crate::vault::Credentials;

/// A cheap handle on the ways; clones share them.
#[derive(Clone)]
pub struct Ways(Arc<Inner>);

struct Inner {
    guests: Client,
    pace: Pace,
    current: Current,
    credentials: Credentials,
    register: Register,
    made: Mutex<HashMap<String, Made>>,
}

/// A way, and what it was made from.
struct Made {
    profile: Profile,
    login: Option<Secret<String>>,
    way: Client,
}

impl Ways {
    /// All of them; `guests` is the one without a profile.
    pub fn new(guests: Client, pace: &Pace, current: &Current, credentials: &Credentials, register: &Register) -> Self {
        let (pace, current, credentials, register) =
            (pace.clone(), current.clone(), credentials.clone(), register.clone());
        Self(Arc::new(Inner { guests, pace, current, credentials, register, made: Mutex::default() }))
    }

    /// The way of guests, under no limits yet.
    pub fn guests(&self) -> &Client {
        &self.0.guests
    }

    /// The way of `profile`, or of guests, under the limits of `sending`; the account and the address that it counts for
    /// are filled in here.
    pub fn of(&self, profile: Option<&str>, sending: Sending) -> Result<Client, Miss> {
        let Some(name) = profile else { return Ok(self.0.guests.paced(&self.0.pace, sending)) };
        let settings = self.0.current.now();
        let dead = |why: String| Miss { next: Next::Dead, ..Miss::new(Class::Local, why) };
        let known = settings.profiles.iter().find(|known| known.name == name);
        let known =
            known.ok_or_else(|| dead(format!("there is no profile `{name}`: add [profile.{name}] to the settings")))?;
        let platform = sending.site();
        if platform != known.platform.as_str() {
            return Err(dead(format!("the profile `{name}` is for {}, not for {platform}", known.platform)));
        }
        let way = self.made(known)?;
        let sending = Sending { account: Some(name.to_owned()), address: known.proxy.clone(), ..sending };
        Ok(way.paced(&self.0.pace, sending))
    }

    /// Whether the proxy of `profile` wants a login, which a browser cannot be given.
    pub fn wants_login(&self, profile: &Profile) -> bool {
        let all = self.0.credentials.now();
        profile.proxy.is_some() && line_of(&profile.name, all.get("proxy-logins"), &self.0.register).is_some()
    }

    fn made(&self, profile: &Profile) -> Result<Client, Miss> {
        let login = login_of(&profile.name, self.0.credentials.now().get("proxy-logins"), &self.0.register);
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        let known = made.get(&profile.name).filter(|made| made.profile == *profile && made.login == login);
        if let Some(made) = known {
            return Ok(made.way.clone());
        }
        let way = match &profile.proxy {
            None => self.0.guests.clone(),
            Some(address) => {
                let proxy = Proxy::new(address, login.as_ref());
                let proxy =
                    proxy.map_err(|bad| Miss::new(Class::Local, format!("profile `{}`: {bad}", profile.name)))?;
                self.0.guests.through(proxy)?
            }
        };
        made.insert(profile.name.clone(), Made { profile: profile.clone(), login, way: way.clone() });
        Ok(way)
    }
}

/// What a credential of many lines holds for `profile`; it is registered before anyone may use it.
pub fn line_of(profile: &str, all: Option<&Secret<String>>, register: &Register) -> Option<Secret<String>> {
    let lines = all.map_or("", |secret| secret.reveal()).lines();
    let (_, line) =
        lines.filter_map(|line| line.trim().split_once(char::is_whitespace)).find(|(name, _)| *name == profile)?;
    let line = Secret::new(line.trim().to_owned());
    register.add(&line);
    Some(line)
}

/// The login of `profile` at its proxy.
fn login_of(profile: &str, all: Option<&Secret<String>>, register: &Register) -> Option<Secret<String>> {
    let login = line_of(profile, all, register)?;
    if let Some((_, password)) = login.reveal().split_once(':') {
        register.add(&Secret::new(password.to_owned()));
    }
    Some(login)
}
