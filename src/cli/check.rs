//! `radard check`: the settings and the queue file, with every problem at once; and where each value came from.

use serde_json::json;

use super::desk::Desk;
use super::exit::Exit;
use super::failure::Failure;
use super::out::Answer;
use super::profile;
use super::reach::Need;
use super::table::{Table, clean};
use super::text::Text;
use crate::config::{Checked, Places, Problem, Problems, Profile, QUEUE, QueueText, check_queue};
use crate::target::{advise, check_links};

/// Flags of `radard check`.
#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Print each key, its value, and where that came from
    #[arg(long)]
    origins: bool,
}

/// A queue file without mistakes.
struct Queue {
    /// How many targets it has; nothing when the file is missing or empty.
    targets: Option<usize>,
    is_empty: bool,
    /// What works but will not find what it takes.
    warnings: Vec<Problem>,
}

impl Check {
    /// Checks and tells.
    pub(super) async fn answer(&self, desk: &Desk) -> Result<Answer, Failure> {
        let places = desk.places()?;
        let file = places.settings();
        let shown = file.display().to_string();
        let checked = match desk.settings(&places) {
            Ok(checked) => checked,
            Err(problems) => return Ok(wrong(&problems, &shown)),
        };
        let text = QueueText::read(&places.config);
        let mut read = check_queue(&text, &checked.config.profiles);
        if read.is_err() {
            // A profile that `profile import --platform` made stands in the database alone.
            let profiles =
                made(desk).await.into_iter().chain(checked.config.profiles.iter().cloned()).collect::<Vec<_>>();
            read = check_queue(&text, &profiles);
        }
        Ok(match read.and_then(check_links) {
            Ok(targets) => {
                let is_empty = text.read.is_some() && text.is_blank();
                let queue = Queue {
                    targets: text.read.map(|_| targets.all.len()).filter(|_| !is_empty),
                    is_empty,
                    warnings: advise(&targets),
                };
                self.fine(&checked, &places, &queue)
            }
            Err(problems) => wrong(&problems, &shown),
        })
    }

    fn fine(&self, checked: &Checked, places: &Places, queue: &Queue) -> Answer {
        let file = places.settings().display().to_string();
        let Queue { targets, is_empty, warnings } = queue;
        let mut json = json!({
            "v": 1, "ok": true, "file": file, "targets": targets, "problems": [], "warnings": checked.warnings,
            "queue_warnings": warnings,
        });
        let mut lines: Vec<String> =
            checked.warnings.iter().map(|warning| format!("warning: {}", clean(warning))).collect();
        lines.extend(warnings.iter().map(|warning| format!("warning: {warning}")));
        if self.origins {
            if let Some(object) = json.as_object_mut() {
                object.insert("origins".to_owned(), json!(checked.origins));
            }
            let mut table = Table::new(&["KEY", "~VALUE", "~FROM"]);
            for origin in &checked.origins {
                table.row([origin.key.clone(), origin.value.clone(), origin.place.to_string()]);
            }
            let warnings: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
            return Answer::shown(json, Text::from(warnings).then(table));
        }
        let said = if places.settings().exists() {
            format!("{file} is fine")
        } else {
            format!("there is no {file}; the defaults hold. `radard init config` writes the files to begin with")
        };
        let queue = match targets {
            Some(count) => Some(format!("{QUEUE} is fine; targets: {count}")),
            None if *is_empty => Some(format!(
                "{QUEUE} is empty, so a running radard keeps the targets it knows; `target = []` removes them"
            )),
            None => None,
        };
        lines.splice(0..0, std::iter::once(said).chain(queue));
        Answer::done(json, lines.join("\n"))
    }
}

/// The profiles that the house knows; none when it cannot be asked, as then they cannot be used either.
async fn made(desk: &Desk) -> Vec<Profile> {
    let told = profile::ask(desk, Need::Foreseeing, json!({"act": "list"})).await.unwrap_or_default();
    let items = told.get("items").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let of = |item: serde_json::Value| {
        let text = |name: &str| item.get(name).and_then(serde_json::Value::as_str);
        Some(Profile::new(text("profile")?, text("platform")?.parse().ok()?))
    };
    items.into_iter().filter_map(of).collect()
}

fn wrong(problems: &Problems, file: &str) -> Answer {
    let json = json!({
        "v": 1, "ok": false, "file": file, "problems": problems.items, "warnings": [], "queue_warnings": [],
    });
    Answer::shown(json, problems.to_string()).exit(Exit::Config)
}
