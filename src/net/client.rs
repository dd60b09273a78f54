//! The client: asks, follows redirects under guard, reads under a cap.
//!
//! Two clients of the library stand behind one: names the operator listed are looked up freely, all others by the
//! judging resolver. They share no connection, so a connection made under the list can never carry a judged request. A
//! client through a proxy has one of its own: nothing of one profile goes over a connection of another.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Response, StatusCode, Url, redirect};

use super::answer::{Answer, Stream, read_whole};
use super::ask::{Ask, Hop};
use super::capture::Ring;
use super::classify::{Want, classify};
use super::dial::{CONNECT, Dialer};
use super::guard::{Guard, Judging, Way, host_and_port};
use super::leave::{Leave, Paced, Trail};
use super::proxy::Proxy;
use super::refusal::{Refusal, read_retry_after};
use super::robots::Robots;
use super::unpack::{ACCEPTED, Caps};
use crate::advice::{self, Advice};
use crate::ambient::Clock;
use crate::domain::Class;
use crate::pace::{Pace, Rank, Sending};

/// How many redirects one request follows.
const HOPS: usize = 5;

/// Who asks, until a profile brings its own name.
const USER_AGENT: &str = concat!("radard/", env!("CARGO_PKG_VERSION"));

/// What a client may do.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Exact `host:port` pairs that may be inside.
    pub allow_private: Vec<String>,
    /// How long one whole answer, or one pause of a stream, may take.
    pub timeout: Duration,
    /// How many bytes of an answer are read into memory.
    pub max_body: u64,
    /// How many times longer than what came over the wire an unpacked answer may be.
    pub max_ratio: u64,
    /// Hosts whose robots.txt is followed.
    pub robots: Vec<String>,
}

impl Default for Policy {
    fn default() -> Self {
        let (allow_private, robots) = (Vec::new(), Vec::new());
        Self { allow_private, timeout: Duration::from_secs(20), max_body: 8 << 20, max_ratio: 200, robots }
    }
}

/// The client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The library refused, mostly because the machine trusts nobody.
    #[error("cannot set up the HTTP client")]
    Build(#[source] reqwest::Error),
}

impl Error {
    /// What a person can do about it.
    pub const fn advice(&self) -> Advice {
        advice::net::certificates()
    }
}

/// A cheap handle on the way out; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    judged: reqwest::Client,
    listed: reqwest::Client,
    guard: Arc<Guard>,
    proxy: Option<Arc<Proxy>>,
    pub(super) robots: Option<Arc<Robots>>,
    ring: Option<Ring>,
    pub(super) paced: Option<Arc<Paced>>,
    pub(super) clock: Clock,
    timeout: Duration,
    caps: Caps,
}

impl Client {
    /// Makes a client that obeys `policy`.
    pub fn new(policy: &Policy, clock: Clock) -> Result<Self, Error> {
        install_provider();
        let guard = Arc::new(Guard::new(&policy.allow_private));
        let judged = builder().dns_resolver(Judging).build().map_err(Error::Build)?;
        let listed = if guard.has_exceptions() { builder().build().map_err(Error::Build)? } else { judged.clone() };
        let caps = Caps { bytes: policy.max_body, ratio: policy.max_ratio };
        let robots = Robots::of(&policy.robots).map(Arc::new);
        let timeout = policy.timeout;
        Ok(Self { judged, listed, guard, proxy: None, robots, ring: None, paced: None, clock, timeout, caps })
    }

    /// The same client by way of `proxy`, whose address is judged like any other.
    pub fn through(&self, proxy: Proxy) -> Result<Self, Refusal> {
        let there = format!("{}:{}", proxy.host, proxy.port);
        let way = proxy.way(&self.guard).map_err(|why| Refusal::forbidden(&there, &why))?;
        let resolver = |builder: reqwest::ClientBuilder| match way {
            Way::Listed => builder,
            Way::Judged => builder.dns_resolver(Judging),
        };
        let built = proxy.rule().and_then(|rule| resolver(builder()).proxy(rule).build());
        let built = built.map_err(|error| Refusal::failed(&there, &error))?;
        Ok(Self { judged: built.clone(), listed: built, proxy: Some(Arc::new(proxy)), ..self.clone() })
    }

