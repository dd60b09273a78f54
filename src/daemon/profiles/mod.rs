//! What people do with profiles, for the API: take a login in, look at it, prove it, use another, give it out, forget it.
//!
//! - `desk` all of these acts, `proof` asks a platform whether somebody is logged in, `capture` opens the browser.

mod capture;
mod desk;
mod proof;

pub(super) use desk::Profiles;
pub(super) use proof::Prover;
