//! The one catalogue of advice: every sentence that tells a person what to do, by room.
//!
//! A room writes its sentences into the file of its name, with a key and typed arguments:
//! `denied(owner: u32) { en: "run the command as the user {owner}" }`. Whoever meets the trouble calls
//! `advice::store::denied(1000)` and passes the [`Advice`] on; it becomes words where a person or a program reads it.

pub(crate) mod alarm;
pub(crate) mod browser;
pub(crate) mod cli;
pub(crate) mod config;
pub(crate) mod crawl;
pub(crate) mod daemon;
pub(crate) mod doctor;
pub(crate) mod net;
pub(crate) mod observe;
pub(crate) mod platform;
pub(crate) mod queue;
mod sentence;
pub(crate) mod session;
pub(crate) mod sim;
pub(crate) mod store;
pub(crate) mod target;
pub(crate) mod vault;
pub(crate) mod web;

pub use crate::domain::Advice;

/// Every key of every room with its texts.
#[cfg(test)]
pub(crate) const ROOMS: &[(&str, sentence::Keys)] = &[
    ("alarm", alarm::KEYS),
    ("browser", browser::KEYS),
    ("cli", cli::KEYS),
    ("config", config::KEYS),
    ("crawl", crawl::KEYS),
    ("daemon", daemon::KEYS),
    ("doctor", doctor::KEYS),
    ("net", net::KEYS),
    ("observe", observe::KEYS),
    ("platform", platform::KEYS),
    ("queue", queue::KEYS),
    ("session", session::KEYS),
    ("sim", sim::KEYS),
    ("store", store::KEYS),
    ("target", target::KEYS),
    ("vault", vault::KEYS),
    ("web", web::KEYS),
];
