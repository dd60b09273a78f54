//! The database as files: its folders and their space, whether it is whole, and copies of it.

pub mod backup;
pub mod copies;
pub mod disk;
pub(super) mod folders;
pub mod health;