    /// The same client, whose exchanges are kept in `ring` while that is on.
    #[must_use]
    pub fn kept_in(&self, ring: Ring) -> Self {
        Self { ring: Some(ring), ..self.clone() }
    }

    /// The same client, which heeds no host and keeps nothing: it asks what there is to heed.
    pub(super) fn without_ears(&self) -> Self {
        Self { robots: None, ring: None, ..self.clone() }
    }

    /// The same client under limits: each request counts as `sending` before it leaves.
    #[must_use]
    pub fn paced(&self, pace: &Pace, sending: Sending) -> Self {
        Self { paced: Some(Arc::new(Paced::new(pace, sending))), ..self.clone() }
    }

    /// The same client, whose requests count for the jobs of `lane`.
    #[must_use]
    pub fn for_lane(&self, lane: &str) -> Self {
        Self { paced: self.paced.as_ref().map(|paced| Arc::new(paced.for_lane(lane))), ..self.clone() }
    }

    /// The same client, whose requests have this rank: those of a person go first.
    #[must_use]
    pub fn ranked(&self, rank: Rank) -> Self {
        Self { paced: self.paced.as_ref().map(|paced| Arc::new(paced.ranked(rank))), ..self.clone() }
    }

    /// Whether a person's request could be sent now; if not, the next free slot is kept for it.
    pub async fn look(&self) -> Result<(), Refusal> {
        let Some(paced) = &self.paced else { return Ok(()) };
        match paced.pace.look(&paced.sending).await {
            Ok(looked) => looked.map_err(|wait| Refusal::held_back(paced.sending.site(), &wait)),
            Err(error) => Err(Refusal::new(error.class(), paced.sending.site(), error)),
        }
    }

    /// The clock that its limits are measured by.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Connections for what speaks no plain HTTP, by the same guard and the same proxy.
    pub fn dialer(&self) -> Dialer {
        Dialer { guard: self.guard.clone(), proxy: self.proxy.clone(), clock: self.clock.clone() }
    }

    /// Fetches an answer whole, whatever its status; one above the policy's size is refused.
    pub async fn fetch(&self, ask: impl Into<Ask<'_>>) -> Result<Answer, Refusal> {
        let ask = ask.into();
        let (hop, leave) = self.begin(&ask).await?;
        let _hold = self.clock.hold();
        let (host, trail) = (hop.host.clone(), Trail::default());
        // Pinned here, since it is large and would be moved on the way down.
        let work = pin!(async {
            let (response, host) = self.follow(&ask, hop, leave, &trail).await?;
            read_whole(response, host, self.caps, &self.clock).await
        });
        let answer = match self.in_time(&host, work).await {
            Ok(answer) => answer,
            Err(refusal) => return Err(Box::pin(self.conclude(&host, &trail, refusal)).await),
        };
        if let Some(ring) = &self.ring {
            let endpoint = self.paced.as_ref().map_or("", |paced| paced.endpoint());
            ring.keep(&ask, &answer, endpoint, self.clock.now()).await;
        }
        Ok(answer)
    }

    /// Lets somebody else fetch an answer, such as a page in a browser, where we might: what must be so before a request
    /// is so before this one too, and it counts like any other.
    pub async fn fetch_by<T>(
        &self,
        ask: impl Into<Ask<'_>>,
        fetched: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        let (_hop, leave) = self.begin(&ask.into()).await?;
        let answer = fetched.await?;
        if let Some(heard) = leave.and_then(Leave::answered) {
            Box::pin(heard.write_down()).await;
        }
        Ok(answer)
    }

