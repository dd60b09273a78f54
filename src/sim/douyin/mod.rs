//! The simulated Douyin: what hands out guests' marks and tokens, and where short links lead.

mod short;
mod token;

pub(super) use short::answer as short_link;
pub use short::{ShortLink, short_links};
pub(super) use token::{ms_token, ttwid, web_id};
