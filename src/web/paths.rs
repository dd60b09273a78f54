//! The map of URLs: every path of the pages once, and a function for each that has a part to fill in.
//!
//! Templates and handlers take their links from here, so that no text spells a path. The paths of the API are spelled
//! where they are routed, in `api`, because nothing of ours links to them.

use std::sync::LazyLock;

use uuid::Uuid;

use super::token;

/// Where the API begins; also what tells a script from a browser when something is refused.
pub(super) const API: &str = "/api";
/// The version of the API that we serve.
pub(super) const API_V1: &str = "/api/v1";
/// The process is alive.
pub(super) const HEALTH: &str = "/healthz";
/// Work can be accepted.
pub(super) const READY: &str = "/readyz";
/// The numbers of the house.
pub(super) const METRICS: &str = "/metrics";
/// The status page.
pub(super) const STATUS: &str = "/";
/// Signs a browser out.
pub(super) const LEAVE: &str = "/leave";
/// Runs a target now, pauses it, or lets it go on.
pub(super) const TARGET: &str = "/targets/{name}/{act}";
/// Pauses or resumes a lane or a kind.
pub(super) const GATES: &str = "/gates";
/// The stylesheet.
pub(super) const STYLE: &str = "/style.css";
/// The icon.
pub(super) const ICON: &str = "/icon.svg";
/// A one-time link.
pub(super) const ENTER: &str = "/enter/{token}";
/// One job.
pub(super) const JOB: &str = "/jobs/{id}";
/// Gives a job another life.
pub(super) const JOB_RETRY: &str = "/jobs/{id}/retry";
/// Takes a job back.
pub(super) const JOB_CANCEL: &str = "/jobs/{id}/cancel";
/// Says that a person knows of an alarm.
pub(super) const ALARM_ACK: &str = "/alarms/{id}/ack";

/// The stylesheet as it is served.
pub(super) const STYLE_TEXT: &str = include_str!("templates/style.css");
/// The icon as it is served.
pub(super) const ICON_TEXT: &str = include_str!("templates/icon.svg");

static STYLE_LINK: LazyLock<String> = LazyLock::new(|| versioned(STYLE, STYLE_TEXT));
static ICON_LINK: LazyLock<String> = LazyLock::new(|| versioned(ICON, ICON_TEXT));

/// A link that changes with what it leads to, so that a browser may keep it for good.
fn versioned(path: &str, text: &str) -> String {
    let digest = token::digest(text);
    format!("{path}?{}", digest.get(..12).unwrap_or_default())
}

/// The link of the stylesheet.
pub(super) fn style() -> &'static str {
    &STYLE_LINK
}

/// The link of the icon.
pub(super) fn icon() -> &'static str {
    &ICON_LINK
}

/// The link that signs a browser in, once.
pub(super) fn enter(token: &str) -> String {
    format!("/enter/{token}")
}

/// The page of a job.
pub(super) fn job(id: Uuid) -> String {
    format!("/jobs/{id}")
}

/// Where a job is given another life.
pub(super) fn job_retry(id: Uuid) -> String {
    format!("/jobs/{id}/retry")
}

/// Where a job is taken back.
pub(super) fn job_cancel(id: Uuid) -> String {
    format!("/jobs/{id}/cancel")
}

/// Where an alarm is acknowledged.
pub(super) fn alarm_ack(id: Uuid) -> String {
    format!("/alarms/{id}/ack")
}

/// Where something is done with a target.
pub(super) fn target(name: &str, act: &str) -> String {
    format!("/targets/{name}/{act}")
}

/// A job as the API shows it.
pub(super) fn api_job(id: Uuid) -> String {
    format!("{API_V1}/jobs/{id}")
}
