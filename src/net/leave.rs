//! A request under limits: the leave to send it, and what its answer means for those that come after it.
//!
//! Waits are learnt here from the head of an answer, before anybody else may send: a host that answers many requests at
//! once with the same wait would otherwise be asked by each of them.

use std::sync::{Mutex, PoisonError};

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::classify::{Want, classify};
use super::refusal::read_retry_after;
use crate::domain::{Class, Millis};
use crate::pace::{Back, First, Pace, Permit, Rank, Sending, Told};

/// Whose limits, and as what a request counts.
#[derive(Debug, Clone)]
pub(super) struct Paced {
    pub(super) pace: Pace,
    pub(super) sending: Sending,
    /// On whose behalf.
    pub(super) rank: Rank,
}

impl Paced {
    pub(super) fn new(pace: &Pace, sending: Sending) -> Self {
        Self { pace: pace.clone(), sending, rank: Rank::default() }
    }

    /// The same on somebody's behalf.
    pub(super) fn ranked(&self, rank: Rank) -> Self {
        Self { rank, ..self.clone() }
    }

    /// The same for jobs of `lane`.
    pub(super) fn for_lane(&self, lane: &str) -> Self {
        Self { sending: Sending { lane: lane.to_owned(), ..self.sending.clone() }, ..self.clone() }
    }

    pub(super) const fn endpoint(&self) -> &str {
        self.sending.endpoint.as_str()
    }

    /// An answer of `host` was what it should be: a stopped account goes on.
    pub(super) async fn went_well(&self, host: &str) {
        let told = Told { class: Class::Ok, reason: String::new(), retry_after: None };
        if let Err(error) = self.pace.tell(&self.sending.at(host), &told).await {
            tracing::warn!("That {} goes on could not be written down: {error}", self.sending.endpoint);
        }
    }
}

/// The leave to send one request now.
#[derive(Debug)]
pub(super) struct Leave {
    pub(super) paced: Paced,
    pub(super) permit: Permit,
    /// Present when the others wait for how this one ends.
    pub(super) first: Option<First>,
}

impl Leave {
    /// Whether it may still be used.
    pub(super) fn is_fresh(&self) -> bool {
        self.permit.is_fresh()
    }

    /// The head of the answer is here. Gives what has to be written down, which is mostly nothing.
    pub(super) fn answered(self) -> Option<Heard> {
        let Self { paced, permit, first } = self;
        permit.answered();
        paced.pace.answered(&paced.sending, first).map(|back| Heard::Back(paced, back))
    }
}

/// What the head of an answer says, where it has to be written down.
#[derive(Debug)]
pub(super) enum Heard {
    /// The host can be reached again.
    Back(Paced, Back),
    /// The host is out of reach.
    Away(Leave, StatusCode),
    /// It asks for a wait.
    Wait(Leave, Told),
}

impl Heard {
    /// Writes it down.
    pub(super) async fn write_down(self) {
        match self {
            Self::Back(paced, back) => _ = note(paced.pace.reached(back).await),
            Self::Away(Leave { paced, first, .. }, status) => {
                note(paced.pace.unanswered(&paced.sending, &format!("it answers {status}"), first).await);
            }
            Self::Wait(leave, told) => {
                note(leave.paced.pace.tell(&leave.paced.sending, &told).await);
                if let Some(heard) = leave.answered() {
                    Box::pin(heard.write_down()).await;
                }
            }
        }
    }
}

/// The request of an exchange that has no answer yet.
#[derive(Debug, Default)]
pub(super) struct Trail(Mutex<Option<Leave>>);

impl Trail {
    pub(super) fn begin(&self, leave: Option<Leave>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = leave;
    }

    pub(super) fn take(&self) -> Option<Leave> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The head of an answer is here: a wait that it asks for holds before anybody else may go.
    pub(super) fn answered(&self, status: StatusCode, headers: &HeaderMap, now: Millis) -> Option<Heard> {
        let leave = self.take()?;
        if is_gateway_down(status) && classify(status, headers, b"", Want::Media) == Class::Network {
            return Some(Heard::Away(leave, status));
        }
        let wait = read_retry_after(headers, now).filter(|wait| !wait.is_zero());
        if wait.is_some() && classify(status, headers, b"content", Want::Media) == Class::Rate {
            let told = Told { class: Class::Rate, reason: format!("it answers {status}"), retry_after: wait };
            return Some(Heard::Wait(leave, told));
        }
        leave.answered()
    }
}

/// Whether only a machine before the host has answered, or the host says that it is not there.
const fn is_gateway_down(status: StatusCode) -> bool {
    matches!(status.as_u16(), 502..=504 | 520..=530)
}

/// Tells the log when what an answer asked for could not be written down; it holds in this process all the same.
pub(super) fn note<T, E: std::fmt::Display>(written: Result<T, E>) -> Option<T> {
    written.inspect_err(|error| tracing::warn!("What an answer asked for could not be written down: {error}")).ok()
}
