//! What the queue works with: jobs, the gates before their lanes and kinds, and how far each schedule has come.

pub mod gates;
pub mod jobs;
pub mod schedules;

pub(super) const STATEMENTS: &[&[&str]] = &[gates::STATEMENTS, schedules::STATEMENTS];
