//! Which way an endpoint goes by, and what became of it.
//!
//! An endpoint starts with the first way. Three refusals in a row move it on to the next for an hour, and it alone; then
//! the first is tried again, because a site that tries something out on some endpoints takes it back as often. A way that
//! cannot sign at all is passed over for that request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::way::{Asked, Signed, Signer, Unsigned};
use crate::ambient::Clock;
use crate::domain::{Class, Millis};
use crate::observe::Metrics;
use crate::observe::metric::SIGNATURES_REFUSED;

/// Refusals in a row that move an endpoint on.
const REFUSALS: u32 = 3;
/// How long it stays there.
const BACK_AFTER: Duration = Duration::from_hours(1);

/// The ways, in the order in which they are tried; clones share what is known of the endpoints.
#[derive(Debug, Clone)]
pub struct Chain {
    ways: Vec<Arc<dyn Signer>>,
    known: Arc<Mutex<HashMap<&'static str, Known>>>,
    clock: Clock,
    metrics: Metrics,
}

/// What is known of an endpoint.
#[derive(Debug, Clone, Default)]
struct Known {
    /// The way it goes by.
    way: usize,
    /// Refusals of that way in a row.
    in_a_row: u32,
    /// When the first way is tried again.
    back_at: Option<Millis>,
    /// All refusals, by recipe.
    refused: HashMap<String, u64>,
}

/// How often an endpoint refused a recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The endpoint.
    pub endpoint: &'static str,
    /// The recipe.
    pub version: String,
    /// How often.
    pub count: u64,
    /// Whether the endpoint goes by another way because of it.
    pub passed_over: bool,
}

impl Chain {
    /// A chain without a way.
    pub fn new(clock: Clock, metrics: Metrics) -> Self {
        Self { ways: Vec::new(), known: Arc::default(), clock, metrics }
    }

    /// The same chain with one more way behind the others.
    #[must_use]
    pub fn then(mut self, way: impl Signer + 'static) -> Self {
        self.ways.push(Arc::new(way));
        self
    }

    /// Signs by the way that the endpoint goes by, or by the first other that can.
    pub async fn sign(&self, asked: &Asked<'_>) -> Result<Signed, Unsigned> {
        let first = self.way_of(asked.endpoint);
        let (before, from) = self.ways.split_at(first.min(self.ways.len()));
        let mut failed = None;
        for signer in from.iter().chain(before) {
            // Read before it signs: what is set may change meanwhile.
            let version = signer.version();
            match signer.sign(asked).await {
                Ok(way) => return Ok(Signed { version, way }),
                Err(Unsigned::NotHere(_)) => {}
                Err(why) => {
                    tracing::warn!(endpoint.name = asked.endpoint, "A signature for `{}`: {why}", asked.endpoint);
                    failed = Some(why);
                }
            }
        }
        Err(failed.unwrap_or(Unsigned::Nobody(asked.endpoint)))
    }

    /// Notes how a signed request ended.
    pub fn tell(&self, endpoint: &'static str, version: &str, class: Class) {
        if class == Class::Signature {
            self.metrics.add(SIGNATURES_REFUSED, [version, endpoint], 1u64);
        }
        self.with(|known| {
            let known = known.entry(endpoint).or_default();
            let goes_by = self.ways.get(known.way).map(|way| way.version());
            match class {
                Class::Ok if goes_by.as_deref() == Some(version) => known.in_a_row = 0,
                Class::Signature => {
                    *known.refused.entry(version.to_owned()).or_default() += 1;
                    if goes_by.as_deref() == Some(version) {
                        known.in_a_row += 1;
                        self.move_on(endpoint, known);
                    }
                }
                _ => {}
            }
        });
    }

    fn move_on(&self, endpoint: &'static str, known: &mut Known) {
        if known.in_a_row < REFUSALS || known.way + 1 >= self.ways.len() {
            return;
        }
        let names = |at: usize| self.ways.get(at).map(|way| way.version()).unwrap_or_default();
        tracing::warn!(
            endpoint.name = endpoint,
            "`{endpoint}` refused `{}` {REFUSALS} times in a row: it goes by `{}` for an hour",
            names(known.way),
            names(known.way + 1)
        );
        known.way += 1;
        known.in_a_row = 0;
        known.back_at = Some(self.clock.now() + BACK_AFTER);
    }

    /// Every refusal since the start, by endpoint and recipe.
    pub fn refused(&self) -> Vec<Refused> {
        let mut rows: Vec<Refused> = self.with(|known| {
            let of = |(endpoint, known): (&&'static str, &Known)| {
                let passed: Vec<String> = self.ways.iter().take(known.way).map(|way| way.version()).collect();
                let row = |(version, count): (&String, &u64)| Refused {
                    endpoint,
                    version: version.clone(),
                    count: *count,
                    passed_over: passed.contains(version),
                };
                known.refused.iter().map(row).collect::<Vec<_>>()
            };
            known.iter().flat_map(of).collect()
        });
        rows.sort_unstable_by(|a, b| (a.endpoint, &a.version).cmp(&(b.endpoint, &b.version)));
        rows
    }

    /// The way that an endpoint goes by now.
    fn way_of(&self, endpoint: &'static str) -> usize {
        let now = self.clock.now();
        self.with(|known| {
            let known = known.entry(endpoint).or_default();
            if known.back_at.is_some_and(|back| now >= back) {
                (known.way, known.in_a_row, known.back_at) = (0, 0, None);
            }
            known.way
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<&'static str, Known>) -> T) -> T {
        act(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
