//! The one HTTP client factory, and the guard at the way out.
//!
//! Nobody else sees the HTTP library or dials a socket. Every request passes [`Guard`]: an address that lies inside
//! the house or its neighbourhood is refused before anything is sent, unless the operator listed the exact host and
//! port. Redirects are followed here, so that each hop is guarded too; no proxy is taken from the environment.
//!
//! A client that is [`Client::paced`] asks for its turn before each request, and counts it before it leaves.
//!
//! This room knows how an answer looks in general ([`classify()`]); what a platform's own codes mean, the platform's
//! room says. It never touches the store itself.

mod answer;
mod classify;
mod client;
mod guard;
mod local;
mod refusal;

pub use answer::{Answer, Stream};
pub use classify::{Want, classify};
pub use client::{Client, Error, Policy};
pub use guard::{Forbidden, Guard};
pub use local::{LocalApi, LocalError, local};
pub use refusal::Refusal;
pub use reqwest::StatusCode;
pub use reqwest::header::HeaderMap;
