//! New jobs, many at a time, each with its place in line.
//!
//! A job that is due gets a *turn*: one more than the last turn of its target, and never less than the turn at the
//! head of its line. Sorting by turn is what makes targets take turns, and it costs two index look-ups for each target
//! of a batch when jobs join instead of a search at every claim. A job without a target is a target of its own.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::state::State;
use super::tally::moved_by_batch;
use crate::domain::{JobId, Millis};
use crate::store::engine::batch::{Batch, Cell, Of};
use crate::store::engine::error::Error;
use crate::store::engine::tx::{Tx, on};

/// Rows in one statement, where each has its place in the text.
const ROWS: usize = 64;
/// Rows in one statement, where a column is one value.
const ROWS_SHARED: usize = 512;

macro_rules! insert {
    ($before:literal, $after:literal) => {
        concat!(
            ", ends(e_place, e_behind, e_head) AS MATERIALIZED (SELECT v_place,
                COALESCE((SELECT turn + 1 FROM job WHERE lane = v_lane AND kind = v_kind AND priority = v_priority
                    AND target = v_target AND target <> '' AND turn IS NOT NULL ORDER BY turn DESC LIMIT 1), 0),
                COALESCE((SELECT turn FROM job WHERE lane = v_lane AND kind = v_kind AND priority = v_priority
                    AND turn IS NOT NULL ORDER BY turn LIMIT 1), 0)
                FROM v WHERE v_nth = 0)",
            $before,
            "INSERT INTO job (id, kind, key, lane, target, payload, state, priority, run_at, turn, attempts,
                attempts_max, crashes, snoozes, fence, created_at, updated_at)
            SELECT v_id, v_kind, v_key, v_lane, v_target, v_payload, 'queued', v_priority, v_run_at,
                COALESCE(v_nth, 0) + CASE WHEN e_behind > e_head THEN e_behind ELSE e_head END, 0, v_attempts_max, 0, 0, 0,
                v_now, v_now
            FROM v LEFT JOIN ends ON e_place = v_place WHERE v_id IS NOT NULL
            ON CONFLICT (kind, key) DO NOTHING RETURNING ",
            $after
        )
    };
}
const ROW: &[(&str, Of)] = &[
    ("v_id", Of::Id),
    ("v_kind", Of::Text),
    ("v_key", Of::Text),
    ("v_lane", Of::Text),
    ("v_target", Of::Text),
    ("v_payload", Of::Text),
    ("v_priority", Of::Number),
    ("v_run_at", Of::Number),
    ("v_attempts_max", Of::Number),
    ("v_now", Of::Number),
    ("v_place", Of::Number),
    ("v_nth", Of::Number),
];
const INSERT_COUNTED: &str = insert!(
    ", made AS (",
    "id, kind), counted AS (INSERT INTO job_delta (id, kind, state, n)
        SELECT gen_random_uuid(), kind, 'queued', COUNT(*) FROM made GROUP BY kind)
    SELECT id FROM made"
);
/// `PostgreSQL` counts in the same statement.
const INSERT: Batch = Batch { rows: ROW, sqlite: insert!(" ", "id"), postgres: INSERT_COUNTED };
/// A single job, counted in the same text.
const INSERT_ONE: Batch = Batch {
    rows: ROW,
    sqlite: concat!(
        insert!(" ", "id"),
        "; INSERT INTO job_tally (kind, state, n) SELECT kind, 'queued', 1 FROM job
            WHERE rowid = last_insert_rowid() AND changes() = 1
            ON CONFLICT (kind, state) DO UPDATE SET n = job_tally.n + excluded.n"
    ),
    postgres: INSERT_COUNTED,
};
const ENDS: Batch = Batch::of_both(
    &[
        ("v_n", Of::Number),
        ("v_lane", Of::Text),
        ("v_kind", Of::Text),
        ("v_priority", Of::Number),
        ("v_target", Of::Text),
    ],
    "SELECT v_n,
        (SELECT turn FROM job WHERE lane = v_lane AND kind = v_kind AND priority = v_priority AND target = v_target
            AND target <> '' AND turn IS NOT NULL ORDER BY turn DESC LIMIT 1),
        (SELECT turn FROM job WHERE lane = v_lane AND kind = v_kind AND priority = v_priority
            AND turn IS NOT NULL ORDER BY turn LIMIT 1)
    FROM v WHERE v_n IS NOT NULL",
);
const SAME: &str = "SELECT id, payload, state FROM job WHERE kind = $1 AND key = $2";

