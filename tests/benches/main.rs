//! The figures that the house promises, each on one line of JSON beside the bar that it has to hold.
//!
//! `make bench` runs all of them, `make bench ARGS=queue` those whose name contains a word. A figure that is judged
//! against other people's programs needs the folder of their scripts in `RADARD_BENCH`; they run in the same call and
//! take turns with ours, because figures of different minutes cannot be compared on a shared machine. For that this
//! program can also stand among the peers: called with `--jobs`, it does the work once and prints its rates.

mod browser;
mod claim;
mod crawl;
mod daemon;
mod douyin;
mod export;
mod figure;
mod fresh;
mod listing;
mod net;
mod peers;
mod queue;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use figure::Figure;

/// What can be asked of the bench program.
#[derive(Debug, Clone, Parser)]
#[command(name = "bench", about = "Figures of radard, one JSON line each")]
struct Args {
    /// Only figures whose name contains this; with --jobs, the work to do once: `queue` or `claim`.
    word: Option<String>,
    /// Do the work once with so many jobs, and print its rates.
    #[arg(long, requires = "dir")]
    jobs: Option<usize>,
    /// Folder for the database.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// `PostgreSQL` server to work on; a database of its own is made there and dropped again.
    #[arg(long)]
    pg: Option<String>,
    /// Those who ask at the same time, each one after the other.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// Jobs that run at the same time.
    #[arg(long, default_value_t = 16)]
    workers: usize,
    /// Jobs that each client asks for in one transaction; 1 asks one by one.
    #[arg(long, default_value_t = 1)]
    batch: usize,
    /// The server whose pages are crawled once, with the word `crawl`.
    #[arg(long, requires_all = ["feeds", "db"])]
    base: Option<String>,
    /// The file that names its feeds.
    #[arg(long)]
    feeds: Option<PathBuf>,
    /// The database to crawl into, or to export from.
    #[arg(long)]
    db: Option<PathBuf>,
    /// Keep what the server sent, too.
    #[arg(long)]
    raw: bool,
    /// The workbook to write, with the word `export`.
    #[arg(long, requires = "db")]
    out: Option<PathBuf>,
    /// Be the server of small answers.
    #[arg(long, hide = true)]
    serve: bool,
    /// List creators' posts at the simulated platforms that are steered from here.
    #[arg(long, hide = true)]
    list: Option<String>,
    /// Whose posts.
    #[arg(long, hide = true)]
    creator: Vec<String>,
    /// What cargo adds when it runs a bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    if args.serve {
        net::serve()?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let Some(jobs) = args.jobs {
        let line = match subject(&args).as_str() {
            "claim" => runtime.block_on(claim::once(&args, jobs))?,
            _ => runtime.block_on(queue::once(&args, jobs))?,
        };
        figure::print(&line);
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(base), Some(feeds), Some(db)) = (&args.base, &args.feeds, &args.db) {
        figure::print(&runtime.block_on(crawl::once(base, feeds, db, args.raw))?);
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(db), Some(out)) = (&args.db, &args.out) {
        figure::print(&runtime.block_on(export::once(db, out))?);
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(control) = &args.list {
        figure::print(&runtime.block_on(listing::once(control, &args.creator))?);
        return Ok(ExitCode::SUCCESS);
    }
    let word = args.word.as_deref().unwrap_or_default();
    let mut held = true;
    for (names, run) in GROUPS {
        if names.iter().any(|name| name.contains(word)) {
            for figure in run(&runtime)?.into_iter().filter(|figure| figure.name.contains(word)) {
                held &= figure.holds() != Some(false);
                figure::print(&figure.line());
            }
        }
    }
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

type Run = fn(&tokio::runtime::Runtime) -> anyhow::Result<Vec<Figure>>;

/// The groups of figures: what each measures together, and how.
const GROUPS: &[(&[&str], Run)] = &[
    (daemon::NAMES, daemon::figures),
    (net::NAMES, net::figures),
    (douyin::NAMES, douyin::figures),
    (listing::NAMES, listing::figures),
    (browser::NAMES, browser::figures),
    (claim::NAMES, claim::figures),
    (queue::NAMES, queue::figures),
    (crawl::NAMES, crawl::figures),
    (export::NAMES, export::figures),
];

/// The work to do once: named by an argument, or by the name this program was called by.
fn subject(args: &Args) -> String {
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let called = called.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix("bench-"));
    let named = called.filter(|name| ["queue", "claim"].contains(name)).map(str::to_owned);
    args.word.clone().or(named).unwrap_or_default()
}
