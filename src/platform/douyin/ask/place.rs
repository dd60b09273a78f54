//! Where a request goes, and how a request is written.

use std::borrow::Cow;

use super::super::read::Model;
use super::base::{Base, Caller};
use super::query::{BadQuery, Query};
use crate::config::Douyin;
use crate::domain::Class;
use crate::wire::json::Value;

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// To read.
    Get,
    /// To read, with a body.
    Post,
    /// To listen.
    Socket,
}

/// Which of the platform's hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// The pages.
    Web,
    /// The live rooms.
    Live,
    /// The live rooms as the app sees them.
    Webcast,
    /// The danmaku.
    Socket,
}

impl Site {
    /// Its base URL.
    pub fn base(self, settings: &Douyin) -> &str {
        match self {
            Self::Web => &settings.base,
            Self::Live => &settings.live,
            Self::Webcast => &settings.webcast,
            Self::Socket => &settings.socket,
        }
    }
}

/// An endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its name in lanes, limits, switches and metrics.
    pub name: &'static str,
    /// How it is asked.
    pub method: Method,
    /// On which host.
    pub site: Site,
    /// At which path.
    pub path: &'static str,
    /// Which parameters come first.
    pub base: Base,
}

impl Place {
    /// Its URL, without a query.
    pub fn url(&self, settings: &Douyin) -> String {
        format!("{}{}", self.site.base(settings), self.path)
    }
}

/// What a request carries beside its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// An object in JSON.
    Json(String),
    /// Pairs, as a form sends them.
    Form(String),
}

/// What one endpoint is asked, and what it answers.
pub trait Endpoint {
    /// What its answers are read as.
    type Answer: Model;

    /// Where it is asked.
    const PLACE: Place;

    /// Puts its own parameters behind those that all have.
    fn own(&self, query: &mut Query);

    /// Its body.
    fn body(&self) -> Body {
        Body::None
    }

    /// The cookies it is asked with, of those that the visitor brings.
    fn cookies(own: String) -> Option<String> {
        Some(own)
    }

    /// What an answer means beside its code, when it is not what was asked for.
    fn judge(&self, _root: Value<'_>) -> Option<(Class, String)> {
        None
    }
}

/// Refuses an answer about another `what` than the one that was `asked` for, or about none.
pub(in crate::platform::douyin) fn refuse_other(what: &str, id: Value<'_>, asked: &str) -> Option<(Class, String)> {
    let told = id.text().or_else(|| id.number().map(Cow::Borrowed)).unwrap_or_default();
    if told == asked {
        return None;
    }
    let why = if told.is_empty() {
        format!("its answer names no {what}")
    } else {
        format!("its answer is about another {what}")
    };
    Some((Class::Schema, why))
}

/// The query of `request` as `caller` sends it, unsigned.
pub fn query_of<E: Endpoint>(request: &E, caller: &Caller<'_>) -> Result<String, BadQuery> {
    let mut query = E::PLACE.base.begin(caller);
    request.own(&mut query);
    query.text()
}
