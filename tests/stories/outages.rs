//! A network that is gone for minutes and for days, and hosts that ask for a wait: no job is lost, no attempt is spent, and
//! few requests are made meanwhile.

use std::time::Duration;

use radard::config::{Config, Current};
use radard::domain::Millis;
use radard::media::{Claims, jobs::Download, jobs::Tools, jobs::sending};
use radard::pace::Pace;
use radard::queue::{Ask, Kinds, Rules};
use radard::store::alarms::Alarm;
use radard::store::jobs::{Filter, Job, State};
use radard::store::{self, alarms, gates, jobs, stops};
use serde_json::json;

use crate::kit::{Base, Daemon, Dir, Extra, Outside, QUIET, START, Works, World, ask, figure, until_it};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// A queue that downloads, on a clock that jumps.
struct Life(Works);

impl Life {
    /// Opens it; nothing is taken before the workers start.
    async fn begin(world: &World, dir: &Dir) -> Self {
        let base = Base::open(dir, &world.ambient).await;
        let mut config = Config::default();
        config.queue.sweep = 15 * MINUTE;
        config.queue.lease = HOUR;
        let limits = Pace::open(base.store.clone(), &config, world.ambient.clone()).await.unwrap();
        config.media.max_bytes = 1 << 20;
        let (net, media) = (world.client.paced(&limits, sending()), dir.path().join("media"));
        std::fs::create_dir_all(&media).unwrap();
        let tools =
            Tools { net, dir: media, claims: Claims::default(), current: Current::new(config.clone()), watch: None };
        let kinds = Kinds::default().with::<Download>(tools);
        let works = base.with(Rules::of(&config, "story/1"), kinds);
        limits.when_reached(works.queue.waker());
        Self(works)
    }

    /// Queues `n` downloads from Douyin's files.
    async fn fill(&self, world: &World, n: usize) {
        let base = &world.running.platforms["douyin"];
        for n in 0..n {
            let (kind, key) = ("download".to_owned(), format!("clip-{n}"));
            let payload = json!({"url": format!("{base}/files/clip-{}.bin", 1000 + n)});
            self.0.queue.ask(Ask { kind, key, payload, priority: 0, run_at: None }).await.unwrap();
        }
    }

    async fn jobs(&self) -> Vec<Job> {
        let filter = Filter { limit: 1000, ..Filter::default() };
        let read = self.0.store.read::<_, store::Error, _>(|tx| Box::pin(async move { jobs::list(tx, &filter).await }));
        read.await.unwrap()
    }

    async fn count(&self, state: State) -> usize {
        self.jobs().await.iter().filter(|job| job.state == state).count()
    }

    /// Every alarm that was ever raised.
    async fn alarms(&self) -> Vec<Alarm> {
        self.0.store.read::<_, store::Error, _>(|tx| Box::pin(alarms::list(tx, None, 100))).await.unwrap()
    }
}

/// Twelve jobs through an outage of `span`; gives how many connections were tried, and how long the jobs took afterwards.
fn outage(span: Duration, is_restarted: bool) -> (u64, Duration) {
    let mut seen = (0, Duration::ZERO);
    World::run_on(&[], async |world| {
        let dir = Dir::new("outage");
        let mut life = Life::begin(world, &dir).await;
        life.0.work();
        assert!(world.running.cut_off(Some("douyin")));
        life.fill(world, 12).await;
        world.ambient.clock.sleep(span / 2).await;
        if is_restarted {
            life.0.end().await;
            life = Life::begin(world, &dir).await;
            life.0.work();
        }
        world.ambient.clock.sleep(span / 2).await;
        let jobs = life.jobs().await;
        assert!(jobs.iter().all(|job| job.attempts == 0 && !job.state.is_over()), "{jobs:?}");
        let alarms = life.alarms().await;
        let host = world.running.platforms["douyin"].trim_start_matches("http://");
        assert_eq!(alarms.len(), 1, "one alarm: {alarms:?}");
        let alarm = &alarms[0];
        assert_eq!((alarm.name.as_str(), alarm.subject.as_str(), alarm.closed_at), ("host_unreachable", host, None));
        let failed: Vec<_> = jobs.iter().filter_map(|job| job.give_up_at(72 * HOUR)).collect();
        let now = world.ambient.clock.now();
        assert!(!failed.is_empty() && failed.iter().all(|at| *at > now && *at <= now + 72 * HOUR), "{failed:?}");
        let tried = world.running.cut_connections();
        world.running.reconnect();
        let back = world.ambient.clock.now();
        while life.count(State::Done).await < 12 {
            assert!(world.ambient.clock.now().since(back) < 17 * MINUTE, "{:?}", life.jobs().await);
            world.ambient.clock.sleep(Duration::from_secs(5)).await;
        }
        seen = (tried, world.ambient.clock.now().since(back));
        assert!(life.jobs().await.iter().all(|job| job.attempts == 0 && job.failing_since.is_none()));
        let alarms = life.alarms().await;
        assert!(alarms.len() == 1 && alarms[0].closed_at.is_some(), "it closed by itself: {alarms:?}");
        let left = life.0.store.read::<_, store::Error, _>(|tx| {
            Box::pin(async move { Ok((stops::list(tx).await?, gates::list(tx).await?)) })
        });
        assert_eq!(format!("{:?}", left.await.unwrap()), "([], [])", "nothing is left closed");
        life.0.end().await;
    });
    seen
}

