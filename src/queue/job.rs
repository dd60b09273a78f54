//! What a job is to the room that does it: a payload, a place, and a run that says how it ended.
//!
//! Every run is *at least once*: a process can die between the deed and its record. Each kind says in its own file
//! what makes its deed the same deed, and what a second run finds.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::lease::Lease;
use super::outcome::Settled;
use crate::domain::{Advice, Miss};

/// Who may add jobs of a kind over the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenTo {
    /// Whoever may write jobs.
    Scripts,
    /// The owner, and keys with the scope `admin`.
    Owner,
    /// Nobody: radard adds them itself, or a schedule of the settings does.
    Radard,
}

/// Why a job can never succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hopeless {
    /// What is wrong.
    pub why: String,
    /// What to do about it.
    pub advice: Advice,
}

/// A kind of job. Its fields are the payload; everything else it needs comes as `Tools`.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind's name in SQL, JSON and on pages: an order, such as `download`.
    const KIND: &'static str;
    /// Failed attempts until it is dead.
    const ATTEMPTS: u32 = 5;
    /// The longest that one run may take.
    const LIMIT: Duration = Duration::from_mins(10);
    /// Who may add such jobs over the API.
    const OPEN_TO: OpenTo = OpenTo::Radard;
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

    /// Refuses a job that can never succeed, as far as that shows before it runs.
    fn check(&self, _tools: &Self::Tools) -> Result<(), Hopeless> {
        Ok(())
    }

    /// Does the work once.
    fn run(self, tools: &Self::Tools, lease: &Lease) -> impl Future<Output = Result<Settled, Miss>> + Send;
}
