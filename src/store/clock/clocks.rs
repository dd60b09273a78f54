//! The clock as it was seen last, so that a jump is noticed also after a restart; and when the last backup was made.

use sqlx::FromRow;

use crate::domain::Millis;
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

/// Clocks of machines that share a database may differ by this much; a moment further ahead was written by a wrong
/// clock, and a clock that moves further than that at once has jumped.
pub const TOLERANCE: std::time::Duration = std::time::Duration::from_mins(5);

const SEEN: &str = "SELECT wall_at, boot, up_ms, jump_ms, stable_ms FROM clock_seen WHERE id = 1";
const SEEN_LOCKED: &str = "SELECT wall_at, boot, up_ms, jump_ms, stable_ms FROM clock_seen WHERE id = 1 FOR UPDATE";
const KEEP: &str =
    "INSERT INTO clock_seen (id, wall_at, boot, up_ms, jump_ms, stable_ms) VALUES (1, $1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET wall_at = excluded.wall_at, boot = excluded.boot, up_ms = excluded.up_ms,
        jump_ms = excluded.jump_ms, stable_ms = excluded.stable_ms";
const BACKUP: &str = "SELECT at FROM backup_made WHERE id = 1";
const BACKED_UP: &str =
    "INSERT INTO backup_made (id, at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET at = excluded.at";

pub(super) const STATEMENTS: &[&str] = &[SEEN, SEEN_LOCKED, KEEP, BACKUP, BACKED_UP];

/// The clock as it was seen last.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Seen {
    /// The store's time.
    pub wall_at: i64,
    /// The boot of the machine that looked.
    pub boot: String,
    /// How long that machine had been up, in milliseconds.
    pub up_ms: i64,
    /// By how much the clock jumped, until it was stable for long enough.
    pub jump_ms: Option<i64>,
    /// For how long it was stable since, in milliseconds.
    pub stable_ms: i64,
}

/// What was seen last, if anything.
pub async fn seen(tx: &mut Tx) -> Result<Option<Seen>, Error> {
    on!(tx, db => sqlx::query_as(SEEN).fetch_optional(db).await).map_err(Error::in_act("read the last time"))
}

/// The same for a transaction that writes it: of several machines one at a time.
pub async fn seen_for_change(tx: &mut Tx) -> Result<Option<Seen>, Error> {
    let text = tx.pick(SEEN, SEEN_LOCKED);
    on!(tx, db => sqlx::query_as(text).fetch_optional(db).await).map_err(Error::in_act("read the last time"))
}

/// Notes what is seen now.
pub async fn keep(tx: &mut Tx, seen: &Seen) -> Result<(), Error> {
    on!(tx, db => sqlx::query(KEEP).bind(seen.wall_at).bind(&seen.boot).bind(seen.up_ms).bind(seen.jump_ms)
        .bind(seen.stable_ms).execute(db).await.map(drop))
    .map_err(Error::in_act("note the time"))
}

/// When the last good backup was made, or when waiting for one began.
pub async fn backup_at(tx: &mut Tx) -> Result<Option<Millis>, Error> {
    let at: Result<Option<(i64,)>, _> = on!(tx, db => sqlx::query_as(BACKUP).fetch_optional(db).await);
    Ok(at.map_err(Error::in_act("read when a backup was made"))?.map(|(at,)| Millis(at)))
}

/// Notes that a good backup was made now.
pub async fn backed_up(tx: &mut Tx) -> Result<(), Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query(BACKED_UP).bind(now).execute(db).await.map(drop))
        .map_err(Error::in_act("note that a backup was made"))
}
