//! Profiles: logins that are captured, proved, kept in versions, and given to whoever asks in their name.
//!
//! A capture is used only after it was proved to be logged in, so one that is logged out never takes the place of one
//! that works. What it holds is sealed in the vault; the same lies as a storage state of Playwright in the profile's
//! folder, for people's own tools.
//!
//! - `rules` what a login is on each platform, `login` what a capture holds, `convert` from a browser and to it, `file`
//!   the storage state in its folder, `source` where the browser comes from.
//! - `book` all captures: which there are, how they stand, which one is used; `plan` when it is looked at again.
//! - `profiles` what people do with them, `jobs` the same as jobs, `keep` asks for a capture of each in time.
//! - `fetch` asks a site for a page in somebody's name, `shapes` keeps what is known of the form of its answers, `span`
//!   names the profile in the log.

mod book;
mod convert;
mod fetch;
mod file;
mod jobs;
mod keep;
mod login;
mod plan;
mod profiles;
mod rules;
pub mod shapes;
mod source;
mod span;

use std::sync::Arc;

use crate::ambient::Clock;
use crate::base::Base;
use crate::browser::Pool;
use crate::config::Current;
use crate::net::Ways;
use crate::pace::Rank;
use crate::queue::{Kinds, Queue, Schedule};
use crate::store::{self, Store};
use crate::supervise::{Restart, Supervisor};
use fetch::Asks;
use jobs::{CompareTools, ProbeTools};
use keep::keep;
use profiles::{Inside, Prover};

pub use book::{Book, Error, Fresh, is_no};
pub use convert::{cookie_for_browser, login_of};
pub use fetch::{Fetcher, Wish};
pub use file::{Folder, state_in};
pub use jobs::{Capture, CompareSignatures, ProbePlatform, Signs};
pub use login::Login;
pub use plan::next_at;
pub use profiles::{Brought, ByHand, Detail, GivenOut, InUse, Overview, Profiles, headers_of};
pub use rules::{Rules, rules};
pub use source::{Ground, guise_of, shown_on, source_of};

/// Logins, and who asks platforms in their name. A cheap handle; clones share both.
#[derive(Clone)]
pub struct Session {
    /// Asks platforms on somebody's word.
    pub fetcher: Fetcher,
    /// Logins.
    pub profiles: Profiles,
    ways: Ways,
    current: Current,
    store: Store,
    clock: Clock,
}

impl Session {
    /// Puts it together; nobody is asked, and no browser is started.
    pub fn open(base: &Base, ways: &Ways) -> Self {
        let Base { plan, current, store, credentials, metrics, .. } = base;
        let (ambient, clock, ground) = (&plan.ambient, &plan.ambient.clock, Ground::of(plan));
        let book = Book::new(store.clone(), credentials.vault().clone(), plan.register.clone());
        let pool = Pool::new(clock.clone());
        let inside = Inside::new(pool.clone(), ground.clone(), current, ways, clock, metrics);
        let asks = Asks {
            ambient: ambient.clone(),
            register: plan.register.clone(),
            metrics: metrics.clone(),
            current: current.clone(),
            ways: ways.clone(),
            credentials: credentials.clone(),
            store: store.clone(),
            book: book.clone(),
        };
        let fetcher = Fetcher::new(asks, Arc::new(inside));
        let prover = Prover {
            rank: Rank::default(),
            fetcher: fetcher.clone(),
            ways: ways.clone(),
            current: current.clone(),
            ambient: ambient.clone(),
            metrics: metrics.clone(),
        };
        let folder = plan.places.sessions(plan.config.session.dir.as_deref());
        let profiles = Profiles::new(book, pool, prover, folder, ground);
        let (ways, current, store, clock) = (ways.clone(), current.clone(), store.clone(), clock.clone());
        Self { fetcher, profiles, ways, current, store, clock }
    }

    /// `kinds` with those of this room.
    pub fn kinds(&self, kinds: Kinds) -> Kinds {
        let Self { fetcher, profiles, ways, current, store, .. } = self.clone();
        let comparing = CompareTools { store, current: current.clone(), fetcher, profiles: profiles.clone() };
        kinds
            .with::<ProbePlatform>(ProbeTools { ways, current })
            .with::<Capture>(profiles)
            .with::<CompareSignatures>(comparing)
    }

    /// Takes up what was learned, and what lies in files, before the house was opened.
    pub async fn load(&self) -> Result<(), store::Error> {
        self.fetcher.load().await?;
        self.profiles.take_up_made().await;
        self.profiles.take_up_files().await;
        Ok(())
    }

    /// Begins to keep logins fresh, and to close a browser that nobody uses.
    pub fn start(&self, owner: &Supervisor, queue: &Queue) {
        let (profiles, queue) = (self.profiles.clone(), queue.clone());
        let (current, clock) = (self.current.clone(), self.clock.clone());
        owner.spawn("profiles", Restart::OnFailure, move |stop| {
            keep(profiles.clone(), queue.clone(), current.clone(), clock.clone(), stop)
        });
        let (pool, current) = (self.profiles.pool().clone(), self.current.clone());
        owner.spawn("browser", Restart::Always, move |stop| {
            let (pool, current) = (pool.clone(), current.clone());
            async move {
                pool.keep(|| current.now().browser.idle, stop).await;
                Ok(())
            }
        });
    }
}

/// When signatures are compared with those of a page: in the afternoon in China.
pub fn schedules() -> impl Iterator<Item = Schedule> {
    Signs::ALL.into_iter().filter_map(|platform| {
        let name = format!("compare_{}", platform.as_str());
        Schedule::own(name, &CompareSignatures { platform }, "41 14 * * *", "Asia/Shanghai")
    })
}
