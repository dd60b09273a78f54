//! Connections to `PostgreSQL` that stay at hand between statements.
//!
//! The pool asks each connection that comes back whether it still lives, and hands out the one that rested longest:
//! for a short statement that is a second way to the server, and to a process there that has gone cold. Of the
//! connections kept here the one that was used last is used next. Three in four are kept, so that transactions, which take
//! theirs from the pool, always find one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Connection, PgPool, Postgres};

use crate::ambient::Clock;

/// A connection that nobody used for so long is asked whether it still lives.
pub(in crate::store) const RESTED: Duration = Duration::from_secs(1);

/// A pool, and the connections of it that are kept.
#[derive(Debug)]
pub(in crate::store) struct Kept {
    pub(in crate::store) pool: PgPool,
    clock: Clock,
    free: Mutex<Vec<(PoolConnection<Postgres>, Duration)>>,
}

impl Kept {
    pub(in crate::store) const fn new(pool: PgPool, clock: Clock) -> Self {
        Self { pool, clock, free: Mutex::new(Vec::new()) }
    }

    /// The connection that was used last and is free, or one of the pool.
    pub(in crate::store) async fn take(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        loop {
            let Some((mut connection, since)) = self.free().pop() else { return self.pool.acquire().await };
            let rested = self.clock.steady().saturating_sub(since) > RESTED;
            if !rested || connection.ping().await.is_ok() {
                return Ok(connection);
            }
        }
    }

    /// Keeps a connection on which everything went well.
    pub(in crate::store) fn keep(&self, connection: PoolConnection<Postgres>) {
        let most = usize::try_from(self.pool.options().get_max_connections() / 4 * 3).unwrap_or(0);
        let now = self.clock.steady();
        let mut free = self.free();
        if free.len() < most && !self.pool.is_closed() {
            free.push((connection, now));
        }
    }

    /// Gives every connection back and closes the pool.
    pub(in crate::store) async fn close(&self) {
        self.free().clear();
        self.pool.close().await;
    }

    fn free(&self) -> MutexGuard<'_, Vec<(PoolConnection<Postgres>, Duration)>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
