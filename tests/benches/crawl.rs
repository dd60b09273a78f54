//! The crawl as it is shipped: leases, cursors, numbers and all, from pages to rows; beside people's crawlers at the same
//! pages where their scripts are.
//!
//! What is left out are the limits, which the others do not have, and signatures, which the peers' server cannot judge.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use radard::ambient::Clock;
use radard::config::{Config, Current, QueueText, Target, check_queue};
use radard::crawl::{Answer, Ask, Crawl, Keeper, SERVES, Source, Tools};
use radard::domain::{Author, Class, Counts, Millis, Miss, Post};
use radard::net::{Client, Policy};
use radard::observe::Metrics;
use radard::pace::Pace;
use radard::platform::douyin::link::Kind;
use radard::platform::douyin::list::{Ended, Progress};
use radard::platform::douyin::mode::{Haul, Mode, Rows};
use radard::platform::douyin::{Reading, user_post};
use radard::queue::{Kinds, Queue, Rules};
use radard::store::crawl::targets;
use radard::store::{Error, Place, Store};
use radard::supervise::Restart;
use radard::target::{Around, Changes, Desk, Served, check_links};
use serde_json::Value;

use super::daemon::busy;
use super::figure::{Bar, Figure, Side, quantile};
use super::fresh::{Folder, Fresh};
use super::peers;

/// What each figure is called here.
pub(crate) const NAMES: &[&str] = &[
    "crawl.pages.scrapy",
    "crawl.pages.httpx",
    "crawl.pages.raw",
    "crawl.memory",
    "crawl.page.million",
    "crawl.queue_file.checked",
    "crawl.queue_file.applied",
];

/// As many as let a busy moment of the machine fall out of the median.
const RUNS: usize = 9;
const PER_CPU: &str = "pages_per_cpu_s";
/// The id of a creator begins with this, and goes on with the name of a feed.
const CREATOR: &str = "MS4wLjABAAAA";
const POSTS: i64 = 20;

/// Measures them, beside the peers when they are here.
pub(crate) fn figures(runtime: &tokio::runtime::Runtime) -> anyhow::Result<Vec<Figure>> {
    let subjects = [
        ("radard", "crawl --base {base} --feeds {feeds} --db {db}"),
        ("radard-raw", "crawl --raw --base {base} --feeds {feeds} --db {db}"),
    ];
    let results = peers::run("crawl.py", &["scrapy", "httpx"], &subjects, &[format!("--runs={RUNS}")])?;
    let measured = |who, what| peers::measured(results.as_ref(), who, what);
    let times = |times, peer| Bar::Times(Side::AtLeast, times, peer, measured(peer, PER_CPU).ok());
    let figure = |name, (who, what), unit, bar| match measured(who, what) {
        Ok(value) => Figure::new(name, value, unit, bar),
        Err(why) => Figure::not_run(name, &why, bar),
    };
    let mut figures = vec![
        figure("crawl.pages.scrapy", ("radard", PER_CPU), "pages/s", times(5.0, "scrapy")),
        figure("crawl.pages.httpx", ("radard", PER_CPU), "pages/s", times(5.0, "httpx")),
        figure("crawl.pages.raw", ("radard-raw", PER_CPU), "pages/s", Bar::None),
        figure("crawl.memory", ("radard", "rss_mib"), "MiB", Bar::Fixed(Side::AtMost, 60.0)),
    ];
    let (few, many) = (runtime.block_on(page_at(1_000))?, runtime.block_on(page_at(1_000_000))?);
    figures.push(Figure::new("crawl.page.million", many / few, "x", Bar::Fixed(Side::AtMost, 2.0)));
    let (checked, applied) = runtime.block_on(queue_file())?;
    figures.push(Figure::new("crawl.queue_file.checked", checked, "ms", Bar::Fixed(Side::AtMost, 200.0)));
    figures.push(Figure::new("crawl.queue_file.applied", applied, "ms", Bar::Fixed(Side::AtMost, 1000.0)));
    Ok(figures)
}

