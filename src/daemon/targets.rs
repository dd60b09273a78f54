//! The queue file of a running house: taken over whole or refused whole; and what people do with its targets.
//!
//! What was taken over last stands in the store and is followed from there: a refused edit, and a restart beside one,
//! stop nothing.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::{Current, Problem, QueueFile, QueueText, check_queue};
use crate::crawl::{Forgotten, forget};
use crate::domain::time::span_millis;
use crate::domain::{Declined, Millis};
use crate::observe::Metrics;
use crate::observe::metric::CONFIG_RELOADS;
use crate::store::copies::Copies;
use crate::store::{Refusals, Store};
use crate::target::{Change, Cost, Costs, Desk, Plan, advise, check_links, creator_of};

/// What the alarm about a refused file is called, and what it is about.
pub(super) const REFUSED: (&str, &str) = ("queue_refused", "queue.toml");

/// A cheap handle.
#[derive(Clone)]
pub(super) struct Targets {
    pub(super) desk: Desk,
    pub(super) store: Store,
    pub(super) current: Current,
    pub(super) metrics: Metrics,
    /// The folder of the file.
    pub(super) dir: PathBuf,
    /// Where copies of the database lie, when they are ours to look at.
    pub(super) copies: Option<Copies>,
    pub(super) refusals: Refusals,
}

/// What is asked for.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum Asked {
    List { name: Option<String> },
    Plan,
    Run { name: String },
    Pause { name: String },
    Resume { name: String },
    Forget { creator: String },
}

impl Targets {
    /// The file, checked. A file that is missing or empty is refused while targets are known: it is more likely an
    /// accident than an order to remove all of them.
    async fn file(&self) -> Result<QueueFile, String> {
        let (dir, profiles) = (self.dir.clone(), self.current.now().profiles.clone());
        let read = move || {
            let text = QueueText::read(&dir);
            let problem = text.is_blank().then(|| format!("`{}` is missing or empty", text.file.display()));
            (check_queue(&text, &profiles).and_then(check_links), problem)
        };
        let (read, problem) = tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?;
        if let Some(problem) = problem {
            let known = self.desk.list(None).await.map_err(|error| error.to_string())?.len();
            if known > 0 {
                return Err(format!(
                    "{problem}, so the known targets stay (targets: {known}); restore it, or write `target = []` in it to remove them"
                ));
            }
        }
        read.map_err(|problems| problems.to_string())
    }

    /// Reads the file and takes it over, or refuses it whole; gives what a person should hear, if anything changed.
    pub(super) async fn take_over(&self) -> Result<Option<String>, String> {
        let mut warnings = Vec::new();
        let ended = match self.file().await {
            Ok(file) => {
                warnings = advise(&file);
                self.desk.apply(file.all).await.map_err(|error| error.to_string())
            }
            Err(refused) => Err(refused),
        };
        let outcome = if ended.is_ok() { "applied" } else { "refused" };
        self.metrics.add(CONFIG_RELOADS, [outcome], 1);
        self.refusals.note(ended.as_ref().err().map(String::as_str)).await;
        match ended {
            Ok(plan) if plan.changes.is_empty() => Ok(None),
            Ok(plan) => {
                let said = told(&plan);
                warn(&warnings);
                tracing::info!("The queue file is taken over: {said}");
                Ok(Some(said))
            }
            Err(said) => {
                tracing::error!("The saved queue file is refused and the targets stay as they are: {said}");
                Err(said)
            }
        }
    }

