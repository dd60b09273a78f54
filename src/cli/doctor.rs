//! `radard doctor`: looks at everything from outside, beside a running daemon or without one.

use serde_json::{Value, json};

use super::desk::Desk;
use super::exit::Exit;
use super::failure::Failure;
use super::house::plan;
use super::out::{Answer, Out};
use super::reach::knock;
use super::table::{clean, width};
use crate::config::Places;
use crate::daemon::served;
use crate::doctor::{Daemon, Patient, Row, Settings, examine, report};
use crate::net::LocalApi;
use crate::store::DirLock;

/// Looks and tells; the code is 1 if something is not well.
pub(super) async fn answer(desk: &Desk) -> Result<Answer, Failure> {
    let places = desk.places()?;
    let (mut json, ok, rows) = look(desk, &places).await;
    if let Some(fields) = json.as_object_mut() {
        fields.insert("places".to_owned(), json!({"config": places.config, "data": places.data}));
    }
    Ok(Answer::shown(json, show(&rows, desk.out)).exit(if ok { Exit::Done } else { Exit::Failed }))
}

/// What was seen, whether all of it is well, and the rows of it.
pub(super) async fn look(desk: &Desk, places: &Places) -> (Value, bool, Vec<Row>) {
    let checked = desk.settings(places);
    let settings = match &checked {
        Ok(checked) => Settings::at(places, &checked.warnings),
        Err(problems) => Settings { problems: problems.items.len(), ..Settings::at(places, &[]) },
    };
    let plan = checked.ok().map(|checked| plan(desk, &checked, places));
    let daemon = ask_daemon(places).await;
    let served = served();
    let patient = Patient { settings, places, plan: plan.as_ref(), daemon, served: &served, ambient: &desk.ambient };
    let rows = examine(patient).await;
    let report = report(&rows);
    (json!(report), report.ok, rows)
}

/// Who holds the data directory, and whether it takes work.
async fn ask_daemon(places: &Places) -> Daemon {
    let silent = match knock(places).await {
        Ok(Some(api)) => return ask_ready(&api).await,
        Ok(None) => format!("nobody listens on `{}`", places.socket().display()),
        Err(error) => error.to_string(),
    };
    match DirLock::held(&places.data) {
        Ok(None) => Daemon::Absent,
        Ok(Some(pid)) => Daemon::Silent(pid, silent),
        Err(error) => Daemon::Silent(None, error.to_string()),
    }
}

async fn ask_ready(api: &LocalApi) -> Daemon {
    match api.call("GET", "/readyz", None).await {
        Ok((200..=299, _)) => Daemon::Ready,
        Ok((status, answer)) => Daemon::Unready(unready_parts(status, &answer)),
        Err(error) => Daemon::Silent(None, error.to_string()),
    }
}

/// The parts that are not well, each with what it says to do.
fn unready_parts(status: u16, answer: &Value) -> String {
    let parts = answer.get("parts").and_then(Value::as_array).into_iter().flatten();
    let text = |part: &Value, key| part.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let ill = parts.filter(|part| part.get("ok") == Some(&Value::Bool(false)));
    let named: Vec<_> = ill.map(|part| format!("{} ({})", text(part, "name"), text(part, "do"))).collect();
    if named.is_empty() { format!("it answers {status}") } else { named.join(", ") }
}

fn show(rows: &[Row], out: Out) -> String {
    let widest = rows.iter().map(|row| width(row.name)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for row in rows {
        lines.push(format!("{} {:widest$}  {}", out.mark(row.ok), row.name, clean(&row.detail)));
        if let Some(advice) = &row.advice {
            lines.push(format!("  {:widest$}  do: {}", "", clean(&advice.to_string())));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Advice;

    #[test]
    fn each_failure_names_its_fix() {
        let row = |name, ok, advice: Option<&str>| Row {
            name,
            ok,
            detail: "seen".to_owned(),
            advice: advice.map(|advice| Advice::of_catalogue(advice.to_owned().into())),
        };
        let rows =
            [row("data", Some(false), Some("run `chmod`")), row("database", Some(true), None), row("unit", None, None)];
        let plain = Out { json: false, quiet: false, color: false };
        assert_eq!(
            show(&rows, plain),
            "✗ data      seen\n            do: run `chmod`\n✓ database  seen\n– unit      seen"
        );
        assert!(show(&rows, Out { color: true, ..plain }).starts_with("\u{1b}[31m✗\u{1b}[0m data"));
    }

    #[test]
    fn parts_that_are_not_ready_are_named() {
        let parts = json!({"ready": false, "parts": [
            {"name": "disk", "ok": false, "do": "free some space"}, {"name": "store", "ok": true}]});
        assert_eq!(unready_parts(503, &parts), "disk (free some space)");
        assert_eq!(unready_parts(500, &Value::Null), "it answers 500");
    }
}
