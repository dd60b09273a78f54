//! The simulated Creative Center: pages whose script signs and sends, and the lists that it asks for.

mod hashtags;
mod list;
mod page;
pub(super) mod session;

pub(super) use hashtags::answer as hashtags;
pub(super) use list::answer as list;
pub(super) use page::{answer as page, challenge, login, newer};
