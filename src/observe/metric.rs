//! The numbers of the house: one table of metrics, one handle that counts, one text for Prometheus.
//!
//! Adding a metric is one line in the table at the end. Kind and number of labels are part of its type, so a gauge
//! cannot be counted up and a label cannot be forgotten. Numbers without labels are atomics; the others stand behind
//! one lock per metric. A metric keeps at most 200 label values; what comes later is counted under `other`, so that
//! an outside word can never fill the memory. Our own, because a crate for this brings a global recorder.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The content type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How many label values a metric keeps apart.
const MOST_SERIES: usize = 200;

/// Longer label values are cut.
const LONGEST_LABEL: usize = 128;

const MICROS: u64 = 1_000_000;

/// What may happen to a metric's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, and begins at zero with the process.
    Counter,
    /// It is as it was last seen.
    Gauge,
}

/// What a metric's value measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Bytes.
    Bytes,
    /// Seconds, kept to the microsecond.
    Seconds,
}

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    /// The name that scrapers see.
    pub name: &'static str,
    /// What may happen to the value.
    pub kind: Kind,
    /// What it measures.
    pub unit: Unit,
    /// The names of its labels, at most two.
    pub labels: &'static [&'static str],
    /// What it means, for the scraper and the dashboard.
    pub help: &'static str,
}

