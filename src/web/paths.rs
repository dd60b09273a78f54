//! The map of URLs: where each page is, and what several of them link to.
//!
//! A path that one page alone uses, such as that of a button, is spelled in its file. The paths of the API are spelled
//! where they are routed, in `api`, because nothing of ours links to them.

use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
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
/// The first page.
pub(super) const HOME: &str = "/";
pub(super) const TARGETS: &str = "/targets";
pub(super) const JOBS: &str = "/jobs";
/// Pauses or resumes a kind of job.
pub(super) const KINDS: &str = "/jobs/kinds";
pub(super) const LOGINS: &str = "/logins";
pub(super) const LIMITS: &str = "/limits";
/// Pauses or resumes a lane.
pub(super) const LANE: &str = "/limits/lane";
pub(super) const ALARMS: &str = "/alarms";
pub(super) const TASKS: &str = "/tasks";
/// Signs a browser out.
pub(super) const LEAVE: &str = "/leave";
/// The stylesheet.
pub(super) const STYLE: &str = "/style.css";
/// The icon.
pub(super) const ICON: &str = "/icon.svg";
/// A one-time link.
pub(super) const ENTER: &str = "/enter/{token}";
/// What keeps a page fresh.
pub(super) const SCRIPT: &str = "/page.js";

/// The stylesheet as it is served.
pub(super) const STYLE_TEXT: &str = include_str!("templates/style.css");
/// The icon as it is served.
pub(super) const ICON_TEXT: &str = include_str!("templates/icon.svg");
/// The script as it is served.
pub(super) const SCRIPT_TEXT: &str = include_str!("templates/page.js");

static STYLE_LINK: LazyLock<String> = LazyLock::new(|| versioned(STYLE, STYLE_TEXT));
static ICON_LINK: LazyLock<String> = LazyLock::new(|| versioned(ICON, ICON_TEXT));
static SCRIPT_LINK: LazyLock<String> = LazyLock::new(|| versioned(SCRIPT, SCRIPT_TEXT));

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

/// The link of the script.
pub(super) fn script() -> &'static str {
    &SCRIPT_LINK
}

/// The link that signs a browser in, once.
pub(super) fn enter(token: &str) -> String {
    format!("/enter/{token}")
}

/// The page of a job.
pub(super) fn job(id: Uuid) -> String {
    format!("{JOBS}/{id}")
}

/// The page of a target; names hold only what an address may hold.
pub(super) fn target(name: &str) -> String {
    format!("{TARGETS}/{name}")
}

/// A job as the API shows it.
pub(super) fn api_job(id: Uuid) -> String {
    format!("{API_V1}/jobs/{id}")
}

/// What stands in a part of a URL as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `text` as one part of a path or of a query.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}
