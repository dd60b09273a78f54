//! What every handler is given: the store, the queue, the numbers, and what only the daemon can do or tell.
//!
//! Readiness and tasks are asked for by closures, because the one that knows them stands a floor above. Both are called
//! on the way of a request, so they give what is known and look nothing up.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;

use crate::ambient::{Ambient, Clock};
use crate::config::Current;
use crate::crawl::Forgetter;
use crate::doctor::Doctor;
use crate::domain::{Advice, Class, Millis};
use crate::observe::Metrics;
use crate::pace::Pace;
use crate::queue::Queue;
use crate::session::{Fetcher, Profiles};
use crate::store::Store;
use crate::supervise;
use crate::target::{Served, Targets};
use crate::vault::Credentials;

/// Whether work can be accepted, and what stands in the way. It is the body of `/readyz`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// New work is accepted.
    pub ready: bool,
    /// Each part of the house that was looked at.
    pub parts: Vec<Part>,
}

/// One part of the house, as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its name: `store`, `disk`, `config`.
    pub name: String,
    /// It does its work.
    pub ok: bool,
    /// The class of what is wrong, `ok` otherwise.
    pub class: Class,
    /// Since when it is so.
    pub since: Millis,
    /// What a person can do about it.
    pub r#do: Option<Advice>,
}

/// The future of an act.
pub type Act<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Reads the settings again, and says what changed or why they are refused.
pub type Reload = Arc<dyn Fn() -> Act<'static, Result<String, String>> + Send + Sync>;

/// What an [`App`] is made of.
#[derive(Clone)]
pub struct Parts {
    /// The only truth.
    pub store: Store,
    /// The credentials, from wherever they come.
    pub credentials: Credentials,
    /// The limits on what goes out.
    pub pace: Pace,
    /// The durable queue.
    pub queue: Queue,
    /// Who does the rounds of targets.
    pub served: Served,
    /// The numbers of the house.
    pub metrics: Metrics,
    /// Time and chance.
    pub ambient: Ambient,
    /// The settings now.
    pub current: Current,
    /// The address that people reach.
    pub listen: SocketAddr,
    /// Whether work can be accepted; `POST /api/v1/jobs` asks it each time.
    pub readiness: Arc<dyn Fn() -> Readiness + Send + Sync>,
    /// What every task is doing.
    pub tasks: Arc<dyn Fn() -> Vec<supervise::Status> + Send + Sync>,
    /// Asks platforms on a person's word.
    pub fetcher: Fetcher,
    /// Logins.
    pub profiles: Profiles,
    /// What is followed.
    pub targets: Targets,
    /// Forgets people.
    pub forgetter: Forgetter,
    /// Examines the house.
    pub doctor: Doctor,
    /// The folder of backups.
    pub backups: PathBuf,
    /// Reads the settings again; nothing when no daemon runs.
    pub reload: Option<Reload>,
}

/// A cheap handle on the pages and the API; clones share it.
#[derive(Clone)]
pub struct App(Arc<Parts>);

impl App {
    /// Puts the parts together; nothing is opened.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Whether the settings allow `name`, besides the loopback names and the address itself.
    pub(super) fn allows_host(&self, name: &str) -> bool {
        self.0.current.now().web.hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.0
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.ambient.clock
    }

    pub(super) fn queue(&self) -> &Queue {
        &self.0.queue
    }

    pub(super) fn readiness(&self) -> Readiness {
        (self.0.readiness)()
    }

    pub(super) fn tasks(&self) -> Vec<supervise::Status> {
        (self.0.tasks)()
    }
}
