//! The kinds that this process can do, each bound to its tools.
//!
//! The queue knows no platform: `daemon` registers kinds here, and here their types are forgotten. A payload is read
//! into its type twice, when it is asked for and when it is run, so that nonsense is refused at the door and not by a
//! dead job at night.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::job::{Hopeless, Job, OpenTo};
use super::lease::Lease;
use super::outcome::Settled;
use crate::domain::{Class, Miss};

type Run = Pin<Box<dyn Future<Output = Result<Settled, Miss>> + Send>>;

type PlaceOf = dyn Fn(&Value) -> Result<Place, Unfit> + Send + Sync;
type RunOf = dyn Fn(String, Lease) -> Run + Send + Sync;

/// The kinds of this process.
#[derive(Clone, Default)]
pub struct Kinds(Arc<BTreeMap<&'static str, Kind>>);

/// One kind without its type.
#[derive(Clone)]
pub(super) struct Kind {
    pub(super) attempts: u32,
    pub(super) limit: Duration,
    pub(super) open_to: OpenTo,
    pub(super) place: Arc<PlaceOf>,
    pub(super) run: Arc<RunOf>,
}

/// Why no job is made of a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The kind cannot read it.
    Unreadable(String),
    /// The kind can read it, and such a job can never succeed.
    Hopeless(Hopeless),
}

/// Where a payload belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) lane: String,
    pub(super) target: String,
}

impl Kinds {
    /// Adds the kind `J` with its tools.
    #[must_use]
    pub fn with<J: Job>(mut self, tools: J::Tools) -> Self {
        let at_the_door = tools.clone();
        let place = move |payload: &Value| {
            let job: J = serde_json::from_value(payload.clone()).map_err(|e| Unfit::Unreadable(e.to_string()))?;
            job.check(&at_the_door).map_err(Unfit::Hopeless)?;
            Ok(Place { lane: job.lane(), target: job.target() })
        };
        let run = move |payload: String, lease: Lease| -> Run {
            let tools = tools.clone();
            Box::pin(async move {
                let job: J = serde_json::from_str(&payload)
                    .map_err(|e| Miss::new(Class::Local, format!("cannot read the payload of `{}`: {e}", J::KIND)))?;
                job.run(&tools, &lease).await
            })
        };
        let (place, run) = (Arc::new(place), Arc::new(run));
        let kind = Kind { attempts: J::ATTEMPTS, limit: J::LIMIT, open_to: J::OPEN_TO, place, run };
        Arc::make_mut(&mut self.0).insert(J::KIND, kind);
        self
    }

    /// Those that `does` names.
    pub(super) fn those(&self, does: impl Fn(&str) -> bool) -> Self {
        let those = self.0.iter().filter(|(name, _)| does(name)).map(|(name, kind)| (*name, kind.clone()));
        Self(Arc::new(those.collect()))
    }

    pub(super) fn get(&self, kind: &str) -> Option<&Kind> {
        self.0.get(kind)
    }

    /// Their names, sorted.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }
}
