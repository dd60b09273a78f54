//! TikTok Creative Radar: the pages of its Creative Center, as far as a login is asked whether it is one.
//!
//! There are two of them. The older lists are being retired, one after the other and not everywhere at once; where they
//! are, their pages lead to the newer ones, which need no signature.
//!
//! - `lists` asks each of both, `proof` asks whether somebody is logged in.
//! - `compare` compares the headers that a page sends with ours.

mod compare;
mod lists;
mod proof;

pub use compare::compare;
pub use lists::{ANY, Asker, PAGE, SENDS};
pub use proof::prove;
