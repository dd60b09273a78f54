//! Pages for the room that crawls: asked for in somebody's name, under the limits of the house.

use crate::crawl::{Answer, Ask, Source};
use crate::platform::douyin::link::Kind;
use crate::platform::douyin::mode::Haul;
use crate::session::Fetcher;

impl Source for Fetcher {
    fn haul<'a>(&'a self, ask: Ask<'a>) -> Answer<'a, Haul> {
        Box::pin(self.haul_of((ask.lane, ask.profile), ask.order, (ask.wants, ask.standing)))
    }

    fn resolve<'a>(&'a self, short: &'a str) -> Answer<'a, (Kind, String)> {
        Box::pin(self.lead(short))
    }
}
