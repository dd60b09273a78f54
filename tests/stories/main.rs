//! Stories: the real house against the simulated platforms, in one binary because each one is a large link.
//!
//! Nothing here sleeps and nothing leaves the machine. A story that needs real time says so.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a story that cannot go on has failed")]

mod commands;
mod local;
mod outside;
mod redirect;
