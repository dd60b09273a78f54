//! One list on its way: page after page, each printed before the next is asked for.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::signal::unix::Signal;

use super::flags::Flags;
use super::show::Shown;
use crate::ambient::Clock;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out::{Out, print};
use crate::cli::reach::Reach;
use crate::domain::Millis;
use crate::platform::douyin::mode::Order;

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
    taken: u64,
    read: u64,
    ended: String,
}

impl<'a> Pages<'a> {
    pub(super) fn new(desk: &Desk, reach: &'a Reach, fetch: &'a Flags) -> Self {
        let clock = desk.ambient.clock.clone();
        let began = clock.now();
        Self { fetch, reach, out: desk.out, clock, began, shown: None, taken: 0, read: 0, ended: String::new() }
    }

    /// Goes to the end; gives what stood in the way, if anything did.
    pub(super) async fn walk(&mut self, order: &Order, interrupted: &mut Signal) -> Result<Option<Failure>, Failure> {
        if !self.out.json && !self.fetch.raw {
            self.shown = Some(Shown::new(order.mode));
        }
        let mut progress = Value::Null;
        loop {
            self.tell_progress(order, "");
            let answer = tokio::select! {
                answer = self.page(order, &progress) => answer,
                _ = interrupted.recv() => {
                    return Ok(Some(Failure::new("interrupted").exit(Exit::Interrupted)));
                }
            };
            let mut answer = match answer {
                Ok(answer) => answer,
                Err(failure) => return Ok(Some(failure)),
            };
            self.print(&answer)?;
            progress = answer.get_mut("progress").map(Value::take).unwrap_or_default();
            self.read += 1;
            self.taken = progress.get("taken").and_then(Value::as_u64).unwrap_or(self.taken);
            if let Some(why) = progress.get("ended").and_then(Value::as_str) {
                why.clone_into(&mut self.ended);
                return Ok(None);
            }
        }
    }

    /// The next page; waits when it is told to, and asks again when the network fails.
    async fn page(&self, order: &Order, progress: &Value) -> Result<Value, Failure> {
        let fetch = self.fetch;
        let body = json!({
            "order": order, "most": fetch.max, "page": fetch.page, "within": fetch.interval, "progress": progress,
            "raw": fetch.raw, "profile": fetch.profile,
        });
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
            self.tell_progress(order, &format!(", waits {} s", wait.as_millis().div_ceil(1000)));
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
        self.out.clear_progress();
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        print(&lines.join("\n")).map_err(|error| Failure::output(&error))
    }

    /// Shows what was kept for the end.
    pub(super) fn close(&mut self) -> Result<(), Failure> {
        self.out.clear_progress();
        match self.shown.take().filter(|_| self.taken > 0) {
            Some(shown) => print(&shown.to_text()).map_err(|error| Failure::output(&error)),
            None => Ok(()),
        }
    }

    /// Tells a program why a list has no end.
    pub(super) fn fail(&self, link: &str, failure: &Failure) -> Result<(), Failure> {
        if !self.out.json || failure.code() == Exit::Interrupted {
            return Ok(());
        }
        let mut object = failure.to_json();
        if let Value::Object(fields) = &mut object {
            fields.insert("link".to_owned(), link.into());
        }
        print(&object.to_string()).map_err(|error| Failure::output(&error))
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
        self.out.progress(&format!("{} {}: {records}, {pages}{more}", order.mode, order.id));
    }
}

fn counted(count: u64, what: &str) -> String {
    let many = if count == 1 { "" } else { "s" };
    format!("{count} {what}{many}")
}

fn span(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
