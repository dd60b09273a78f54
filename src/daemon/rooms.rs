//! The rooms of this house: what each of them registers, and what it works with.

use std::path::PathBuf;
use std::sync::Arc;

use super::jobs::{Backup, BackupTools, Often, Prune, PruneTools, Pruner, Rotate, RotateTools};
use crate::ambient::Clock;
use crate::config::{Current, Places};
use crate::crawl::{self, Keeper};
use crate::media::{self, Claims, Rights, jobs};
use crate::net;
use crate::net::Ways;
use crate::observe::Metrics;
use crate::pace::Pace;
use crate::queue::{self, Kinds};
use crate::session::{Fetcher, ProbePlatform, ProbeTools};
use crate::store::copies::Copies;
use crate::store::disk::Disk;
use crate::store::{self, ClockWatch, Store};
use crate::target::{Changes, Served};
use crate::vault::Credentials;

/// Who does the rounds of targets.
pub(super) fn served() -> Served {
    Served::default().with(crawl::SERVES)
}

/// What the room that crawls works with.
pub(super) fn crawl_tools(
    (store, fetcher, current): (&Store, &Fetcher, &Current),
    (keeper, metrics, clock): (Keeper, &Metrics, &Clock),
    changes: &Changes,
) -> crawl::Tools {
    let settings = current.clone();
    crawl::Tools {
        store: store.clone(),
        keeper,
        source: Arc::new(fetcher.clone()),
        changes: changes.clone(),
        settings: Arc::new(move || {
            let now = settings.now();
            let most_checks = u64::try_from(now.crawl.most_checks).unwrap_or(u64::MAX);
            crawl::Settings { full_every: now.crawl.full_every, raw: now.crawl.raw, most_checks }
        }),
        metrics: metrics.clone(),
        clock: clock.clone(),
    }
}

/// Every kind of the house, bound to its tools.
pub(super) fn kinds(
    library: PathBuf,
    (current, credentials): (&Current, &Credentials),
    (pace, ways): (&Pace, &Ways),
    (disk, client): (&Disk, net::Client),
) -> Kinds {
    let (settings, room) = (current.clone(), disk.clone());
    let media_settings = move || {
        let now = settings.now();
        let rights = Rights { mode: now.media.mode, group: now.media.group.clone() };
        jobs::Settings { rights, max_bytes: now.media.max_bytes, low_water: now.disk.low_water, closed: room.closed() }
    };
    Kinds::default()
        .with::<ProbePlatform>(ProbeTools { ways: ways.clone(), current: current.clone() })
        .with::<jobs::Download>(jobs::Tools {
            net: client.paced(pace, jobs::sending()),
            dir: library,
            claims: Claims::default(),
            settings: Arc::new(media_settings),
        })
        .with::<Rotate>(RotateTools { vault: credentials.vault().clone() })
}

/// What the kinds that delete by age share.
pub(super) struct Deleting<'a> {
    pub(super) store: &'a Store,
    pub(super) current: &'a Current,
    pub(super) clock: &'a ClockWatch,
    pub(super) places: &'a Places,
    pub(super) library: PathBuf,
}

/// The same with the kinds that delete by age: they ask whether the clock is trusted.
pub(super) fn with_deleting(kinds: Kinds, tools: Deleting<'_>) -> Kinds {
    let Deleting { places, library, .. } = tools;
    let (store, current, clock) = (tools.store.clone(), tools.current.clone(), tools.clock.clone());
    let prune =
        PruneTools { store: store.clone(), clock: clock.clone(), rooms: pruners(&current, library, places.database()) };
    let copies = Copies::of(places);
    let backup = BackupTools { store, current, clock, copies };
    kinds.with::<Backup>(backup).with::<Prune>(prune)
}

/// What each room throws away when it is old.
fn pruners(current: &Current, library: PathBuf, database: PathBuf) -> Vec<Pruner> {
    let (queue, crawl) = (current.clone(), current.clone());
    vec![
        Pruner::new(Often::Hourly, move |store, now| {
            let keep = queue.now();
            async move { queue::prune(&store, &keep.queue, now).await }
        }),
        Pruner::new(Often::Hourly, |store, now| async move { store::prune(&store, now).await }),
        Pruner::new(Often::Hourly, move |store, _| {
            let library = library.clone();
            async move { media::prune(&store, &library).await }
        }),
        Pruner::new(Often::Daily, move |store, now| {
            let (keep, database) = (crawl.now(), database.clone());
            async move { crawl::prune(&store, &keep.crawl, now, &database).await }
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Take;

    #[test]
    fn everything_that_can_be_taken_is_served() {
        let unserved: Vec<_> = Take::ALL.iter().filter(|take| served().of(take.as_str()).is_none()).collect();
        assert!(unserved.is_empty(), "{unserved:?}");
    }
}
