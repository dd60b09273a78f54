//! Where pages come from: whoever can ask the platform in somebody's name.

use std::pin::Pin;

use crate::domain::Miss;
use crate::platform::douyin::link::Kind;
use crate::platform::douyin::list::Wants;
use crate::platform::douyin::mode::{Haul, Order, Standing};
use crate::session::Fetcher;

/// An answer that is on its way.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Miss>> + Send + 'a>>;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The lane in which it is sent.
    pub lane: &'a str,
    /// In whose name; a guest's when in nobody's.
    pub profile: Option<&'a str>,
    /// What.
    pub order: &'a Order,
    /// How much of it.
    pub wants: Wants,
    /// Where it stands.
    pub standing: Standing,
}

/// Asks the platform.
pub trait Source: Send + Sync {
    /// The next page.
    fn haul<'a>(&'a self, ask: Ask<'a>) -> Answer<'a, Haul>;

    /// What a short link leads to.
    fn resolve<'a>(&'a self, short: &'a str) -> Answer<'a, (Kind, String)>;
}

impl Source for Fetcher {
    fn haul<'a>(&'a self, ask: Ask<'a>) -> Answer<'a, Haul> {
        Box::pin(self.haul_of(ask.lane, ask.profile, ask.order, ask.wants, ask.standing))
    }

    fn resolve<'a>(&'a self, short: &'a str) -> Answer<'a, (Kind, String)> {
        Box::pin(self.lead(short))
    }
}
