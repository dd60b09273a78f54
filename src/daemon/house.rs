//! The house put together: store, queue, kinds, and who owns their tasks.
//!
//! `run` lives in it, a command without a daemon borrows it for a moment. Two supervisors share the tasks: the ground
//! floor holds the writer of the store and leaves last, everyone else is above and leaves first.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::jobs::own_schedules;
use super::rooms::{Deleting, crawl_tools, kinds, served, with_deleting};
use crate::ambient::Ambient;
use crate::browser::Pool;
use crate::config::{
    Checked, Config, Current, Late as ConfiguredLate, Places, SYSTEM_DATA, Secrets, parse_cron, parse_zone,
};
use crate::crawl::{Crawl, Forgetter, Keeper};
use crate::domain::Display;
use crate::domain::amount::counted;
use crate::net;
use crate::net::Ways;
use crate::observe::{Metrics, Register};
use crate::pace::{Pace, Rank};
use crate::queue::{Inlets, Late, Queue, Rules, Schedule};
use crate::session::{Book, Capture, CompareSignatures, CompareTools, Fetcher, Ground, Inside, Profiles, Prover};
use crate::store::copies::Copies;
use crate::store::disk::Disk;
use crate::store::{
    Access, ClockWatch, Denied, DirLock, LockError, NodeError, NodeName, OpenError, Place, Refusals, Store,
    make_folders, node_id,
};
use crate::supervise::{Leave, Supervisor};
use crate::target::{self, Around, Changes, Desk, Targets};
use crate::vault::{self, Credentials, OpenVault, Source, Vault};

/// What a house is built from.
#[derive(Clone)]
pub struct Plan {
    /// The checked settings.
    pub config: Config,
    /// The secrets that systemd, files and the environment gave.
    pub secrets: Secrets,
    /// `store-url`, when it came as a secret.
    pub store_url: Option<crate::domain::Secret<String>>,
    /// The folders.
    pub places: Places,
    /// Time and chance.
    pub ambient: Ambient,
    /// The register of secrets that the log knows.
    pub register: Register,
    /// The display that the environment names.
    seat: Option<Display>,
}

impl Plan {
    /// What this machine gives to browsers.
    pub fn browsers(&self) -> Ground {
        Ground { folder: self.places.browsers(), seat: self.seat.clone() }
    }

    /// From what was checked.
    pub fn new(checked: &Checked, places: Places, ambient: Ambient, register: Register) -> Self {
        for (_, secret) in checked.secrets.iter() {
            register.add(secret);
        }
        let store_url = checked.secrets.get("store-url").cloned().or_else(|| checked.config.store.url.clone());
        let (config, secrets) = (checked.config.clone(), checked.secrets.clone());
        Self { config, secrets, store_url, places, ambient, register, seat: checked.seat.clone() }
    }

    /// The way out, under the guard of the settings.
    pub fn client(&self) -> Result<net::Client, net::Error> {
        let egress = &self.config.egress;
        let policy = net::Policy {
            allow_private: egress.allow_private.clone(),
            timeout: self.config.platform.timeout,
            max_body: egress.max_body,
            max_ratio: egress.max_ratio,
            robots: egress.robots.clone(),
        };
        net::Client::new(&policy, self.ambient.clock.clone())
    }

    /// Where the key that seals secrets is looked for.
    pub fn vault_key(&self) -> Source {
        let file = self.places.vault_key(self.config.vault.key_file.as_deref());
        Source { given: self.secrets.get("vault-key").cloned(), file, register: self.register.clone() }
    }

    /// The vault, or why its key does not fit the database: found out by reading alone, so whoever is refused has
    /// changed nothing.
    pub async fn vault(&self) -> Result<Vault, HouseError> {
        let opened = Vault::open(self.vault_key(), &self.place(), &self.ambient).await;
        opened.map_err(|error| match error {
            OpenVault::Place(error) => error.into(),
            OpenVault::Key(error) => error.into(),
        })
    }

    /// Where the database is.
    pub fn place(&self) -> Place {
        match &self.store_url {
            Some(url) => {
                let connections = u32::try_from(self.config.store.connections).unwrap_or(u32::MAX);
                Place::Postgres(url.clone(), connections)
            }
            None => Place::Sqlite(self.places.database()),
        }
    }
}

