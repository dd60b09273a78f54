//! Captures beside Playwright's on the same Chromium, taking turns: a browser from its start to the headers that its page
//! sent, a capture in a browser that is open, and what ten open accounts weigh.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use radard::ambient::{Ambient, Clock};
use radard::browser::{Browser, Captured, Cookie, Guise, Look, Page, Place, Programs, Shown, Signs, Source, Wanted};
use radard::domain::Secret;
use serde_json::Value;

use super::figure::{Bar, Figure, Side, quantile};
use super::listing::{Site, text};

/// What each figure is called here.
pub(crate) const NAMES: &[&str] = &["browser.cold", "browser.warm", "browser.held.memory"];

const ROUNDS: usize = 9;
/// Accounts that are held open at the same time.
const HELD: usize = 10;
const PEER: &str = "playwright";

/// Measures all of them.
pub(crate) fn figures(runtime: &tokio::runtime::Runtime) -> anyhow::Result<Vec<Figure>> {
    let site = Site::start()?;
    let told = runtime.block_on(site.state())?;
    let ours = Ours::new(text(&told, "/platforms/creative_radar"), text(&told, "/ads_login"));
    if let Err(why) = radard::browser::find(&Programs::default()) {
        return Ok(NAMES.iter().map(|name| Figure::not_run(name, &why.to_string(), Bar::None)).collect());
    }
    let mut theirs = Theirs::start(&ours)?;
    let (mut cold, mut warm) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..ROUNDS {
        cold[0].push(runtime.block_on(ours.cold())?);
        cold[1].extend(theirs.as_mut().map(|theirs| theirs.ask("cold")).transpose()?);
    }
    let browser = runtime.block_on(ours.open())?;
    if let Some(theirs) = &mut theirs {
        theirs.told("open")?;
    }
    for _ in 0..ROUNDS {
        warm[0].push(runtime.block_on(ours.warm(&browser))?);
        warm[1].extend(theirs.as_mut().map(|theirs| theirs.ask("warm")).transpose()?);
    }
    let held = runtime.block_on(ours.hold(&browser))?;
    let process = theirs.as_ref().map(|theirs| theirs.process.id());
    let mut memory = [weight(std::process::id(), process)?, f64::NAN];
    drop(held);
    runtime.block_on(browser.close());
    if let (Some(theirs), Some(process)) = (&mut theirs, process) {
        theirs.told(&format!("hold {HELD}"))?;
        memory[1] = weight(process, None)?;
        theirs.told("close")?;
    }
    std::fs::remove_dir_all(&ours.source.folder).unwrap_or_default();
    let bar = |times, theirs: &mut Vec<f64>| {
        Bar::Times(Side::AtMost, times, PEER, (!theirs.is_empty()).then(|| quantile(theirs, 0.5)))
    };
    let of_held = Bar::Times(Side::AtMost, 1.15, PEER, Some(memory[1]).filter(|weight| weight.is_finite()));
    Ok(vec![
        Figure::new("browser.cold", quantile(&mut cold[0], 0.5), "ms", bar(1.6, &mut cold[1])),
        Figure::new("browser.warm", quantile(&mut warm[0], 0.5), "ms", bar(1.25, &mut warm[1])),
        Figure::new("browser.held.memory", memory[0], "MiB", of_held),
    ])
}

/// How we capture.
struct Ours {
    base: String,
    session: String,
    source: Source,
    clock: Clock,
}

impl Ours {
    fn new(base: String, session: String) -> Self {
        let look = Look { shown: Shown::Nowhere, is_root: rustix::process::geteuid().is_root() };
        let folder = std::env::temp_dir().join(format!("radard-bench-{}", std::process::id()));
        let source = Source { place: Place::Here(Programs::default()), look, folder };
        Self { base, session, source, clock: Ambient::real(None).clock }
    }

    async fn open(&self) -> anyhow::Result<Browser> {
        Ok(Browser::open(&self.source, &self.clock).await?)
    }

