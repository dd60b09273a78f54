//! Taking jobs: the heads of all lines in one look, then the next jobs of one line.
//!
//! A *slot* is a pair of lane and kind. The first statement hops from slot to slot over the index, so a closed lane
//! with a hundred thousand waiting jobs costs one hop, and what is not due is not in that index at all. Jobs that
//! crashed before are few; whoever claims may ask for them apart from the others.

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::batch::places;
use super::state::State;
use super::tally::Changes;
use crate::domain::Millis;
use crate::store::error::Error;
use crate::store::tx::{Tx, on};

const SLOTS: &str = "WITH RECURSIVE head(id) AS (
        SELECT (SELECT id FROM job WHERE turn IS NOT NULL ORDER BY lane, kind, priority DESC, turn, id LIMIT 1)
        UNION ALL
        SELECT (SELECT n.id FROM job n WHERE n.turn IS NOT NULL AND (n.lane, n.kind) > (j.lane, j.kind)
            ORDER BY n.lane, n.kind, n.priority DESC, n.turn, n.id LIMIT 1)
        FROM head JOIN job j ON j.id = head.id
    )
    SELECT j.lane, j.kind, j.priority FROM head JOIN job j ON j.id = head.id
    WHERE NOT EXISTS (SELECT 1 FROM gate g WHERE (g.paused OR g.open_at > $1)
        AND ((g.scope = 'lane' AND g.name = j.lane) OR (g.scope = 'kind' AND g.name = j.kind)))";
const SUSPECTS: &str = "SELECT j.lane, j.kind, MAX(j.priority) AS priority FROM job j
    WHERE j.turn IS NOT NULL AND j.crashes > 0 AND j.crashes >= $2
    AND NOT EXISTS (SELECT 1 FROM gate g WHERE (g.paused OR g.open_at > $1)
        AND ((g.scope = 'lane' AND g.name = j.lane) OR (g.scope = 'kind' AND g.name = j.kind)))
    GROUP BY j.lane, j.kind ORDER BY 3 DESC";
const TAKE: &str = "WITH pick AS MATERIALIZED (
        SELECT id FROM job WHERE lane = $1 AND kind = $2 AND turn IS NOT NULL AND (crashes >= $7) = $8
        ORDER BY priority DESC, turn, id LIMIT $3)
    UPDATE job SET state = 'running', turn = NULL, fence = fence + 1, lease_owner = $4, lease_until = $5,
        updated_at = $6
    WHERE id IN (SELECT id FROM pick)
    RETURNING id, kind, key, lane, target, payload, priority, attempts, attempts_max, crashes, snoozes, fence, progress";
const TAKE_LOCKED: &str = "WITH pick AS MATERIALIZED (
        SELECT id FROM job WHERE lane = $1 AND kind = $2 AND turn IS NOT NULL AND (crashes >= $7) = $8
        ORDER BY priority DESC, turn, id LIMIT $3 FOR UPDATE SKIP LOCKED)
    UPDATE job SET state = 'running', turn = NULL, fence = fence + 1, lease_owner = $4, lease_until = $5,
        updated_at = $6
    WHERE id IN (SELECT id FROM pick)
    RETURNING id, kind, key, lane, target, payload, priority, attempts, attempts_max, crashes, snoozes, fence, progress";

pub(super) const STATEMENTS: &[&str] = &[SLOTS, SUSPECTS, TAKE, TAKE_LOCKED];

/// A line of due jobs that may be taken from.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Slot {
    /// The lane.
    pub lane: String,
    /// The kind.
    pub kind: String,
    /// The priority of its next job.
    pub priority: i64,
    /// Which of its jobs are meant.
    #[sqlx(skip)]
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
    pub kind: String,
    /// What makes it the same work as another of its kind.
    pub key: String,
    /// The lane it runs in.
    pub lane: String,
    /// What takes turns within its line; may be empty.
    pub target: String,
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
    /// The number that every write of this worker must carry.
    pub fence: i64,
    /// What it remembered of an earlier run.
    pub progress: Option<String>,
}

/// The lines that have due jobs and stand open.
pub async fn slots(tx: &mut Tx) -> Result<Vec<Slot>, Error> {
    let now = tx.now.0;
    on!(tx, db => sqlx::query_as(SLOTS).bind(now).fetch_all(db).await).map_err(Error::in_act("look for due jobs"))
}

/// The open lines of due jobs that have `crashes` or more behind them, the most urgent first.
pub async fn suspects(tx: &mut Tx, crashes: i64) -> Result<Vec<Slot>, Error> {
    let now = tx.now.0;
    let found: Vec<Slot> = on!(tx, db => sqlx::query_as(SUSPECTS).bind(now).bind(crashes).fetch_all(db).await)
        .map_err(Error::in_act("look for jobs that crashed before"))?;
    Ok(found.into_iter().map(|slot| Slot { whom: Whom::From(crashes), ..slot }).collect())
}

/// Takes up to `n` jobs of `slot` under a lease: who holds them, and until when.
pub async fn take(tx: &mut Tx, slot: &Slot, n: usize, (owner, until): (&str, Millis)) -> Result<Vec<Claimed>, Error> {
    let text = tx.pick(TAKE, TAKE_LOCKED);
    let (now, n) = (tx.now.0, i64::try_from(n).unwrap_or(i64::MAX));
    let (crashes, or_more) = match slot.whom {
        Whom::Everyone => (0, true),
        Whom::Below(crashes) => (crashes, false),
        Whom::From(crashes) => (crashes, true),
    };
    let mut taken: Vec<Claimed> = on!(tx, db => sqlx::query_as(text)
        .bind(&slot.lane).bind(&slot.kind).bind(n).bind(owner).bind(until.0).bind(now).bind(crashes).bind(or_more)
        .fetch_all(db).await)
    .map_err(Error::in_act("take jobs"))?;
    let mut changes = Changes::default();
    for job in &taken {
        changes.moved(&job.kind, Some(State::Queued), Some(State::Running));
    }
    changes.write(tx).await?;
    taken.sort_by_key(|job| (std::cmp::Reverse(job.priority), job.id));
    Ok(taken)
}

/// Renews the leases of `held` until `until`; gives those that are still ours.
pub async fn renew(tx: &mut Tx, owner: &str, held: &[Uuid], until: Millis) -> Result<Vec<Uuid>, Error> {
    let text = format!(
        "UPDATE job SET lease_until = $1 WHERE state = 'running' AND lease_owner = $2 AND id IN {} RETURNING id",
        places(3, 1, held.len())
    );
    let kept: Vec<(Uuid,)> = on!(tx, db => {
        let mut query = sqlx::query_as(AssertSqlSafe(text)).bind(until.0).bind(owner);
        for id in held {
            query = query.bind(*id);
        }
        query.fetch_all(db).await
    })
    .map_err(Error::in_act("renew leases"))?;
    Ok(kept.into_iter().map(|row| row.0).collect())
}
