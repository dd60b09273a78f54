//! Platforms and what they answer.

mod douyin;
mod form;
mod lists;
mod probe;

pub(super) use douyin::{ids, signatures};
pub(super) use form::form;
pub(super) use lists::{at_the_site, lists};
pub(super) use probe::{classes, probe};
