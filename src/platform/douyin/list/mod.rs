//! Lists: how the request for one page becomes the request for the next, and when a list has ended.
//!
//! Every list of the site goes on in its own way, and each says so in its endpoint's file. What is the same for all
//! stands here: records that were seen are not given twice, a page without records is no end, and a list that turns in
//! circles is stopped by name. Where a walk stands can be written down between any two pages and read again later.
//!
//! - `turn` what an endpoint says of its list, `walk` goes through one, `progress` where it stands.

mod progress;
pub(in crate::platform::douyin) mod turn;
mod walk;

pub use progress::{Ended, Progress};
pub use turn::{Keyed, Listing, Turn};
pub(in crate::platform::douyin) use turn::{Order, listing, numbers, turn_to};
pub use walk::{Leaf, Walk, Wants};
