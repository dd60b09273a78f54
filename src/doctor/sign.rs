//! The ways to sign: whether they work, and whether they sign as the pages of the sites do.

use super::row::Row;
use crate::advice;
use crate::base::Plan;
use crate::domain::identity::{Identity, Told};
use crate::platform::signer::{Asked, Command, Signer as _, What};
use crate::queue::Job as _;
use crate::session::{CompareSignatures, Signs};
use crate::sign::SCHEMES;
use crate::store::jobs::{self, Filter};
use crate::store::{Error, Store};

/// The ways to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signers {
    /// Each was tried.
    Tried(Tried),
    /// Why they were not tried.
    NotRun(&'static str),
}

/// What became of trying every way to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// How many recipes this build has.
    pub recipes: usize,
    /// Those that no longer give what their example gives.
    pub broken: Vec<String>,
    /// What became of the operator's program, when there is one.
    pub command: Option<Result<(), String>>,
}

/// Tries every recipe on its example, and the operator's program on a query.
pub(super) async fn try_all(plan: &Plan) -> Tried {
    let broken = SCHEMES.iter().filter(|(_, holds)| !holds()).map(|(version, _)| version.to_string()).collect();
    let command = match Command::new(&plan.config.douyin.sign_command, plan.ambient.clock.clone()) {
        Some(command) => Some(try_command(&command).await),
        None => None,
    };
    Tried { recipes: SCHEMES.len(), broken, command }
}

async fn try_command(command: &Command) -> Result<(), String> {
    let guest = Identity::of(Told::default(), |_, _| {
        "1536|747|1536|834|0|30|0|0|1536|834|1536|864|1525|747|24|24|Win32".to_owned()
    });
    let identity = guest.map_err(|why| why.to_string())?;
    let what = What::Query("device_platform=webapp&aid=6383&count=10", "");
    let asked = Asked { endpoint: "doctor", identity: &identity, what };
    command.sign(&asked).await.map(drop).map_err(|why| why.to_string())
}

/// How the last comparison of signatures with those of a page ended, on each platform.
pub(super) async fn look_at_comparisons(store: &Store) -> Option<String> {
    let mut told = Vec::new();
    for platform in Signs::ALL {
        told.push(format!("{}: {}", platform.as_str(), look_at_comparison(store, platform).await?));
    }
    Some(told.join(", "))
}

async fn look_at_comparison(store: &Store, platform: Signs) -> Option<String> {
    let (kind, lane) = (Some(CompareSignatures::KIND.to_owned()), Some(platform.lane()));
    let filter = Filter { kind, lane, limit: 1, ..Filter::default() };
    let last = store.read::<_, Error, _>(|tx| Box::pin(async move { jobs::list(tx, &filter).await })).await.ok()?;
    let Some(last) = last.first() else { return Some("not compared with a page yet".to_owned()) };
    let result: serde_json::Value = serde_json::from_str(last.result.as_deref().unwrap_or("null")).unwrap_or_default();
    let different = result.get("differs").and_then(serde_json::Value::as_array);
    Some(match (result.get("skipped").and_then(serde_json::Value::as_str), different) {
        (Some(why), _) => format!("not compared with a page: {why}"),
        (None, Some(names)) if names.is_empty() => "a page signs the same".to_owned(),
        (None, Some(_)) => "a page signs in another way".to_owned(),
        (None, None) => format!("the last comparison with a page is {}", last.state.as_str()),
    })
}

pub(super) fn signers(seen: &Signers, compared: Option<&str>) -> Row {
    let tried = match seen {
        Signers::Tried(tried) => tried,
        Signers::NotRun(why) => return Row::not_run("signers", why),
    };
    let compared = compared.map(|said| format!("; {said}")).unwrap_or_default();
    let recipes = format!("{} recipes give what they should", tried.recipes);
    match (tried.broken.as_slice(), &tried.command) {
        ([], None) => Row::well("signers", format!("{recipes}{compared}")),
        ([], Some(Ok(()))) => Row::well("signers", format!("{recipes}, and your program signs{compared}")),
        ([], Some(Err(why))) => Row::ill("signers", why.clone(), advice::doctor::sign_command()),
        (broken, _) => {
            let detail = format!("{} no longer gives what it should", broken.join(" and "));
            Row::ill("signers", detail, advice::doctor::sign_damaged())
        }
    }
}
