//! Names of files, made of text from strangers: decoration, never a path.
//!
//! - `component` makes any text safe to be one name; everything below ends with it.
//! - `template` puts a name together from fields; `shorten` keeps a long text's beginning and end.
//! - `own` tells two files of the same name apart by an id.

mod component;
mod own;
mod shorten;
mod template;

pub use component::{BadName, component, wished};
pub use own::apart;
pub(super) use own::with_id;
pub use shorten::shorten;
pub use template::{BadTemplate, Template};
