//! One connection in somebody's hands, of either database, and the macro that speaks to both.
//!
//! A statement is written once. `on!` gives the same expression to both drivers, because a query is typed by its
//! database; nothing outside `store` sees either of them.

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use super::error::Error;
use crate::ambient::Entropy;
use crate::domain::Millis;

/// A future in a box, for the closures that `write` and `read` take.
pub type Work<'t, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 't>>;

/// What a closure of [`super::Store::write`] or [`super::Store::read`] works with.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    /// The moment this work counts as, by the store's clock.
    pub(crate) now: Millis,
    pub(crate) entropy: Entropy,
}

#[derive(Debug)]
pub(super) enum Conn {
    /// The one writing connection of `SQLite`.
    Writer(SqliteConnection),
    /// A reading connection of `SQLite`.
    Reader(PoolConnection<Sqlite>),
    /// An open transaction on `PostgreSQL`.
    Open(Transaction<'static, Postgres>),
    /// A connection of `PostgreSQL` on which each statement stands alone.
    Plain(PoolConnection<Postgres>),
}

/// The driver's connection, for one statement.
pub(super) enum Raw<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Tx {
    pub(super) const fn new(conn: Conn, now: Millis, entropy: Entropy) -> Self {
        Self { conn, now, entropy }
    }

    /// The moment this work counts as.
    pub const fn now(&self) -> Millis {
        self.now
    }

    pub(super) fn raw(&mut self) -> Raw<'_> {
        match &mut self.conn {
            Conn::Writer(c) => Raw::Sqlite(c),
            Conn::Reader(c) => Raw::Sqlite(c),
            Conn::Open(c) => Raw::Postgres(c),
            Conn::Plain(c) => Raw::Postgres(c),
        }
    }

    /// The text of a statement that locks the rows it takes: only `PostgreSQL` has more than one writer.
    pub(super) const fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.conn {
            Conn::Writer(_) | Conn::Reader(_) => sqlite,
            Conn::Open(_) | Conn::Plain(_) => postgres,
        }
    }

    /// Whether several processes may share this database.
    pub const fn is_shared(&self) -> bool {
        matches!(self.conn, Conn::Open(_) | Conn::Plain(_))
    }

    pub(super) async fn commit(self) -> Result<(), Error> {
        match self.conn {
            Conn::Open(tx) => tx.commit().await.map_err(Error::in_act("commit")),
            Conn::Writer(_) | Conn::Reader(_) | Conn::Plain(_) => Ok(()),
        }
    }

    /// Runs `sql` without rows and without parameters: `BEGIN`, `COMMIT`, pragmas.
    pub(super) async fn run(&mut self, act: &'static str, sql: &'static str) -> Result<(), Error> {
        on!(self, db => sqlx::query(sql).execute(db).await.map(drop)).map_err(Error::in_act(act))
    }
}

/// Gives `$body` the driver's connection as `$db`, whichever database it is.
macro_rules! on {
    ($tx:expr, $db:ident => $body:expr) => {
        match $tx.raw() {
            $crate::store::tx::Raw::Sqlite($db) => $body,
            $crate::store::tx::Raw::Postgres($db) => $body,
        }
    };
}
pub(super) use on;
