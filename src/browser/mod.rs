//! A real browser: started, watched, and gone with its driver.
//!
//! WebDriver opens and closes a session; one socket beside it (BiDi) carries everything else, because its commands may
//! hang without holding up each other and its events come by themselves. Requests are watched and never held: a held
//! one is told before the browser has put its cookies to it. Every account has a user context of its own in one browser.
//!
//! - `place` where it comes from and how it looks, `screen` a display that nobody sees; `driver` the process and what it
//!   leaves behind, `tied` that it ends with us, `find` where it is,
//!   `endpoint` one that runs already; `session` WebDriver, `bidi` the socket; `pool` the one browser that all share.
//! - `page` one account's tab: where it goes, what runs in it; `cookies` and `stored` what it holds; `request` what it
//!   sends, `code` what it shows to be scanned, `inside` what its own scripts do for us.
//! - `trouble` all that can go wrong, each by its name.
//!
//! Names and lengths of what a browser holds may be told, values never.

mod bidi;
mod code;
mod connector;
mod cookies;
mod driver;
mod endpoint;
mod find;
mod inside;
mod page;
mod place;
mod pool;
mod request;
mod screen;
mod session;
mod stored;
mod tied;
mod trouble;

pub use code::Code;
pub use cookies::{Cookie, Partition, SameSite};
pub use driver::sweep;
pub use find::{Found, Programs, find};
pub use page::{Guise, Page};
pub use place::{Look, Place, Shown, Source};
pub use pool::{Pool, Turn};
pub use request::{Captured, CookieSource, Sends, Signs, Wanted};
pub use session::{Browser, is_at_hand, knock};
pub use trouble::Trouble;
