//! Ways to sign a request, and which of them an endpoint goes by.
//!
//! Radard's own recipes come first, then the site's script in the page of a browser, then a program of the operator's.
//! A recipe that a site has changed is refused again and again by some endpoints and still taken by others: so each
//! endpoint has its own place in the chain, and refusals are counted for each way and endpoint.
//!
//! - `way` what a signer is, `chain` which one signs.
//! - `native` computes here, `page` asks a page, `command` asks a program.
//! - `compared` is how our signature compares with that of a page.

mod chain;
mod command;
mod compared;
mod native;
mod page;
mod way;

pub use chain::{Chain, Refused};
pub use command::{BadSigner, Command};
pub use compared::Compared;
pub use native::Native;
pub use page::{InPage, Page, PageAnswer, PageAsk, PageReply};
pub use way::{Asked, Signed, Signer, Signing, Unsigned, Way, What};
