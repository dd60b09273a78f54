//! What people and scripts reach: the pages, the JSON API, and three paths that are open to anyone.
//!
//! A page and a command see the same rows by the same functions; nothing here decides what happens to a job. Two doors
//! lead in. The *public* one is the listener for people: it knows which hosts it may be called, asks for a key or a
//! sign-in even from loopback, and refuses what another site sends. The *local* one is the socket in the data
//! directory and the router called in the process: whoever gets that far is the owner. [`App`] holds what the handlers
//! need, `paths` the map of URLs, each page file its own words; `daemon` opens the listeners
//! and hands them to [`serve_tcp`] and [`serve_unix`].

mod api;
mod app;
mod auth;
mod door;
mod input;
mod lanes;
mod pages;
mod paths;
mod refusal;
mod router;
mod serve;
#[cfg(test)]
mod tests;
mod token;
mod words;

pub use api::{ran_shown, standing_shown};
pub use app::{Act, App, Part, Parts, Readiness, Reload};
pub use auth::scopes;
pub use paths::encode;
pub use router::Door;
pub use serve::{serve_tcp, serve_unix};
