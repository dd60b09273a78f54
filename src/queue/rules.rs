//! The numbers that the queue keeps to, from the settings.

use std::time::Duration;

use crate::supervise::Backoff;

/// What a queue keeps to.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The node: what survives a restart.
    pub node: String,
    /// The node and this life of it: who holds a lease.
    pub owner: String,
    /// Jobs that run at once.
    pub workers: usize,
    /// How long a lease lasts; it is renewed three times within.
    pub lease: Duration,
    /// How often orphans are looked for.
    pub sweep: Duration,
    /// How often others' work is looked for on a shared database.
    pub poll: Duration,
    /// The wait between attempts.
    pub backoff: Backoff,
    /// How long running jobs have when the house stops.
    pub drain: Duration,
    /// Crashes that make a job poison.
    pub poison_crashes: u32,
    /// The time within which they must fall.
    pub poison_window: Duration,
    /// How long done and cancelled jobs are kept.
    pub keep_done: Duration,
    /// How long dead jobs are kept.
    pub keep_dead: Duration,
    /// The largest payload, in bytes.
    pub payload_limit: usize,
}
