//! `radard check`: the configuration, with every problem at once; and where each value came from.

use serde_json::json;

use super::desk::Desk;
use super::exit::Exit;
use super::failure::Failure;
use super::out::Answer;
use super::table::{Table, clean};
use crate::config::{Checked, Problems};

/// Flags of `radard check`.
#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Print each key, its value, and where that came from
    #[arg(long)]
    origins: bool,
}

impl Check {
    /// Checks and tells.
    pub(super) fn answer(&self, desk: &Desk) -> Result<Answer, Failure> {
        let places = desk.places()?;
        let file = places.settings();
        let shown = file.display().to_string();
        Ok(match desk.settings(&places) {
            Ok(checked) => self.fine(&checked, &shown, file.exists()),
            Err(problems) => wrong(&problems, &shown),
        })
    }

    fn fine(&self, checked: &Checked, file: &str, exists: bool) -> Answer {
        let mut json = json!({"v": 1, "ok": true, "file": file, "problems": [], "warnings": checked.warnings});
        let mut lines: Vec<String> =
            checked.warnings.iter().map(|warning| format!("warning: {}", clean(warning))).collect();
        if self.origins {
            if let Some(object) = json.as_object_mut() {
                object.insert("origins".to_owned(), json!(checked.origins));
            }
            let mut table = Table::new(&["KEY", "VALUE", "FROM"]);
            for origin in &checked.origins {
                table.row([origin.key.clone(), origin.value.clone(), origin.place.to_string()]);
            }
            lines.push(table.to_text());
            return Answer::shown(json, lines.join("\n"));
        }
        lines.insert(
            0,
            if exists { format!("{file} is fine") } else { format!("there is no {file}; the defaults hold") },
        );
        Answer::done(json, lines.join("\n"))
    }
}

fn wrong(problems: &Problems, file: &str) -> Answer {
    let json = json!({"v": 1, "ok": false, "file": file, "problems": problems.items, "warnings": []});
    Answer::shown(json, problems.to_string()).exit(Exit::Config)
}