#[test]
fn a_network_that_is_gone_for_minutes_or_two_days_costs_no_work_and_few_requests() {
    let (short, back) = outage(10 * MINUTE, false);
    assert!(short <= 10, "{short} tries in ten minutes");
    let (long, later) = outage(48 * HOUR, true);
    assert!(long <= 300, "{long} tries in two days");
    let (back, later) = (back.as_secs(), later.as_secs());
    figure(&format!(
        "tries_10min={short} tries_48h={long} done_after_s={back} done_after_48h_s={later} dead=0 attempts=0"
    ));
}

#[test]
fn twelve_jobs_and_a_wait_of_an_hour_are_one_request_also_after_a_restart() {
    World::run_on(&["douyin.files.rate".to_owned()], async |world| {
        world.running.ask_to_wait(HOUR);
        let dir = Dir::new("wait");
        let life = Life::begin(world, &dir).await;
        // All are due before anybody works: the workers take them together.
        life.fill(world, 12).await;
        let begun = world.ambient.clock.now();
        life.0.work();
        let clock = &world.ambient.clock;
        clock.sleep(HOUR / 2).await;
        assert_eq!(world.running.requests(), 1);
        life.0.end().await;
        let life = Life::begin(world, &dir).await;
        life.0.work();
        clock.sleep((begun + Duration::from_secs(3599)).since(clock.now())).await;
        assert_eq!(world.running.requests(), 1, "nobody came early");
        assert!(life.alarms().await.is_empty(), "a wait is no reason for an alarm");
        world.running.calm();
        clock.sleep(Duration::from_secs(30)).await;
        assert_eq!((life.count(State::Done).await, world.running.requests()), (12, 13));
        assert!(life.jobs().await.iter().all(|job| job.attempts == 0));
        let first = life.jobs().await.iter().filter(|job| job.snoozes > 0).map(|job| job.updated_at).min();
        assert!(first.is_some_and(|at| Millis(at).since(begun) >= HOUR), "{first:?}");
        life.0.end().await;
    });
}

/// The same through a kill of the real daemon.
#[test]
fn a_wait_that_a_host_asked_for_survives_a_kill() {
    let dir = Dir::new("waits");
    let outside = Outside::start(&["douyin.files.rate"]);
    let told = |method: &str, path: &str, body: &serde_json::Value| {
        let host = outside.control.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        ask(&mut stream, method, path, Some(body).filter(|_| method != "GET")).unwrap().1
    };
    told("POST", "/wait", &json!({"seconds": 3600}));
    let settings = format!("{QUIET}{}\n", outside.config);
    let base = outside.config.split("base = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    let wish =
        |kind: &str, key: &str, payload: serde_json::Value| json!({"kind": kind, "key": key, "payload": payload});
    for n in 0..12 {
        let job = wish("download", &format!("k{n}"), json!({"url": format!("{base}/files/clip-{}.bin", 1000 + n)}));
        assert_eq!(daemon.call("POST", "/api/v1/jobs", Some(&job)).unwrap().0, 201);
    }
    let lane = |daemon: &Daemon| {
        let lanes = daemon.list("/api/v1/lanes");
        lanes.into_iter().find(|lane| lane["name"].as_str().unwrap().starts_with("download/"))
    };
    until_it(START, "the lane is closed", || lane(&daemon).is_some_and(|lane| lane["open"] == false));
    daemon.kill();
    let daemon = Daemon::start(&dir, &settings, &Extra::default());
    let job = wish("probe_platform", "other", json!({"platform": "tiktok"}));
    assert_eq!(daemon.call("POST", "/api/v1/jobs", Some(&job)).unwrap().0, 201);
    until_it(START, "other hosts go on", || {
        daemon.list("/api/v1/jobs").iter().any(|job| job["key"] == "other" && job["state"] == "done")
    });
    let asked = |told: serde_json::Value| told["total"].as_u64().unwrap();
    assert_eq!(asked(told("GET", "/ledger?platform=douyin", &json!(null))), 2, "one for the files, one for the probe");
    // A person has seen to it, and the host has changed its mind.
    told("DELETE", "/fault", &json!({}));
    let name = lane(&daemon).unwrap()["name"].clone();
    let open = json!({"scope": "lane", "name": name, "paused": false});
    assert_eq!(daemon.call("POST", "/api/v1/gates", Some(&open)).unwrap().0, 200);
    until_it(START, "what waited in line is done", || {
        daemon.list("/api/v1/jobs").iter().filter(|job| job["state"] == "done").count() >= 10
    });
}
