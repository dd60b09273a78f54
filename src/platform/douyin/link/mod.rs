//! Ids from what people paste: whole messages with links in them, long links, short ones, links of the app.
//!
//! A link is taken apart here and never given to a library that would tidy it up: what looks like a way out of a folder
//! must stay visible to be refused. Long links need no network. A short one is asked where it leads, without cookies,
//! and every step must stay on the platform's own hosts.
//!
//! - `text` finds links in texts, `parts` takes one apart, `kind` is what it can name, `find` where the id of it
//!   stands.
//! - `short` asks where a short link leads; `bad` is why there is no id.

mod bad;
mod find;
mod kind;
mod parts;
mod short;
mod text;

pub use bad::BadLink;
pub use find::{Found, find, find_any};
pub use kind::{Kind, UnknownKind};
pub use parts::Link;
pub use short::{Resolved, Resolver};
pub use text::links;
