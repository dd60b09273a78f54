//! The way out beside a bare loop over the library: small answers from this machine, per second of processor.
//!
//! The server is a process of its own, so that the processor's time here is the client's. Ours pays for the guard, the
//! classes, the caps and a limit that never binds; the bare loop asks and reads. They take turns.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use radard::config::{Config, KeyedBy, PaceRule};
use radard::domain::Class;
use radard::net::{Client, Policy, Want};
use radard::pace::{Pace, Sending};
use tokio::task::JoinSet;

use super::daemon::busy;
use super::figure::{Bar, Figure, Side, quantile, rate};
use super::fresh::{Folder, Fresh};

/// What each kind of figure is called here.
pub(crate) const NAMES: &[&str] = &["net.small_answers"];

const ROUNDS: usize = 15;
const REQUESTS: usize = 4000;
const TASKS: usize = 4;
const BODY: usize = 1024;

/// Measures it.
pub(crate) fn figures(runtime: &tokio::runtime::Runtime) -> anyhow::Result<Vec<Figure>> {
    let (ours, bare) = runtime.block_on(compare())?;
    let bar = Bar::Times(Side::AtLeast, 0.8, "bare reqwest loop", Some(bare));
    Ok(vec![Figure::new("net.small_answers", ours, "requests/s of processor", bar)])
}

async fn compare() -> anyhow::Result<(f64, f64)> {
    let folder = Folder::new("net")?;
    let fresh = Fresh::open(&folder.0, None, 1).await?;
    let server = Server::start()?;
    let rule = PaceRule {
        name: "wide".to_owned(),
        on: Vec::new(),
        at_most: 1_000_000,
        per: Duration::from_mins(1),
        keyed_by: KeyedBy::Endpoint,
    };
    let config = Config { pace_rules: vec![rule], ..Config::default() };
    let pace = Pace::open(fresh.store.clone(), &config, fresh.ambient.clone()).await?;
    let allow_private = vec![server.address.clone()];
    let policy = Policy { allow_private, timeout: Duration::from_secs(20), ..Policy::default() };
    let client = Client::new(&policy, fresh.ambient.clock.clone())?;
    let ours = client.paced(&pace, Sending { endpoint: "bench".to_owned(), ..Sending::default() });
    let bare = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("http://{}/", server.address);
    let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (ours, with) = (ours.clone(), url.clone());
        let one = move || {
            let (ours, url) = (ours.clone(), with.clone());
            async move {
                let answer = ours.fetch(&url).await?;
                ensure!(answer.class(Want::Json) == Class::Ok && answer.body.len() == BODY, "{}", answer.status);
                anyhow::Ok(())
            }
        };
        of_ours.push(per_second_of_processor(one).await?);
        let (bare, with) = (bare.clone(), url.clone());
        let one = move || {
            let (bare, url) = (bare.clone(), with.clone());
            async move {
                let body = bare.get(&url).send().await?.bytes().await?;
                ensure!(body.len() == BODY, "{} bytes", body.len());
                anyhow::Ok(())
            }
        };
        of_bare.push(per_second_of_processor(one).await?);
    }
    drop((pace, ours, client));
    fresh.leave().await?;
    Ok((quantile(&mut of_ours, 0.5), quantile(&mut of_bare, 0.5)))
}

async fn per_second_of_processor<F>(one: impl Fn() -> F + Clone + Send + 'static) -> anyhow::Result<f64>
where
    F: Future<Output = anyhow::Result<()>> + Send,
{
    let before = busy(std::process::id())?;
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let one = one.clone();
        tasks.spawn(async move {
            for _ in 0..REQUESTS / TASKS {
                one().await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    Ok(rate(REQUESTS, busy(std::process::id())?.saturating_sub(before)))
}

/// The server, gone with the value.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> anyhow::Result<Self> {
        let program = std::env::current_exe()?;
        let mut process = Command::new(program).arg("--serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        let out = process.stdout.take().context("the server has an output")?;
        BufReader::new(out).read_line(&mut address)?;
        Ok(Self { process, address: address.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _waited = self.process.wait();
    }
}

/// Gives a JSON text of a KiB to everyone who asks, until nobody listens to what it says.
pub(crate) fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    let text = format!("\"{}\"", "x".repeat(BODY - 2));
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {BODY}\r\n\r\n");
    let answer = [head, text].concat();
    for stream in listener.incoming() {
        let (stream, answer) = (stream?, answer.clone());
        std::thread::spawn(move || answer_all(stream, answer.as_bytes()));
    }
    Ok(())
}

fn answer_all(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut block, mut asked) = ([0; 4096], Vec::new());
    loop {
        let n = stream.read(&mut block)?;
        asked.extend_from_slice(block.get(..n).unwrap_or_default());
        if n == 0 {
            return Ok(());
        }
        while let Some(end) = asked.windows(4).position(|four| four == b"\r\n\r\n") {
            asked.drain(..end + 4);
            stream.write_all(answer)?;
        }
    }
}
