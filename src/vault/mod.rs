//! Secrets at rest: whoever takes the database or a copy of it, and not the key, has nothing.
//!
//! An envelope: the *master key* lies in a file or a credential outside the database and wraps *data keys*; data keys
//! seal values, and only data keys are changed often. A [`Vault`] is a cheap handle. [`Vault::put`], [`Vault::get`] and
//! [`Vault::forget`] work inside a [`crate::store::Tx`], so that a room seals a token in the same commit as its other
//! rows. A seal names its [`Slot`]: a value that was edited, cut off or moved to another place does not open.
//!
//! What this does not do: it does not hide how many secrets there are, what they are called or how long they are, and
//! it does not protect from somebody who reads the memory of the running process or the file of the master key.

mod credentials;
mod error;
mod handle;
mod master;
mod rotation;
mod seal;
mod slot;
#[cfg(test)]
mod tests;

pub use credentials::{Credentials, Entry, SetError, Shut};
pub use error::Error;
pub use handle::{Fit, OpenVault, Vault, data_keys};
pub use master::{Made, Master, Source, make_file};
pub use rotation::{Page, ROTATE, leaving_key};
pub use slot::Slot;
