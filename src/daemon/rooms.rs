//! The rooms of this house: what each of them registers. A new room is a line in each list that it has something for.
//!
//! A [`Role`] is what a process can be limited to: the kinds of a room, and its tasks. Several processes on one PostgreSQL
//! can share the work this way. Jobs of every kind are taken in by each of them; a job is run by a process whose role has
//! its kind.

use super::jobs::{Backup, BackupTools, Often, Prune, PruneTools, Pruner, Rotate, RotateTools};
use crate::base::Base;
use crate::crawl::{self, Crawl, Keeper};
use crate::media;
use crate::media::jobs::Download;
use crate::net::Ways;
use crate::queue::{self, Job as _, Kinds};
use crate::session::{Capture, CompareSignatures, ProbePlatform, Session};
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

/// A part of the work that a process can be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Pages and the API for people, on `web.listen`.
    Web,
    /// Rounds of targets.
    Crawl,
    /// Logins that are kept fresh, and questions to platforms.
    Session,
    /// Downloads.
    Media,
    /// Backups, pruning, and the change of keys.
    Upkeep,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Web, Self::Crawl, Self::Session, Self::Media, Self::Upkeep];

    /// The word on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Crawl => "crawl",
            Self::Session => "session",
            Self::Media => "media",
            Self::Upkeep => "upkeep",
        }
    }

    /// The kinds of its jobs.
    pub(super) const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Web => &[],
            Self::Crawl => &[Crawl::KIND],
            Self::Session => &[Capture::KIND, CompareSignatures::KIND, ProbePlatform::KIND],
            Self::Media => &[Download::KIND],
            Self::Upkeep => &[Backup::KIND, Prune::KIND, Rotate::KIND],
        }
    }
}

/// The roles of one process.
#[derive(Debug, Clone)]
pub(super) struct Roles(Vec<Role>);

impl Roles {
    /// These, or all when none is named.
    pub(super) fn of(only: &[Role]) -> Self {
        Self(if only.is_empty() { Role::ALL.to_vec() } else { only.to_vec() })
    }

    /// Whether the process has this one.
    pub(super) fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether the process runs jobs of `kind`.
    pub(super) fn does(&self, kind: &str) -> bool {
        self.0.iter().any(|role| role.kinds().contains(&kind))
    }

    /// Whether the process runs jobs at all.
    pub(super) fn works(&self) -> bool {
        self.0.iter().any(|role| !role.kinds().is_empty())
    }
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

    #[test]
    fn a_process_without_a_limit_does_everything() {
        assert!(Roles::of(&[]).does(Crawl::KIND) && !Roles::of(&[Role::Web]).works());
        assert!(Roles::of(&[Role::Web, Role::Media]).works() && !Roles::of(&[Role::Media]).does(Crawl::KIND));
    }
}
