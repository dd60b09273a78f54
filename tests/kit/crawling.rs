//! A house that does nothing but crawl the simulated site, in this process, on a clock that jumps: weeks go by in
//! seconds, and it may be shut down and opened again in the middle of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use radard::config::{Config, Current, Profile, QueueText, Target, check_queue};
use radard::crawl::{Answer, Ask, Crawl, Keeper, SERVES, Source, Tools};
use radard::domain::{Class, Miss, Platform};
use radard::observe::Metrics;
use radard::pace::Pace;
use radard::platform::douyin::link::Kind;
use radard::platform::douyin::list::Wants;
use radard::platform::douyin::mode::{Haul, Order, Rows, Standing, haul};
use radard::queue::{Kinds, Rules};
use radard::store::{Error, ahead};
use radard::supervise::Restart;
use radard::target::{Around, Changes, Cost, Desk, Served, check_links};
use radard::web::{ran_shown, standing_shown};
use serde_json::Value;

use super::{Base, Dir, Site, Works, World, change, texts};

/// The site without the limits of a house.
struct Way(Site);

impl Source for Way {
    fn haul<'a>(&'a self, ask: Ask<'a>) -> Answer<'a, Haul> {
        let visitor = if ask.profile.is_some() { &self.0.owner } else { &self.0.guest };
        Box::pin(async move {
            let hauled = haul(&self.0.douyin, visitor, ask.order, ask.wants, ask.standing).await;
            // On this clock a refusal that asks for patience is waited for at once.
            hauled.map_err(|refusal| match refusal.class {
                Class::Risk => Miss::waiting(Class::Risk, Duration::from_mins(10), refusal.message),
                _ => Miss::from(refusal),
            })
        })
    }

    fn resolve<'a>(&'a self, _short: &'a str) -> Answer<'a, (Kind, String)> {
        Box::pin(async { Err(Miss::new(Class::Local, "no short links here")) })
    }
}

/// The targets of a queue file without mistakes.
fn targets_of(text: &str) -> Vec<Target> {
    let text = QueueText { file: "queue.toml".into(), read: Some(Ok(text.as_bytes().to_vec())) };
    let profiles = ["main", "second", "third"].map(|name| Profile::new(name, Platform::Douyin));
    check_queue(&text, &profiles).and_then(check_links).unwrap().all
}

/// The house between two of its starts.
struct Life {
    desk: Desk,
    works: Works,
}

impl Life {
    async fn begin(world: &World, dir: &Dir) -> Self {
        let base = Base::open(dir, &world.ambient).await;
        let (metrics, changes) = (Metrics::new(), Changes::default());
        // Weeks pass here, and no other process can die. So leases are long, and dead workers are looked for rarely.
        let mut config = Config::default();
        (config.queue.sweep, config.queue.lease) = (Duration::from_hours(1), Duration::from_hours(1));
        config.crawl.full_every = Duration::from_hours(48);
        let tools = Tools {
            store: base.store.clone(),
            keeper: Keeper::start(&base.ground),
            source: Arc::new(Way(Site::of(world))),
            changes: changes.clone(),
            current: Current::new(config.clone()),
            metrics: metrics.clone(),
            clock: world.ambient.clock.clone(),
        };
        let limits = Pace::open(base.store.clone(), &config, world.ambient.clone()).await.unwrap();
        let works = base.with(Rules::of(&config, "story"), Kinds::default().with::<Crawl>(tools));
        works.work();
        let desk = Desk::new(Around {
            store: works.store.clone(),
            queue: works.queue.clone(),
            pace: limits,
            clock: world.ambient.clock.clone(),
            metrics,
            served: Served::default().with(SERVES),
            changes,
        });
        let serving = desk.clone();
        works.upper.spawn("crawl", Restart::Never, move |stop| {
            let desk = serving.clone();
            async move { desk.serve(stop).await }
        });
        Self { desk, works }
    }

    async fn end(self) {
        let Self { desk, works } = self;
        drop(desk);
        works.end().await;
    }
}

/// The house, and the site that it crawls.
pub(crate) struct Crawling<'w> {
    pub(crate) world: &'w World,
    pub(crate) dir: Dir,
    pub(crate) site: Site,
    life: Option<Life>,
}

