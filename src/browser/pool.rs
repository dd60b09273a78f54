//! One browser for all who need one: opened for the first who comes, closed when nobody came for a while.
//!
//! They take turns, because what the workers of a page send does not say whose it is; so one account at a time is open,
//! which is also what a browser costs most memory for. After some accounts it is replaced by a fresh one, as browsers
//! grow. What a turn leaves in an unknown state, by a failure or by being dropped, is not used again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, OwnedMappedMutexGuard, OwnedMutexGuard};

use super::page::Page;
use super::place::Source;
use super::session::Browser;
use super::trouble::Trouble;
use crate::ambient::Clock;
use crate::supervise::Stop;

/// After so many turns a browser is replaced.
const TURNS: u32 = 40;

/// A cheap handle; clones share the browser.
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    held: Arc<Mutex<Option<Held>>>,
    left: Notify,
    clock: Clock,
}

struct Held {
    browser: Browser,
    source: Source,
    turns: u32,
    is_sound: bool,
    /// When it was left last, by the steady clock.
    left_at: Duration,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}

impl Pool {
    /// Without a browser yet.
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Inner { held: Arc::default(), left: Notify::new(), clock }))
    }

    /// Waits for a turn at a browser from `source`, which is opened if it has to be.
    pub async fn turn(&self, source: &Source) -> Result<Turn, Trouble> {
        let mut held = self.0.held.clone().lock_owned().await;
        if let Some(old) = held.take_if(|held| !held.is_sound || held.turns >= TURNS || held.source != *source) {
            old.browser.close().await;
        }
        if let Some(old) = held.take() {
            if old.browser.answers().await {
                *held = Some(old);
            } else {
                tracing::warn!("The browser is gone since it was used last; another is started");
                old.browser.close().await;
            }
        }
        if held.is_none() {
            let browser = Browser::open(source, &self.0.clock).await?;
            *held = Some(Held { browser, source: source.clone(), turns: 0, is_sound: true, left_at: Duration::ZERO });
        }
        let held = OwnedMutexGuard::try_map(held, Option::as_mut).map_err(|_| Trouble::Gone)?;
        let mut turn = Turn { held, inner: self.0.clone() };
        turn.held.turns += 1;
        turn.held.is_sound = false;
        Ok(turn)
    }

    /// Closes the browser when nobody came for as long as `idle` says, until it is asked to stop.
    pub async fn keep(&self, idle: impl Fn() -> Duration, stop: Stop) {
        loop {
            tokio::select! {
                biased;
                () = stop.asked() => return,
                () = self.0.left.notified() => {}
            }
            while let Some(wait) = self.rest(idle()).await {
                tokio::select! {
                    biased;
                    () = stop.asked() => return,
                    () = self.0.clock.sleep(wait) => {}
                }
            }
        }
    }

    /// How long until the browser was idle for `idle`; closes it if it was.
    async fn rest(&self, idle: Duration) -> Option<Duration> {
        // Whoever has it tells when they leave it.
        let mut held = self.0.held.try_lock().ok()?;
        let since = self.0.clock.steady().saturating_sub(held.as_ref()?.left_at);
        if let Some(wait) = idle.checked_sub(since).filter(|wait| !wait.is_zero()) {
            return Some(wait);
        }
        if let Some(held) = held.take() {
            held.browser.close().await;
        }
        None
    }

    /// Closes it now.
    pub async fn close(&self) {
        let held = self.0.held.lock().await.take();
        if let Some(held) = held {
            held.browser.close().await;
        }
    }
}

/// A turn at the browser.
pub struct Turn {
    held: OwnedMappedMutexGuard<Option<Held>, Held>,
    inner: Arc<Inner>,
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turn")
    }
}

impl Turn {
    /// The browser.
    pub fn browser(&self) -> &Browser {
        &self.held.browser
    }

    /// Closes `page` and with it its account. A browser whose page does not close is not used again.
    pub async fn end(mut self, page: Page) {
        self.held.is_sound = page.close().await.is_ok();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.held.left_at = self.inner.clock.steady();
        self.inner.left.notify_one();
    }
}
