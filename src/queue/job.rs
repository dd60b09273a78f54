//! What a job is to the room that does it: a payload, a place, and a run that says how it ended.
//!
//! Every run is *at least once*: a process can die between the deed and its record. Each kind says in its own file
//! what makes its deed the same deed, and what a second run finds.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::lease::Lease;
use crate::domain::{Class, Next};
use crate::store;

/// A kind of job. Its fields are the payload; everything else it needs comes as `Tools`.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind's name in SQL, JSON and on pages: an order, such as `download`.
    const KIND: &'static str;
    /// Failed attempts until it is dead.
    const ATTEMPTS: u32 = 5;
    /// The longest that one run may take.
    const LIMIT: Duration = Duration::from_mins(10);
    /// What `daemon` binds to the kind when it registers it.
    type Tools: Clone + Send + Sync + 'static;

    /// The lane it runs in; what a refusal closes.
    fn lane(&self) -> String {
        Self::KIND.to_owned()
    }

    /// What takes turns with others of its lane and kind; empty when nothing does.
    fn target(&self) -> String {
        String::new()
    }

    /// Does the work once.
    fn run(self, tools: &Self::Tools, lease: &Lease) -> impl Future<Output = Result<Settled, Miss>> + Send;
}

/// A run that reached its end.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// It worked; the value is kept as the job's result.
    Done(serde_json::Value),
    /// It was sent out and nobody can say whether it arrived: to be looked up, never sent again blindly.
    Unknown(String),
}

/// A run that missed, and what its class asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The class of the miss.
    pub class: Class,
    /// What follows; [`Class::next`] unless the miss is a wait.
    pub next: Next,
    /// What went wrong, on one line.
    pub error: String,
    /// How long the other side asked us to wait.
    pub after: Option<Duration>,
}

impl Miss {
    /// A miss that does what its class says.
    pub fn new(class: Class, error: impl Into<String>) -> Self {
        Self { class, next: class.next(), error: error.into(), after: None }
    }

    /// A miss that only has to wait: a full disk, quiet hours. It spends no attempt, however often.
    pub fn waiting(class: Class, after: Duration, error: impl Into<String>) -> Self {
        Self { class, next: Next::Wait, error: error.into(), after: Some(after) }
    }

    /// The same miss with the wait that the other side asked for.
    #[must_use]
    pub const fn after(mut self, wait: Option<Duration>) -> Self {
        self.after = wait;
        self
    }
}

/// A full or busy store is waited for; anything else is tried again.
impl From<store::Error> for Miss {
    fn from(error: store::Error) -> Self {
        if error.is_passing() {
            Self::waiting(error.class(), Duration::from_secs(30), error.to_string())
        } else {
            Self::new(error.class(), error.to_string())
        }
    }
}
