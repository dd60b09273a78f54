//! `radard job add`: asks for work. The same key and payload a second time is no failure and starts nothing; when that
//! job is dead nothing will run, and the command fails.

use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::out::Answer;
use crate::cli::reach::Reach;
use crate::cli::terms::terms;
use crate::daemon::{ADDABLE, Addable};

/// Flags of `radard job add`.
#[derive(Debug, clap::Args)]
#[command(after_help = described())]
pub(in crate::cli) struct Add {
    /// What sort of job, one of the kinds below
    kind: String,
    /// A name for this job; the same kind and key a second time add no second job
    #[arg(long, value_name = "K")]
    key: String,
    /// What the job needs, as a JSON object
    #[arg(long, value_name = "JSON", default_value = "{}", value_parser = parse_payload)]
    payload: Value,
    /// Higher goes first, from -100 to 100
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-100..=100))]
    priority: Option<i32>,
    /// Not before this moment: Unix milliseconds, or a time such as 2026-11-21T06:00:00+08:00
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    at: Option<i64>,
}

/// The kinds that people may add, with what they do and need.
fn described() -> String {
    let kinds = ADDABLE.iter().map(|Addable { kind, does, payload }| (*kind, format!("{does}: {payload}")));
    let others = "radard and its schedules add all other kinds; see `radard schedule --help`.";
    format!("{}\n{others}", terms("Kinds, and a payload of each", kinds))
}

impl Add {
    /// Asks for it.
    pub(super) async fn ask(&self, reach: &Reach) -> Result<Answer, Failure> {
        let mut body = json!({"kind": self.kind, "key": self.key, "payload": self.payload});
        if let Some(fields) = body.as_object_mut() {
            fields.extend(self.priority.map(|priority| ("priority".to_owned(), json!(priority))));
            fields.extend(self.at.map(|at| ("run_at".to_owned(), json!(at))));
        }
        let (status, job) = reach.call("POST", "/api/v1/jobs", Some(body)).await?;
        let id = job.get("id").and_then(Value::as_str).unwrap_or_default();
        let is_dead = job.get("state").and_then(Value::as_str) == Some("dead");
        let told = match status {
            200..=299 if is_dead => {
                let told = format!("job {id} was there already and is dead; to run it, use `radard job retry {id}`");
                return Ok(Answer::shown(job, told).exit(Exit::Failed));
            }
            201 => format!("job {id} is queued"),
            200..=299 => format!("job {id} was there already"),
            _ => return Err(Failure::of_answer(status, job)),
        };
        Ok(Answer::done(job, told))
    }
}

fn parse_payload(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(payload @ Value::Object(_)) => Ok(payload),
        Ok(_) => Err("it must be a JSON object in braces".to_owned()),
        Err(error) => Err(format!("it is no JSON, in {}", place(&error))),
    }
}

/// Where a text stops being JSON.
fn place(error: &serde_json::Error) -> String {
    match error.line() {
        0 | 1 => format!("column {}", error.column()),
        line => format!("line {line}, column {}", error.column()),
    }
}

fn parse_moment(text: &str) -> Result<i64, String> {
    if let Ok(ms) = text.parse() {
        return Ok(ms);
    }
    let at = text.parse::<jiff::Timestamp>();
    at.map(jiff::Timestamp::as_millisecond)
        .map_err(|_| "it must be Unix milliseconds or a time with its offset".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_both_forms() {
        assert_eq!(parse_moment("1763676000000"), Ok(1_763_676_000_000));
        assert_eq!(parse_moment("2026-11-21T06:00:00+08:00"), Ok(1_795_212_000_000));
        assert_eq!(parse_moment("2026-11-20T22:00:00Z"), Ok(1_795_212_000_000));
        for wrong in ["", "tomorrow", "2026-11-21", "2026-11-21T06:00:00"] {
            assert!(parse_moment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_payload_is_an_object() {
        assert_eq!(parse_payload(r#"{"a":1}"#), Ok(json!({"a": 1})));
        for wrong in ["", "1", "[]", "{a:1}"] {
            assert!(parse_payload(wrong).is_err(), "{wrong}");
        }
    }
}
