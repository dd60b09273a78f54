//! What a platform says of itself: its name, its settings, the faults that it understands, and how it is opened.
//!
//! `mod.rs` has the list of all. The code that every platform shares is given that list, and knows none of them.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value};

use super::fault::{Endpoint, PROBE, Switched};
use super::reply::server_page;
use super::world::World;
use crate::domain::Class;

/// A config key that holds a base URL of a platform, and what stands behind the URL of its listener there.
pub(super) type Key = (&'static str, &'static str);

/// A platform, before it is opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Platform {
    /// Its name, as settings and switches write it.
    pub(super) name: &'static str,
    /// The name of the task that serves it: `sim.` and its name.
    pub(super) task: &'static str,
    /// Its keys in the settings of a daemon.
    pub(super) keys: &'static [Key],
    /// Its endpoints that have switches.
    pub(super) endpoints: &'static [Endpoint],
    /// The name of the endpoint at a path; `None` when that is the first part of the path.
    pub(super) endpoint_at: fn(&str) -> Option<&'static str>,
    /// How an endpoint refuses by a class; `None` when that is as most do (`reply::refusal`).
    pub(super) refuse: fn(&str, Class) -> Option<Response>,
    /// Opens it in a world.
    pub(super) open: fn(Arc<World>) -> Arc<dyn Site>,
}

impl Platform {
    /// A platform that has nothing but `GET /probe`.
    pub(super) const fn bare(name: &'static str, task: &'static str, keys: &'static [Key]) -> Self {
        Self {
            name,
            task,
            keys,
            endpoints: &[PROBE],
            endpoint_at: |_| None,
            refuse: |_, _| None,
            open: |_| Arc::new(Bare),
        }
    }

    /// What switches may name of it.
    pub(super) const fn switched(&self) -> Switched {
        Switched { platform: self.name, endpoints: self.endpoints }
    }
}

/// A platform that stands in a world: its state, and all that reads or changes it.
pub(super) trait Site: Any + fmt::Debug + Send + Sync {
    /// Its paths and what answers every other one. `/probe` and `/static/md5.js` are there already.
    fn routes(self: Arc<Self>) -> Router;

    /// The paths of the control listener that are its own.
    fn control(self: Arc<Self>) -> Router {
        Router::new()
    }

    /// What it adds to `GET /state` of the control listener.
    fn state(&self) -> Map<String, Value> {
        Map::new()
    }

    /// What it adds to the folder that `radard sim --write` writes.
    ///
    /// Pages for people call the control listener `control` and the program `radard`.
    fn part(&self, _control: &str, _radard: &str) -> Part {
        Part::default()
    }
}

/// What a platform adds to the files of the folder that `radard sim --write` writes.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    /// Tables of `radard.toml`, each behind an empty line.
    pub(super) settings: String,
    /// Tables of `queue.toml`, each behind an empty line.
    pub(super) queue: String,
    /// Commands that bring its logins into a house, one a line.
    pub(super) imports: String,
    /// A sentence on the logins that it knows.
    pub(super) logins: Option<String>,
    /// Chapters of the page for people, each with an empty line behind it.
    pub(super) chapters: String,
    /// Commands that let something happen, one a line, each below a line that says what.
    pub(super) happens: String,
    /// Control paths whose `DELETE` ends what they began.
    pub(super) ends: &'static [&'static str],
}

/// What endpoints that every platform has are given: whose they are, and the world.
#[derive(Debug, Clone)]
pub(super) struct Stand {
    pub(super) platform: &'static Platform,
    pub(super) world: Arc<World>,
}

/// A platform without state.
#[derive(Debug)]
struct Bare;

impl Site for Bare {
    fn routes(self: Arc<Self>) -> Router {
        Router::new().fallback(nothing)
    }
}

/// What is at a path that a platform does not have.
pub(super) async fn nothing() -> Response {
    server_page(StatusCode::NOT_FOUND)
}
