//! The wall clock: how it was seen last, what notices that it jumped, and what sets wrong moments back.

pub mod ahead;
pub mod clocks;
pub(super) mod watch;

pub(super) const STATEMENTS: &[&[&str]] =
    &[ahead::SEEN, ahead::WAITS, ahead::STATEMENTS, ahead::LARGE, clocks::STATEMENTS];
