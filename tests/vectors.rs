//! Data that every implementation must reproduce, file by file.
//!
//! The files lie in `tests/fixtures/vectors`; `RADARD_VECTORS` names another folder with the same names and forms. There
//! a file may be absent, and is said to be not run; here it may not. What is wrong is told for all vectors of a file at
//! once, each with its place and what was expected.
//!
//! The same readers meet hostile bytes here.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a vector that cannot be read has failed")]

#[path = "fuzz/targets.rs"]
mod fuzz;

mod vectors {
    mod answers;
    mod commands;
    pub(crate) mod file;
    mod hostile;
    mod ids;
    mod lyrics;
    mod models;
    mod names;
    mod params;
    mod signers;
    mod times;
}
