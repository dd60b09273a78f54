//! What people ask of the site: a mode by its name, what it is about, and a page of it after another.
//!
//! A mode is the word that people know; behind it stand one endpoint or two. Whoever asks gives back where the last page
//! stood, so a page can be asked for by anybody who has that.
//!
//! - `name` the modes, `order` what is asked, `sheet` a page of it, `rows` what stands in the page, `files` the
//!   addresses and hashtags of a post.

mod files;
mod name;
mod order;
mod rows;
mod sheet;

pub use crate::domain::Mode;
pub use name::UnknownMode;
pub use order::{BadOrder, Order};
pub use rows::Rows;
pub use sheet::{Haul, Sheet, Standing, haul, sheet};
