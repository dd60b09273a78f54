//! New jobs, many at a time, each with its place in line.
//!
//! A job that is due gets a *turn*: one more than the last turn of its target, and never less than the turn at the
//! head of its line. Sorting by turn is what makes targets take turns, and it costs two index look-ups when a job
//! joins instead of a search at every claim.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::batch::places;
use super::state::State;
use super::tally::Changes;
use crate::domain::{JobId, Millis};
use crate::store::error::Error;
use crate::store::tx::{Tx, on};

/// Values of a row in one insert.
const WIDTH: usize = 17;
/// Rows in one statement.
const ROWS: usize = 64;

const LINE: &str = "SELECT
    (SELECT turn FROM job WHERE lane = $1 AND kind = $2 AND priority = $3 AND target = $4 AND turn IS NOT NULL
        ORDER BY turn DESC LIMIT 1),
    (SELECT turn FROM job WHERE lane = $1 AND kind = $2 AND priority = $3 AND turn IS NOT NULL
        ORDER BY turn LIMIT 1)";
const SAME: &str = "SELECT id, payload FROM job WHERE kind = $1 AND key = $2";

pub(super) const STATEMENTS: &[&str] = &[LINE, SAME];

/// A job to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
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
    /// Other work has its key.
    Clash(JobId),
}

/// Puts `news` into the table, in order; a key that exists changes nothing.
pub async fn insert(tx: &mut Tx, news: &[New]) -> Result<Vec<Inserted>, Error> {
    let mut outcomes = Vec::with_capacity(news.len());
    let mut changes = Changes::default();
    let mut line = Line::default();
    for page in news.chunks(ROWS) {
        let mut rows = Vec::with_capacity(page.len());
        for new in page {
            let turn = if new.run_at.is_none_or(|at| at <= tx.now) { Some(line.turn(tx, new).await?) } else { None };
            rows.push((tx.entropy.id(tx.now), turn));
        }
        let made = insert_page(tx, page, &rows).await?;
        for (new, (id, _)) in page.iter().zip(rows) {
            if made.contains(&id) {
                changes.moved(&new.kind, None, Some(State::Queued));
                outcomes.push(Inserted::New(JobId(id)));
            } else {
                outcomes.push(look_again(tx, new).await?);
            }
        }
    }
    changes.write(tx).await?;
    Ok(outcomes)
}

async fn insert_page(
    tx: &mut Tx,
    page: &[New],
    rows: &[(uuid::Uuid, Option<i64>)],
) -> Result<std::collections::HashSet<uuid::Uuid>, Error> {
    let text = format!("INSERT INTO job (id, kind, key, lane, target, payload, state, priority, run_at, turn,
    attempts, attempts_max, crashes, snoozes, fence, created_at, updated_at) VALUES {} ON CONFLICT (kind, key) DO NOTHING RETURNING id", places(1, page.len(), WIDTH));
    let now = tx.now.0;
    let made: Vec<(uuid::Uuid,)> = on!(tx, db => {
        let mut query = sqlx::query_as(AssertSqlSafe(text));
        for (new, (id, turn)) in page.iter().zip(rows) {
            query = query
                .bind(*id).bind(&new.kind).bind(&new.key).bind(&new.lane).bind(&new.target).bind(&new.payload)
                .bind(State::Queued.as_str()).bind(i64::from(new.priority)).bind(new.run_at.map_or(now, |at| at.0)).bind(*turn)
                .bind(0i64).bind(i64::from(new.attempts_max)).bind(0i64).bind(0i64).bind(0i64)
                .bind(now).bind(now);
        }
        query.fetch_all(db).await
    })
    .map_err(Error::in_act("queue jobs"))?;
    Ok(made.into_iter().map(|row| row.0).collect())
}

async fn look_again(tx: &mut Tx, new: &New) -> Result<Inserted, Error> {
    let found: (uuid::Uuid, String) =
        on!(tx, db => sqlx::query_as(SAME).bind(&new.kind).bind(&new.key).fetch_one(db).await)
            .map_err(Error::in_act("find the job with the same key"))?;
    Ok(if found.1 == new.payload { Inserted::Same(JobId(found.0)) } else { Inserted::Clash(JobId(found.0)) })
}

/// The ends of the lines that this transaction has looked at.
#[derive(Debug, Default)]
pub(super) struct Line(HashMap<(String, String, i32, String), i64>);

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
    /// The next turn of `job`'s target.
    pub(super) async fn turn(&mut self, tx: &mut Tx, job: &impl Waits) -> Result<i64, Error> {
        let (lane, kind, priority, target) = job.place();
        let place = (lane.to_owned(), kind.to_owned(), priority, target.to_owned());
        let next = if let Some(next) = self.0.get(&place) {
            *next
        } else {
            let (last, head): (Option<i64>, Option<i64>) = on!(tx, db => sqlx::query_as(LINE)
                .bind(lane).bind(kind).bind(i64::from(priority)).bind(target).fetch_one(db).await)
            .map_err(Error::in_act("find a place in line"))?;
            last.map_or(0, |turn| turn + 1).max(head.unwrap_or(0))
        };
        self.0.insert(place, next + 1);
        Ok(next)
    }
}
