//! Opens a database and hands out its connections: the one place where the two databases look different.
//!
//! SQLite gets one writing connection, owned by the group-commit task, and a few reading ones; PostgreSQL a pool and
//! a transaction per write. The store's clock is the database's on PostgreSQL, because several machines share it, and
//! the ambient one otherwise.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgPool, Row, SqlitePool};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::fullness::Fullness;
use super::kept::{Kept, RESTED};
use super::migrate;
use super::open_error::{Denied, OpenError};
use super::tx::{Conn, Tx, Work};
use super::writer::{Closure, Errand, WAITING, Writer, WriterCounts};
use super::{copy, wal};
use crate::ambient::Ambient;
use crate::domain::{Millis, Secret};
use crate::store::queue::jobs::write_counts;
use crate::supervise::Supervisor;

/// How long a statement waits for another program that holds the database.
const BUSY: Duration = Duration::from_secs(5);
/// How `PostgreSQL` plans for us: each statement once and not for the values it first met, by an index even while a
/// table is small, since the plan stays when it grows, and never compiled.
const PLANS: [(&str, &str); 4] =
    [("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off"), ("random_page_cost", "1.1"), ("jit", "off")];
/// Reading connections of SQLite.
const READERS: u32 = 4;
/// Prepared statements that a connection keeps: batches come in many sizes.
const PREPARED: usize = 400;

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Place {
    /// A file of ours in the data directory.
    Sqlite(PathBuf),
    /// A server that several processes may share, with the number of connections.
    Postgres(Secret<String>, u32),
}

/// What an opened store may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read and write; steps of the schema are done.
    Write,
    /// Read only; a database that is missing or behind is refused.
    Read,
    /// Read whatever is there, at whatever step, and leave no trace.
    Look,
}

/// A cheap handle on the database; clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
    pub(in crate::store) ambient: Ambient,
    skew_ms: Arc<AtomicI64>,
    broken: CancellationToken,
    fullness: Arc<Fullness>,
    counts: Arc<WriterCounts>,
    wal_bytes: Arc<AtomicU64>,
}

#[derive(Clone, Debug)]
pub(in crate::store) enum Pool {
    Sqlite { read: SqlitePool, write: Option<mpsc::Sender<Box<dyn Errand>>>, file: PathBuf },
    Postgres(Arc<Kept>),
}

/// The writer of a store that was opened for writing; somebody must run it.
#[must_use = "nothing is written unless somebody runs this"]
pub struct WriterTask(Option<Writer>);

impl WriterTask {
    /// Serves writers as a task of `house`.
    pub fn start(self, house: &Supervisor) {
        house.spawn_once("store.write", |_| async move { Ok(self.serve().await?) });
    }

    /// Serves writers until the last handle on the store is gone. On PostgreSQL there is nothing to do.
    pub async fn serve(self) -> Result<(), Error> {
        match self.0 {
            Some(writer) => writer.serve().await,
            None => Ok(()),
        }
    }
}

impl Store {
    /// Opens `place`; the second value is the writer, to be run by whoever owns the house.
    pub async fn open(place: &Place, access: Access, ambient: Ambient) -> Result<(Self, WriterTask), OpenError> {
        match place {
            Place::Sqlite(file) => Self::open_sqlite(file, access, ambient).await,
            Place::Postgres(url, connections) => Self::open_postgres(url, *connections, access, ambient).await,
        }
    }

