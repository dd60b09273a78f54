//! One list on its way: page after page, each printed before the next is asked for.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::signal::unix::Signal;

use super::flags::Flags;
use super::kept::{Kept, Stand};
use super::show::Shown;
use crate::advice;
use crate::ambient::Clock;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out::{Out, print};
use crate::cli::reach::Reach;
use crate::domain::Millis;
use crate::domain::amount::counted;
use crate::domain::time::roughly;
use crate::platform::douyin::mode::Order;

/// How wide a bar is.
const BAR: u64 = 20;
/// How often a page is asked for again when the network fails.
const AGAIN: u32 = 3;
/// A limit lets the next request go within a minute; longer waits are a person's affair.
const LONGEST_WAIT: Duration = Duration::from_secs(75);

/// A list on its way.
pub(super) struct Pages<'a> {
    fetch: &'a Flags,
    reach: &'a Reach,
    out: Out,
    clock: Clock,
    began: Millis,
    shown: Option<Shown>,
    kept: Option<Kept>,
    taken: u64,
    read: u64,
    ended: String,
}

impl<'a> Pages<'a> {
    pub(super) fn new(desk: &Desk, reach: &'a Reach, fetch: &'a Flags) -> Self {
        let clock = desk.ambient.clock.clone();
        let began = clock.now();
        let (shown, kept) = (None, None);
        Self { fetch, reach, out: desk.out, clock, began, shown, kept, taken: 0, read: 0, ended: String::new() }
    }

    /// Goes on where the same list was stopped, if it was; and lets the next go on where this one stops.
    pub(super) fn resume(&mut self, data: &Path, order: &Order) -> Value {
        let kept = Kept::of(data, &self.asked(order));
        let stand = kept.read(self.clock.now()).filter(|_| self.fetch.resume).unwrap_or_default();
        self.kept = Some(kept);
        self.read = stand.pages;
        self.taken = taken(&stand.progress).unwrap_or(0);
        stand.progress
    }

    /// Goes to the end; gives what stood in the way, if anything did.
    pub(super) async fn walk(
        &mut self,
        order: &Order,
        mut progress: Value,
        interrupted: &mut Signal,
    ) -> Result<Option<Failure>, Failure> {
        if !self.out.json && !self.fetch.raw {
            self.shown = Some(Shown::new(order.mode));
        }
        loop {
            self.tell_progress(order, "");
            let answer = tokio::select! {
                answer = self.page(order, &progress) => answer,
                _ = interrupted.recv() => {
                    let stopped = Failure::new("interrupted").exit(Exit::Interrupted);
                    return Ok(Some(stopped.advise(advice::cli::resume())));
                }
            };
            let mut answer = match answer {
                Ok(answer) => answer,
                Err(failure) => return Ok(Some(failure)),
            };
            self.print(&answer)?;
            progress = answer.get_mut("progress").map(Value::take).unwrap_or_default();
            self.read += 1;
            self.taken = taken(&progress).unwrap_or(self.taken);
            self.tell(&json!({"event": "page", "pages": self.read, "records": self.taken}))?;
            if progress.get("ended").is_none_or(Value::is_null) {
                self.keep(&progress);
            }
            if let Some(why) = progress.get("ended").and_then(Value::as_str) {
                why.clone_into(&mut self.ended);
                if let Some(kept) = &self.kept {
                    kept.forget(self.clock.now());
                }
                return Ok(None);
            }
        }
    }

    /// Writes down where it stands.
    fn keep(&self, progress: &Value) {
        let Some(kept) = &self.kept else { return };
        let stand = Stand { progress: progress.clone(), pages: self.read };
        if let Err(why) = kept.write(&stand, self.clock.now()) {
            tracing::warn!("The list cannot be resumed from here, because that cannot be written down: {why}");
        }
    }

    /// What tells this list from others.
    fn asked(&self, order: &Order) -> Value {
        let Flags { max, page, interval, raw, profile, .. } = self.fetch;
        json!({"order": order, "most": max.filter(|most| *most > 0), "page": page, "within": interval, "raw": raw, "profile": profile})
    }

    /// Tells a program what happened; records have no `event`.
    fn tell(&self, event: &Value) -> Result<(), Failure> {
        if !self.out.json {
            return Ok(());
        }
        print(&event.to_string()).map_err(|error| Failure::output(&error))
    }

