//! The simulated Douyin: what hands out guests' marks and tokens, where short links lead, and who may ask.

mod address;
mod age;
mod asked;
pub(super) mod cast;
pub(super) mod change;
pub(super) mod codes;
mod door;
pub(super) mod entrance;
mod file;
mod judge;
pub(super) mod life;
mod people;
mod query_user;
mod rooms;
mod short;
pub(super) mod show;
mod token;
mod works;

pub use change::{Lost, Rename};
pub(super) use door::{answer as page, name_of};
pub(super) use file::media;
pub(super) use query_user::answer as query_user;
pub(super) use short::answer as short_link;
pub use short::{ShortLink, short_links};
pub(super) use token::{ms_token, older_ms_token, ttwid, web_id};