    async fn open_sqlite(file: &Path, access: Access, ambient: Ambient) -> Result<(Self, WriterTask), OpenError> {
        let failed = Error::in_act("open the database");
        if let Some(denied) = Denied::of(file) {
            return Err(OpenError::Denied(denied));
        }
        if let Some(found) = copy::remains(file) {
            return Err(OpenError::Displaced { file: file.to_owned(), found });
        }
        if access != Access::Write && !file.exists() {
            return Err(OpenError::Absent(file.to_owned()));
        }
        let wal_bytes = Arc::new(AtomicU64::new(0));
        let (counts, broken) = (Arc::<WriterCounts>::default(), CancellationToken::new());
        let fullness = Arc::<Fullness>::default();
        let mut writer = None;
        if access == Access::Write {
            let connection = sqlite_options(file).connect().await.map_err(&failed)?;
            let mut tx = Tx::new(Conn::Writer(connection), ambient.clock.now(), ambient.entropy.clone());
            bring_to_present(&mut tx, file, &ambient).await?;
            sync_folder(file)?;
            let (send, inbox) = mpsc::channel(WAITING);
            let wal = wal::Watch::new(file, wal_bytes.clone());
            let (clock, broken, counts) = (ambient.clock.clone(), broken.clone(), counts.clone());
            let fullness = fullness.clone();
            writer = Some((send, Writer { tx, clock, inbox, broken, counts, fullness, wal }));
        }
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY)
            .idle_timeout(Duration::from_secs(30))
            // A log that lies there holds commits; without one not even an empty log is made.
            .connect_lazy_with(reader_options(file).immutable(access == Access::Look && !wal::lies_beside(file)));
        let (write, writer) = writer.unzip();
        let pool = Pool::Sqlite { read, write, file: file.to_owned() };
        let store = Self { pool, ambient, skew_ms: Arc::default(), broken, fullness, counts, wal_bytes };
        if access == Access::Read {
            store.refuse_other_schema().await?;
        }
        Ok((store, WriterTask(writer)))
    }

    async fn open_postgres(
        url: &Secret<String>,
        connections: u32,
        access: Access,
        ambient: Ambient,
    ) -> Result<(Self, WriterTask), OpenError> {
        let options: PgConnectOptions = url.reveal().parse().map_err(|_| OpenError::Address)?;
        let options = options.application_name("radard").statement_cache_capacity(PREPARED).disable_statement_logging();
        let options = options.options(PLANS);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(BUSY)
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    let rested = meta.idle_for > RESTED;
                    Ok(!rested || connection.ping().await.is_ok())
                })
            })
            .connect_lazy_with(options);
        let store = Self {
            pool: Pool::Postgres(Arc::new(Kept::new(pool.clone(), ambient.clock.clone()))),
            ambient,
            skew_ms: Arc::default(),
            broken: CancellationToken::new(),
            fullness: Arc::default(),
            counts: Arc::default(),
            wal_bytes: Arc::default(),
        };
        match access {
            Access::Write => store.bring_postgres_to_present(&pool).await?,
            Access::Read => store.refuse_other_schema().await?,
            Access::Look => {}
        }
        store.read_clock().await?;
        Ok((store, WriterTask(None)))
    }

    async fn bring_postgres_to_present(&self, pool: &PgPool) -> Result<(), OpenError> {
        loop {
            let begun = pool.begin().await.map_err(Error::in_act("open the database"))?;
            let mut tx = self.tx(Conn::Open(begun));
            // Two processes that start together take turns; the number is ours alone.
            tx.run("wait for the schema", "SELECT pg_advisory_xact_lock(7260118734550412)").await?;
            let went = migrate::step(&mut tx, self.ambient.clock.now()).await?;
            tx.commit().await?;
            if !went {
                return Ok(());
            }
        }
    }

    async fn refuse_other_schema(&self) -> Result<(), OpenError> {
        let schema = self.read(|tx| Box::pin(async move { Ok(migrate::look_only(tx).await) })).await;
        let schema = schema.map_err(|e: Error| OpenError::Store(e))??;
        if schema.found == schema.known { Ok(()) } else { Err(OpenError::Behind(schema)) }
    }

    fn tx(&self, conn: Conn) -> Tx {
        Tx::new(conn, self.now(), self.ambient.entropy.clone())
    }

    /// Runs `work` in a transaction and answers after its commit is on the disk.
    ///
    /// An error of the closure rolls its own work back and nobody else's. The closure awaits nothing but its own
    /// statements. Dropping the future does not undo work that already went to the writer.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, E>> + Send + 'static,
    {
        self.send(work, false).await
    }

    /// Runs `work`, which is one batch that counts for itself, and answers after it is on the disk.
    pub async fn write_one<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, E>> + Send + 'static,
    {
        self.send(work, true).await
    }

    async fn send<T, E, F>(&self, work: F, is_one: bool) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, E>> + Send + 'static,
    {
        let hold = self.ambient.clock.hold();
        match &self.pool {
            Pool::Sqlite { write: None, .. } => {
                Err(Error::Closed { act: "write to a store opened for reading" }.into())
            }
            Pool::Sqlite { write: Some(writer), .. } => {
                let (reply, answer) = oneshot::channel();
                let errand = Box::new(Closure { work: Some(work), is_one, outcome: None, reply, _hold: hold });
                let closed = |_| Error::Closed { act: "write" };
                writer.send(errand).await.map_err(|_| Error::Closed { act: "write" })?;
                answer.await.map_err(closed)?
            }
            Pool::Postgres(kept) => {
                let begun = kept.pool.begin().await.map_err(Error::in_act("begin a transaction"))?;
                let mut tx = self.tx(Conn::Open(begun));
                let done = work(&mut tx).await?;
                let counted = std::mem::take(&mut tx.counted);
                write_counts(&mut tx, counted).await?;
                tx.commit().await?;
                self.counts.commits.fetch_add(1, Ordering::Relaxed);
                self.counts.errands.fetch_add(1, Ordering::Relaxed);
                Ok(done)
            }
        }
    }

    /// Runs `work`, of which each statement may stand alone, and answers after they are on the disk. On `PostgreSQL`
    /// there is no transaction around them, which saves two ways to the server; on `SQLite` it is [`Store::write`].
    pub async fn write_alone<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, E>> + Send + 'static,
    {
        let Pool::Postgres(kept) = &self.pool else { return self.write(work).await };
        let _hold = self.ambient.clock.hold();
        let conn = Conn::Plain(kept.take().await.map_err(Error::in_act("get a connection"))?);
        let mut tx = self.tx(conn);
        let done = work(&mut tx).await?;
        let counted = std::mem::take(&mut tx.counted);
        write_counts(&mut tx, counted).await?;
        tx.keep_plain(kept);
        self.counts.commits.fetch_add(1, Ordering::Relaxed);
        self.counts.errands.fetch_add(1, Ordering::Relaxed);
        Ok(done)
    }

    /// Runs `work`, which only reads, on a connection of its own.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send,
        E: From<Error>,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, E>>,
    {
        let _hold = self.ambient.clock.hold();
        let failed = Error::in_act("get a connection");
        let conn = match &self.pool {
            Pool::Sqlite { read, .. } => Conn::Reader(read.acquire().await.map_err(failed)?),
            Pool::Postgres(kept) => Conn::Plain(kept.take().await.map_err(failed)?),
        };
        let mut tx = self.tx(conn);
        let found = work(&mut tx).await?;
        if let Pool::Postgres(kept) = &self.pool {
            tx.keep_plain(kept);
        }
        Ok(found)
    }

    /// The store's moment: the database's clock on PostgreSQL, the ambient one otherwise.
    pub fn now(&self) -> Millis {
        Millis(self.ambient.clock.now().0.saturating_add(self.skew_ms.load(Ordering::Relaxed)))
    }

    /// How far the database's clock is ahead of ours, in milliseconds.
    pub fn skew_ms(&self) -> i64 {
        self.skew_ms.load(Ordering::Relaxed)
    }

    /// Asks the database for its clock. A simulated world has no other clock than its own.
    pub async fn read_clock(&self) -> Result<(), Error> {
        let Pool::Postgres(kept) = &self.pool else { return Ok(()) };
        if self.ambient.clock.is_simulated() {
            return Ok(());
        }
        let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
        let before = self.ambient.clock.now();
        let row = sqlx::query(sql).fetch_one(&kept.pool).await.map_err(Error::in_act("read the database's clock"))?;
        let theirs: i64 = row.try_get(0).map_err(Error::in_act("read the database's clock"))?;
        let middle = before.0.midpoint(self.ambient.clock.now().0);
        self.skew_ms.store(theirs.saturating_sub(middle), Ordering::Relaxed);
        Ok(())
    }

    /// Proves that a write could begin now, without writing.
    pub async fn prove_writable(&self) -> Result<(), Error> {
        self.write(|_| Box::pin(async { Ok(()) })).await
    }

    pub(in crate::store) const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Gives pages that rows left empty back to the disk, a few at a time. On PostgreSQL the server does that.
    pub async fn give_space_back(&self) -> Result<(), Error> {
        if self.is_shared() {
            return Ok(());
        }
        self.write(|tx| Box::pin(async move { tx.run("give space back", "PRAGMA incremental_vacuum(500)").await }))
            .await
    }

    /// Whether several processes may share this database.
    pub const fn is_shared(&self) -> bool {
        matches!(self.pool, Pool::Postgres(_))
    }

    /// Whether the last write was refused because our disk is full.
    pub fn is_full(&self) -> bool {
        self.fullness.is_full()
    }

    /// Resolves when that changed; for one waiter.
    pub async fn fullness_changed(&self) {
        self.fullness.changed().await;
    }

    /// The database file, on SQLite.
    pub fn file(&self) -> Option<&Path> {
        match &self.pool {
            Pool::Sqlite { file, .. } => Some(file),
            Pool::Postgres(_) => None,
        }
    }

    /// Resolves when the disk broke its promise; the process must end then.
    pub async fn broken(&self) {
        self.broken.cancelled().await;
    }

    /// Whether the disk broke its promise.
    pub fn is_broken(&self) -> bool {
        self.broken.is_cancelled()
    }

    /// What the writer did so far.
    pub fn counts(&self) -> &WriterCounts {
        &self.counts
    }

    /// The size of the write-ahead log when it was last looked at.
    pub fn wal_bytes(&self) -> u64 {
        self.wal_bytes.load(Ordering::Relaxed)
    }

    /// Lets go of reading connections; the writer ends when the last handle does.
    pub async fn close(self) {
        match self.pool {
            Pool::Sqlite { read, .. } => read.close().await,
            Pool::Postgres(kept) => kept.close().await,
        }
    }
}

