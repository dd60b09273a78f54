//! The JSON API under `/api/v1`: its paths, each with the scope that it needs.
//!
//! A listing is one object `{"v":1,"items":[…],"next":"…"|null}`; a refusal is `{error, class, do}`; times are Unix
//! milliseconds; fields that nobody asked for are refused. The command line speaks to the same paths over the socket.

mod alarms;
mod fetch;
mod gates;
mod house;
mod jobs;
mod keys;
mod listing;
mod profiles;
mod schedules;
mod secrets;
mod targets;

pub use targets::{ran_shown, standing_shown};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::routing::{MethodRouter, delete, get, post, put};

use super::app::App;
use super::auth::Scope;
use super::door;

/// Every path of the API, without its prefix.
pub(super) fn routes() -> Router<App> {
    let read_jobs = |routes| scoped(Scope::JobsRead, routes);
    let write_jobs = |routes| scoped(Scope::JobsWrite, routes);
    let admin = |routes| scoped(Scope::Admin, routes);
    Router::new()
        .route("/jobs", read_jobs(get(jobs::list)).merge(write_jobs(post(jobs::add))))
        .route("/jobs/retry", write_jobs(post(jobs::retry_kind)))
        .route("/jobs/{id}", read_jobs(get(jobs::find)))
        .route("/jobs/{id}/retry", write_jobs(post(jobs::retry)))
        .route("/jobs/{id}/cancel", write_jobs(post(jobs::cancel)))
        .route("/counts", read_jobs(get(jobs::counts)))
        .route("/kinds", read_jobs(get(jobs::kinds)))
        .route("/lanes", read_jobs(get(gates::lanes)))
        .route("/gates", write_jobs(post(gates::pause)))
        .route("/alarms", scoped(Scope::AlarmsRead, get(alarms::list)))
        .route("/alarms/{id}", scoped(Scope::AlarmsRead, get(alarms::find)))
        .route("/alarms/{id}/ack", scoped(Scope::AlarmsWrite, post(alarms::ack)))
        .route("/keys", scoped(Scope::KeysWrite, get(keys::list).post(keys::add)))
        .route("/keys/{name}", scoped(Scope::KeysWrite, delete(keys::revoke)))
        .route("/schedules", read_jobs(get(schedules::list)))
        .route("/schedules/{name}/run", admin(post(schedules::run)))
        .route("/secrets", admin(get(secrets::list)))
        .route("/secrets/rotate", admin(post(secrets::rotate)))
        .route("/secrets/{name}", admin(put(secrets::set).delete(secrets::forget)))
        .route("/targets", read_jobs(get(targets::list)))
        .route("/targets/{name}", read_jobs(get(targets::find)))
        .route("/targets/{name}/run", write_jobs(post(targets::run)))
        .route("/targets/{name}/pause", write_jobs(post(targets::pause)))
        .route("/targets/{name}/resume", write_jobs(post(targets::resume)))
        .route("/forget", admin(post(targets::forget)))
        .route("/plan", read_jobs(get(targets::plan)))
        .route("/fetch", admin(post(fetch::fetch)))
        .route("/open", admin(get(keys::opened).post(keys::open).delete(keys::end_all)))
        .route("/readiness", get(house::readiness))
        .route("/tasks", admin(get(house::tasks)))
        .route("/doctor", admin(get(house::doctor)))
        .route("/backups", admin(post(house::back_up)))
        .route("/reload", admin(post(house::reload)))
}

/// What is answered on the socket alone: logins go in and out there, whole.
pub(super) fn for_the_owner() -> Router<App> {
    Router::new().route("/profiles", post(profiles::act))
}

fn scoped(scope: Scope, routes: MethodRouter<App>) -> MethodRouter<App> {
    routes.route_layer(from_fn(move |request: Request, next: Next| door::need(scope, request, next)))
}
