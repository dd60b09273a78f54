//! Pages for people, and the open paths that machines ask.
//!
//! A page is a struct, a function that fills it, and a template beside it. It works without a script: buttons are
//! forms, every change answers with a redirect, and the status page asks for itself again every five seconds.

pub(super) mod act;
pub(super) mod enter;
pub(super) mod job;
pub(super) mod open;
pub(super) mod plain;
mod show;
pub(super) mod status;
mod targets;
