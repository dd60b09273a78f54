//! Clients that ask for work as fast as they are answered, and the ledger of what they were told.
//!
//! A key is in the ledger's second column only after a whole 2xx answer was read. Whatever is there must be in the
//! database for ever after, once. The first column is the control: what was only sent may well be missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use super::http::Caller;

/// A job that is due in seventy years: it stays where it is and is counted.
fn far_job(key: &str) -> Value {
    json!({"kind": "probe_platform", "key": key, "payload": {"platform": "douyin"}, "run_at": 4_000_000_000_000_i64})
}

/// What was sent and what was acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    sent: Mutex<BTreeSet<String>>,
    acknowledged: Mutex<BTreeSet<String>>,
}

impl Ledger {
    /// Asks for the far job `key`; gives the status, or `None` when there was no whole answer.
    pub(crate) fn ask(&self, caller: &Caller, key: &str) -> Option<u16> {
        self.sent.lock().unwrap().insert(key.to_owned());
        let (status, _) = caller.call("POST", "/api/v1/jobs", Some(&far_job(key))).ok()?;
        if matches!(status, 200 | 201) {
            self.acknowledged.lock().unwrap().insert(key.to_owned());
        }
        Some(status)
    }

    pub(crate) fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().cloned().collect()
    }

    pub(crate) fn acknowledged(&self) -> Vec<String> {
        self.acknowledged.lock().unwrap().iter().cloned().collect()
    }
}

/// What of `told` is not in `there`.
pub(crate) fn lost(told: &[String], there: &[String]) -> Vec<String> {
    let there: BTreeSet<_> = there.iter().collect();
    told.iter().filter(|key| !there.contains(key)).cloned().collect()
}

/// What is in `there` more than once.
pub(crate) fn doubled(there: &[String]) -> Vec<String> {
    let mut counts = BTreeMap::new();
    for key in there {
        *counts.entry(key).or_insert(0) += 1;
    }
    counts.into_iter().filter(|(_, n)| *n > 1).map(|(key, _)| key.clone()).collect()
}

/// Clients at work, until they are stopped or nobody answers them any more.
#[derive(Debug)]
pub(crate) struct Crowd {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// Sends `clients` to `caller`; their keys begin with `name`.
    pub(crate) fn send(clients: usize, caller: &Caller, ledger: &Arc<Ledger>, name: &str) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let clients = (0..clients).map(|client| {
            let (stop, caller, ledger, name) = (stop.clone(), caller.clone(), ledger.clone(), name.to_owned());
            std::thread::spawn(move || {
                for n in 0.. {
                    let answered = ledger.ask(&caller, &format!("{name}-{client}-{n}"));
                    if stop.load(Ordering::Relaxed) || answered.is_none() {
                        return;
                    }
                }
            })
        });
        let clients = clients.collect();
        Self { stop, clients }
    }

    /// Calls them back.
    pub(crate) fn join(self) {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.join().unwrap();
        }
    }
}
