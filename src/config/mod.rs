//! What a person may set, read once and understood whole before anything starts.
//!
//! Layers, later ones win: defaults → `radard.toml` → environment `RADARD_SECTION__KEY` → flags. The settings stand in
//! one place, `sections.rs`: name, kind, default, sentence and reload mark of each key, from which the checker, the list
//! of origins, the typed [`Config`] and the reference file all come. [`check()`] works on values that were read before
//! and reports every problem at once, each with its place and with what to do; the one thing it asks the machine for
//! is its list of time zones. Only [`read`] opens files. Secrets are held apart: they appear in no message, no list of
//! origins and no `Debug`.
//!
//! A new key is one entry in `sections.rs` and its lines in `config/radard.toml`; the drift test says what is missing.

mod check;
mod cron;
mod current;
mod draft;
mod entries;
mod file;
mod forms;
mod key;
mod kind;
mod layers;
mod pace_rule;
mod place;
mod places;
mod profile;
mod queue_file;
pub mod read;
mod reload;
mod schedule;
mod secrets;
mod sections;
mod size;
mod sources;
mod target;
mod url;
mod value;
mod window;

pub use check::{Checked, check};
pub use cron::{NotACron, parse_cron, parse_zone};
pub use current::Current;
pub use forms::is_only_dots;
pub use key::{Key, Reload};
pub use kind::Kind;
pub use place::{Origin, Place, Problem, Problems, Said};
pub use places::{Places, SYSTEM_DATA};
pub use queue_file::{Part, QUEUE, QueueFile, QueueText, check_queue};
pub use reload::{Reloaded, reload};
pub use secrets::{CREDENTIALS, Credential, Secrets};
pub use sections::{
    Backup, Browser, Config, Crawl, Daemon, Disk, Douyin, Egress, Format, KeyedBy, Language, Late, Log, Media, Node,
    Pace, PaceRule, Platform, Profile, Queue, Schedule, Screen, Signing, Store, Tolerance, Vault, Web, keys,
};
pub use size::{LowWater, NotASize, parse_size, write_size};
pub use sources::{Sources, Unreadable};
pub use target::{Order, Target};
pub use url::host_of;
pub use window::parse_window;

/// The files that `radard init` writes: their paths below the configuration directory, and their texts.
pub const fn init_files() -> &'static [(&'static str, &'static str)] {
    &[("radard.toml", include_str!("../../config/radard.toml")), (QUEUE, include_str!("../../config/queue.toml"))]
}

#[cfg(test)]
mod tests;
