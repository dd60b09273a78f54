//! Asks, and says of every answer how it ended.
//!
//! A request is built for whoever asks, signed by the way its endpoint goes by, sent, and its answer judged before
//! anything of it is believed: an empty "fine" is a refusal and never the end of a list.
//!
//! - `visitor` who asks, `site` how, `judge` what an answer means.

mod compare;
mod judge;
mod site;
mod visitor;

pub use site::Douyin;
pub use visitor::Visitor;
