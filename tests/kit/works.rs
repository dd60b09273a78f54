//! A queue on a database, in this process: what a story needs around the jobs that it watches.

use std::time::Duration;

use radard::ambient::Ambient;
use radard::queue::{Inlets, Kinds, Queue, Rules};
use radard::store::{Access, Place, Store};
use radard::supervise::{Leave, Supervisor};

use super::Dir;

/// An open database. Kinds of jobs are made from it.
pub(crate) struct Base {
    pub(crate) store: Store,
    /// Owns the tasks that leave last.
    pub(crate) ground: Supervisor,
    ambient: Ambient,
}

impl Base {
    pub(crate) async fn open(dir: &Dir, ambient: &Ambient) -> Self {
        std::fs::create_dir_all(dir.data()).unwrap();
        let place = Place::Sqlite(dir.database());
        let (store, writer) = Store::open(&place, Access::Write, ambient.clone()).await.unwrap();
        let ground = Supervisor::new(ambient.clone());
        writer.start(&ground);
        Self { store, ground, ambient: ambient.clone() }
    }

    /// Adds a queue that accepts jobs. No job runs before [`Works::work`].
    pub(crate) fn with(self, rules: Rules, kinds: Kinds) -> Works {
        let Self { store, ground, ambient } = self;
        let upper = Supervisor::new(ambient.clone());
        let (queue, inlets) = Queue::new(rules, kinds, store.clone(), ambient);
        queue.start_asking(&upper, &inlets);
        Works { queue, store, upper, ground, inlets }
    }
}

/// The queue and what it stands on.
pub(crate) struct Works {
    pub(crate) queue: Queue,
    pub(crate) store: Store,
    pub(crate) upper: Supervisor,
    ground: Supervisor,
    inlets: Inlets,
}

impl Works {
    /// Starts the workers.
    pub(crate) fn work(&self) {
        self.queue.start_working(&self.upper, Vec::new(), |_| true);
    }

    /// Shuts down; every job in hand ends first.
    pub(crate) async fn end(self) {
        let Self { queue, store, upper, ground, inlets } = self;
        assert_eq!(upper.leave(Duration::from_hours(1)).await, Leave::Drained);
        drop((queue, inlets));
        store.close().await;
        ground.leave(Duration::from_secs(5)).await;
    }
}
