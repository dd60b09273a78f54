//! Who asks: a profile with its cookies, or a guest.

use crate::domain::{Identity, Secret};
use crate::net::Client;
use crate::platform::douyin::token::{Holder, Owner};
use crate::wire::cookie::find;

/// A browser that asks, and the way it goes.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Whose tokens it uses.
    pub owner: Owner,
    /// The cookies of its profile, as a header.
    pub cookies: Option<Secret<String>>,
    /// What it looks like.
    pub identity: Identity,
    /// Its way out, under the limits of what is asked.
    pub client: Client,
}

impl Visitor {
    pub(super) const fn holder(&self) -> Holder<'_> {
        Holder { owner: &self.owner, cookies: self.cookies.as_ref(), identity: &self.identity, client: &self.client }
    }

    /// Its profile, if it has one.
    pub(super) fn profile(&self) -> Option<&str> {
        if let Owner::Profile(name) = &self.owner { Some(name) } else { None }
    }

    /// The cookies that it brings: those of its profile, with a guest's mark where they have none.
    pub(super) fn cookies_with(&self, ttwid: &Secret<String>) -> String {
        let mark = format!("ttwid={}", ttwid.reveal());
        match &self.cookies {
            Some(cookies) if find(cookies.reveal(), "ttwid").is_some() => cookies.reveal().clone(),
            Some(cookies) => format!("{}; {mark}", cookies.reveal()),
            None => mark,
        }
    }
}
