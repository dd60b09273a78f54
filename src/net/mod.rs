//! The one HTTP client factory, and the guard at the way out.
//!
//! Nobody else sees the HTTP library or dials a socket. Every request passes [`Guard`]: an address that lies inside
//! the house or its neighbourhood is refused before anything is sent, unless the operator listed the exact host and
//! port. Redirects are followed here, so that each hop is guarded too; no proxy is taken from the environment.
//!
//! A client that is [`Client::paced`] asks for its turn before each request, and counts it before it leaves.
//!
//! - `client` is what others hold; `ask` one request, `answer` what came back, `refusal` why nothing did.
//! - `guard` judges addresses; `proxy` is a way around them, `dial` the way for what speaks no plain HTTP.
//! - `unpack` opens packed bodies under caps; `classify` knows how an answer looks, `share` what of a file it brings.
//! - `leave` is the right to send a request under limits and what its answer means for others, `limited` the client that
//!   asks for it.
//! - `robots` reads what a host asks of programs, `heed` obeys it.
//! - `ways` the ways out: one for guests, one for each profile through its proxy.
//! - `capture` keeps the last exchanges, of which `hide` says what may be kept.
//!
//! This room knows how an answer looks in general ([`classify()`]); what a platform's own codes mean, the platform's
//! room says. It never touches the store itself.

mod answer;
mod ask;
mod capture;
mod classify;
mod client;
mod dial;
mod guard;
mod heed;
mod hide;
mod leave;
mod limited;
mod local;
mod proxy;
mod refusal;
mod robots;
mod share;
mod unpack;
mod ways;

use crate::base::{Base, Plan};

pub use answer::{Answer, Stream};
pub use ask::Ask;
pub use capture::{BadExchange, Exchange, Ring};
pub use classify::{Want, classify};
pub use client::{Client, Error, Policy};
pub use dial::Dialer;
pub use guard::{Forbidden, Guard, authority_of};
pub use local::{LocalApi, LocalError, local};
pub use proxy::{BadProxy, Proxy};
pub use refusal::{Bound, Refusal};
pub use reqwest::StatusCode;
pub use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
pub use share::Share;
pub use ways::{Ways, line_of};

/// The HTTP client that `plan` asks for, under the guard of its settings.
pub fn client_of(plan: &Plan) -> Result<Client, Error> {
    let egress = &plan.config.egress;
    let policy = Policy {
        allow_private: egress.allow_private.clone(),
        timeout: plan.config.platform.timeout,
        max_body: egress.max_body,
        max_ratio: egress.max_ratio,
        robots: egress.robots.clone(),
    };
    Client::new(&policy, plan.ambient.clock.clone())
}

/// The ways out of a house; exchanges are kept while the settings say so.
pub fn open(base: &Base) -> Result<Ways, Error> {
    let Base { plan, current, pace, credentials, .. } = base;
    let shown = current.clone();
    let ring = Ring::new(plan.places.captures(), move || shown.now().egress.captures, plan.register.clone());
    Ok(Ways::new(client_of(plan)?.kept_in(ring), pace, current, credentials, &plan.register))
}
