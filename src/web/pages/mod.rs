//! Pages for people, and the open paths that machines ask.
//!
//! A page is one file with its words, the struct that it shows, a function that fills it, and its buttons; its template
//! stands in `templates`. A page of the navigation is a line of [`PAGES`]; nothing else names it. What several pages
//! show is in `pieces`. Every page works without a script: buttons are forms, and every change answers with a redirect.

mod alarms;
pub(super) mod enter;
pub(super) mod frame;
mod home;
mod job;
mod jobs;
mod limits;
mod logins;
pub(super) mod open;
mod pieces;
pub(super) mod plain;
mod target;
mod targets;
mod tasks;

/// The navigation, from top to bottom.
pub(super) const PAGES: frame::Entries =
    &[home::ENTRY, targets::ENTRY, jobs::ENTRY, logins::ENTRY, limits::ENTRY, alarms::ENTRY, tasks::ENTRY];