    /// Opens an answer for reading piece by piece; a status that does not mean content is refused with its class.
    pub async fn open(&self, ask: impl Into<Ask<'_>>) -> Result<Stream, Refusal> {
        let ask = ask.into().unpacked();
        let (hop, leave) = self.begin(&ask).await?;
        let hold = self.clock.hold();
        let (asked, trail) = (hop.host.clone(), Trail::default());
        let work = pin!(self.follow(&ask, hop, leave, &trail));
        let (response, host) = match self.in_time(&asked, work).await {
            Ok(answered) => answered,
            Err(refusal) => return Err(Box::pin(self.conclude(&asked, &trail, refusal)).await),
        };
        let (status, headers, length) = (response.status(), response.headers().clone(), response.content_length());
        let sample: &[u8] = if length == Some(0) { b"" } else { b"content" };
        let class = classify(status, &headers, sample, Want::Media);
        if class != Class::Ok {
            let why = if status.is_success() { "it sent no byte".to_owned() } else { format!("it answers {status}") };
            let refusal = Refusal::new(class, &host, why).after(read_retry_after(&headers, self.clock.now()));
            return Box::pin(self.tell(Err(refusal))).await.map_err(|refusal| self.bound(&asked, refusal));
        }
        if let Some(paced) = &self.paced {
            Box::pin(paced.went_well(&host)).await;
        }
        let (clock, timeout) = (self.clock.clone(), self.timeout);
        Ok(Stream { status, headers, host, length, response, received: 0, clock, timeout, _hold: hold })
    }

    pub(super) async fn in_time<T>(
        &self,
        host: &str,
        work: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        let late = |late| Refusal::new(Class::Network, host, format_args!("the answer {late}"));
        self.clock.limit(self.timeout, work).await.map_err(late)?
    }

    /// Whether a request for `url` could leave at all: its scheme is the web's and its host is no address inside. A name
    /// is judged again when it is looked up.
    pub fn would_ask(&self, url: &str) -> Result<(), Refusal> {
        self.way(&Ask::get(url).hop()?).map(drop)
    }

    /// What must be so before anything counts or leaves: it can be sent as it was meant, the guard and the host's
    /// robots.txt let it, and there is a permit.
    pub(super) async fn begin(&self, ask: &Ask<'_>) -> Result<(Hop, Option<Leave>), Refusal> {
        let hop = ask.hop()?;
        self.heed(&hop).await?;
        let leave = Box::pin(self.leave(&hop)).await?;
        Ok((hop, leave))
    }

    /// Asks, and goes where redirects point, each hop under guard.
    pub(super) async fn follow(
        &self,
        ask: &Ask<'_>,
        mut hop: Hop,
        mut leave: Option<Leave>,
        trail: &Trail,
    ) -> Result<(Response, String), Refusal> {
        let mut at_home = true;
        for _ in 0..=HOPS {
            let response = self.send(&hop, ask, at_home, leave.take(), trail).await?;
            if !ask.follows() {
                return Ok((response, hop.host));
            }
            let Some(next) = next_hop(&hop.url, response.status(), response.headers())? else {
                return Ok((response, hop.host));
            };
            self.judge_port(&hop.host, &next)?;
            self.judge_domain(ask, &hop, &next)?;
            let next = Hop::to(next);
            // What left its origin once does not get its secrets back by being sent home.
            at_home &= hop.is_at_home(&next);
            self.heed(&next).await?;
            hop = next;
        }
        Err(Refusal::new(Class::Network, &hop.host, format_args!("more than {HOPS} redirects")))
    }

    /// A redirect may leave for the web's own ports, stay where it is, or go where the operator allows.
    fn judge_port(&self, from: &str, next: &Url) -> Result<(), Refusal> {
        let there = host_and_port(next);
        let usual = matches!(next.port_or_known_default(), Some(80 | 443)) || there == from;
        if usual || self.guard.way(next).is_ok_and(|way| way == Way::Listed) {
            return Ok(());
        }
        Err(Refusal::new(Class::Network, from, format_args!("it redirects to `{there}`, an unusual port")))
    }

