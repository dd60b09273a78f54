//! What every handler is given: the store, the queue, the numbers, and what only the daemon can do or tell.
//!
//! Readiness and tasks are asked for by closures, because the one that knows them stands a floor above. Both are called
//! on the way of a request, so they give what is known and look nothing up.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;
use serde_json::Value;

use crate::ambient::{Ambient, Clock};
use crate::crawl::Forgetter;
use crate::domain::{Class, Millis};
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
    pub r#do: Option<String>,
}

/// The future of an act.
pub type Act<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the API offers and only the daemon can do. A refusal is one sentence for a person.
pub trait Acts: Send + Sync {
    /// Makes a backup and says where it lies.
    fn backup_create(&self) -> Act<'_, Result<Value, String>>;
    /// Reads the configuration again and says what changed.
    fn reload(&self) -> Act<'_, Result<Value, String>>;
    /// Looks at everything and says what it found.
    fn doctor(&self) -> Act<'_, Value>;
}

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
    /// Host names that may be called, besides the loopback names and the address itself.
    pub hosts: Vec<String>,
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
    /// What only the daemon can do.
    pub acts: Arc<dyn Acts>,
}

/// A cheap handle on the pages and the API; clones share it.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    parts: Parts,
    hosts: RwLock<Vec<String>>,
}

impl App {
    /// Puts the parts together; nothing is opened.
    pub fn new(parts: Parts) -> Self {
        let hosts = RwLock::new(parts.hosts.clone());
        Self(Arc::new(Inner { parts, hosts }))
    }

    /// Takes a new list of host names, when the settings changed.
    pub fn allow_hosts(&self, hosts: Vec<String>) {
        *self.0.hosts.write().unwrap_or_else(PoisonError::into_inner) = hosts;
    }

    /// Whether `name` was allowed by the settings.
    pub(super) fn allows_host(&self, name: &str) -> bool {
        let hosts = self.0.hosts.read().unwrap_or_else(PoisonError::into_inner);
        hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.0.parts
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.parts.store
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.0.parts.credentials
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.parts.ambient.clock
    }

    pub(super) fn queue(&self) -> &Queue {
        &self.0.parts.queue
    }

    pub(super) fn readiness(&self) -> Readiness {
        (self.0.parts.readiness)()
    }

    pub(super) fn tasks(&self) -> Vec<supervise::Status> {
        (self.0.parts.tasks)()
    }
}