    async fn account(&self, browser: &Browser) -> anyhow::Result<(Page, Captured)> {
        let page = Page::open(browser, Guise::default()).await?;
        let cookie = Cookie { expiry: Some(2_000_000_000), ..Cookie::new("sid_tt", &self.session, "127.0.0.1") };
        ensure!(page.put_cookies(&[cookie]).await?.is_empty(), "the browser holds the login");
        page.put_stored(&self.base, &[("kept".to_owned(), Secret::new("x".to_owned()))]).await?;
        let wanted = Wanted {
            page: &format!("{}/business/creativecenter/inspiration/popular/creator/pc/en", self.base),
            sends: &[("/creative_radar_api/v1/popular_trend/", &["timestamp", "user-sign", "anonymous-user-id"])],
            limit: Duration::from_secs(30),
        };
        let captured = page.catch(wanted, Signs { login: &["/login"], challenge: &["/verify"], marks: &[] }).await?;
        Ok((page, captured))
    }

    async fn cold(&self) -> anyhow::Result<f64> {
        let began = self.clock.steady();
        let browser = self.open().await?;
        let _account = self.account(&browser).await?;
        let took = self.clock.steady().saturating_sub(began);
        browser.close().await;
        Ok(took.as_secs_f64() * 1000.0)
    }

    async fn warm(&self, browser: &Browser) -> anyhow::Result<f64> {
        let began = self.clock.steady();
        let (page, _headers) = self.account(browser).await?;
        let held = page.cookies().await?;
        ensure!(held.iter().any(|cookie| cookie.name == "sid_tt") && !page.stored(&self.base).await?.is_empty());
        page.close().await?;
        Ok(self.clock.steady().saturating_sub(began).as_secs_f64() * 1000.0)
    }

    async fn hold(&self, browser: &Browser) -> anyhow::Result<Vec<Page>> {
        let mut held = Vec::new();
        for _ in 0..HELD {
            held.push(self.account(browser).await?.0);
        }
        Ok(held)
    }
}

/// How Playwright captures, told word by word.
struct Theirs {
    process: Child,
    words: ChildStdin,
    lines: BufReader<ChildStdout>,
}

impl Theirs {
    /// Nothing when it is not installed.
    fn start(ours: &Ours) -> anyhow::Result<Option<Self>> {
        let python = PathBuf::from("target/peers/venv/bin/python");
        let has =
            |python: &PathBuf| Command::new(python).args(["-c", "import playwright"]).stderr(Stdio::null()).status();
        if !has(&python).is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        let mut script = Command::new(python);
        script.args(["tests/peers/playwright_captures.py", &ours.base, &ours.session, "/usr/bin/chromium"]);
        let mut process = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let words = process.stdin.take().context("it has no ear")?;
        let lines = BufReader::new(process.stdout.take().context("it says nothing")?);
        Ok(Some(Self { process, words, lines }))
    }

    fn told(&mut self, word: &str) -> anyhow::Result<Value> {
        writeln!(self.words, "{word}")?;
        let mut line = String::new();
        self.lines.read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("Playwright failed at `{word}`"))
    }

    fn ask(&mut self, word: &str) -> anyhow::Result<f64> {
        self.told(word)?.get("ms").and_then(Value::as_f64).context("it says no time")
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _waited = self.process.wait();
    }
}

/// What the browsers below `root` weigh with their drivers, in MiB, each shared page once; `without` and what is below it
/// is left out.
fn weight(root: u32, without: Option<u32>) -> anyhow::Result<f64> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        children.entry(parent.unwrap_or(0)).or_default().push(process);
    }
    let (mut waiting, mut kib) = (vec![root], 0_u32);
    while let Some(process) = waiting.pop() {
        let below = children.get(&process).into_iter().flatten().filter(|child| Some(**child) != without);
        for child in below.copied() {
            let name = std::fs::read_to_string(format!("/proc/{child}/comm")).unwrap_or_default();
            // The site is no part of anybody's browser.
            if name.trim() == "radard" {
                continue;
            }
            let rollup = std::fs::read_to_string(format!("/proc/{child}/smaps_rollup")).unwrap_or_default();
            let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
            kib += pss.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u32>().ok()).unwrap_or(0);
            waiting.push(child);
        }
    }
    ensure!(kib > 0, "there is no browser");
    Ok(f64::from(kib) / 1024.0)
}
