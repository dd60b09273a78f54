//! The simulated Douyin: what hands out guests' marks and tokens, where short links lead, and who may ask.
//!
//! `site` says what it is and lists its paths, `state` holds how it stands, `faults` its switches, `control` its control
//! paths, `folder` what it writes for people. `door` lists the pages that a client signs for.

mod address;
mod age;
mod asked;
mod cast;
mod change;
mod codes;
mod control;
mod door;
mod entrance;
mod faults;
mod file;
mod folder;
mod judge;
mod life;
mod people;
mod query_user;
mod rooms;
mod running;
mod script;
mod short;
mod show;
mod site;
mod state;
mod token;
mod works;

pub use change::{Lost, Rename};
pub use short::{ShortLink, short_links};
pub(super) use site::PLATFORM;
