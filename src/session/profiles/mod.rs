//! What people do with profiles, for the API: take a login in, look at it, prove it, use another, give it out, forget it.
//!
//! - `who` all profiles, `desk` what is asked for over the API, `take` how a login comes in; `proof` asks a platform
//!   whether somebody is logged in, `capture` opens the browser.
//! - `compare` compares the headers of a page of the Creative Center with ours.
//! - `inside` lets a page sign or send what nobody else can sign.

mod capture;
mod compare;
mod desk;
mod in_use;
mod inside;
mod proof;
mod take;
mod who;

pub use capture::headers_of;
pub use desk::{Brought, ByHand, Detail, GivenOut, Overview};
pub use in_use::InUse;
pub(super) use inside::Inside;
pub(super) use proof::Prover;
pub use who::Profiles;
