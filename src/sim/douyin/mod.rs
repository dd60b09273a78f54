//! The simulated Douyin: what hands out guests' marks and tokens, where short links lead, and who may ask.

mod judge;
mod query_user;
mod short;
mod token;

pub(super) use query_user::answer as query_user;
pub(super) use short::answer as short_link;
pub use short::{ShortLink, short_links};
pub(super) use token::{ms_token, ttwid, web_id};