pub(super) const STATEMENTS: &[&str] = &[SAME];
pub(super) const BATCHES: &[Batch] = &[INSERT, INSERT_ONE, ENDS];

/// A job to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// What it does.
    pub kind: String,
    /// What makes it the same work as another of its kind.
    pub key: String,
    /// The lane it runs in.
    pub lane: String,
    /// What takes turns within its line; when empty, the job itself.
    pub target: String,
    /// Canonical JSON.
    pub payload: String,
    /// Higher goes first.
    pub priority: i32,
    /// Not before this moment; `None` means at once, by the clock of the transaction that queues it.
    pub run_at: Option<Millis>,
    /// Attempts until it is dead.
    pub attempts_max: u32,
}

/// What became of a [`New`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It is in the table now.
    New(JobId),
    /// It was there, with the same payload.
    Same(JobId),
    /// It was there, with the same payload, and is dead: it will not run again by itself.
    Dead(JobId),
    /// Other work has its key.
    Clash(JobId),
}

/// Puts `news` into the table, in order; a key that exists changes nothing.
pub async fn insert(tx: &mut Tx, news: &[New]) -> Result<Vec<Inserted>, Error> {
    let mut outcomes = Vec::with_capacity(news.len());
    for page in news.chunks(if tx.is_shared() { ROWS_SHARED } else { ROWS }) {
        let rows = rows(tx, page);
        let made = insert_page(tx, &INSERT, page, &rows).await?;
        for (new, (id, _)) in page.iter().zip(rows) {
            if made.contains(&id) {
                moved_by_batch(tx, &new.kind, None, Some(State::Queued));
                outcomes.push(Inserted::New(JobId(id)));
            } else {
                outcomes.push(look_again(tx, new).await?);
            }
        }
    }
    Ok(outcomes)
}

/// Puts one job into the table, by a batch that counts for itself.
pub async fn insert_one(tx: &mut Tx, new: &New) -> Result<Inserted, Error> {
    let page = std::slice::from_ref(new);
    let rows = rows(tx, page);
    let made = insert_page(tx, &INSERT_ONE, page, &rows).await?;
    match made.into_iter().next() {
        Some(id) => Ok(Inserted::New(JobId(id))),
        None => look_again(tx, new).await,
    }
}

/// Each row's id and its place: which of the places of this page, and the how manyth there. Who is not due has none;
/// who has no target shares the place of the first like it.
type Row = (Uuid, Option<(i64, Option<i64>)>);

fn rows(tx: &Tx, page: &[New]) -> Vec<Row> {
    let mut lines = HashMap::new();
    let mut rows = Vec::with_capacity(page.len());
    for new in page {
        let due = new.run_at.is_none_or(|at| at <= tx.now);
        let place = due.then(|| {
            let fresh = i64::try_from(lines.len()).unwrap_or(0);
            let (line, next) = lines.entry(new.place()).or_insert((fresh, 0));
            let nth = std::mem::replace(next, *next + 1);
            (*line, if new.target.is_empty() && nth > 0 { None } else { Some(nth) })
        });
        rows.push((tx.entropy.id(tx.now), place));
    }
    rows
}

