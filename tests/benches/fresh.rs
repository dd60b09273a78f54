//! A database of its own for one figure, with its writer running; gone when the figure is taken.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use radard::ambient::Ambient;
use radard::domain::{Millis, Secret};
use radard::store::{self, Access, Place, Store, jobs};
use radard::supervise::Supervisor;
use tokio::task::JoinSet;

/// An opened store with its writer, the way the daemon has it.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    pub(crate) house: Supervisor,
    pub(crate) ambient: Ambient,
    server: Option<(String, String)>,
}

impl Fresh {
    /// Opens a new database: on the server `pg` when there is one, else the file `bench.db` in `dir`.
    pub(crate) async fn open(dir: &Path, pg: Option<&str>, connections: u32) -> anyhow::Result<Self> {
        let Some(url) = pg else { return Self::open_at(&Place::Sqlite(dir.join("bench.db"))).await };
        let ambient = Ambient::real(None);
        let name = format!("bench_{}", ambient.entropy.id(ambient.clock.now()).simple());
        psql(url, &format!("CREATE DATABASE {name}"))?;
        let base = url.rsplit_once('/').context("the address of the server has no database")?.0;
        let place = Place::Postgres(Secret::new(format!("{base}/{name}")), connections);
        let fresh = Self::open_at(&place).await?;
        // As the peers do, so we begin to count when the connections stand. Ours belong to a daemon that runs for
        // months: each has claimed and settled before, here nothing.
        let mut hellos = JoinSet::new();
        for _ in 0..connections {
            let store = fresh.store.clone();
            hellos.spawn(async move { store.write_alone(|tx| Box::pin(work_on_nothing(tx))).await });
        }
        while let Some(hello) = hellos.join_next().await {
            hello??;
        }
        Ok(Self { server: Some((url.to_owned(), name)), ..fresh })
    }

    /// Opens the database at `place`.
    pub(crate) async fn open_at(place: &Place) -> anyhow::Result<Self> {
        let ambient = Ambient::real(Some(1));
        let (store, writer) = Store::open(place, Access::Write, ambient.clone()).await?;
        let house = Supervisor::new(ambient.clone());
        writer.start(&house);
        Ok(Self { store, house, ambient, server: None })
    }

    /// Lets everyone leave and throws a database on a server away.
    pub(crate) async fn leave(self) -> anyhow::Result<()> {
        self.store.close().await;
        self.house.leave(Duration::from_secs(30)).await;
        match self.server {
            Some((url, name)) => psql(&url, &format!("DROP DATABASE {name} WITH (FORCE)")),
            None => Ok(()),
        }
    }
}

async fn work_on_nothing(tx: &mut store::Tx) -> Result<(), store::Error> {
    let (lane, kind) = ("none".to_owned(), "none".to_owned());
    let end = jobs::End::done(uuid::Uuid::nil(), 0, kind.clone());
    jobs::slots(tx, Some(2)).await?;
    jobs::take(tx, &jobs::Slot { lane, kind, priority: 0, whom: jobs::Whom::Below(2) }, 1, "nobody", Millis(0)).await?;
    jobs::settle(tx, &[end]).await.map(drop)
}

fn psql(url: &str, sql: &str) -> anyhow::Result<()> {
    let done = Command::new("psql").args(["-q", "-X", url, "-c", sql]).stdout(Stdio::null()).status();
    ensure!(done.context("cannot run psql")?.success(), "psql refused `{sql}`");
    Ok(())
}

/// A folder that is thrown away with the value.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// Makes a new one.
    pub(crate) fn new(name: &str) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("radard-bench-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make `{}`", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _leftovers = std::fs::remove_dir_all(&self.0);
    }
}
