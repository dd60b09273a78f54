//! `radard diagnose`: one file with what somebody who is to help must know, and nothing that opens a door.
//!
//! It is made whatever is broken: what cannot be had says so in its place. Everything passes two nets, the names that
//! mean a secret and the secrets that are known; a person should look through it all the same, and it is a text for that.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::desk::Desk;
use super::doctor;
use super::failure::Failure;
use super::house::plan;
use super::out::Answer;
use super::reach::{Need, Reach};
use crate::advice;
use crate::domain::amount::roughly_size;
use crate::observe::hide_secrets;

/// What is asked of the daemon, or of the database where there is none.
const ASKED: &[(&str, &str)] = &[
    ("ready", "/readyz"),
    ("lanes", "/api/v1/lanes"),
    ("alarms", "/api/v1/alarms"),
    ("dead", "/api/v1/jobs?state=dead&limit=50"),
    ("failed", "/api/v1/jobs?state=failed&limit=50"),
];

/// What a job carries is its owner's matter.
const LEFT_OUT: [&str; 2] = ["payload", "result"];

/// Flags of `radard diagnose`.
#[derive(Debug, clap::Args)]
pub(super) struct Diagnose {
    /// Where to write it; never over another file
    file: PathBuf,
}

impl Diagnose {
    /// Gathers, hides, writes.
    pub(super) async fn answer(&self, desk: &Desk) -> Result<Answer, Failure> {
        let places = desk.places()?;
        let mut bundle = Map::new();
        let mut put = |name: &str, value| _ = bundle.insert(name.to_owned(), value);
        put("v", json!(1));
        put("radard", json!(env!("CARGO_PKG_VERSION")));
        put("at", json!(desk.ambient.clock.now()));
        put("doctor", doctor::look(desk, &places).await.0);
        let checked = desk.settings(&places);
        put(
            "settings",
            match &checked {
                Ok(checked) => json!({"origins": checked.origins, "warnings": checked.warnings}),
                Err(problems) => json!({"problems": problems.items}),
            },
        );
        put("captures", json!(names_in(&places.captures())));
        for (name, value) in ask_all(desk).await {
            put(name, value);
        }
        let mut bundle = Value::Object(bundle);
        hide_secrets(&mut bundle);
        let text = serde_json::to_string_pretty(&bundle).map_err(|error| Failure::of(&error))?;
        let text = match &checked {
            Ok(checked) => plan(desk, checked, &places).register.redact(&text).into_owned(),
            Err(_) => text,
        };
        write(&self.file, &text)?;
        let told = format!(
            "wrote {} ({}): look through it before you send it to anybody",
            self.file.display(),
            roughly_size(u64::try_from(text.len()).unwrap_or(u64::MAX))
        );
        Ok(Answer::done(json!({"v": 1, "file": self.file, "bytes": text.len()}), told))
    }
}

/// What the daemon or the database says; what it does not say, and why.
async fn ask_all(desk: &Desk) -> Vec<(&'static str, Value)> {
    let mut found = Vec::new();
    let asked = Reach::with(desk, Need::Reading, async |reach| {
        for (name, path) in ASKED {
            let value = match reach.call("GET", path, None).await {
                Ok((_, mut value)) => {
                    leave_out(&mut value);
                    value
                }
                Err(failure) => failure.to_json(),
            };
            found.push((*name, value));
        }
        Ok(Answer::raw(String::new()))
    });
    if let Err(failure) = asked.await {
        found.push(("unreached", failure.to_json()));
    }
    found
}

fn leave_out(page: &mut Value) {
    let items = page.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten();
    for fields in items.filter_map(Value::as_object_mut) {
        for name in LEFT_OUT {
            fields.remove(name);
        }
    }
}

fn names_in(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let written = written.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let failure = Failure::new(format!("cannot write `{}`: {error}", file.display()));
        failure.advise(advice::cli::new_file())
    })
}
