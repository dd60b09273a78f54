//! What is kept up to date.

use super::row::{Row, UNREAD};
use crate::advice;
use crate::base::Plan;
use crate::config::{QueueText, check_queue};
use crate::store::{Error, Store};
use crate::target::{Served, Standing, Trouble, check_links, standing};

/// What is kept up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Targets {
    /// The queue file has a mistake, which is this one.
    Refused(String),
    /// How many there are, and what a person should see to.
    Known(usize, Vec<Trouble>),
    /// Why nobody looked.
    NotRun(&'static str),
}

pub(super) async fn look_at_targets(store: &Store, plan: Option<&Plan>, served: &Served) -> Targets {
    if let Some(plan) = plan {
        let text = QueueText::read(&plan.places.config);
        if let Err(problems) = check_queue(&text, &plan.config.profiles).and_then(check_links) {
            return Targets::Refused(problems.to_string().lines().next().unwrap_or_default().to_owned());
        }
    }
    let served = served.clone();
    let read = store.read::<_, Error, _>(|tx| Box::pin(async move { standing(tx, &served, None, None).await }));
    let Ok(all) = read.await else { return Targets::NotRun(UNREAD) };
    Targets::Known(all.len(), all.iter().flat_map(Standing::troubles).collect())
}

pub(super) fn targets(seen: &Targets) -> Row {
    match seen {
        Targets::NotRun(why) => Row::not_run("targets", why),
        Targets::Refused(mistake) => Row::ill("targets", mistake.clone(), advice::doctor::queue_file()),
        Targets::Known(0, _) => Row::well("targets", "there are none"),
        Targets::Known(count, troubles) => match troubles.as_slice() {
            [] => Row::well("targets", format!("targets: {count}; none of them needs anybody")),
            [Trouble { said, advice }] => Row::ill("targets", said.clone(), advice.clone()),
            [Trouble { said, advice }, rest @ ..] => {
                let advice = advice.clone().and(&advice::doctor::other_targets());
                Row::ill("targets", format!("{said}, and {} more", rest.len()), advice)
            }
        },
    }
}