    /// The next page; waits when it is told to, and asks again when the network fails.
    async fn page(&self, order: &Order, progress: &Value) -> Result<Value, Failure> {
        let mut body = self.asked(order);
        if let Some(fields) = body.as_object_mut() {
            fields.insert("progress".to_owned(), progress.clone());
        }
        let mut failed = 0;
        loop {
            let (status, answer) = self.reach.call("POST", "/api/v1/fetch", Some(body.clone())).await?;
            if (200..300).contains(&status) {
                return Ok(answer);
            }
            let wait = answer.get("wait_ms").and_then(Value::as_i64).map(span);
            let is_network = answer.get("class").and_then(Value::as_str) == Some("network");
            let wait = match wait.filter(|wait| *wait <= LONGEST_WAIT) {
                Some(wait) => wait,
                None if is_network && failed < AGAIN => {
                    failed += 1;
                    Duration::from_secs(1 << failed)
                }
                None => return Err(Failure::of_answer(status, answer)),
            };
            self.tell_progress(order, &format!(", waits {}", roughly(wait)));
            self.clock.sleep(wait).await;
        }
    }

    /// Prints the records of a page, each a line for a program; a person gets a table at the end.
    fn print(&mut self, answer: &Value) -> Result<(), Failure> {
        let list = if self.fetch.raw { "raw" } else { "items" };
        let records = answer.get(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if let Some(shown) = &mut self.shown {
            for record in records {
                shown.add(record);
            }
            return Ok(());
        }
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        print(&lines.join("\n")).map_err(|error| Failure::output(&error))
    }

    /// Shows what was kept for the end.
    pub(super) fn close(&mut self) -> Result<(), Failure> {
        match self.shown.take().filter(|_| self.taken > 0) {
            Some(shown) => print(&shown.to_text(Out::terminal())).map_err(|error| Failure::output(&error)),
            None => Ok(()),
        }
    }

    /// Tells a program that a list has ended.
    pub(super) fn end(&self, link: &str) -> Result<(), Failure> {
        let (records, pages, ended) = (self.taken, self.read, &self.ended);
        self.tell(&json!({"event": "end", "link": link, "records": records, "pages": pages, "ended": ended}))
    }

    /// Tells a program why a list has no end.
    pub(super) fn fail(&self, link: &str, failure: &Failure) -> Result<(), Failure> {
        let mut object = failure.to_json();
        if let Value::Object(fields) = &mut object {
            fields.insert("event".to_owned(), "failed".into());
            fields.insert("link".to_owned(), link.into());
        }
        self.tell(&object)
    }

    /// How it went, for a person.
    pub(super) fn remark(&self, link: &str) -> String {
        let end = match self.ended.as_str() {
            "enough" => "as many as were wanted",
            "past" => "all that was made on these days",
            _ => "to the end",
        };
        format!("{}, {end}", self.told(link).trim_end_matches([':', ' ']))
    }

    /// How much there is of it.
    pub(super) fn told(&self, link: &str) -> String {
        let took = span(self.clock.now().0 - self.began.0);
        let link = crate::cli::table::clean(link);
        if self.read == 0 {
            return format!("{link}: ");
        }
        let (records, pages) = (counted(self.taken, "record"), counted(self.read, "page"));
        format!("{link}: {records} in {pages}, {:.1} s: ", took.as_secs_f64())
    }

    fn tell_progress(&self, order: &Order, more: &str) {
        let (records, pages) = (counted(self.taken, "record"), counted(self.read, "page"));
        let bar = self.fetch.max.filter(|most| *most > 0).map(|most| bar(self.taken, most)).unwrap_or_default();
        self.out.progress(&format!("{} {}: {bar}{records}, {pages}{more}", order.mode, order.id));
    }
}

/// How much of `most` is there, as a bar.
fn bar(taken: u64, most: u64) -> String {
    let full = usize::try_from(taken.min(most) * BAR / most.max(1)).unwrap_or(0);
    let empty = usize::try_from(BAR).unwrap_or(0).saturating_sub(full);
    format!("{}{} ", "█".repeat(full), "░".repeat(empty))
}

fn taken(progress: &Value) -> Option<u64> {
    progress.get("taken").and_then(Value::as_u64)
}

fn span(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
