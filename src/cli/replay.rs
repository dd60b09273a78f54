//! `radard replay`: reads kept exchanges again, as this build would read them today. Nothing is sent.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::out::Answer;
use super::table::Table;
use crate::advice;
use crate::domain::Class;
use crate::net::Exchange;
use crate::platform::read_again;

/// Flags of `radard replay`.
#[derive(Debug, clap::Args)]
pub(super) struct Replay {
    /// Kept exchanges: files of DATA/captures, which `egress.captures` turns on
    #[arg(required = true, value_name = "CAPTURE")]
    files: Vec<PathBuf>,
}

impl Replay {
    /// Reads all of them; the code is 1 if one could not be read, 4 if one is a refusal of the site.
    pub(super) fn answer(&self) -> Result<Answer, Failure> {
        let read: Result<Vec<Value>, Failure> = self.files.iter().map(|file| replay(file)).collect();
        let items = read?;
        let mut table = Table::new(&["CAPTURE", "ENDPOINT", ">STATUS", ">BYTES", "CLASS", "~WHY"]);
        for item in &items {
            let text = |key| item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let number = |key| item.get(key).map(Value::to_string).unwrap_or_default();
            table.row([text("file"), text("endpoint"), number("status"), number("bytes"), text("class"), text("why")]);
        }
        let class =
            |item: &Value| item.get("class").and_then(Value::as_str).and_then(|word| word.parse::<Class>().ok());
        let refusing = |class: Class| matches!(class, Class::Risk | Class::Rate | Class::Signature);
        let exit = if items.iter().filter_map(class).any(refusing) { Exit::Refused } else { Exit::Done };
        Ok(Answer::shown(json!({"v": 1, "items": items, "next": null}), table).exit(exit))
    }
}

fn replay(file: &Path) -> Result<Value, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::new(format!("cannot replay `{}`: {why}", file.display())).advise(advice::cli::captures())
    };
    let text = std::fs::read(file).map_err(|error| failed(&error))?;
    let exchange = Exchange::read(&text).map_err(|bad| failed(&bad))?;
    let answer = exchange.answer().map_err(|bad| failed(&bad))?;
    let (class, why) = match read_again(&exchange.endpoint, &answer) {
        Ok(()) => (Class::Ok, String::new()),
        Err(refusal) => (refusal.class, refusal.message),
    };
    Ok(json!({
        "file": file, "at": exchange.at, "endpoint": exchange.endpoint, "url": exchange.url, "host": exchange.host,
        "status": exchange.status, "bytes": exchange.bytes, "class": class, "why": why,
    }))
}
