//! The house put together: store, queue, kinds, and who owns their tasks.
//!
//! `run` lives in it, a command without a daemon borrows it for a moment. Two supervisors share the tasks: the ground
//! floor holds the writer of the store and leaves last, everyone else is above and leaves first.

use std::sync::Arc;
use std::time::Duration;

use super::house_error::{HouseError, open_vault};
use super::jobs::own_schedules;
use super::rooms::{Rooms, served};
use crate::base::{Base, Plan};
use crate::config::{Current, Late as ConfiguredLate, parse_cron, parse_zone};
use crate::crawl::{self, Forgetter, Keeper};
use crate::doctor::Doctor;
use crate::domain::amount::counted;
use crate::net;
use crate::observe::Metrics;
use crate::pace::Pace;
use crate::queue::{Inlets, Late, Queue, Rules, Schedule};
use crate::session::Session;
use crate::store::disk::Disk;
use crate::store::{Access, ClockWatch, DirLock, NodeName, OpenError, Store, make_folders, node_id};
use crate::supervise::{Leave, Supervisor};
use crate::target::{self, Changes, Targets};
use crate::vault::{Credentials, Vault};
use crate::web::{Parts, Readiness};

/// A house: opened, and nothing in it runs but the writer of the store.
pub struct House {
    /// What it was built from.
    pub plan: Plan,
    /// The settings now.
    pub current: Current,
    /// The store.
    pub store: Store,
    /// The credentials, from wherever they come.
    pub credentials: Credentials,
    /// The limits.
    pub pace: Pace,
    /// Logins, and who asks platforms in their name.
    pub(super) session: Session,
    /// What people want to be kept up to date.
    pub(super) targets: Targets,
    /// Forgets people.
    pub(super) forgetter: Forgetter,
    /// The queue.
    pub queue: Queue,
    /// The queue's receiving ends.
    pub inlets: Inlets,
    /// The numbers.
    pub metrics: Metrics,
    /// The disk.
    pub disk: Disk,
    /// Watches the wall clock.
    pub(super) clock: ClockWatch,
    /// Who this process is: node and life.
    pub owner: String,
    /// Owns everyone but the writer.
    pub upper: Supervisor,
    ground: Supervisor,
    _lock: Option<DirLock>,
}

impl House {
    /// Takes the data directory and opens everything for writing.
    pub async fn open(plan: Plan) -> Result<Self, HouseError> {
        let failed = |source| HouseError::of_data(&plan.places, source);
        make_folders(&plan.places).map_err(failed)?;
        let lock = DirLock::take(&plan.places.data)?;
        let vault = Box::pin(open_vault(&plan)).await?;
        let left = crate::browser::sweep(&plan.places.browsers());
        if left > 0 {
            let browsers = counted(left, "browser");
            tracing::warn!(count = left, "What {browsers} of a killed process had left was ended and removed");
        }
        let node = match &plan.config.node.id {
            Some(id) => id.clone(),
            None => node_id(&plan.places, &plan.ambient.entropy).map_err(failed)?,
        };
        let name = NodeName::take(&plan.place(), &node, &plan.ambient.clock).await?;
        let house = Self::build(plan, Access::Write, vault, &node, Some(lock)).await?;
        if let Some(name) = name {
            name.start(&house.upper);
        }
        house.credentials.refresh().await?;
        Box::pin(house.session.load()).await.map_err(OpenError::Store)?;
        Ok(house)
    }

    /// Opens the store for reading, beside whoever holds the directory.
    pub async fn read_only(plan: Plan) -> Result<Self, HouseError> {
        let vault = Vault::new(plan.vault_key());
        let house = Self::build(plan, Access::Read, vault, "reader", None).await?;
        house.session.profiles.take_up_made().await;
        Ok(house)
    }

