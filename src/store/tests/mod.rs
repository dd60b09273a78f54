//! The store on both databases: each story runs on SQLite always, on PostgreSQL when `RADARD_TEST_POSTGRES` names one.

mod ahead;
mod alarms;
mod backups;
mod claims;
mod commits;
mod keeping;
mod planners;
mod plans;
mod statements;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{Access, Place, Store, gates, jobs};
use crate::ambient::Ambient;
use crate::domain::{Class, Millis, Secret};
use crate::supervise::Supervisor;

/// A moment that every story begins at.
pub(crate) const BEGIN: Millis = Millis(1_800_000_000_000);

/// A database of its own, thrown away with the value.
pub(crate) struct Fresh {
    pub(crate) place: Place,
    pub(crate) ambient: Ambient,
    dir: PathBuf,
}

impl Fresh {
    pub(crate) fn sqlite() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("radard-store-{}-{n}", std::process::id());
        // Stories commit many thousand times; whether a sync reaches a disk is not what they ask.
        let memory = std::path::Path::new("/dev/shm");
        let dir = if memory.is_dir() { memory.join(name) } else { std::env::temp_dir().join(name) };
        std::fs::create_dir_all(&dir).unwrap();
        Self { place: Place::Sqlite(dir.join("radard.db")), ambient: Ambient::pinned(7, BEGIN), dir }
    }

    async fn postgres(admin: &str) -> Self {
        let mut fresh = Self::sqlite();
        let name = format!("store_{}", Ambient::real(None).entropy.id(BEGIN).simple());
        let server = sqlx::PgPool::connect(admin).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&server).await.unwrap();
        fresh.place = Place::Postgres(Secret::new(admin.replace("/postgres?", &format!("/{name}?"))), 8);
        fresh
    }

    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self.place, Place::Postgres(..))
    }

    /// Opens it and runs its writer.
    pub(crate) async fn open(&self) -> (Store, Supervisor) {
        let (store, writer) = Store::open(&self.place, Access::Write, self.ambient.clone()).await.unwrap();
        let house = Supervisor::new(self.ambient.clone());
        writer.start(&house);
        (store, house)
    }

    /// One life of the machine, whose clock jumps when nothing can run: the end of `story` is a kill.
    pub(crate) fn live<T>(&self, story: impl AsyncFnOnce(Store) -> T) -> T {
        let clock = &self.ambient.clock;
        let life = clock.run(async {
            let opening = clock.hold();
            let (opened, _tasks) = self.open().await;
            drop(opening);
            story(opened).await
        });
        life.unwrap()
    }
}

/// Whether the long versions of the stories are wanted.
#[expect(clippy::disallowed_methods, reason = "tests are told about their length by the environment")]
pub(crate) fn soak() -> bool {
    std::env::var_os("RADARD_SOAK").is_some()
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let _leftovers = std::fs::remove_dir_all(&self.dir);
    }
}

#[expect(clippy::print_stderr, reason = "what was not run is said")]
fn not_run(what: &str) {
    eprintln!("not run: {what}");
}

/// A new database of each sort that is at hand.
#[expect(clippy::disallowed_methods, reason = "tests are told about their server by the environment")]
pub(crate) fn one_of_each() -> Vec<Fresh> {
    let mut all = vec![Fresh::sqlite()];
    match std::env::var("RADARD_TEST_POSTGRES") {
        Ok(admin) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            all.push(runtime.block_on(Fresh::postgres(&admin)));
        }
        Err(_) => not_run("the same on PostgreSQL (needs RADARD_TEST_POSTGRES)"),
    }
    all
}

/// Runs `story` on each database that is at hand.
pub(crate) fn on_each(story: impl AsyncFn(Store, Ambient)) {
    for fresh in one_of_each() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async { story(fresh.open().await.0, fresh.ambient.clone()).await });
    }
}

/// A job to be, of kind `look`, in lane `l`.
pub(crate) fn new(key: impl std::fmt::Display) -> jobs::New {
    jobs::New {
        kind: "look".into(),
        key: key.to_string(),
        lane: "l".into(),
        target: String::new(),
        payload: "{}".into(),
        priority: 0,
        run_at: None,
        attempts_max: 3,
    }
}

/// Closes a lane because of a puzzle.
pub(crate) const fn puzzle(lane: &str, open_at: Millis) -> gates::Closing<'_> {
    gates::Closing { lane, open_at, class: Class::Risk, reason: "a slider", subject: None }
}

pub(crate) async fn insert(store: &Store, news: Vec<jobs::New>) -> Vec<jobs::Inserted> {
    store.write::<_, super::Error, _>(move |tx| Box::pin(async move { jobs::insert(tx, &news).await })).await.unwrap()
}

/// Takes up to `n` jobs of whatever lines stand open, slot by slot.
pub(crate) async fn take(store: &Store, n: usize, owner: &'static str) -> Vec<jobs::Claimed> {
    store
        .write::<_, super::Error, _>(move |tx| {
            Box::pin(async move {
                let mut taken = Vec::new();
                for slot in jobs::slots(tx, None).await? {
                    let until = tx.now() + Duration::from_mins(1);
                    taken.extend(jobs::take(tx, &slot, n, owner, until).await?);
                }
                Ok(taken)
            })
        })
        .await
        .unwrap()
}

pub(super) fn done(job: &jobs::Claimed) -> jobs::End {
    jobs::End { result: Some("1".into()), ..jobs::End::done(job.id, job.fence, job.kind.clone()) }
}

pub(crate) async fn settle(store: &Store, ends: Vec<jobs::End>) -> Vec<uuid::Uuid> {
    store.write::<_, super::Error, _>(move |tx| Box::pin(async move { jobs::settle(tx, &ends).await })).await.unwrap()
}

pub(super) async fn counts(store: &Store) -> Vec<(String, jobs::State, i64)> {
    let counts = store.read::<_, super::Error, _>(|tx| Box::pin(jobs::counts(tx))).await.unwrap();
    counts.into_iter().map(|c| (c.kind, c.state, c.n)).collect()
}
