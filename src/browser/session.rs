//! One browser with its session, and the accounts that are open in it.

use std::path::Path;
use std::time::Duration;

use fantoccini::error::NewSessionError;
use fantoccini::{Client as WebDriver, ClientBuilder};
use serde_json::{Map, Value, json};

use super::bidi::{Bidi, CRASHED};
use super::connector::Connector;
use super::driver::Driver;
use super::endpoint::{Endpoint, Noted};
use super::find::{Found, find};
use super::place::{Look, Place, Shown, Source};
use super::trouble::{Trouble, first_line};
use crate::ambient::Clock;
use crate::net::{Client, Dialer, Policy};

/// How long a session may take to open: a cold browser on a busy machine.
const OPENING: Duration = Duration::from_secs(45);
/// How long it may take to close.
const CLOSING: Duration = Duration::from_secs(5);
/// How long it may take to say that it is there.
const ANSWERING: Duration = Duration::from_secs(2);
/// What is told to a Chromium: it makes no requests of its own, and ends with its driver.
const FLAGS: [&str; 8] = [
    "--remote-debugging-pipe",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--mute-audio",
];
/// What happens at all, as far as anybody here wants to know it.
const EVENTS: [&str; 7] = [
    "network.beforeRequestSent",
    "network.responseStarted",
    "network.fetchError",
    "browsingContext.navigationStarted",
    "browsingContext.navigationFailed",
    "browsingContext.load",
    "browsingContext.userPromptOpened",
];

/// A browser that is open.
#[derive(Debug)]
pub struct Browser {
    driver: Option<Driver>,
    noted: Option<Noted>,
    webdriver: WebDriver,
    pub(super) bidi: Bidi,
    /// Its name and version.
    pub version: String,
    clock: Clock,
}

impl Browser {
    /// Opens one.
    pub async fn open(source: &Source, clock: &Clock) -> Result<Self, Trouble> {
        match &source.place {
            Place::Here(programs) => Self::start(&find(programs)?, source, clock).await,
            Place::There(url) => Self::attach(url, source, clock).await,
        }
    }

    async fn start(found: &Found, source: &Source, clock: &Clock) -> Result<Self, Trouble> {
        let driver = Driver::start(found, &source.folder, clock, &source.look.shown).await?;
        let dialer = dialer_to(&driver.address(), clock)?;
        let wish = capabilities(Some(&found.binary), found.is_firefox, &source.look);
        match Self::session(&driver.url(), &dialer, None, wish, clock).await {
            Ok(browser) => Ok(Self { driver: Some(driver), ..browser }),
            Err(trouble) => {
                driver.stop().await;
                Err(trouble)
            }
        }
    }

    async fn attach(url: &str, source: &Source, clock: &Clock) -> Result<Self, Trouble> {
        let endpoint = endpoint_of(url)?;
        let dialer = dialer_to(&endpoint.address(), clock)?;
        // What we left there once is closed before: it may take the only room.
        endpoint.clear(&source.folder, &dialer, clock).await;
        endpoint.status(&dialer, clock).await?;
        let wish = capabilities(None, false, &Look { is_root: false, ..source.look.clone() });
        let mut browser = Self::session(&endpoint.url(), &dialer, Some(&endpoint), wish, clock).await?;
        let session = browser.webdriver.session_id().await.ok().flatten().unwrap_or_default();
        match Noted::session(&session, &endpoint, &source.folder) {
            Ok(noted) => browser.noted = Some(noted),
            Err(error) => tracing::warn!("It cannot be written down which browser is open elsewhere: {error}"),
        }
        Ok(browser)
    }

    async fn session(
        url: &str,
        dialer: &Dialer,
        there: Option<&Endpoint>,
        capabilities: Map<String, Value>,
        clock: &Clock,
    ) -> Result<Self, Trouble> {
        let mut builder = ClientBuilder::new(Connector(dialer.clone()));
        let connect = builder.capabilities(capabilities).connect(url);
        let webdriver = clock.limit(OPENING, connect).await.map_err(|_| Trouble::Hung("new session"))?;
        let webdriver = webdriver.map_err(|error| refused(&error))?;
        let told = webdriver.capabilities().cloned().unwrap_or_default();
        let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
        match prepare(text("webSocketUrl"), dialer, there, clock).await {
            Ok(bidi) => {
                let version = format!("{} {}", text("browserName"), text("browserVersion"));
                Ok(Self { driver: None, noted: None, webdriver, bidi, version, clock: clock.clone() })
            }
            Err(trouble) => {
                let _closed = clock.limit(CLOSING, webdriver.close()).await;
                Err(trouble)
            }
        }
    }

    /// Whether it is still there.
    pub(super) async fn answers(&self) -> bool {
        self.bidi.call_within(ANSWERING, "session.status", json!({})).await.is_ok()
    }

