//! The rooms of this house: what each of them registers. A new room is a line in each list that it has something for.

use super::jobs::{Backup, BackupTools, Often, Prune, PruneTools, Pruner, Rotate, RotateTools};
use crate::base::Base;
use crate::crawl::{self, Keeper};
use crate::media;
use crate::net::Ways;
use crate::queue::{self, Kinds};
use crate::session::Session;
use crate::store::copies::Copies;
use crate::store::disk::Disk;
use crate::store::{self, ClockWatch};
use crate::target::{Changes, Served};

/// Who does the rounds of targets.
pub fn served() -> Served {
    Served::default().with(crawl::SERVES)
}

/// What the rooms have been opened to.
pub(super) struct Rooms<'a> {
    pub(super) ways: &'a Ways,
    pub(super) session: &'a Session,
    pub(super) disk: &'a Disk,
    pub(super) clock: &'a ClockWatch,
    pub(super) keeper: Keeper,
    pub(super) changes: &'a Changes,
}

impl Rooms<'_> {
    /// Every kind of the house, bound to its tools.
    pub(super) fn kinds(self, base: &Base) -> Kinds {
        let kinds = media::kinds(base, self.ways, self.disk, Kinds::default());
        let kinds = self.session.kinds(kinds);
        let kinds = crawl::kinds(base, &self.session.fetcher, self.keeper, self.changes, kinds);
        let backup = BackupTools {
            store: base.store.clone(),
            current: base.current.clone(),
            clock: self.clock.clone(),
            copies: Copies::of(&base.plan.places),
        };
        let prune = PruneTools { store: base.store.clone(), clock: self.clock.clone(), rooms: pruners(base) };
        let rotate = RotateTools { vault: base.credentials.vault().clone() };
        kinds.with::<Backup>(backup).with::<Prune>(prune).with::<Rotate>(rotate)
    }
}

/// What each room throws away when it is old.
fn pruners(base: &Base) -> Vec<Pruner> {
    let (queue, crawl) = (base.current.clone(), base.current.clone());
    let (places, config) = (&base.plan.places, &base.plan.config);
    let (library, database) = (places.media(config.media.dir.as_deref()), places.database());
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
    use crate::domain::Take;

    #[test]
    fn everything_that_can_be_taken_is_served() {
        let unserved: Vec<_> = Take::ALL.iter().filter(|take| served().of(take.as_str()).is_none()).collect();
        assert!(unserved.is_empty(), "{unserved:?}");
    }
}
