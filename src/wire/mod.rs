//! Bytes to words of the field and back; nothing here waits, and no input makes it fall over.
//!
//! What comes over a wire is hostile until it has been read: each reader here has caps of its own, refuses by name what
//! goes over them, and reads the rest without a panic. What it does not know it keeps.
//!
//! - `json` answers in JSON, as a tree that borrows from the text and knows where each value stands.
//! - `cookie` the `Cookie` and `Set-Cookie` headers.
//! - `login` what a logged-in browser leaves, in the forms of many tools.
//! - `lrc` lyrics, from the platform's JSON to the text that players read.

pub mod cookie;
pub mod json;
pub mod login;
pub mod lrc;

pub use json::{BadJson, Json};
