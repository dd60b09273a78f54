//! Which room serves a take: the kind of its jobs, and what that room knows of its rounds.
//!
//! A room registers what it serves when the house is put together. Nothing here knows which rooms there are.

use std::sync::Arc;

use super::spec::Spec;
use crate::domain::Take;
use crate::store::{Error, Tx, Work};

/// A round of which somebody wants to know how long it is.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The target.
    pub target: &'a str,
    /// What it says.
    pub spec: &'a Spec,
    /// What is taken of it.
    pub take: Take,
    /// In whose name; nobody's when it is empty.
    pub profile: &'a str,
}

/// Tells how many pages a whole round has, when that is known.
pub type PagesOf = for<'t> fn(&'t mut Tx, Wanted<'t>) -> Work<'t, Result<Option<u64>, Error>>;

/// What a room says of the takes that it serves.
#[derive(Debug, Clone, Copy)]
pub struct Server {
    /// The kind of job that does one round.
    pub kind: &'static str,
    /// What it serves.
    pub takes: &'static [Take],
    /// The pages that a round has read whose job remembers this.
    pub pages_read: fn(&str) -> Option<u64>,
    /// How many pages a whole round has, when that is known.
    pub pages: PagesOf,
}

/// The rooms that serve takes. A cheap handle.
#[derive(Debug, Clone, Default)]
pub struct Served(Arc<Vec<Server>>);

impl Served {
    /// The same, with another room.
    #[must_use]
    pub fn with(mut self, server: Server) -> Self {
        Arc::make_mut(&mut self.0).push(server);
        self
    }

    /// Who serves the take of this name.
    pub fn of(&self, take: &str) -> Option<&Server> {
        self.0.iter().find(|server| server.takes.iter().any(|served| served.as_str() == take))
    }

    /// The kind of job that does a round of this take; an empty name, which no job has, where nobody serves it.
    pub(super) fn kind_of(&self, take: &str) -> &'static str {
        self.of(take).map_or("", |server| server.kind)
    }

    /// Each room.
    pub(super) fn all(&self) -> impl Iterator<Item = &Server> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(kind: &'static str, takes: &'static [Take]) -> Server {
        Server { kind, takes, pages_read: |_| None, pages: |_, _| Box::pin(async { Ok(None) }) }
    }

    #[test]
    fn each_take_goes_to_the_room_that_serves_it() {
        let served =
            Served::default().with(room("crawl", &[Take::Posts, Take::Likes])).with(room("listen", &[Take::Live]));
        assert_eq!(
            ["posts", "likes", "live", "feed"].map(|take| served.kind_of(take)),
            ["crawl", "crawl", "listen", ""]
        );
    }
}
