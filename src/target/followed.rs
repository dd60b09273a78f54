//! The queue file of a running house: taken over whole or refused whole; and what people do with its targets.
//!
//! What was taken over last stands in the store and is followed from there: a refused edit, and a restart beside one,
//! stop nothing.

use std::path::PathBuf;

use super::cost::Costs;
use super::desk::{Desk, Ran};
use super::plan::{Change, Plan};
use super::spec::Spec;
use super::standing::Standing;
use super::subject::{advise, check_links};
use crate::advice;
use crate::config::{Current, Problem, QueueFile, QueueText, check_queue};
use crate::domain::{Declined, Millis};
use crate::observe::Metrics;
use crate::observe::metric::CONFIG_RELOADS;
use crate::store::Refusals;

/// A cheap handle.
#[derive(Clone)]
pub struct Targets {
    /// Where they stand.
    pub desk: Desk,
    /// Which profiles there are.
    pub current: Current,
    /// The numbers.
    pub metrics: Metrics,
    /// The folder of the file.
    pub dir: PathBuf,
    /// Whether the file was refused.
    pub refusals: Refusals,
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
    pub async fn take_over(&self) -> Result<Option<String>, String> {
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

    /// How each target stands, or one of them alone.
    pub async fn list(&self, name: Option<String>) -> Result<Vec<Standing>, Declined> {
        let items = self.desk.list(name.clone()).await.map_err(|error| broken(&error))?;
        match name.filter(|_| items.is_empty()) {
            Some(name) => Err(absent(&name)),
            None => Ok(items),
        }
    }

    /// What the queue file would change and cost.
    pub async fn plan(&self) -> Result<Foreseen, Declined> {
        let file = self.file().await;
        let file = file.map_err(|said| Declined::by_us(said, advice::target::fix_the_file()))?;
        let warnings = advise(&file);
        let (plan, costs) = self.desk.look(file.all).await.map_err(|error| broken(&error))?;
        Ok(Foreseen { plan, costs, warnings, at: self.desk.now() })
    }

    /// Runs a target now.
    pub async fn run(&self, name: &str) -> Result<Ran, Declined> {
        let ran = self.desk.run(name.to_owned()).await.map_err(|error| broken(&error))?;
        ran.ok_or_else(|| absent(name))
    }

    /// Holds a target back, or lets it go on; what the file pauses, only the file lets go on.
    pub async fn hold(&self, name: &str, is_held: bool) -> Result<(), Declined> {
        let held_by_file = |standing: &Standing| Spec::read(&standing.target.said).is_some_and(|spec| spec.paused);
        if !is_held && self.list(Some(name.to_owned())).await?.iter().any(held_by_file) {
            let error = format!("`{name}` is paused in the queue file");
            return Err(Declined::by_us(error, advice::target::unpause(name)));
        }
        let held = self.desk.hold(name.to_owned(), is_held).await;
        let is_known = held.map_err(|error| Declined::by_us(error.to_string(), error.advice()))?;
        if is_known { Ok(()) } else { Err(absent(name)) }
    }
}

/// What a queue file would do if it were taken over now.
#[derive(Debug)]
pub struct Foreseen {
    /// What changes.
    pub plan: Plan,
    /// What that costs.
    pub costs: Costs,
    /// What works but will not find what it takes.
    pub warnings: Vec<Problem>,
    /// When it was looked at.
    pub at: Millis,
}

fn broken(error: &dyn std::fmt::Display) -> Declined {
    Declined::by_us(error.to_string(), advice::target::log())
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
    Declined::by_us(format!("there is no target `{name}`"), advice::target::list())
}

fn told(plan: &Plan) -> String {
    let count = |wanted| plan.changes.values().filter(|change| **change == wanted).count();
    let counts = [("added", Change::Add), ("changed", Change::Change), ("removed", Change::Remove)];
    let said: Vec<_> = counts.into_iter().map(|(word, change)| format!("{word} {}", count(change))).collect();
    format!("targets {}, the same {}", said.join(", "), plan.same)
}
