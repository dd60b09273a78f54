//! `radard migrate`: brings the database to the present without starting the daemon.
//!
//! A daemon does the same when it starts; this is for those who want to see it happen first. On SQLite a copy is made
//! before the first step.

use serde_json::json;

use super::desk::Desk;
use super::failure::Failure;
use super::house::{plan, refused};
use super::out::Answer;
use super::reach::knock;
use crate::base::Plan;
use crate::daemon::{HouseError, open_vault};
use crate::store::{Access, DirLock, OpenError, Store, health, make_folders};

/// Brings it there and says how far it went.
pub(super) async fn answer(desk: &Desk) -> Result<Answer, Failure> {
    let places = desk.places()?;
    let checked = desk.checked(&places)?;
    if let Ok(Some(_)) = knock(&places).await {
        let told = "the running daemon has migrated the database already";
        return Ok(Answer::done(json!({"v": 1, "daemon": true}), told));
    }
    desk.log_on_request(&checked)?;
    let (from, to) = bring(&plan(desk, &checked, &places)).await.map_err(|error| refused(&error))?;
    let told = if from == to {
        format!("the database is at step {to}, which is the last")
    } else {
        format!("the database went from step {from} to step {to}")
    };
    Ok(Answer::done(json!({"v": 1, "daemon": false, "from": from, "to": to}), told))
}

/// Takes the data directory and does what is missing; gives the steps before and after.
async fn bring(plan: &Plan) -> Result<(i64, i64), HouseError> {
    let failed = |source| HouseError::of_data(&plan.places, source);
    make_folders(&plan.places).map_err(failed)?;
    let _lock = DirLock::take(&plan.places.data)?;
    open_vault(plan).await?;
    let from = step_before(plan).await?;
    let (store, writer) = Store::open(&plan.place(), Access::Write, plan.ambient.clone()).await?;
    let schema = health::schema(&store).await;
    store.close().await;
    // Every handle is gone, so this only closes the writing connection.
    writer.serve().await.map_err(OpenError::Store)?;
    Ok((from, schema.map_err(OpenError::Migrate)?.found))
}

/// The step the database is at; 0 when there is none yet.
async fn step_before(plan: &Plan) -> Result<i64, OpenError> {
    match Store::open(&plan.place(), Access::Read, plan.ambient.clone()).await {
        Ok((store, _nothing_to_write)) => {
            let schema = health::schema(&store).await;
            store.close().await;
            Ok(schema?.found)
        }
        Err(OpenError::Behind(schema)) => Ok(schema.found),
        Err(OpenError::Absent(_)) => Ok(0),
        Err(error) => Err(error),
    }
}