/// A house that does nothing but crawl.
struct Crawling {
    fresh: Fresh,
    queue: Queue,
    desk: Desk,
}

impl Crawling {
    async fn open(file: PathBuf, source: Arc<dyn Source>, raw: bool) -> anyhow::Result<Self> {
        let fresh = Fresh::open_at(&Place::Sqlite(file)).await?;
        let (store, clock, metrics) = (fresh.store.clone(), fresh.ambient.clock.clone(), Metrics::new());
        let mut config = Config::default();
        config.crawl.raw = raw;
        let tools = Tools {
            store: store.clone(),
            keeper: Keeper::start(&fresh.house),
            source,
            changes: Changes::default(),
            current: Current::new(config.clone()),
            metrics: metrics.clone(),
            clock: clock.clone(),
        };
        let limits = Pace::open(store.clone(), &config, fresh.ambient.clone()).await?;
        let kinds = Kinds::default().with::<Crawl>(tools);
        let (queue, inlets) = Queue::new(Rules::of(&config, "bench"), kinds, store.clone(), fresh.ambient.clone());
        queue.start_asking(&fresh.house, &inlets);
        queue.start_working(&fresh.house, Vec::new(), |_| true);
        let desk = desk(store, queue.clone(), limits, clock);
        let serving = desk.clone();
        fresh.house.spawn("crawl", Restart::Never, move |stop| {
            let desk = serving.clone();
            async move { desk.serve(stop).await }
        });
        Ok(Self { fresh, queue, desk })
    }

    /// Takes these over and waits until each has ended a round.
    async fn crawl(&self, wanted: Vec<Target>) -> anyhow::Result<()> {
        self.desk.apply(wanted).await?;
        loop {
            self.fresh.ambient.clock.sleep(Duration::from_millis(100)).await;
            let all = self.fresh.store.read::<_, Error, _>(|tx| Box::pin(targets::courses(tx))).await?;
            let missed = all.iter().find(|course| course.class.is_some_and(|class| class != Class::Ok));
            ensure!(missed.is_none(), "a round met {:?}", missed.and_then(|course| course.said.as_deref()));
            if all.iter().all(|course| course.rounds > 0) {
                return Ok(());
            }
        }
    }

    async fn leave(self) -> anyhow::Result<()> {
        let Self { fresh, queue, desk } = self;
        drop((queue, desk));
        fresh.leave().await
    }
}

/// Targets as the queue file would have them.
fn targets_of(creators: impl Iterator<Item = String>, take: &str) -> anyhow::Result<Vec<Target>> {
    let one = |(n, id): (usize, String)| {
        format!("[[target]]\nname = \"t{n}\"\nurl = \"https://www.douyin.com/user/{id}\"\ntake = [{take}]\n")
    };
    let text: String = creators.enumerate().map(one).collect();
    let text = QueueText { file: "queue.toml".into(), read: Some(Ok(text.into_bytes())) };
    let checked = check_queue(&text, &[]).and_then(check_links);
    Ok(checked.map_err(|problems| anyhow::anyhow!("{problems}"))?.all)
}

/// The name of a feed as the id of a creator, and back.
/// The desk of a house in which this room alone serves targets.
fn desk(store: Store, queue: Queue, pace: Pace, clock: Clock) -> Desk {
    let (metrics, served, changes) = (Metrics::new(), Served::default().with(SERVES), Changes::default());
    Desk::new(Around { store, queue, pace, clock, metrics, served, changes })
}

fn creator_of(feed: &str) -> String {
    format!("{CREATOR}{feed:x<40}")
}

fn feed_of(creator: &str) -> &str {
    creator.trim_start_matches(CREATOR).trim_end_matches('x')
}

/// The peers' server: each page names the next.
struct Site {
    client: Client,
    base: String,
}

