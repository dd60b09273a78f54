//! Two creators' posts listed from the simulated Douyin without any limit, beside f2 where it is installed.
//!
//! The site is a process of its own and so is whoever lists, which makes the processor's time and the memory of each
//! its own. Both list the same posts to records with f2's field names, one after the other, in the same call.

use std::hint::black_box;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use radard::ambient::Ambient;
use radard::config::{Config, Signing};
use radard::domain::Secret;
use radard::domain::identity::{Identity, Told};
use radard::net::{Client, Policy};
use radard::observe::{Metrics, Register};
use radard::platform::douyin::list::{Walk, Wants};
use radard::platform::douyin::token::{Owner, Tokens, draw_fingerprint};
use radard::platform::douyin::{Douyin, Visitor, user_post};
use radard::platform::shape::Watch;
use radard::platform::signer::{Chain, Native};
use serde_json::{Value, json};

use super::daemon::busy;
use super::figure::{Bar, Figure, Side, quantile};

/// What each figure is called here.
pub(crate) const NAMES: &[&str] =
    &["douyin.list", "douyin.list.f2", "douyin.list.memory", "douyin.list.memory.longer", "douyin.sim"];

const ROUNDS: usize = 3;
/// The creators of whom there is most.
const MANY: [usize; 2] = [0, 1];
/// Posts that are asked for at once.
const PAGE: f64 = 20.0;

/// Measures all of them.
pub(crate) fn figures(runtime: &tokio::runtime::Runtime) -> anyhow::Result<Vec<Figure>> {
    let site = Site::start()?;
    let told = runtime.block_on(site.state())?;
    let creator = |at: usize| text(&told, &format!("/creators/{at}"));
    let many = MANY.map(creator);
    let all: Vec<String> = many.iter().cycle().take(4 * MANY.len()).cloned().collect();
    let (mut ours, mut of_f2, mut memory, mut pages) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut longer = 0.0_f64;
    for round in 0..ROUNDS {
        let before = busy(site.process.id())?;
        let listed = list(&site.control, many.get(..1).unwrap_or_default())?;
        let spent = busy(site.process.id())?.saturating_sub(before);
        ensure!(listed.records > 3000.0, "there are {} posts, and there should be three thousand", listed.records);
        ours.push(listed.records / listed.cpu_s);
        memory.push(listed.memory_mib);
        pages.push(listed.records / PAGE / spent.as_secs_f64());
        longer = longer.max(list(&site.control, &all)?.memory_mib);
        // It is slow: once tells as much.
        if round == 0
            && let Some(theirs) = f2(&site.control, &creator(MANY[0]))?
        {
            ensure!(
                (theirs.records - listed.records).abs() < 0.5,
                "f2 lists {} posts, we {}",
                theirs.records,
                listed.records
            );
            of_f2.push(theirs.records / theirs.cpu_s);
        }
    }
    let ours = quantile(&mut ours, 0.5);
    let theirs = (!of_f2.is_empty()).then(|| quantile(&mut of_f2, 0.5));
    let most = |height| Bar::Fixed(Side::AtMost, height);
    Ok(vec![
        Figure::new("douyin.list", ours, "posts/s of processor", Bar::None),
        Figure::new(
            "douyin.list.f2",
            ours,
            "posts/s of processor",
            Bar::Times(Side::AtLeast, 50.0, "f2 0.0.1.7", theirs),
        ),
        Figure::new("douyin.list.memory", quantile(&mut memory, 0.5), "MiB", most(40.0)),
        Figure::new("douyin.list.memory.longer", longer, "MiB", most(40.0)),
        Figure::new("douyin.sim", quantile(&mut pages, 0.5), "pages/s of processor", Bar::Fixed(Side::AtLeast, 2000.0)),
    ])
}

/// What a listing came to.
struct Listed {
    records: f64,
    cpu_s: f64,
    memory_mib: f64,
}

