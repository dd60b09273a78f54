//! Taking jobs: the heads of all lines in one look, then the next jobs of one line.
//!
//! A *slot* is a pair of lane and kind. The first statement hops from slot to slot over the index, so a closed lane
//! with a hundred thousand waiting jobs costs one hop, and what is not due is not in that index at all. Lane and kind
//! are compared one by one: to pass a pair of values `SQLite` walks over every row that equals it. Jobs that crashed
//! before are few; whoever claims may ask for them apart from the others.

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::state::State;
use super::tally::moved_by_batch;
use crate::domain::Millis;
use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

const SLOTS: &str = "WITH RECURSIVE head(id) AS (
        SELECT (SELECT id FROM job WHERE turn IS NOT NULL ORDER BY lane, kind, priority DESC, turn, id LIMIT 1)
        UNION ALL
        SELECT COALESCE(
            (SELECT n.id FROM job n WHERE n.turn IS NOT NULL AND n.lane = j.lane AND n.kind > j.kind
                ORDER BY n.lane, n.kind, n.priority DESC, n.turn, n.id LIMIT 1),
            (SELECT n.id FROM job n WHERE n.turn IS NOT NULL AND n.lane > j.lane
                ORDER BY n.lane, n.kind, n.priority DESC, n.turn, n.id LIMIT 1))
        FROM head JOIN job j ON j.id = head.id
    ), line(lane, kind, priority, crashed) AS (
        SELECT (SELECT lane FROM job WHERE id = head.id), (SELECT kind FROM job WHERE id = head.id),
            (SELECT priority FROM job WHERE id = head.id), FALSE
        FROM head WHERE id IS NOT NULL
        UNION ALL
        SELECT j.lane, j.kind, MAX(j.priority), TRUE FROM job j
        WHERE j.turn IS NOT NULL AND j.crashes > 0 AND j.crashes >= $2 GROUP BY j.lane, j.kind
    )
    SELECT lane, kind, priority, crashed FROM line
    WHERE NOT EXISTS (SELECT 1 FROM gate g WHERE (g.paused OR g.open_at > $1)
        AND ((g.scope = 'lane' AND g.name = line.lane) OR (g.scope = 'kind' AND g.name = line.kind)))";
macro_rules! columns {
    () => {
        "id, key, target, payload, priority, attempts, attempts_max, crashes, snoozes, failing_since, fence, progress"
    };
}
/// The next jobs of a line, of those whose crashes are meant, by where they lie. (A limit that is more than a bare
/// parameter keeps `SQLite` from preparing the statement again for each value.)
macro_rules! pick {
    ($row:literal, $crashes:literal) => {
        concat!(
            "SELECT ",
            $row,
            " FROM job WHERE lane = $1 AND kind = $2 AND turn IS NOT NULL AND ",
            $crashes,
            " ORDER BY priority DESC, turn, id LIMIT $3 + 0"
        )
    };
}
macro_rules! start {
    ($which:expr) => {
        concat!(
            "UPDATE job SET state = 'running', turn = NULL, fence = fence + 1, lease_owner = $4, lease_until = $5,
                updated_at = $6
            WHERE ",
            $which,
            " RETURNING ",
            columns!()
        )
    };
}
macro_rules! take {
    ($crashes:literal) => {
        start!(concat!("rowid IN (", pick!("rowid", $crashes), ")"))
    };
}
/// `PostgreSQL` locks what it takes, and counts in the same statement.
macro_rules! take_locked {
    ($crashes:literal) => {
        concat!(
            "WITH pick AS MATERIALIZED (",
            pick!("ctid", $crashes),
            " FOR UPDATE SKIP LOCKED), taken AS (",
            start!("ctid = ANY (ARRAY(SELECT ctid FROM pick))"),
            "), counted AS (INSERT INTO job_delta (id, kind, state, n)
                SELECT gen_random_uuid(), $2, state, sign * n
                FROM (SELECT COUNT(*) AS n FROM taken) AS all_taken, (VALUES ('queued', -1), ('running', 1))
                    AS step(state, sign) WHERE n > 0)
            SELECT ",
            columns!(),
            " FROM taken"
        )
    };
}
const TAKE: &str = take!("crashes < $7");
const TAKE_LOCKED: &str = take_locked!("crashes < $7");
const TAKE_SUSPECT: &str = take!("crashes > 0 AND crashes >= $7");
const TAKE_SUSPECT_LOCKED: &str = take_locked!("crashes > 0 AND crashes >= $7");
macro_rules! ours {
    () => {
        "id = v_id AND state = 'running' AND lease_owner = v_owner"
    };
}
/// On `PostgreSQL` whoever writes one of these rows just now may wait for another of them, so this waits for nobody: a
/// row that somebody has locked counts as held, and the next renewal sees what became of it.
const RENEW: Batch = Batch {
    rows: &[("v_id", Of::Id), ("v_owner", Of::Text), ("v_until", Of::Number)],
    sqlite: concat!("UPDATE job SET lease_until = v_until FROM v WHERE ", ours!(), " RETURNING id"),
    postgres: concat!(
        ", free AS MATERIALIZED (SELECT id AS free_id, v_until FROM job, v WHERE id = ANY ($1) AND ",
        ours!(),
        " FOR UPDATE OF job SKIP LOCKED), renewed AS (UPDATE job SET lease_until = v_until FROM free
            WHERE id = ANY ($1) AND id = free_id)
        SELECT id FROM job, v WHERE id = ANY ($1) AND ",
        ours!()
    ),
};

