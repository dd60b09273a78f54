//! How statements are run, on SQLite and on PostgreSQL: connections, transactions, the one writer, steps of the schema.
//!
//! Families of statements stand beside this folder and know of it only [`tx`] and [`batch`].

pub(super) mod batch;
pub(super) mod copy;
pub(super) mod error;
mod fullness;
mod kept;
pub(super) mod lock;
pub(super) mod migrate;
pub(super) mod node;
pub(super) mod open_error;
pub(super) mod pool;
pub(super) mod tx;
mod wal;
pub(super) mod word;
pub(super) mod writer;
