//! What the stories about faults are made of: a folder, a daemon as a process of its own, and ways to hurt it.
//!
//! These stories run on real time, because a process that is killed has no simulated clock. They wait for something
//! that happens (a message to the notify socket, an answer, the end of a process), never for time to pass by itself;
//! where a condition has to be looked at again, a read that runs into its limit makes the pause.
//! Small they belong to every run of the tests; with `RADARD_SOAK` set they run whole.

mod canary;
mod confined;
mod crawling;
mod daemon;
mod database;
mod disk;
mod http;
mod load;
mod logins;
pub(crate) mod names;
mod notify;
mod outside;
mod postgres;
mod raw;
mod shifted;
mod site;
mod source;
mod trace;
mod works;
mod world;

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use radard::ambient::{Ambient, Clock, Entropy};

pub(crate) use canary::Canaries;
pub(crate) use confined::{Confined, units};
pub(crate) use crawling::Crawling;
pub(crate) use daemon::{Daemon, Extra, RADARD, code, radard};
pub(crate) use database::{Rows, age_logins, change, firefox, texts, while_locked};
pub(crate) use disk::SmallDisk;
pub(crate) use http::{Caller, ask};
pub(crate) use load::{Crowd, Ledger, doubled, lost};
pub(crate) use logins::{
    ads_state, listed, living_in, login_dir, login_settings, mode, play, play_nothing, programs, run, state,
};
pub(crate) use outside::Outside;
pub(crate) use postgres::Database;
pub(crate) use raw::{Raw, answer, read_head};
pub(crate) use shifted::Shifted;
pub(crate) use site::Site;
pub(crate) use source::{BYTES, Source};
pub(crate) use trace::{Trace, can_trace};
pub(crate) use works::{Base, Works};
pub(crate) use world::{DAWN, World};

/// How long a start may take: to READY, with whatever was left behind.
pub(crate) const START: Duration = Duration::from_secs(5);

/// Settings that every story builds on: any free port, and nothing that depends on how full this machine's disk is.
pub(crate) const QUIET: &str = "[web]\nlisten = \"127.0.0.1:0\"\n[disk]\nlow_water = \"1MiB\"\nreserve = \"1MiB\"\n";

/// A folder of its own for one story, gone with it.
#[derive(Debug)]
pub(crate) struct Dir(PathBuf);

impl Dir {
    pub(crate) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("radard-{name}-{}-{n}", std::process::id()));
        std::fs::create_dir_all(path.join("config")).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.0.join("config")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.data().join("radard.db")
    }

    /// Saves the settings as an editor does: beside the old ones, then in their place.
    pub(crate) fn save_settings(&self, text: &str) {
        let new = self.config().join("radard.toml.new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.config().join("radard.toml")).unwrap();
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _leftovers = std::fs::remove_dir_all(&self.0);
    }
}

/// Says what was left out of this run, and why.
#[expect(clippy::print_stderr, reason = "what was not run is said")]
pub(crate) fn not_run(why: &str) {
    eprintln!("not run: {why}");
}

/// Says a figure.
#[expect(clippy::print_stderr, reason = "a figure is worth a line where somebody looks")]
pub(crate) fn figure(text: &str) {
    eprintln!("figure: {text}");
}

/// The environment of the tests.
#[expect(clippy::disallowed_methods, reason = "tests are told about their world by the environment")]
pub(crate) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// `whole` in a soak, `small` otherwise.
pub(crate) fn size<T>(small: T, whole: T) -> T {
    if env("RADARD_SOAK").is_some() { whole } else { small }
}

/// Real time.
pub(crate) fn clock() -> &'static Clock {
    static CLOCK: OnceLock<Clock> = OnceLock::new();
    CLOCK.get_or_init(Clock::real)
}

/// Chance with a seed that is said, so that a failed run can be had again.
pub(crate) fn chance() -> Entropy {
    let given = env("RADARD_SEED").and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| Ambient::real(None).entropy.below(u64::from(u32::MAX)));
    figure(&format!("RADARD_SEED={seed}"));
    Entropy::pinned(seed)
}

/// Lets `ms` pass: a read from a socket that nobody writes to, ended by its limit.
pub(crate) fn pause(ms: u64) {
    let (silent, _other) = UnixDatagram::pair().unwrap();
    silent.set_read_timeout(Some(Duration::from_millis(ms.max(1)))).unwrap();
    let ended = silent.recv(&mut [0; 1]);
    assert!(ended.is_err(), "nobody writes here");
}

/// Looks again and again until `look` gives something; gives how long it took as well.
#[track_caller]
pub(crate) fn until<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> (T, Duration) {
    let begun = clock().steady();
    loop {
        if let Some(seen) = look() {
            return (seen, clock().steady().saturating_sub(begun));
        }
        assert!(clock().steady().saturating_sub(begun) < limit, "not within {limit:?}: {what}");
        pause(20);
    }
}

/// Looks again and again until `holds`; gives how long it took.
#[track_caller]
pub(crate) fn until_it(limit: Duration, what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    until(limit, what, || holds().then_some(())).1
}

/// Runs `work` to its end on a runtime of its own.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// The records that `radard fetch --json` printed; what tells how it went is left out.
pub(crate) fn records(out: &str) -> Vec<serde_json::Value> {
    let lines = out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.filter(|line| line.get("event").is_none()).collect()
}

/// Up to `most` of the numbers `1..=last`, spread evenly, always with the first and the last.
pub(crate) fn spread(last: u32, most: u32) -> Vec<u32> {
    let steps = most.min(last).max(2) - 1;
    let mut chosen: Vec<_> = (0..=steps).map(|step| 1 + (last.max(1) - 1) * step / steps).collect();
    chosen.dedup();
    chosen
}