impl Source for Site {
    fn haul<'a>(&'a self, ask: Ask<'a>) -> Answer<'a, Haul> {
        Box::pin(async move {
            let mut progress = ask.standing.progress.unwrap_or_default();
            let first = format!("/{}/p00.json", feed_of(&ask.order.id));
            let path = progress.mark.take().unwrap_or(first);
            let answer = self.client.fetch(&format!("{}{path}", self.base)).await?;
            let bad = |why: &dyn std::fmt::Display| Miss::new(Class::Schema, why.to_string());
            let page = Reading::<user_post::Answer>::of(answer.body).map_err(|why| bad(&why))?;
            let mut rows = Rows::of_list(Mode::Post, page.rows());
            // The peers' pages are each of one person, by the number that they keep; by the id that links name it is
            // another in each post, which no list of a creator is.
            if let Rows::Posts(posts) = &mut rows {
                for post in posts {
                    post.creator.id.clone_from(&ask.order.id);
                }
            }
            let raw = if ask.standing.raw { page.raw_rows().map(str::to_owned).collect() } else { Vec::new() };
            let next = page.root().get("next").text().map(std::borrow::Cow::into_owned);
            (progress.pages, progress.taken) = (progress.pages + 1, progress.taken + 20);
            progress.ended = next.is_none().then_some(Ended::Whole);
            progress.mark = next;
            Ok(Haul { of: rows.len(), rows, raw, progress })
        })
    }

    fn resolve<'a>(&'a self, _short: &'a str) -> Answer<'a, (Kind, String)> {
        Box::pin(async { Err(Miss::new(Class::Local, "no short links here")) })
    }
}

/// Crawls every feed once into `db`, where the peers' script looks for a table `item`.
pub(crate) async fn once(base: &str, feeds: &Path, db: &Path, raw: bool) -> anyhow::Result<Value> {
    let allow_private = vec![base.trim_start_matches("http://").to_owned()];
    let policy = Policy { allow_private, max_body: 1 << 20, ..Policy::default() };
    let site = Site { client: Client::new(&policy, Clock::real())?, base: base.to_owned() };
    let crawling = Crawling::open(db.to_owned(), Arc::new(site), raw).await?;
    let feeds = std::fs::read_to_string(feeds).context("cannot read the feeds")?;
    let feeds = feeds.lines().filter_map(|line| line.trim_start_matches('/').split('/').next());
    crawling.crawl(targets_of(feeds.map(creator_of), "\"posts\"")?).await?;
    crawling.leave().await?;
    on(db, "CREATE VIEW item AS SELECT id FROM post").await?;
    Ok(serde_json::json!({"done": true}))
}

/// Runs a statement on a database that nobody has open.
async fn on(file: &Path, statement: &'static str) -> anyhow::Result<()> {
    use sqlx::{ConnectOptions as _, Connection as _};
    let mut db = sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await?;
    sqlx::query(statement).execute(&mut db).await?;
    Ok(db.close().await?)
}

/// Pages of new posts that are made up on the way.
struct MadeUp {
    made: AtomicU64,
    pages: u64,
}