async fn insert_page(tx: &mut Tx, batch: &Batch, page: &[New], rows: &[Row]) -> Result<HashSet<Uuid>, Error> {
    let now = tx.now.0;
    let mut pairs: Vec<_> = page.iter().zip(rows).collect();
    // Two who queue the same keys wait for each other; in the same order neither waits for ever.
    pairs.sort_by_key(|(new, _)| (&new.kind, &new.key));
    let rows: Vec<[Cell<'_>; 12]> = pairs
        .into_iter()
        .map(|(new, (id, place))| {
            [
                (*id).into(),
                (&new.kind).into(),
                (&new.key).into(),
                (&new.lane).into(),
                (&new.target).into(),
                (&new.payload).into(),
                i64::from(new.priority).into(),
                new.run_at.map_or(now, |at| at.0).into(),
                i64::from(new.attempts_max).into(),
                now.into(),
                place.map(|(line, _)| line).into(),
                place.and_then(|(_, nth)| nth).into(),
            ]
        })
        .collect();
    let made: Vec<(Uuid,)> = batch.run(tx, &rows).await.map_err(Error::in_act("queue jobs"))?;
    Ok(made.into_iter().map(|row| row.0).collect())
}

async fn look_again(tx: &mut Tx, new: &New) -> Result<Inserted, Error> {
    let found: Result<(Uuid, String, State), _> =
        on!(tx, db => sqlx::query_as(SAME).bind(&new.kind).bind(&new.key).fetch_one(db).await);
    let (id, payload, state) = found.map_err(Error::in_act("find the job with the same key"))?;
    Ok(match (payload == new.payload, state == State::Dead) {
        (true, true) => Inserted::Dead(JobId(id)),
        (true, false) => Inserted::Same(JobId(id)),
        (false, _) => Inserted::Clash(JobId(id)),
    })
}

/// The ends of the lines that this transaction has looked at.
#[derive(Debug, Default)]
pub(super) struct Line(HashMap<Place, i64>);

/// A line and who stands in it: lane, kind, priority, target.
type Place = (String, String, i32, String);

/// What a job needs to be lined up.
pub(super) trait Waits {
    fn place(&self) -> (&str, &str, i32, &str);
}

impl Waits for New {
    fn place(&self) -> (&str, &str, i32, &str) {
        (&self.lane, &self.kind, self.priority, &self.target)
    }
}

impl Line {
    /// The next turn of each job's target, in order.
    pub(super) async fn turns<W: Waits + Sync>(&mut self, tx: &mut Tx, jobs: &[&W]) -> Result<Vec<i64>, Error> {
        let mut places = Vec::with_capacity(jobs.len());
        let mut unseen = Vec::new();
        for job in jobs {
            let (lane, kind, priority, target) = job.place();
            let place = (lane.to_owned(), kind.to_owned(), priority, target.to_owned());
            if !self.0.contains_key(&place) {
                self.0.insert(place.clone(), 0);
                unseen.push(place.clone());
            }
            places.push(place);
        }
        for page in unseen.chunks(ROWS) {
            self.look(tx, page).await?;
        }
        let mut step = |place: Place| {
            let alone = place.3.is_empty();
            let next = self.0.entry(place).or_default();
            if alone { *next } else { std::mem::replace(next, *next + 1) }
        };
        Ok(places.into_iter().map(&mut step).collect())
    }

    /// Looks at the ends of lines: behind the target's last job, and not before the head of the line.
    async fn look(&mut self, tx: &mut Tx, page: &[Place]) -> Result<(), Error> {
        let rows: Vec<[Cell<'_>; 5]> = (0i64..)
            .zip(page)
            .map(|(n, (lane, kind, priority, target))| {
                [n.into(), lane.into(), kind.into(), i64::from(*priority).into(), target.into()]
            })
            .collect();
        let ends: Vec<(i64, Option<i64>, Option<i64>)> =
            ENDS.run(tx, &rows).await.map_err(Error::in_act("find a place in line"))?;
        for (n, last, head) in ends {
            let place = usize::try_from(n).ok().and_then(|n| page.get(n)).and_then(|place| self.0.get_mut(place));
            if let Some(next) = place {
                *next = last.map_or(0, |turn| turn + 1).max(head.unwrap_or(0));
            }
        }
        Ok(())
    }
}