/// Makes sure that the names of the files are on the disk: SQLite tries, and keeps it to itself when that fails.
fn sync_folder(file: &Path) -> Result<(), Error> {
    let act = "sync the folder of the database";
    let folder = file.parent().unwrap_or(Path::new("."));
    let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| Error::Broken { act, cause: error.to_string() })
}

pub(in crate::store) fn sqlite_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(PREPARED)
        // `wal` moves the log over itself, where a failure is seen.
        .pragma("wal_autocheckpoint", "0")
        // What is deleted is overwritten where that costs no write.
        .pragma("secure_delete", "FAST")
        // KiB, taken as they are needed: the pages around the heads of lines stay at hand beside a long queue.
        .pragma("cache_size", "-16384")
        // What a savepoint may have to bring back is a few pages; a file for each would cost more than the commit.
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

/// A reader changes nothing, so it may not even name the settings that are kept in the file.
fn reader_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(PREPARED)
        .disable_statement_logging()
}

async fn bring_to_present(tx: &mut Tx, file: &Path, ambient: &Ambient) -> Result<(), OpenError> {
    let schema = migrate::look(tx).await?;
    if schema.found > 0 && schema.found < schema.known {
        copy::before_step(tx, file, ambient.clock.now()).await.map_err(OpenError::Backup)?;
    }
    loop {
        tx.run("begin a transaction", "BEGIN IMMEDIATE").await?;
        match migrate::step(tx, ambient.clock.now()).await {
            Ok(went) => {
                tx.run("commit", "COMMIT").await?;
                if !went {
                    return Ok(());
                }
            }
            Err(error) => {
                tx.run("roll back", "ROLLBACK").await?;
                return Err(error.into());
            }
        }
    }
}