    /// Closes the session, and the driver if it is ours.
    pub async fn close(self) {
        // One of our own is ended anyway; one that runs elsewhere has nobody else who would.
        let patience = if self.driver.is_some() { CLOSING } else { OPENING };
        let closed = self.clock.limit(patience, self.webdriver.close()).await;
        // One that did not hear it is told again by whoever comes next.
        if let Some(noted) = self.noted.filter(|_| closed.is_ok_and(|closed| closed.is_ok())) {
            noted.done();
        }
        if let Some(driver) = self.driver {
            driver.stop().await;
        }
    }
}

/// Connects to nobody but the driver.
fn dialer_to(address: &str, clock: &Clock) -> Result<Dialer, Trouble> {
    let policy = Policy { allow_private: vec![address.to_owned()], ..Policy::default() };
    let client = Client::new(&policy, clock.clone()).map_err(|why| Trouble::Socket(why.to_string()))?;
    Ok(client.dialer())
}

/// Whether there is a browser to be opened, as far as can be told without opening it.
pub fn is_at_hand(source: &Source) -> bool {
    match &source.place {
        Place::Here(programs) => find(programs).is_ok(),
        Place::There(_) => true,
    }
}

/// Whether a driver or a grid answers at `url`; what it says of itself.
pub async fn knock(url: &str, clock: &Clock) -> Result<String, Trouble> {
    let endpoint = endpoint_of(url)?;
    let dialer = dialer_to(&endpoint.address(), clock)?;
    endpoint.status(&dialer, clock).await
}

fn endpoint_of(url: &str) -> Result<Endpoint, Trouble> {
    Endpoint::of(url).ok_or_else(|| Trouble::NotThere(url.to_owned(), "it is no http:// URL of a host".to_owned()))
}

/// Connects to the socket, and says what it is wanted for.
async fn prepare(url: &str, dialer: &Dialer, there: Option<&Endpoint>, clock: &Clock) -> Result<Bidi, Trouble> {
    let (place, path) = url.strip_prefix("ws://").and_then(|rest| rest.split_once('/')).ok_or(Trouble::NoBidi)?;
    let (host, port) =
        place.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))).ok_or(Trouble::NoBidi)?;
    let failed = |why: crate::net::Refusal| Trouble::Socket(why.to_string());
    let stream = match there {
        // A grid hands on to one of its nodes, by an address that may count in its own network only.
        Some(there) if (host, port) != (there.host.as_str(), there.port) => {
            if let Ok(stream) = dialer_to(place, clock)?.dial(host, port).await {
                (stream, url.to_owned())
            } else {
                let stream = dialer.dial(&there.host, there.port).await.map_err(failed)?;
                (stream, format!("ws://{}/{path}", there.address()))
            }
        }
        // A driver of ours may hand us on to the browser itself, which listens on this machine too.
        None if host == "127.0.0.1" => {
            (dialer_to(place, clock)?.dial(host, port).await.map_err(failed)?, url.to_owned())
        }
        _ => (dialer.dial(host, port).await.map_err(failed)?, url.to_owned()),
    };
    let bidi = Bidi::open(stream.0, &stream.1, clock).await?;
    bidi.call("session.subscribe", json!({"events": EVENTS})).await?;
    // Only Chromium knows of it.
    let _not_here = bidi.call("session.subscribe", json!({"events": [CRASHED]})).await;
    // What a page offers for download is nothing that anybody asked for.
    bidi.call("browser.setDownloadBehavior", json!({"downloadBehavior": {"type": "denied"}})).await?;
    Ok(bidi)
}

fn capabilities(binary: Option<&Path>, is_firefox: bool, look: &Look) -> Map<String, Value> {
    let is_headless = look.shown == Shown::Nowhere;
    let mut own = Map::new();
    own.insert("webSocketUrl".to_owned(), true.into());
    own.insert("unhandledPromptBehavior".to_owned(), "dismiss".into());
    own.insert("pageLoadStrategy".to_owned(), "normal".into());
    if is_firefox {
        let flags: &[&str] = if is_headless { &["-headless"] } else { &[] };
        own.insert("browserName".to_owned(), "firefox".into());
        own.insert("moz:firefoxOptions".to_owned(), json!({"binary": binary, "args": flags}));
        return own;
    }
    let headless = is_headless.then_some("--headless=new");
    let unboxed = look.is_root.then_some("--no-sandbox");
    let flags: Vec<_> = FLAGS.into_iter().chain(headless).chain(unboxed).collect();
    own.insert("browserName".to_owned(), "chrome".into());
    let mut options = json!({"args": flags});
    if let (Some(binary), Some(options)) = (binary, options.as_object_mut()) {
        options.insert("binary".to_owned(), json!(binary));
    }
    own.insert("goog:chromeOptions".to_owned(), options);
    own
}

fn refused(error: &NewSessionError) -> Trouble {
    let text = match error {
        NewSessionError::SessionNotCreated(inner) => inner.message.to_string(),
        other => other.to_string(),
    };
    let is_mismatch = text.contains("only supports Chrome version") || text.contains("Current browser version");
    let line = first_line(&text.replace('\n', " "));
    if is_mismatch { Trouble::Mismatch(line) } else { Trouble::NoSession(line) }
}
