//! One browser with its session, and the accounts that are open in it.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::error::NewSessionError;
use fantoccini::{Client as WebDriver, ClientBuilder};
use serde_json::{Map, Value, json};

use super::bidi::Bidi;
use super::connector::Connector;
use super::driver::Driver;
use super::find::Found;
use super::trouble::{Trouble, first_line};
use crate::ambient::Clock;
use crate::net::{Client, Dialer, Policy};

/// How long a session may take to open: a cold browser on a busy machine.
const OPENING: Duration = Duration::from_secs(45);
/// How long it may take to close.
const CLOSING: Duration = Duration::from_secs(5);
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
const EVENTS: [&str; 6] = [
    "network.beforeRequestSent",
    "network.responseStarted",
    "network.fetchError",
    "browsingContext.navigationStarted",
    "browsingContext.load",
    "browsingContext.userPromptOpened",
];

/// How a browser is to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The display it shows itself on; nothing for none.
    pub display: Option<String>,
    /// Whether it runs as root, where a Chromium has no sandbox.
    pub is_root: bool,
    /// Where drivers have their folders.
    pub folder: PathBuf,
}

/// A browser that is open.
#[derive(Debug)]
pub struct Browser {
    driver: Option<Driver>,
    webdriver: WebDriver,
    pub(super) bidi: Bidi,
    /// Its name and version.
    pub version: String,
    clock: Clock,
}

impl Browser {
    /// Starts a driver and a browser of our own.
    pub async fn start(found: &Found, look: &Look, clock: &Clock) -> Result<Self, Trouble> {
        let driver = Driver::start(found, &look.folder, (clock, look.display.as_deref())).await?;
        let dialer = dialer_to(&driver.address(), clock)?;
        let opened = Self::open(&driver.url(), &dialer, (capabilities(found, look), clock)).await;
        match opened {
            Ok(browser) => Ok(Self { driver: Some(driver), ..browser }),
            Err(trouble) => {
                driver.stop().await;
                Err(trouble)
            }
        }
    }

    async fn open(
        url: &str,
        dialer: &Dialer,
        (capabilities, clock): (Map<String, Value>, &Clock),
    ) -> Result<Self, Trouble> {
        let mut builder = ClientBuilder::new(Connector(dialer.clone()));
        let connect = builder.capabilities(capabilities).connect(url);
        let webdriver = clock.limit(OPENING, connect).await.map_err(|_| Trouble::Hung("new session"))?;
        let webdriver = webdriver.map_err(|error| refused(&error))?;
        let told = webdriver.capabilities().cloned().unwrap_or_default();
        let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
        let socket = text("webSocketUrl").to_owned();
        let bidi = match connect_bidi(&socket, (dialer, true), clock).await {
            Ok(bidi) => bidi,
            Err(trouble) => {
                let _closed = clock.limit(CLOSING, webdriver.close()).await;
                return Err(trouble);
            }
        };
        let version = format!("{} {}", text("browserName"), text("browserVersion"));
        bidi.call("session.subscribe", json!({"events": EVENTS})).await?;
        // What a page offers for download is nothing that anybody asked for.
        bidi.call("browser.setDownloadBehavior", json!({"downloadBehavior": {"type": "denied"}})).await?;
        Ok(Self { driver: None, webdriver, bidi, version, clock: clock.clone() })
    }

    /// Closes the session, and the driver if it is ours.
    pub async fn close(self) {
        let _closed = self.clock.limit(CLOSING, self.webdriver.close()).await;
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

async fn connect_bidi(url: &str, (dialer, is_ours): (&Dialer, bool), clock: &Clock) -> Result<Bidi, Trouble> {
    let rest = url.strip_prefix("ws://").ok_or(Trouble::NoBidi)?;
    let place = rest.split('/').next().unwrap_or_default();
    let (host, port) =
        place.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?))).ok_or(Trouble::NoBidi)?;
    // A driver of ours may hand us on to the browser itself, which listens on this machine too.
    let own = if host == "127.0.0.1" && is_ours { Some(dialer_to(place, clock)?) } else { None };
    let stream =
        own.as_ref().unwrap_or(dialer).dial(host, port).await.map_err(|why| Trouble::Socket(why.to_string()))?;
    Bidi::open(stream, url, clock).await
}

fn capabilities(found: &Found, look: &Look) -> Map<String, Value> {
    let is_headless = look.display.is_none();
    let mut own = Map::new();
    own.insert("webSocketUrl".to_owned(), true.into());
    own.insert("unhandledPromptBehavior".to_owned(), "dismiss".into());
    own.insert("pageLoadStrategy".to_owned(), "normal".into());
    if found.is_firefox {
        let flags: &[&str] = if is_headless { &["-headless"] } else { &[] };
        own.insert("browserName".to_owned(), "firefox".into());
        own.insert("moz:firefoxOptions".to_owned(), json!({"binary": found.binary, "args": flags}));
        return own;
    }
    let headless = is_headless.then_some("--headless=new");
    let unboxed = look.is_root.then_some("--no-sandbox");
    let flags: Vec<_> = FLAGS.into_iter().chain(headless).chain(unboxed).collect();
    own.insert("browserName".to_owned(), "chrome".into());
    own.insert("goog:chromeOptions".to_owned(), json!({"binary": found.binary, "args": flags}));
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
