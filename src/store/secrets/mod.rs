//! What opens doors, never in the clear: digests of API keys and of visits, sealed values, which login of a profile is
//! used. And the one foreign database that a login is read from.

pub mod captures;
pub mod firefox;
pub mod keys;
pub mod vault;

pub(super) const STATEMENTS: &[&[&str]] = &[captures::STATEMENTS, keys::STATEMENTS, vault::STATEMENTS];