/// Why a house cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum HouseError {
    /// The data directory cannot be made or read.
    #[error("cannot use the data directory `{}`", .dir.display())]
    Data {
        /// The directory.
        dir: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Somebody else has it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Another process works under our name.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The key for secrets is not there, or is another one.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// The client cannot be made.
    #[error(transparent)]
    Net(#[from] net::Error),
    /// A schedule names what is not there.
    #[error("schedule `{name}` asks for kind `{kind}`, which there is not: one of {}", .known.join(" "))]
    Schedule {
        /// The schedule.
        name: String,
        /// The kind it asks for.
        kind: String,
        /// What there is.
        known: Vec<&'static str>,
    },
}

impl HouseError {
    /// The data directory of `places` cannot be used: if it is closed to this user, that is why.
    pub fn of_data(places: &Places, source: std::io::Error) -> Self {
        match Denied::of(&places.database()) {
            Some(denied) if source.kind() == std::io::ErrorKind::PermissionDenied => Self::Store(denied.into()),
            _ => Self::Data { dir: places.data.clone(), source },
        }
    }

    /// What a person can do about it.
    pub fn advice(&self) -> Option<String> {
        Some(match self {
            Self::Data { dir, .. } if dir == Path::new(SYSTEM_DATA) => {
                "go to the folder that holds your `config`, or run `radard init config` to begin in this one".into()
            }
            Self::Data { .. } => {
                "make it a folder that belongs to the user of radard, or name another with --data".into()
            }
            Self::Lock(LockError::Held { .. }) => "stop the other radard, or use another --data".into(),
            Self::Lock(LockError::Io { .. }) => "look at owner and mode of the data directory".into(),
            Self::Node(NodeError::Taken(_)) => "stop the other radard, or give this one another `node.id`".into(),
            Self::Store(OpenError::Store(error)) | Self::Node(NodeError::Open(OpenError::Store(error))) => {
                error.advice().into()
            }
            Self::Store(OpenError::Migrate(_)) => {
                "start the radard that last opened this database, or a newer one".into()
            }
            Self::Store(OpenError::Absent(_)) => {
                "start `radard run` once, or name the data directory with --data".into()
            }
            Self::Store(OpenError::Denied(denied)) => denied.advice(),
            Self::Store(OpenError::Displaced { found, .. }) => format!(
                "run `radard backup restore {}`, or restore another copy; to begin with an empty database, move it away",
                found.display()
            ),
            Self::Store(OpenError::Behind(_)) => "run `radard migrate`".into(),
            Self::Store(OpenError::Address) | Self::Node(NodeError::Open(_)) => {
                "write `store.url` as postgres://user@host/database".into()
            }
            Self::Store(OpenError::Backup(_)) => "free some space, then start again; nothing was changed".into(),
            Self::Vault(error) => error.advice(),
            Self::Net(error) => error.advice().into(),
            Self::Schedule { .. } => "correct `kind` in the [[schedule]] of that name".into(),
        })
    }
}

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
    /// Asks platforms on somebody's word.
    pub(super) fetcher: Fetcher,
    /// Logins.
    pub(super) profiles: Profiles,
    /// What people want to be kept up to date.
    pub(super) targets: Targets,
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
        let vault = Box::pin(plan.vault()).await?;
        let left = crate::browser::sweep(&plan.places.browsers());
        if left > 0 {
            let browsers = counted(left, "browser");
            tracing::warn!(count = left, "What {browsers} of a killed process had left was ended and removed");
        }
        let node = match &plan.config.node.id {
            Some(id) => id.clone(),
            None => node_id(&plan.places, &plan.ambient.entropy).map_err(failed)?,
        };
        let (place, clock) = (plan.place(), plan.ambient.clock.clone());
        let name = NodeName::take(&place, &node, &clock).await?;
        let house = Self::build(plan, Access::Write, vault, (node, Some(lock))).await?;
        if let Some(name) = name {
            name.start(&house.upper);
        }
        house.credentials.refresh().await?;
        Box::pin(house.fetcher.load()).await.map_err(OpenError::Store)?;
        house.profiles.take_up_made().await;
        house.profiles.take_up_files().await;
        Ok(house)
    }

    /// Opens the store for reading, beside whoever holds the directory.
    pub async fn read_only(plan: Plan) -> Result<Self, HouseError> {
        let vault = Vault::new(plan.vault_key());
        let house = Self::build(plan, Access::Read, vault, ("reader".to_owned(), None)).await?;
        house.profiles.take_up_made().await;
        Ok(house)
    }

    async fn build(
        plan: Plan,
        access: Access,
        vault: Vault,
        (node, lock): (String, Option<DirLock>),
    ) -> Result<Self, HouseError> {
        let ambient = plan.ambient.clone();
        let (store, writer) = Store::open(&plan.place(), access, ambient.clone()).await?;
        let (ground, upper) = (Supervisor::new(ambient.clone()), Supervisor::new(ambient.clone()));
        writer.start(&ground);
        let current = Current::new(plan.config.clone());
        let disk = Disk::new(plan.places.clone(), current.clone());
        let boot = ambient.entropy.id(ambient.clock.now()).simple().to_string();
        let owner = format!("{node}/{}", boot.get(..12).unwrap_or(&boot));
        let pace =
            Box::pin(Pace::open(store.clone(), &plan.config, ambient.clone())).await.map_err(OpenError::Store)?;
        let credentials = Credentials::new(store.clone(), vault, plan.secrets.clone());
        let client = client(&plan, &current)?;
        let ways = Ways::new(client.clone(), (&pace, &current), (&credentials, &plan.register));
        let metrics = Metrics::new();
        let logins = Book::new(store.clone(), credentials.vault().clone(), plan.register.clone());
        let pool = Pool::new(ambient.clock.clone());
        let inside = Inside::new((pool.clone(), plan.browsers()), (&current, &ways), (&ambient.clock, &metrics));
        let fetcher = Fetcher::new(
            (&ambient, &plan.register, &metrics),
            (&current, ways.clone(), Arc::new(inside)),
            (&credentials, &store, &logins),
        );
        let prover = Prover {
            rank: Rank::default(),
            fetcher: fetcher.clone(),
            ways: ways.clone(),
            current: current.clone(),
            ambient: ambient.clone(),
            metrics: metrics.clone(),
        };
        let sessions = plan.places.sessions(plan.config.session.dir.as_deref());
        let profiles = Profiles::new((logins, pool), prover, (sessions, plan.browsers()));
        let watched = ClockWatch::new(store.clone(), ambient.clock.clone());
        let library = plan.places.media(plan.config.media.dir.as_deref());
        let kinds = kinds(library.clone(), (&current, &credentials), (&pace, &ways), (&disk, client));
        let places = &plan.places;
        let kinds =
            with_deleting(kinds, Deleting { store: &store, current: &current, clock: &watched, places, library });
        let comparing = CompareTools {
            store: store.clone(),
            current: current.clone(),
            fetcher: fetcher.clone(),
            profiles: profiles.clone(),
        };
        let kinds = kinds.with::<Capture>(profiles.clone()).with::<CompareSignatures>(comparing);
        let (crawling, changes) = ((&store, &fetcher, &current), Changes::default());
        let keeping = (Keeper::start(&ground), &metrics, &ambient.clock);
        let kinds = kinds.with::<Crawl>(crawl_tools(crawling, keeping, &changes));
        let (queue, inlets) = Queue::new(Rules::of(&plan.config, &owner), kinds, store.clone(), ambient);
        pace.when_reached(queue.waker());
        queue.count_in(&metrics);
        let following = Desk::new(Around {
            store: store.clone(),
            queue: queue.clone(),
            pace: pace.clone(),
            clock: plan.ambient.clock.clone(),
            metrics: metrics.clone(),
            served: served(),
            changes,
        });
        let targets = Targets {
            desk: following,
            current: current.clone(),
            metrics: metrics.clone(),
            dir: plan.places.config.clone(),
            refusals: Refusals::new(&store, target::REFUSED),
        };
        Ok(Self {
            plan,
            current,
            store,
            credentials,
            pace,
            fetcher,
            profiles,
            targets,
            queue,
            inlets,
            metrics,
            disk,
            clock: watched,
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

    /// Forgets people.
    pub(super) fn forgetter(&self) -> Forgetter {
        let copies = matches!(self.plan.place(), Place::Sqlite(_)).then(|| Copies::of(&self.plan.places));
        Forgetter { store: self.store.clone(), current: self.current.clone(), copies }
    }

    /// Everyone leaves, from the top floor down; the writer goes last. All of it takes `drain` at most: the end of it
    /// is for browsers and files.
    pub async fn leave(self, drain: Duration) -> Leave {
        let clock = self.plan.ambient.clock.clone();
        let end = clock.steady().saturating_add(drain);
        let before_end = |part: u32| (end.saturating_sub(drain / part)).saturating_sub(clock.steady());
        let left = self.upper.leave(before_end(10)).await;
        if clock.limit(before_end(20), self.profiles.pool().close()).await.is_err() {
            tracing::warn!("A browser did not end in time: what is left of it is ended at the next start");
        }
        drop((
            self.fetcher,
            self.profiles,
            self.targets,
            self.queue,
            self.inlets,
            self.pace,
            self.credentials,
            self.clock,
        ));
        self.store.close().await;
        // What was accepted is on the disk; this is for what nobody waits for.
        self.ground.leave(end.saturating_sub(clock.steady()).max(Duration::from_millis(500))).await;
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

/// The way out of the whole house, whose exchanges are kept while the settings say so.
fn client(plan: &Plan, current: &Current) -> Result<net::Client, net::Error> {
    let shown = current.clone();
    let ring = net::Ring::new(plan.places.captures(), move || shown.now().egress.captures, plan.register.clone());
    Ok(plan.client()?.kept_in(ring))
}
