//! Tests of a whole house in this process.

mod clock;
mod roles;
