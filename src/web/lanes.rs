//! Lanes as people and scripts see them: what waits, and what keeps it waiting.
//!
//! The store keeps three lists, lanes with due jobs, gates that are not simply open, and who must not send; here they
//! become one. A kind stands in it only while it is paused. A closing whose time has passed counts as open, as it does
//! for a claim; who must not send closes the lane that met the refusal.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::app::App;
use super::refusal::Refusal;
use crate::advice;
use crate::domain::Class;
use crate::pace::{Forecast, Pace};
use crate::store::gates::{self, Scope};
use crate::store::{self, Tx, jobs, stops};

/// The most lanes and kinds that are paused at once: each is a row, and their names come from outside.
const MOST_PAUSED: i64 = 1000;
/// The longest name of a lane.
const NAME: usize = 512;

/// A lane, or a kind that is paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Lane {
    /// What the name is a name of.
    pub(super) scope: Scope,
    /// The lane or the kind.
    pub(super) name: String,
    /// Jobs that are due; a kind's are counted in their lanes.
    pub(super) waiting: Option<i64>,
    /// Jobs that wait for their turn under a limit.
    pub(super) resting: Option<i64>,
    /// Jobs may be taken from it.
    pub(super) open: bool,
    /// A person paused it.
    pub(super) paused: bool,
    /// When it opens by itself.
    pub(super) closed_until: Option<i64>,
    /// The class of the refusal that closed it.
    pub(super) class: Option<Class>,
    /// What was refused.
    pub(super) reason: Option<String>,
    /// When it will be done, by the limits that its requests fall under; nothing for a lane that has never sent.
    #[serde(flatten)]
    pub(super) forecast: Option<Forecast>,
}

impl Lane {
    /// A lane in which nothing waits.
    fn of_jobs(name: &str) -> Self {
        Self { waiting: Some(0), resting: Some(0), ..Self::open(Scope::Lane, name) }
    }

    /// All that waits in it.
    pub(super) fn all(&self) -> i64 {
        self.waiting.unwrap_or(0) + self.resting.unwrap_or(0)
    }

    fn open(scope: Scope, name: &str) -> Self {
        let name = name.to_owned();
        Self {
            scope,
            name,
            waiting: None,
            resting: None,
            open: true,
            paused: false,
            closed_until: None,
            class: None,
            reason: None,
            forecast: None,
        }
    }
}

/// Lanes with due jobs, lanes that are not open, and kinds that are paused.
pub(super) async fn load(tx: &mut Tx, pace: &Pace) -> Result<Vec<Lane>, store::Error> {
    let (waiting, gates, now) = (jobs::lanes(tx).await?, gates::list(tx).await?, tx.now().0);
    let mut foretold = pace.forecast(tx, &waiting).await?;
    let mut lanes = BTreeMap::new();
    for (name, jobs::Waiting { due, resting }) in waiting {
        let forecast = foretold.remove(&name);
        let lane = Lane { waiting: Some(due), resting: Some(resting), forecast, ..Lane::of_jobs(&name) };
        lanes.insert((false, name), lane);
    }
    for gate in gates {
        let is_kind = gate.scope == Scope::Kind;
        let closed_until = gate.open_at.filter(|at| *at > now);
        if !gate.paused && closed_until.is_none() {
            continue;
        }
        let lane = lanes
            .entry((is_kind, gate.name.clone()))
            .or_insert_with(|| if is_kind { Lane::open(gate.scope, &gate.name) } else { Lane::of_jobs(&gate.name) });
        lane.open = false;
        lane.paused = gate.paused;
        // What a person paused drains when that person says so.
        lane.forecast = lane.forecast.take().filter(|_| !gate.paused);
        lane.closed_until = closed_until;
        lane.class = gate.class.filter(|_| closed_until.is_some());
        lane.reason = gate.reason.filter(|_| closed_until.is_some());
    }
    for stop in stops::list_by_the_wall(tx).await?.into_iter().filter(|stop| stop.until > now && !stop.lane.is_empty())
    {
        let key = (false, stop.lane.clone());
        let lane = lanes.entry(key).or_insert_with(|| Lane::of_jobs(&stop.lane));
        lane.open = false;
        if lane.closed_until.is_none_or(|at| at < stop.until) {
            (lane.closed_until, lane.class, lane.reason) = (Some(stop.until), Some(stop.class), Some(stop.reason));
        }
    }
    Ok(lanes.into_values().collect())
}

/// The form of a pause button.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    /// The lane or the kind.
    pub(super) name: String,
    /// Whether it is paused from now on.
    pub(super) paused: bool,
}

/// Pauses or resumes a lane or a kind. A kind that nobody does here is more likely a slip than a plan.
pub(super) async fn pause(app: &App, scope: Scope, name: &str, paused: bool) -> Result<(), Refusal> {
    if name.is_empty() || name.len() > NAME || name.chars().any(char::is_control) {
        let error = format!("a name must have 1 to {NAME} bytes and no control characters");
        return Err(Refusal::bad(error, advice::web::copy_from_listing()));
    }
    if paused && scope == Scope::Kind && !app.queue().kinds().contains(&name) {
        let error = format!("there is no kind `{name}`: one of {}", app.queue().kinds().join(" "));
        return Err(Refusal::bad(error, advice::web::kind()));
    }
    if paused {
        let own = name.to_owned();
        let beside = app
            .store()
            .read::<_, store::Error, _>(move |tx| Box::pin(async move { gates::paused_beside(tx, scope, &own).await }));
        if beside.await? >= MOST_PAUSED {
            let error = format!("{MOST_PAUSED} lanes and kinds are paused already");
            return Err(Refusal::bad(error, advice::web::lanes()));
        }
    }
    Ok(app.queue().pause(scope, name, paused).await?)
}
