//! The words of the field as types: ids, times, classes, secrets.
//!
//! Nothing here does input or output and nothing is async, so everything may use it and every rule can be tried
//! with two lines. What a platform sends is not a domain type: the room that received it turns it into one.

pub mod advice;
pub mod alarm;
pub mod amount;
pub mod canonical;
pub mod class;
pub mod comment;
pub mod creator;
pub mod declined;
pub mod display;
pub mod held;
pub mod id;
pub mod identity;
pub mod interval;
pub mod language;
pub mod miss;
pub mod mode;
pub mod near;
pub mod platform;
pub mod post;
pub mod secret;
pub mod shelf;
pub mod stored;
pub mod time;
pub mod words;

pub use advice::Advice;
pub use alarm::AlarmName;
pub use class::{Class, Next};
pub use comment::Comment;
pub use creator::{Audience, Creator};
pub use declined::Declined;
pub use display::Display;
pub use held::Held;
pub use id::{AlarmId, JobId, KeyId};
pub use identity::Identity;
pub use interval::Interval;
pub use language::Language;
pub use miss::{Binds, Miss};
pub use mode::{Mode, Take};
pub use platform::Platform;
pub use post::{Author, Counts, Files, Post, PostKind, Privacy};
pub use secret::Secret;
pub use shelf::{Folder, Music, Room, RoomState};
pub use stored::Stored;
pub use time::Millis;
