//! A PostgreSQL database of one story's own, on the server that the tests were given.

use radard::ambient::Ambient;

use super::database::on_postgres;
use super::{clock, env, not_run};

/// A database, dropped with the value.
#[derive(Debug)]
pub(crate) struct Database {
    admin: String,
    name: String,
    /// Its address, without a password.
    pub(crate) url: String,
}

impl Database {
    /// Makes one; says so and gives nothing where there is no server.
    pub(crate) fn make() -> Option<Self> {
        let Some(admin) = env("RADARD_TEST_POSTGRES") else {
            not_run("two processes on one PostgreSQL (needs RADARD_TEST_POSTGRES)");
            return None;
        };
        let name = format!("story_{}", Ambient::real(None).entropy.id(clock().now()).simple());
        on_postgres(&admin, format!("CREATE DATABASE {name}"));
        let url = admin.replace("/postgres?", &format!("/{name}?"));
        Some(Self { admin, name, url })
    }

    /// Runs a statement in it; gives how many rows it changed.
    pub(crate) fn run(&self, statement: String) -> u64 {
        on_postgres(&self.url, statement)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        on_postgres(&self.admin, format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
