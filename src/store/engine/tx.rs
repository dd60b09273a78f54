//! One connection in somebody's hands, of either database, and the macro that speaks to both.
//!
//! A statement is written once. `on!` gives the same expression to both drivers, because a query is typed by its
//! database; nothing outside `store` sees either of them.

use std::collections::BTreeMap;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use super::error::Error;
use super::kept::Kept;
use crate::ambient::Entropy;
use crate::domain::Millis;

/// A future in a box, for the closures that `write` and `read` take.
pub type Work<'t, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 't>>;

/// What a closure of [`crate::store::Store::write`] or [`crate::store::Store::read`] works with.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    /// The moment this work counts as, by the store's clock.
    pub(crate) now: Millis,
    pub(crate) entropy: Entropy,
    /// How this work changes the counts of jobs, by kind and state; written when it ends.
    pub(in crate::store) counted: Counted,
    /// What goes to the database before the next statement, in one text with it where that is known to be safe.
    lead: &'static str,
    /// What may go after the next batch, in one text with it: the commit, for work that is one batch.
    trail: &'static str,
    /// The last refusal that concerns more than the statement it met: a full or failing disk, a busy database.
    trouble: Option<Error>,
    /// Whether this work forgets somebody.
    erases: bool,
}

/// Changes of the counts of jobs, by kind and state.
pub(in crate::store) type Counted = BTreeMap<(String, &'static str), i64>;

#[derive(Debug)]
pub(in crate::store) enum Conn {
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
pub(in crate::store) enum Raw<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Tx {
    pub(in crate::store) const fn new(conn: Conn, now: Millis, entropy: Entropy) -> Self {
        Self { conn, now, entropy, counted: Counted::new(), lead: "", trail: "", trouble: None, erases: false }
    }

    /// The moment this work counts as.
    pub const fn now(&self) -> Millis {
        self.now
    }

    /// Overwrites what this work deletes, in the database and then in its log: somebody is forgotten. A server keeps its
    /// files by its own rules.
    pub async fn erase(&mut self) -> Result<(), Error> {
        if self.is_shared() {
            return Ok(());
        }
        self.erases = true;
        self.run("overwrite what is deleted", "PRAGMA secure_delete = ON").await
    }

    /// Whether somebody was forgotten since this was asked last.
    pub(in crate::store) fn take_erased(&mut self) -> bool {
        std::mem::take(&mut self.erases)
    }

    pub(in crate::store) fn raw(&mut self) -> Raw<'_> {
        match &mut self.conn {
            Conn::Writer(c) => Raw::Sqlite(c),
            Conn::Reader(c) => Raw::Sqlite(c),
            Conn::Open(c) => Raw::Postgres(c),
            Conn::Plain(c) => Raw::Postgres(c),
        }
    }

    /// The text of a statement that locks the rows it takes: only `PostgreSQL` has more than one writer.
    pub(in crate::store) const fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.conn {
            Conn::Writer(_) | Conn::Reader(_) => sqlite,
            Conn::Open(_) | Conn::Plain(_) => postgres,
        }
    }

    /// Whether several processes may share this database.
    pub const fn is_shared(&self) -> bool {
        matches!(self.conn, Conn::Open(_) | Conn::Plain(_))
    }

    /// Gives the connection of `PostgreSQL` back after everything went well on it.
    pub(in crate::store) fn keep_plain(self, kept: &Kept) {
        if let Conn::Plain(connection) = self.conn {
            kept.keep(connection);
        }
    }

    pub(in crate::store) async fn commit(self) -> Result<(), Error> {
        match self.conn {
            Conn::Open(tx) => tx.commit().await.map_err(Error::in_act("commit")),
            Conn::Writer(_) | Conn::Reader(_) | Conn::Plain(_) => Ok(()),
        }
    }

    /// Lets `lead` (statements without parameters, each closed by a semicolon) go before whatever comes next: on
    /// `SQLite` each text is a way to another thread and back, and those ways are what a small write costs.
    pub(in crate::store) const fn lead(&mut self, lead: &'static str) {
        self.lead = lead;
    }

    /// Whether a lead still waits, that is nothing was run since it was given.
    pub(in crate::store) const fn is_led(&self) -> bool {
        !self.lead.is_empty()
    }

    /// Lets `trail` go after the next batch.
    pub(in crate::store) const fn trail(&mut self, trail: &'static str) {
        self.trail = trail;
    }

    /// Takes the trail, if one waits.
    pub(in crate::store) fn take_trail(&mut self) -> &'static str {
        std::mem::take(&mut self.trail)
    }

    /// `sql` behind the lead, if one waits. For statements that often come first.
    pub(in crate::store) fn led(&mut self, sql: &str) -> String {
        [std::mem::take(&mut self.lead), sql].concat()
    }

    /// Sends a lead that still waits; `on!` calls this before each statement.
    pub(in crate::store) async fn ready(&mut self) -> Result<(), sqlx::Error> {
        let lead = std::mem::take(&mut self.lead);
        match (lead, self.raw()) {
            ("", _) => Ok(()),
            (_, Raw::Sqlite(db)) => sqlx::query(lead).execute(db).await.map(drop),
            (_, Raw::Postgres(db)) => sqlx::raw_sql(lead).execute(db).await.map(drop),
        }
    }

    /// Remembers what a statement was refused for, if it concerns more than the statement.
    pub(in crate::store) fn refused(&mut self, cause: &sqlx::Error) {
        let error = Error::in_act("run a transaction")(cause);
        if error.is_passing() || error.is_fatal() {
            self.trouble = Some(error);
        }
    }

    /// Why the whole transaction is gone, if a statement met the reason.
    pub(in crate::store) const fn take_trouble(&mut self) -> Option<Error> {
        self.trouble.take()
    }

    /// Runs `sql` without rows and without parameters: `BEGIN`, `COMMIT`, pragmas.
    pub(in crate::store) async fn run(&mut self, act: &'static str, sql: &'static str) -> Result<(), Error> {
        on!(self, db => sqlx::query(sql).execute(db).await.map(drop)).map_err(Error::in_act(act))
    }
}

/// Gives `$body` the driver's connection as `$db`, whichever database it is.
macro_rules! on {
    ($tx:expr, $db:ident => $body:expr) => {{
        let answer = match $tx.ready().await {
            Err(refused) => Err(refused),
            Ok(()) => match $tx.raw() {
                $crate::store::engine::tx::Raw::Sqlite($db) => $body,
                $crate::store::engine::tx::Raw::Postgres($db) => $body,
            },
        };
        if let Err(cause) = &answer {
            $tx.refused(cause);
        }
        answer
    }};
}
pub(in crate::store) use on;