    /// Does what is asked.
    pub(super) async fn act(&self, asked: Value) -> Result<Value, Declined> {
        let asked: Asked = serde_json::from_value(asked).map_err(|why| {
            Declined::by_us(format!("this is nothing that is done with targets: {why}"), "see `radard target --help`")
        })?;
        let failed = |error: &dyn std::fmt::Display| Declined::by_us(error.to_string(), "see what the log says");
        match asked {
            Asked::List { name } => {
                let items = self.desk.list(name.clone()).await.map_err(|error| failed(&error))?;
                match name.filter(|_| items.is_empty()) {
                    Some(name) => Err(absent(&name)),
                    None => Ok(json!({"v": 1, "items": items, "next": null})),
                }
            }
            Asked::Plan => {
                let file = self
                    .file()
                    .await
                    .map_err(|said| Declined::by_us(said, "fix what it names; what runs stays as it is until then"))?;
                let warnings = advise(&file);
                let (plan, costs) = self.desk.look(file.all).await.map_err(|error| failed(&error))?;
                let mut shown = shown(&plan, &costs, self.desk.now());
                if let Some(fields) = shown.as_object_mut() {
                    fields.insert("warnings".to_owned(), json!(warnings));
                }
                Ok(shown)
            }
            Asked::Run { name } => match self.desk.run(name.clone()).await.map_err(|error| failed(&error))? {
                Some(ran) => Ok(ran.to_json(self.desk.now())),
                None => Err(absent(&name)),
            },
            Asked::Forget { creator } => {
                // That nobody is known by a name would be no answer.
                let id = creator_of(&creator).ok_or_else(|| {
                    let what = format!("`{}` is no id of a creator, and no link of their page", creator.escape_debug());
                    Declined::by_us(what, "give the link of their page, or the id at its end, which begins with MS4w")
                })?;
                match forget(&self.store, &id).await.map_err(|error| failed(&error))? {
                    Ok(forgotten) => Ok(self.tell_forgotten(&id, forgotten).await),
                    Err(target) => Err(Declined::by_us(
                        format!("`{id}` is followed by the target `{target}`, so they would come back"),
                        format!("take `{target}` out of queue.toml first"),
                    )),
                }
            }
            Asked::Pause { name } => self.hold(name, true).await,
            Asked::Resume { name } => self.hold(name, false).await,
        }
    }

    /// What was thrown away, and which copies of the database still hold it: `null` when they are a server's.
    async fn tell_forgotten(&self, creator: &str, forgotten: Forgotten) -> Value {
        let keep = self.current.now().backup.keep;
        let copies = match &self.copies {
            Some(copies) => json!(copies.holding(creator, keep).await),
            None => Value::Null,
        };
        let Forgotten { posts, traces, known } = forgotten;
        json!({"posts": posts, "traces": traces, "known": known, "copies": copies})
    }

    async fn hold(&self, name: String, is_held: bool) -> Result<Value, Declined> {
        let held = self.desk.hold(name.clone(), is_held).await;
        let is_known = held.map_err(|error| Declined::by_us(error.to_string(), error.advice()))?;
        if is_known { Ok(json!({"target": name, "is_paused": is_held})) } else { Err(absent(&name)) }
    }
}

/// The most warnings that one edit writes to the log.
const WARNINGS: usize = 20;

fn warn(warnings: &[Problem]) {
    for warning in warnings.iter().take(WARNINGS) {
        tracing::warn!("The queue file is taken over with a warning: {warning}");
    }
    let more = warnings.len().saturating_sub(WARNINGS);
    if more > 0 {
        tracing::warn!("The queue file has {more} more warnings: `radard check` shows all");
    }
}

fn absent(name: &str) -> Declined {
    Declined::by_us(format!("there is no target `{name}`"), "`radard target list` names them; they stand in queue.toml")
}

fn shown(plan: &Plan, costs: &Costs, now: Millis) -> Value {
    let item = |(name, change): (&String, &Change)| {
        let Cost { requests, unknown } = costs.of.get(name).cloned().unwrap_or_default();
        json!({"target": name, "change": change, "requests": requests, "unknown": unknown})
    };
    let items: Vec<_> = plan.changes.iter().map(item).collect();
    let lanes =
        costs.until.iter().map(|(profile, (at, limit))| json!({"profile": profile, "until": at, "limit": limit}));
    let span = costs.until().map_or(0, |at| span_millis(at.since(now)));
    json!({
        "v": 1, "items": items, "same": plan.same, "requests": costs.requests(), "duration_ms": span,
        "profiles": lanes.collect::<Vec<_>>(), "next": null,
    })
}

fn told(plan: &Plan) -> String {
    let count = |wanted| plan.changes.values().filter(|change| **change == wanted).count();
    let counts = [("added", Change::Add), ("changed", Change::Change), ("removed", Change::Remove)];
    let said: Vec<_> = counts.into_iter().map(|(word, change)| format!("{word} {}", count(change))).collect();
    format!("targets {}, the same {}", said.join(", "), plan.same)
}
