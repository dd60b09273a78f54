//! Who may send when: what was sent under each limit, as what each lane counts, and who must not send until when.

pub mod pace;
pub mod pace_lanes;
pub mod stops;

pub(super) const STATEMENTS: &[&[&str]] = &[pace::STATEMENTS, pace_lanes::STATEMENTS, stops::STATEMENTS];