    async fn build(
        plan: Plan,
        access: Access,
        vault: Vault,
        node: &str,
        lock: Option<DirLock>,
    ) -> Result<Self, HouseError> {
        let ambient = plan.ambient.clone();
        let (store, writer) = Store::open(&plan.place(), access, ambient.clone()).await?;
        let (ground, upper) = (Supervisor::new(ambient.clone()), Supervisor::new(ambient.clone()));
        writer.start(&ground);
        let boot = ambient.entropy.id(ambient.clock.now()).simple().to_string();
        let owner = format!("{node}/{}", boot.get(..12).unwrap_or(&boot));
        let pace =
            Box::pin(Pace::open(store.clone(), &plan.config, ambient.clone())).await.map_err(OpenError::Store)?;
        let base = Base {
            current: Current::new(plan.config.clone()),
            credentials: Credentials::new(store.clone(), vault, plan.secrets.clone()),
            metrics: Metrics::new(),
            plan,
            store,
            pace,
        };
        let ways = net::open(&base)?;
        let session = Session::open(&base, &ways);
        let disk = Disk::new(base.plan.places.clone(), base.current.clone());
        let clock = ClockWatch::new(base.store.clone(), ambient.clock.clone());
        let (keeper, changes) = (Keeper::start(&ground), Changes::default());
        let rooms = Rooms { ways: &ways, session: &session, disk: &disk, clock: &clock, keeper, changes: &changes };
        let rules = Rules::of(&base.plan.config, &owner);
        let (queue, inlets) = Queue::new(rules, rooms.kinds(&base), base.store.clone(), ambient);
        base.pace.when_reached(queue.waker());
        queue.count_in(&base.metrics);
        let targets = target::open(&base, &queue, served(), changes);
        let forgetter = crawl::forgetter(&base);
        let Base { plan, current, store, pace, credentials, metrics } = base;
        Ok(Self {
            plan,
            current,
            store,
            credentials,
            pace,
            session,
            targets,
            forgetter,
            queue,
            inlets,
            metrics,
            disk,
            clock,
            owner,
            upper,
            ground,
            _lock: lock,
        })
    }

    /// The schedules of the settings and of the house itself.
    pub fn schedules(&self) -> Result<Vec<Schedule>, HouseError> {
        let known = self.queue.kinds();
        let mut schedules = own_schedules(&self.plan.config);
        for wanted in self.plan.config.schedules.iter().filter(|s| !s.paused) {
            if !known.contains(&wanted.kind.as_str()) {
                let (name, kind) = (wanted.name.clone(), wanted.kind.clone());
                return Err(HouseError::Schedule { name, kind, known });
            }
            let (Ok(cron), Some(zone)) = (parse_cron(&wanted.at), parse_zone(&wanted.timezone)) else { continue };
            let late = match wanted.late {
                ConfiguredLate::Once => Late::Once,
                ConfiguredLate::Skip => Late::Skip,
            };
            let payload = serde_json::to_value(&wanted.payload).unwrap_or_default();
            schedules.push(Schedule {
                name: wanted.name.clone(),
                kind: wanted.kind.clone(),
                payload,
                cron,
                zone,
                late,
            });
        }
        Ok(schedules)
    }

    /// What its pages and its API are made of, for a command that borrows it: no daemon runs.
    pub(super) fn parts(&self) -> Parts {
        Parts {
            store: self.store.clone(),
            credentials: self.credentials.clone(),
            pace: self.pace.clone(),
            queue: self.queue.clone(),
            served: served(),
            metrics: self.metrics.clone(),
            ambient: self.plan.ambient.clone(),
            current: self.current.clone(),
            listen: self.plan.config.web.listen,
            readiness: Arc::new(|| Readiness { ready: true, parts: Vec::new() }),
            tasks: self.tasks(),
            fetcher: self.session.fetcher.clone(),
            profiles: self.session.profiles.clone(),
            targets: self.targets.clone(),
            forgetter: self.forgetter.clone(),
            doctor: Doctor { plan: self.plan.clone(), current: self.current.clone(), served: served() },
            backups: self.plan.places.backups(),
            reload: None,
        }
    }

    /// Everyone leaves, from the top floor down; the writer goes last. All of it takes `drain` at most: the end of it
    /// is for browsers and files.
    pub async fn leave(self, drain: Duration) -> Leave {
        // Each part is named: the store closes only when nobody holds it any more.
        let Self {
            plan,
            current: _,
            store,
            credentials,
            pace,
            session,
            targets,
            forgetter,
            queue,
            inlets,
            metrics: _,
            disk: _,
            clock: wall,
            owner: _,
            upper,
            ground,
            _lock,
        } = self;
        let clock = plan.ambient.clock;
        let end = clock.steady().saturating_add(drain);
        let before_end = |part: u32| (end.saturating_sub(drain / part)).saturating_sub(clock.steady());
        let left = upper.leave(before_end(10)).await;
        if clock.limit(before_end(20), session.profiles.pool().close()).await.is_err() {
            tracing::warn!("A browser did not end in time: what is left of it is ended at the next start");
        }
        drop((session, targets, forgetter, queue, inlets, pace, credentials, wall));
        store.close().await;
        // What was accepted is on the disk; this is for what nobody waits for.
        ground.leave(end.saturating_sub(clock.steady()).max(Duration::from_millis(500))).await;
        left
    }

    /// Drops everything where it stands.
    pub fn halt(&self) {
        self.upper.stop().halt();
    }

    /// What every task is doing, on all floors.
    pub fn tasks(&self) -> Arc<dyn Fn() -> Vec<crate::supervise::Status> + Send + Sync> {
        let (upper, ground) = (self.upper.clone(), self.ground.clone());
        Arc::new(move || ground.statuses().into_iter().chain(upper.statuses()).collect())
    }
}
