//! Lets a page of Douyin sign, or send, what nobody else can sign here.
//!
//! A browser is started for it if none is open, so it costs seconds where our own signers cost microseconds: it is the
//! last way, and what it gave for a socket is used again for a while, as sockets that break are opened again at once.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::ambient::Clock;
use crate::browser::{Cookie, Guise, Page, Pool, Trouble, Turn, is_at_hand};
use crate::config::{Current, host_of};
use crate::net::Ways;
use crate::observe::Metrics;
use crate::observe::metric::{PAGE_HELP, PAGE_HELP_SECONDS};
use crate::platform::signer::{self, PageAnswer, PageAsk, PageReply};
use crate::session::source::{Ground, guise_of, source_of};

/// How long a signature of a socket is used again.
const GOOD_FOR: Duration = Duration::from_mins(1);
/// Signatures that are kept.
const MOST: usize = 256;
/// That the scripts stand which sign.
const STANDS: &str = "typeof window.byted_acrawler?.frontierSign === 'function'";

/// A cheap handle; clones share the browser and what was signed.
#[derive(Clone)]
pub(in crate::session) struct Inside(Arc<Inner>);

struct Inner {
    pool: Pool,
    current: Current,
    ways: Ways,
    clock: Clock,
    metrics: Metrics,
    browsers: Ground,
    /// By stub: the signature, and when it was made.
    signed: Mutex<HashMap<String, (String, Duration)>>,
}

impl fmt::Debug for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inside")
    }
}

impl Inside {
    /// In the browser of `pool`, whose drivers are written down in `browsers`.
    pub(in crate::session) fn new(
        pool: Pool,
        browsers: Ground,
        current: &Current,
        ways: &Ways,
        clock: &Clock,
        metrics: &Metrics,
    ) -> Self {
        let (current, ways, clock, metrics) = (current.clone(), ways.clone(), clock.clone(), metrics.clone());
        Self(Arc::new(Inner { pool, current, ways, clock, metrics, browsers, signed: Mutex::default() }))
    }

    async fn open(&self, base: &str, guise: Guise<'_>, cookies: &[Cookie]) -> Result<(Turn, Page), Trouble> {
        let source = source_of(&self.0.current.now().browser, self.0.browsers.clone());
        let turn = self.0.pool.turn(&source).await?;
        let page = Page::open(turn.browser(), guise).await?;
        page.put_cookies(cookies).await?;
        page.settle(&format!("{base}/"), STANDS).await?;
        Ok((turn, page))
    }

    /// Closes the page, counts how it went, and says it in a line.
    async fn end<T>(
        &self,
        what: &'static str,
        began: Duration,
        done: Result<(Turn, Page, T), Trouble>,
    ) -> Result<T, String> {
        let ended = match done {
            Ok((turn, page, told)) => {
                turn.end(page).await;
                Ok(told)
            }
            Err(trouble) => Err(trouble.to_string()),
        };
        let outcome = if ended.is_ok() { "ok" } else { "failed" };
        self.0.metrics.add(PAGE_HELP, [what, outcome], 1u64);
        self.0.metrics.add(PAGE_HELP_SECONDS, [what], self.0.clock.steady().saturating_sub(began));
        ended
    }

    async fn sign(&self, stub: &str) -> Result<String, String> {
        let began = self.0.clock.steady();
        if let Some(known) = self.known(stub, began) {
            return Ok(known);
        }
        let base = self.0.current.now().douyin.live.clone();
        let done = async {
            let (turn, page) = self.open(&base, Guise::default(), &[]).await?;
            let signature = page.frontier_sign(stub).await?;
            Ok((turn, page, signature))
        };
        let done = Box::pin(done).await;
        let signature = self.end("sign", began, done).await?;
        let mut signed = self.0.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.clock.steady();
        signed.retain(|_, (_, at)| now.saturating_sub(*at) < GOOD_FOR);
        if signed.len() < MOST {
            signed.insert(stub.to_owned(), (signature.clone(), now));
        }
        Ok(signature)
    }

    fn known(&self, stub: &str, now: Duration) -> Option<String> {
        let signed = self.0.signed.lock().unwrap_or_else(PoisonError::into_inner);
        signed.get(stub).filter(|(_, at)| now.saturating_sub(*at) < GOOD_FOR).map(|(signature, _)| signature.clone())
    }

    async fn send(&self, ask: PageAsk<'_>) -> Result<PageReply, String> {
        let (settings, began) = (self.0.current.now(), self.0.clock.steady());
        let base = settings.douyin.base.clone();
        let profile = settings.profiles.iter().find(|profile| Some(profile.name.as_str()) == ask.profile);
        if let Some(profile) = profile.filter(|profile| self.0.ways.wants_login(profile)) {
            return Err(format!("the proxy of `{}` wants a login, which a browser cannot be given", profile.name));
        }
        let guise = Guise { user_agent: Some(ask.user_agent), ..profile.map(guise_of).unwrap_or_default() };
        let cookies = cookies_of(ask.cookies, &base);
        let done = async {
            let (turn, page) = self.open(&base, guise, &cookies).await?;
            let (status, kind, body, sent) = page.fetch(ask.url).await?;
            Ok((turn, page, PageReply { status, kind, body, sent }))
        };
        let done = Box::pin(done).await;
        self.end("fetch", began, done).await
    }
}

impl signer::Page for Inside {
    fn is_at_hand(&self) -> bool {
        is_at_hand(&source_of(&self.0.current.now().browser, self.0.browsers.clone()))
    }

    fn frontier_sign<'a>(&'a self, stub: &'a str) -> PageAnswer<'a, String> {
        Box::pin(self.sign(stub))
    }

    fn fetch<'a>(&'a self, ask: PageAsk<'a>) -> PageAnswer<'a, PageReply> {
        Box::pin(self.send(ask))
    }
}

/// A header's cookies as a browser holds those of `base`.
fn cookies_of(header: &str, base: &str) -> Vec<Cookie> {
    let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    let domain = host_of(base).split(':').next().unwrap_or_default();
    let cookie = |(name, value): (&str, &str)| Cookie {
        secure: base.starts_with("https://"),
        ..Cookie::new(name, value, domain)
    };
    pairs.map(cookie).collect()
}
