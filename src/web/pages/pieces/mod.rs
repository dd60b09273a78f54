//! What several pages show: moments and numbers, the state of a job, cards of alarms, rows of targets.

pub(super) mod alarms;
pub(super) mod jobs;
pub(super) mod moment;
pub(super) mod takes;
