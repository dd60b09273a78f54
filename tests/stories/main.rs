//! Stories: the real house against the simulated platforms, in one binary because each one is a large link.
//!
//! Nothing here sleeps and nothing leaves the machine. A story that needs real time says so: those of the real binary
//! do, which is killed, starved, cut off and stopped here, with the kit that does it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a story that cannot go on has failed")]

#[path = "../kit/mod.rs"]
mod kit;

mod backups;
mod browser;
mod clocks;
mod closed;
mod commands;
mod crawl;
mod doors;
mod doubts;
mod downloads;
mod drivers;
mod export;
mod fetch;
mod folders;
mod full_disk;
mod guests;
mod hostile;
mod inside;
mod kills;
mod leaks;
mod life;
mod limits;
mod links;
mod listings;
mod local;
mod modes;
mod nodes;
mod orders;
mod outages;
mod outside;
mod pages;
mod people_first;
mod profiles;
mod redirect;
mod risk;
mod rounds;
mod saved_settings;
mod secrets;
mod shell;
mod shown;
mod signatures;
mod spans;
mod stopped;
mod syncs;
mod terminal;
mod units;
mod upgrade;
mod weeks;
mod wire;