pub(super) const BATCHES: &[Batch] = &[RENEW];
pub(super) const STATEMENTS: &[&str] = &[SLOTS, TAKE, TAKE_LOCKED, TAKE_SUSPECT, TAKE_SUSPECT_LOCKED];

/// A line of due jobs that may be taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The lane.
    pub lane: String,
    /// The kind.
    pub kind: String,
    /// The priority of its next job.
    pub priority: i64,
    /// Which of its jobs are meant.
    pub whom: Whom,
}

/// Which jobs of a line are meant, by the crashes that they have behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whom {
    /// All.
    #[default]
    Everyone,
    /// Those with fewer crashes.
    Below(i64),
    /// Those with so many or more.
    From(i64),
}

/// A job in a worker's hands.
#[derive(Debug, Clone, FromRow)]
pub struct Claimed {
    /// Which job.
    pub id: Uuid,
    /// What it does.
    #[sqlx(skip)]
    pub kind: String,
    /// What makes it the same work as another of its kind.
    pub key: String,
    /// What takes turns with others of its lane; empty when nothing does.
    pub target: String,
    /// The lane it runs in.
    #[sqlx(skip)]
    pub lane: String,
    /// Canonical JSON.
    pub payload: String,
    /// Higher goes first.
    pub priority: i64,
    /// Failed attempts so far.
    pub attempts: i64,
    /// Attempts until it is dead.
    pub attempts_max: i64,
    /// Processes that died holding it, without progress in between.
    pub crashes: i64,
    /// Times it waited without an attempt.
    pub snoozes: i64,
    /// Since when it fails without spending attempts.
    pub failing_since: Option<i64>,
    /// The number that every write of this worker must carry.
    pub fence: i64,
    /// What it remembered of an earlier run.
    pub progress: Option<String>,
}

/// The lines that have due jobs and stand open. With `last_chance`, jobs with so many crashes behind them are lines of
/// their own, apart from the others of their lane and kind.
pub async fn slots(tx: &mut Tx, last_chance: Option<i64>) -> Result<Vec<Slot>, Error> {
    let (now, text) = (tx.now.0, tx.led(SLOTS));
    let lines: Vec<(String, String, i64, bool)> = on!(tx, db => sqlx::query_as(AssertSqlSafe(text))
        .bind(now).bind(last_chance.unwrap_or(i64::MAX)).fetch_all(db).await)
    .map_err(Error::in_act("look for due jobs"))?;
    let slot = |(lane, kind, priority, crashed)| {
        let whom = match last_chance {
            None => Whom::Everyone,
            Some(crashes) if crashed => Whom::From(crashes),
            Some(crashes) => Whom::Below(crashes),
        };
        Slot { lane, kind, priority, whom }
    };
    Ok(lines.into_iter().map(slot).collect())
}

/// Takes up to `n` jobs of `slot` under a lease: who holds them, and until when.
pub async fn take(tx: &mut Tx, slot: &Slot, n: usize, owner: &str, until: Millis) -> Result<Vec<Claimed>, Error> {
    let (now, n) = (tx.now.0, i64::try_from(n).unwrap_or(i64::MAX));
    let (text, crashes) = match slot.whom {
        Whom::Everyone => (tx.pick(TAKE, TAKE_LOCKED), i64::MAX),
        Whom::Below(crashes) => (tx.pick(TAKE, TAKE_LOCKED), crashes),
        Whom::From(crashes) => (tx.pick(TAKE_SUSPECT, TAKE_SUSPECT_LOCKED), crashes),
    };
    let mut taken: Vec<Claimed> = on!(tx, db => sqlx::query_as(text)
        .bind(&slot.lane).bind(&slot.kind).bind(n).bind(owner).bind(until.0).bind(now).bind(crashes)
        .fetch_all(db).await)
    .map_err(Error::in_act("take jobs"))?;
    for job in &mut taken {
        (job.kind, job.lane) = (slot.kind.clone(), slot.lane.clone());
        moved_by_batch(tx, &job.kind, Some(State::Queued), Some(State::Running));
    }
    taken.sort_by_key(|job| (std::cmp::Reverse(job.priority), job.id));
    Ok(taken)
}

/// Renews the leases of `held` until `until`; gives those that are still ours, as far as can be told without waiting.
pub async fn renew(tx: &mut Tx, owner: &str, held: &[Uuid], until: Millis) -> Result<Vec<Uuid>, Error> {
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<[Cell<'_>; 3]> = held.iter().map(|id| [(*id).into(), owner.into(), until.0.into()]).collect();
    let kept: Vec<(Uuid,)> = RENEW.run(tx, &rows).await.map_err(Error::in_act("renew leases"))?;
    Ok(kept.into_iter().map(|row| row.0).collect())
}
