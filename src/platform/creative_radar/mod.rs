//! TikTok Creative Radar: the pages of its Creative Center, as far as a login is asked whether it is one.

mod proof;

pub use proof::{Asker, PAGE, SENDS, prove};