impl Source for MadeUp {
    fn haul<'a>(&'a self, ask: Ask<'a>) -> Answer<'a, Haul> {
        Box::pin(async move {
            let mut progress: Progress = ask.standing.progress.unwrap_or_default();
            let from = self.made.fetch_add(u64::try_from(POSTS).unwrap_or(0), Ordering::Relaxed);
            let creator = Author { id: ask.order.id.clone(), nickname: "某某".to_owned(), ..Author::default() };
            let post = |n: i64| {
                let id = from.wrapping_add(n.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 4;
                Post {
                    id: format!("7{id}"),
                    creator: creator.clone(),
                    text: "三种方法折面团 #标签 第几条".to_owned(),
                    made_at: Some(Millis(1_700_000_000_000 - n)),
                    counts: Counts { likes: Some(n), comments: Some(1), ..Counts::default() },
                    ..Post::default()
                }
            };
            let rows = Rows::Posts((0..POSTS).map(post).collect());
            progress.pages += 1;
            progress.ended = (progress.pages == self.pages).then_some(Ended::Whole);
            progress.mark = Some(progress.pages.to_string());
            Ok(Haul { of: rows.len(), rows, raw: Vec::new(), progress })
        })
    }

    fn resolve<'a>(&'a self, _short: &'a str) -> Answer<'a, (Kind, String)> {
        Box::pin(async { Err(Miss::new(Class::Local, "no short links here")) })
    }
}

/// The processor's milliseconds of a page where so many posts are known.
async fn page_at(known: u32) -> anyhow::Result<f64> {
    let folder = Folder::new("crawl")?;
    let file = folder.0.join("crawl.db");
    Fresh::open_at(&Place::Sqlite(file.clone())).await?.leave().await?;
    on(&file, if known > 1000 { MILLION } else { THOUSAND }).await?;
    let (pages, mut costs) = (200, Vec::new());
    for round in 0..5_u64 {
        let source = MadeUp { made: AtomicU64::new(round << 32), pages };
        let crawling = Crawling::open(file.clone(), Arc::new(source), false).await?;
        let before = busy(std::process::id())?;
        crawling.crawl(targets_of(std::iter::once(creator_of(&format!("r{round}"))), "\"posts\"")?).await?;
        costs.push(busy(std::process::id())?.saturating_sub(before).as_secs_f64() * 1000.0 / 200.0);
        crawling.leave().await?;
    }
    Ok(quantile(&mut costs, 0.5))
}

/// Posts whose ids lie anywhere, as those of a site's creators do.
const THOUSAND: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT OR IGNORE INTO post (id, creator, kind, text, made_at, privacy, is_prohibited, is_pinned, likes, seal, first_at, last_at)
    SELECT '7' || abs(random() % 1000000000000000000), 'creator' || (i % 500), 0, 'some text of a post ' || i,
        1700000000000 + i * 1000, 0, 0, 0, i, i, 1, 1 FROM n";
const MILLION: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
    INSERT OR IGNORE INTO post (id, creator, kind, text, made_at, privacy, is_prohibited, is_pinned, likes, seal, first_at, last_at)
    SELECT '7' || abs(random() % 1000000000000000000), 'creator' || (i % 500), 0, 'some text of a post ' || i,
        1700000000000 + i * 1000, 0, 0, 0, i, i, 1, 1 FROM n";

/// The milliseconds in which a queue file of five thousand targets is checked, and in which it is taken over.
async fn queue_file() -> anyhow::Result<(f64, f64)> {
    let ids = || (0..5000).map(|n| creator_of(&format!("q{n:04}")));
    let takes = "\"profile\", \"posts\", \"followers\"";
    let clock = Clock::real();
    let (mut checked, mut applied) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let begun = clock.steady();
        let wanted = targets_of(ids(), takes)?;
        checked.push(clock.steady().saturating_sub(begun).as_secs_f64() * 1000.0);
        let folder = Folder::new("targets")?;
        let fresh = Fresh::open_at(&Place::Sqlite(folder.0.join("targets.db"))).await?;
        let config = Config::default();
        let limits = Pace::open(fresh.store.clone(), &config, fresh.ambient.clone()).await?;
        let rules = Rules::of(&config, "bench");
        let (queue, inlets) = Queue::new(rules, Kinds::default(), fresh.store.clone(), fresh.ambient.clone());
        let desk = desk(fresh.store.clone(), queue, limits, clock.clone());
        let begun = clock.steady();
        desk.apply(wanted).await?;
        applied.push(clock.steady().saturating_sub(begun).as_secs_f64() * 1000.0);
        drop((desk, inlets));
        fresh.leave().await?;
    }
    Ok((quantile(&mut checked, 0.5), quantile(&mut applied, 0.5)))
}
