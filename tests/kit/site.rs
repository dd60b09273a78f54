//! The simulated Douyin as the client sees it, without the limits of a house.

use radard::config::{Config, Signing};
use radard::domain::{Identity, Secret};
use radard::observe::{Metrics, Register};
use radard::platform::douyin::token::{Owner, Tokens, draw_fingerprint};
use radard::platform::douyin::{Douyin, Visitor};
use radard::platform::shape::Watch;
use radard::platform::signer::{Chain, Native};

use super::World;

/// The site of a world, and somebody who may see everything.
pub(crate) struct Site {
    pub(crate) douyin: Douyin,
    pub(crate) owner: Visitor,
    pub(crate) guest: Visitor,
    pub(crate) creators: Vec<String>,
}

impl Site {
    pub(crate) fn of(world: &World) -> Self {
        let base = world.running.platforms["douyin"].clone();
        let mut settings = Config::default().douyin;
        (settings.base, settings.live, settings.webcast) = (base.clone(), base.clone(), base.clone());
        settings.ttwid = base;
        let tokens = Tokens::new(settings.clone(), || None, world.ambient.clone(), Register::default());
        let native = Native::new(world.ambient.clone(), || Signing::Abogus);
        let chain = Chain::new(world.ambient.clock.clone(), Metrics::new()).then(native);
        let identity =
            Identity::of(radard::domain::identity::Told::default(), draw_fingerprint(&world.ambient.entropy));
        let guest = Visitor {
            owner: Owner::Guest(1),
            cookies: None,
            identity: identity.unwrap(),
            client: world.client.clone(),
        };
        let owner = Visitor {
            owner: Owner::Profile("main".to_owned()),
            cookies: Some(Secret::new(world.running.login())),
            ..guest.clone()
        };
        let watch = Watch::new("douyin", world.ambient.clock.clone(), Metrics::new());
        Self { douyin: Douyin::new(settings, chain, tokens, watch), owner, guest, creators: world.running.creators() }
    }
}
