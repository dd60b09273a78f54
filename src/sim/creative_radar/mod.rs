//! The simulated Creative Center: pages whose script signs and sends, and the lists that it asks for.

mod list;
mod page;
mod session;

pub(super) use list::answer as list;
pub(super) use page::{answer as page, challenge, login};
pub(super) use session::session;