/// A number that only grows, with `L` labels.
#[derive(Debug, Clone, Copy)]
pub struct Counter<const L: usize>(&'static Row);

/// A number that is as it was last seen, with `L` labels.
#[derive(Debug, Clone, Copy)]
pub struct Gauge<const L: usize>(&'static Row);

/// What can be counted: a number of the metric's unit, or a span of time.
pub trait Amount {
    /// The number as it is stored for `unit`.
    fn stored(self, unit: Unit) -> u64;
}

impl Amount for u64 {
    fn stored(self, unit: Unit) -> u64 {
        if unit == Unit::Seconds { self.saturating_mul(MICROS) } else { self }
    }
}

impl Amount for Duration {
    fn stored(self, unit: Unit) -> u64 {
        let micros = u64::try_from(self.as_micros()).unwrap_or(u64::MAX);
        if unit == Unit::Seconds { micros } else { micros / MICROS }
    }
}

/// A cheap handle on all numbers; clones share them.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<BTreeMap<&'static str, Family>>);

#[derive(Debug)]
struct Family {
    row: &'static Row,
    alone: AtomicU64,
    series: Mutex<BTreeMap<Vec<String>, u64>>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Labels whose values are names that people gave, or names of people.
const NAMING: [&str; 5] = ["lane", "subject", "profile", "target", "room"];

impl Metrics {
    /// All metrics of the table, at zero; the build info is already set.
    pub fn new() -> Self {
        let family = |row| Family { row, alone: AtomicU64::new(0), series: Mutex::default() };
        let metrics = Self(Arc::new(TABLE.iter().map(|row| (row.name, family(row))).collect()));
        metrics.set(BUILD_INFO, [env!("CARGO_PKG_VERSION")], 1);
        metrics
    }

    /// Counts `n` more.
    pub fn add<const L: usize>(&self, counter: Counter<L>, labels: [&str; L], n: impl Amount) {
        let Some(family) = self.0.get(counter.0.name) else { return };
        let n = n.stored(family.row.unit);
        if L == 0 {
            family.alone.fetch_add(n, Ordering::Relaxed);
        } else {
            let mut series = family.series();
            let key = key(&series, &labels);
            let value = series.entry(key).or_default();
            *value = value.saturating_add(n);
        }
    }

    /// Sets a number to what it is now.
    pub fn set<const L: usize>(&self, gauge: Gauge<L>, labels: [&str; L], value: impl Amount) {
        let Some(family) = self.0.get(gauge.0.name) else { return };
        let value = value.stored(family.row.unit);
        if L == 0 {
            family.alone.store(value, Ordering::Relaxed);
        } else {
            let mut series = family.series();
            let key = key(&series, &labels);
            series.insert(key, value);
        }
    }

    /// Sets a whole gauge: label values that are not given any more disappear.
    pub fn replace<'l, const L: usize, A: Amount>(
        &self,
        gauge: Gauge<L>,
        values: impl IntoIterator<Item = ([&'l str; L], A)>,
    ) {
        let Some(family) = self.0.get(gauge.0.name) else { return };
        let mut fresh = BTreeMap::new();
        for (labels, value) in values {
            let key = key(&fresh, &labels);
            let sum: &mut u64 = fresh.entry(key).or_default();
            *sum = sum.saturating_add(value.stored(family.row.unit));
        }
        *family.series() = fresh;
    }

    /// All numbers in the text form of Prometheus.
    pub fn render(&self) -> String {
        self.render_those(|_| true)
    }

    /// The same without those that name profiles, accounts, targets or rooms.
    pub fn render_without_names(&self) -> String {
        self.render_those(|row| !row.labels.iter().any(|label| NAMING.contains(label)))
    }

    fn render_those(&self, which: impl Fn(&Row) -> bool) -> String {
        let mut text = String::with_capacity(8 * 1024);
        for family in TABLE.iter().filter(|row| which(row)).filter_map(|row| self.0.get(row.name)) {
            family.render(&mut text);
        }
        text
    }
}

impl Family {
    fn series(&self) -> MutexGuard<'_, BTreeMap<Vec<String>, u64>> {
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn render(&self, text: &mut String) {
        let Row { name, help, .. } = self.row;
        let kind = if self.row.kind == Kind::Counter { "counter" } else { "gauge" };
        let _infallible = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        if self.row.labels.is_empty() {
            self.render_one(text, &[], self.alone.load(Ordering::Relaxed));
        }
        for (values, value) in &*self.series() {
            self.render_one(text, values, *value);
        }
    }

    fn render_one(&self, text: &mut String, values: &[String], value: u64) {
        text.push_str(self.row.name);
        let mut before = '{';
        for (label, value) in self.row.labels.iter().zip(values) {
            let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
            let _infallible = write!(text, "{before}{label}=\"{value}\"");
            before = ',';
        }
        let close = if values.is_empty() { "" } else { "}" };
        let _infallible = match self.row.unit {
            Unit::Seconds => writeln!(text, "{close} {}.{:06}", value / MICROS, value % MICROS),
            Unit::Count | Unit::Bytes => writeln!(text, "{close} {value}"),
        };
    }
}

/// Where `labels` are counted: under their own name while there is room, else under `other`.
fn key(series: &BTreeMap<Vec<String>, u64>, labels: &[&str]) -> Vec<String> {
    let own: Vec<String> = labels.iter().map(|label| label.chars().take(LONGEST_LABEL).collect()).collect();
    // One place is kept for `other` itself.
    if series.len() < MOST_SERIES - 1 || series.contains_key(&own) {
        return own;
    }
    labels.iter().map(|_| "other".to_owned()).collect()
}

const fn count(labels: &[&str]) -> usize {
    labels.len()
}

macro_rules! table {
    ($($id:ident = $kind:ident $name:literal [$($label:literal),*] $unit:ident $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $id: $kind<{ count(&[$($label),*]) }> = $kind(&Row {
                name: $name,
                kind: Kind::$kind,
                unit: Unit::$unit,
                labels: &[$($label),*],
                help: $help,
            });
        )*

        /// Every metric, in the order in which they are shown.
        pub const TABLE: &[&Row] = &[$($id.0),*];
    };
}

table! {
    BUILD_INFO = Gauge "radard_build_info" ["version"] Count "Always 1; the label says which build runs.";
    UP_SECONDS = Gauge "radard_up_seconds" [] Seconds "How long this process has run.";
    JOBS = Gauge "radard_jobs" ["kind", "state"] Count "Jobs in the store by kind and state.";
    JOBS_ENQUEUED = Counter "radard_jobs_enqueued_total" ["kind"] Count "Jobs accepted by kind.";
    JOBS_SETTLED = Counter "radard_jobs_settled_total" ["kind", "class"] Count "Attempts that ended by kind and class.";
    LEASE_LOST = Counter "radard_lease_lost_total" [] Count "Leases found lost by the worker that held them.";
    LANE_CLOSED = Gauge "radard_lane_closed" ["lane"] Count "1 while a lane is closed.";
    STOPPED = Gauge "radard_stopped" ["subject", "class"] Count "1 while nothing is sent for an account or for guests.";
    LANE_DRAIN = Gauge "radard_lane_drain_seconds" ["lane"] Seconds "Forecast of how long what waits in a lane takes under its limits.";
    SEALED = Gauge "radard_sealed_values" ["key"] Count "Sealed values by the sort of their data key: current, or leaving in a rotation.";
    SIGNATURES_REFUSED = Counter "radard_signatures_refused_total" ["signer", "endpoint"] Count "Signed requests that an endpoint refused for their signature.";
    LOGIN = Gauge "radard_login" ["profile"] Count "1 while a profile has a login that works, 0 while it has none or is stopped.";
    LOGIN_LOOKS = Counter "radard_login_looks_total" ["profile", "class"] Count "Looks at the login of a profile, by how they ended.";
    LOGIN_ENDS = Gauge "radard_login_ends_seconds" ["profile"] Seconds "How long the login of a profile still lasts, as its cookies say.";
    PAGE_HELP = Counter "radard_page_help_total" ["what", "outcome"] Count "What pages in a browser signed or sent for us, by outcome.";
    PAGE_HELP_SECONDS = Counter "radard_page_help_seconds_total" ["what"] Seconds "Time spent in that.";
    SCHEMA_GONE = Gauge "radard_schema_gone_fields" ["endpoint"] Count "Fields that are read from an endpoint's answers, used to be there, and are no longer sent.";
    SCHEMA_NEW = Counter "radard_schema_new_fields_total" ["endpoint"] Count "Fields in an endpoint's answers that nobody had seen before.";
    SCHEMA_ERRORS = Counter "radard_schema_errors_total" ["endpoint"] Count "Answers of an endpoint that could not be read.";
    COMMITS = Counter "radard_commits_total" [] Count "Group commits of the writer.";
    COMMIT_OPS = Counter "radard_commit_ops_total" [] Count "Operations inside those commits.";
    COMMIT_SECONDS = Counter "radard_commit_seconds_total" [] Seconds "Time spent in those commits.";
    WAL_BYTES = Gauge "radard_wal_bytes" [] Bytes "Size of the write-ahead log.";
    DISK_FREE = Gauge "radard_disk_free_bytes" [] Bytes "Free space where the data lives.";
    ALARMS_OPEN = Gauge "radard_alarms_open" ["severity"] Count "Open alarms by severity.";
    TASK_RESTARTS = Counter "radard_tasks_restarts_total" ["task"] Count "Tasks started again after they ended badly.";
    CONFIG_RELOADS = Counter "radard_config_reloads_total" ["outcome"] Count "Configuration reloads by outcome.";
    CRAWL_PAGES = Counter "radard_crawl_pages_total" ["take", "class"] Count "Pages that targets asked for, by what is taken and how they ended.";
    CRAWL_RECORDS = Counter "radard_crawl_records_total" ["take"] Count "Records that were never seen before, by what is taken.";
    CRAWL_DOUBTS = Counter "radard_crawl_doubts_total" ["take"] Count "Complete reads of lists that were doubted because they showed too little, by what is taken.";
    TARGETS = Gauge "radard_targets" ["state"] Count "What is taken of targets, by how it stands.";
    HTTP_REQUESTS = Counter "radard_http_requests_total" ["route", "status"] Count "Requests answered by route and status.";
    HTTP_TURNED_AWAY = Counter "radard_http_turned_away_total" [] Count "Connections refused because their peer had too many open.";
}

#[cfg(test)]
mod tests;
