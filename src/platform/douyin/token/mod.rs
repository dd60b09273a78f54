//! What a browser has been given before it asks for anything: a guest's mark, a request token, an id.
//!
//! Nothing is asked for before it is needed, and never at a start. What the cookies of a profile hold goes before what is
//! asked for, and that before what is made up. Each profile and each guest has its own.
//!
//! - `ask` the three requests, `tokens` what is kept of their answers and for how long.
//! - `guest` guests: an identity with a mark, for one live room at a time.

mod ask;
mod guest;
mod tokens;

pub use guest::{Guest, Guests, draw_fingerprint, identity_of};
pub use tokens::{Holder, MsToken, Owner, Tokens};
