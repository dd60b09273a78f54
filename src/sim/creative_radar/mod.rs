//! The simulated Creative Center: pages whose script signs and sends, and the lists that it asks for.
//!
//! `site` says what it is and lists its paths, `state` holds how it stands, `faults` its switches, `control` its control
//! paths.

mod control;
mod faults;
mod hashtags;
mod list;
mod page;
mod running;
mod script;
mod session;
mod site;
mod state;

pub(super) use site::PLATFORM;
