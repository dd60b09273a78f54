//! What the simulated Creative Center knows and how it stands now.

use std::sync::Arc;

use super::session::AdsLogin;
use crate::sim::world::World;

/// The simulated Creative Center in its world.
#[derive(Debug)]
pub(super) struct CreativeRadar {
    pub(super) world: Arc<World>,
    /// Who is logged in there.
    pub(super) login: AdsLogin,
}

/// What its endpoints are given.
pub(super) type Stand = Arc<CreativeRadar>;

impl CreativeRadar {
    pub(super) fn new(world: Arc<World>) -> Self {
        Self { world, login: AdsLogin::default() }
    }

    /// The name and the value of the cookie of the one login that it knows.
    pub(super) fn cookie(&self) -> (&'static str, String) {
        self.login.cookie(self.world.seed)
    }

    /// Whether `cookies` are those of somebody who is logged in; that is a use of the login.
    pub(super) fn is_in(&self, cookies: &str) -> bool {
        self.login.is_in(self.world.seed, cookies)
    }
}