    /// A redirect may leave for the domains of who is asked, stay where it is, or go where the operator allows.
    fn judge_domain(&self, ask: &Ask<'_>, from: &Hop, next: &Url) -> Result<(), Refusal> {
        let stays = from.url.host() == next.host() || ask.may_lead_to(next.host_str().unwrap_or_default());
        if stays || self.guard.way(next).is_ok_and(|way| way == Way::Listed) {
            return Ok(());
        }
        let there = host_and_port(next);
        Err(Refusal::new(Class::Network, &from.host, format_args!("it redirects to `{there}`, which is not its own")))
    }

    async fn send(
        &self,
        hop: &Hop,
        ask: &Ask<'_>,
        at_home: bool,
        mut leave: Option<Leave>,
        trail: &Trail,
    ) -> Result<Response, Refusal> {
        let client = match self.way(hop)? {
            Way::Listed => &self.listed,
            Way::Judged => &self.judged,
        };
        // Each hop is a request; and what was granted before a long pause is no longer what the limit has room for.
        while self.paced.is_some() && !leave.as_ref().is_some_and(Leave::is_fresh) {
            // Dropped first: who goes first to a host must not wait for itself.
            drop(leave.take());
            leave = Box::pin(self.leave(hop)).await?;
        }
        let (method, body) = ask.method();
        let request = client.request(method, hop.url.clone()).headers(ask.headers(at_home));
        let request = body.into_iter().fold(request, reqwest::RequestBuilder::body);
        trail.begin(leave);
        let sent = request.send().await;
        let response = sent.map_err(|error| Refusal::failed(&hop.host, &error))?;
        if let Some(heard) = trail.answered(response.status(), response.headers(), self.clock.now()) {
            Box::pin(heard.write_down()).await;
        }
        Ok(response)
    }

    pub(super) fn way(&self, hop: &Hop) -> Result<Way, Refusal> {
        self.guard.way_of(&hop.url, &hop.host).map_err(|why| Refusal::forbidden(&hop.host, &why))
    }
}

/// Where a redirect points; `None` when the answer is none.
fn next_hop(from: &Url, status: StatusCode, headers: &HeaderMap) -> Result<Option<Url>, Refusal> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let refuse = |why: &str| Refusal::new(Class::Network, &host_and_port(from), why);
    let place = headers.get(LOCATION).and_then(|place| place.to_str().ok());
    let place = place.ok_or_else(|| refuse("it redirects to nowhere"))?;
    let next = from.join(place).map_err(|_| refuse("it redirects to what is no URL"))?;
    if from.scheme() == "https" && next.scheme() == "http" {
        return Err(refuse("it redirects from https to http"));
    }
    Ok(Some(next))
}

fn builder() -> reqwest::ClientBuilder {
    let packed = [(ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED))];
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .default_headers(packed.into_iter().collect())
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT)
        .no_proxy()
}

/// Chooses the cryptography once for the process; whoever came first with the same choice does no harm.
pub(super) fn install_provider() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_stays_safe_and_says_where() {
        let hop = |status, place: &'static str| {
            let from = Url::parse("https://a.example/x/y?q=1").unwrap();
            let headers = [(LOCATION, HeaderValue::from_static(place))].into_iter().collect();
            let next = next_hop(&from, StatusCode::from_u16(status).unwrap(), &headers);
            next.map(|next| next.map(String::from)).map_err(|refusal| refusal.message)
        };
        let leads = |place, url: &str| assert_eq!(hop(302, place), Ok(Some(url.to_owned())), "{place}");
        leads("z", "https://a.example/x/z");
        leads("/z", "https://a.example/z");
        leads("//b.example/", "https://b.example/");
        leads("https://b.example:8443/", "https://b.example:8443/");
        for status in [200, 206, 300, 304, 404] {
            assert_eq!(hop(status, "/z"), Ok(None), "{status}");
        }
        let refused = |place| hop(308, place).unwrap_err();
        assert_eq!(refused("http://a.example/"), "cannot fetch from `a.example:443`: it redirects from https to http");
        assert_eq!(refused("https://"), "cannot fetch from `a.example:443`: it redirects to what is no URL");
    }
}