impl Listed {
    fn of(mut command: Command) -> anyhow::Result<Self> {
        let said = command.stderr(Stdio::inherit()).output().context("cannot run who lists")?;
        ensure!(said.status.success(), "who lists failed");
        let line = String::from_utf8_lossy(&said.stdout).lines().last().unwrap_or_default().to_owned();
        let told: Value = serde_json::from_str(&line).context("who lists printed no JSON")?;
        let number = |name: &str| told.get(name).and_then(Value::as_f64).with_context(|| format!("no `{name}`"));
        Ok(Self { records: number("records")?, cpu_s: number("cpu_s")?, memory_mib: number("memory_mib")? })
    }
}

/// This program once more, as somebody who lists.
fn list(control: &str, creators: &[String]) -> anyhow::Result<Listed> {
    let mut me = Command::new(std::env::current_exe().context("cannot find this program")?);
    me.args(["--list", control]).args(creators.iter().flat_map(|creator| ["--creator", creator]));
    Listed::of(me)
}

/// f2 at the same; nothing when it is not installed.
fn f2(control: &str, creator: &str) -> anyhow::Result<Option<Listed>> {
    let python = PathBuf::from("target/peers/venv/bin/python");
    if !python.exists() {
        return Ok(None);
    }
    let mut script = Command::new(python);
    script.args(["tests/peers/f2_lives.py", "--speed", control, creator]);
    Listed::of(script).map(Some)
}

/// A client that may go to these addresses of this machine.
fn client(addresses: &[&str]) -> anyhow::Result<Client> {
    let allow_private = addresses.iter().map(|address| address.trim_start_matches("http://").to_owned()).collect();
    let policy = Policy { allow_private, timeout: Duration::from_secs(20), max_body: 8 << 20, ..Policy::default() };
    Ok(Client::new(&policy, Ambient::real(None).clock)?)
}

/// What the simulated platforms say of themselves.
async fn state(client: &Client, control: &str) -> anyhow::Result<Value> {
    let answer = client.fetch(&format!("{control}/state")).await?;
    Ok(serde_json::from_slice(&answer.body)?)
}

pub(crate) fn text(told: &Value, place: &str) -> String {
    told.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Lists the posts of `creators` one after the other, at the platforms that `control` steers.
pub(crate) async fn once(control: &str, creators: &[String]) -> anyhow::Result<Value> {
    let told = state(&client(&[control])?, control).await?;
    let base = text(&told, "/platforms/douyin");
    let ambient = Ambient::real(None);
    let mut settings = Config::default().douyin;
    (settings.base, settings.ttwid) = (base.clone(), base.clone());
    let tokens = Tokens::new(settings.clone(), || None, ambient.clone(), Register::default());
    let chain =
        Chain::new(ambient.clock.clone(), Metrics::new()).then(Native::new(ambient.clone(), || Signing::Abogus));
    let watch = Watch::new("douyin", ambient.clock.clone(), Metrics::new());
    let site = Douyin::new(settings, chain, tokens, watch);
    let visitor = Visitor {
        owner: Owner::Profile("bench".to_owned()),
        cookies: Some(Secret::new(text(&told, "/login"))),
        identity: Identity::of(Told::default(), draw_fingerprint(&ambient.entropy))?,
        client: client(&[&base])?,
    };
    let mut records = 0_u32;
    for creator in creators {
        let mut walk = Walk::new(user_post::Request::first(creator), Wants::default());
        while let Some(leaf) = walk.next(&site, &visitor).await? {
            let rows = leaf.page.to_list();
            records += u32::try_from(leaf.taken.len())?;
            black_box(rows);
        }
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("a process has a size")?;
    let peak: f64 = peak.trim().trim_end_matches(" kB").parse()?;
    let spent = busy(std::process::id())?.as_secs_f64();
    Ok(json!({"records": records, "cpu_s": spent, "memory_mib": peak / 1024.0}))
}

/// The simulated platforms, gone with this value.
pub(crate) struct Site {
    process: Child,
    control: String,
}

impl Site {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let mut process =
            Command::new(env!("CARGO_BIN_EXE_radard")).args(["--json", "sim"]).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("it says nothing")?).read_line(&mut line)?;
        let control = text(&serde_json::from_str(&line)?, "/control");
        Ok(Self { process, control })
    }

    /// What it says of itself.
    pub(crate) async fn state(&self) -> anyhow::Result<Value> {
        state(&client(&[&self.control])?, &self.control).await
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _waited = self.process.wait();
    }
}