impl Crawling<'_> {
    /// Tells `tale` of a site with these faults.
    pub(crate) fn run(name: &str, faults: &[&str], tale: impl AsyncFnOnce(&mut Crawling<'_>)) {
        let faults: Vec<String> = faults.iter().map(|fault| (*fault).to_owned()).collect();
        World::run_on(&faults, async |world| {
            let dir = Dir::new(name);
            let life = Some(Life::begin(world, &dir).await);
            let mut crawling = Crawling { world, dir, site: Site::of(world), life };
            tale(&mut crawling).await;
            crawling.life.take().unwrap().end().await;
        });
    }

    /// Shuts the house down as it stands, and opens it again.
    pub(crate) async fn restart(&mut self) {
        self.life.take().unwrap().end().await;
        self.life = Some(Life::begin(self.world, &self.dir).await);
    }

    fn desk(&self) -> &Desk {
        &self.life.as_ref().unwrap().desk
    }

    /// Tells the queue that a login works again, as its proof does.
    pub(crate) async fn found(&self, profile: &str) {
        let now = self.world.ambient.clock.now();
        self.life.as_ref().unwrap().works.queue.call_back("crawl", profile, now).await.unwrap();
    }

    /// Sets back what a wrong clock wrote into the future, as the watch of the clock does.
    pub(crate) async fn clock_is_right(&self) {
        let store = &self.life.as_ref().unwrap().works.store;
        store.write::<_, Error, _>(|tx| Box::pin(ahead::set_back(tx))).await.unwrap();
        while store.write::<_, Error, _>(|tx| Box::pin(ahead::set_sightings_back(tx))).await.unwrap() > 0 {}
        self.desk().set_back().await.unwrap();
    }

    /// Lets time pass.
    pub(crate) async fn pass(&self, time: Duration) {
        self.world.ambient.clock.sleep(time).await;
    }

    /// What the first rounds of a queue file's target would cost.
    pub(crate) async fn cost(&self, text: &str, target: &str) -> Cost {
        let (_, costs) = self.desk().look(targets_of(text)).await.unwrap();
        costs.of[target].clone()
    }

    /// Takes a queue file over.
    pub(crate) async fn save(&self, text: &str) {
        self.desk().apply(targets_of(text)).await.unwrap();
    }

    pub(crate) fn page(&self, creator: usize) -> String {
        format!("https://www.douyin.com/user/{}", self.site.creators[creator])
    }

    /// Runs a target now, as a person does; gives what they are told.
    pub(crate) async fn run_now(&self, name: &str) -> Value {
        let ran = self.desk().run(name.to_owned()).await.unwrap().unwrap();
        ran_shown(&ran, self.desk().now())
    }

    /// Pauses a target, or resumes it.
    pub(crate) async fn hold(&self, name: &str, is_held: bool) {
        assert!(self.desk().hold(name.to_owned(), is_held).await.unwrap());
    }

    /// Waits until something that is taken stands so, while no time passes.
    pub(crate) async fn stands_now(&self, name: &str, so: impl Fn(&Value) -> bool) -> Value {
        let _here = self.world.ambient.clock.hold();
        let mut looks = 0;
        loop {
            let take = self.take(name).await;
            if so(&take) {
                return take;
            }
            looks += 1;
            assert!(looks < 100_000, "{name} does not come to stand so: {take}");
            tokio::task::yield_now().await;
        }
    }

    /// How something that is taken stands.
    pub(crate) async fn take(&self, name: &str) -> Value {
        let (target, take) = name.split_once('/').unwrap();
        let rows = self.desk().list(Some(target.to_owned())).await.unwrap();
        let shown = standing_shown(&rows[0]);
        let takes = shown["takes"].as_array().unwrap();
        takes.iter().find(|row| row["take"] == take).unwrap().clone()
    }

    /// Waits until something that is taken stands so, for as many days as it takes, up to a hundred.
    pub(crate) async fn stands(&self, name: &str, so: impl Fn(&Value) -> bool) -> Value {
        let began = self.world.ambient.clock.now();
        loop {
            let take = self.take(name).await;
            if so(&take) {
                return take;
            }
            let waited = self.world.ambient.clock.now().since(began);
            assert!(waited < Duration::from_hours(100 * 24), "{name} does not come to stand so: {take}");
            self.world.ambient.clock.sleep(Duration::from_mins(15)).await;
        }
    }

    /// Waits until so many rounds have ended.
    pub(crate) async fn rounds(&self, name: &str, rounds: i64) -> Value {
        self.stands(name, |take| take["rounds"].as_i64() >= Some(rounds)).await
    }

    /// What a question gives, each once.
    pub(crate) fn set(&self, question: &'static str) -> BTreeSet<String> {
        texts(&self.dir.database(), question).into_iter().collect()
    }

    /// Changes the database by hand; the house goes on meanwhile, and lets go of it.
    pub(crate) async fn change(&self, act: &'static str) -> u64 {
        let _here = self.world.ambient.clock.hold();
        let file = self.dir.database();
        tokio::task::spawn_blocking(move || change(&file, act)).await.unwrap()
    }

    /// What the site lists now, by its own order: the ids of it.
    pub(crate) async fn truth(&self, order: &Order) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for rows in self.pages(order).await {
            match rows {
                Rows::Posts(rows) => all.extend(rows.into_iter().map(|row| row.id)),
                Rows::People(rows) => all.extend(rows.into_iter().map(|row| row.author.id)),
                Rows::Comments(rows) => all.extend(rows.into_iter().map(|row| row.id)),
                Rows::Folders(rows) => all.extend(rows.into_iter().map(|row| row.id)),
                Rows::Music(rows) => all.extend(rows.into_iter().map(|row| row.id)),
                Rows::Rooms(rows) => all.extend(rows.into_iter().map(|row| row.number)),
                Rows::Words => {}
            }
        }
        all
    }

    /// What the site lists now, page by page.
    pub(crate) async fn pages(&self, order: &Order) -> Vec<Rows> {
        let mut standing = Standing::default();
        let mut all = Vec::new();
        loop {
            let wants = Wants::default();
            let page = haul(&self.site.douyin, &self.site.owner, order, wants, standing.clone()).await.unwrap();
            all.push(page.rows);
            if page.progress.ended.is_some() {
                return all;
            }
            standing.progress = Some(page.progress);
        }
    }
}
