//! radard: an honest daemon for a small creator-economy team.

pub mod ambient;
pub mod domain;
pub mod store;
pub mod supervise;
