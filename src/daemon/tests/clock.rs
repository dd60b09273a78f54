//! A clock that was a year ahead, on a house without platforms.

use std::time::Duration;

use serde_json::json;

use crate::ambient::Ambient;
use crate::base::Plan;
use crate::config::{Checked, Config, Places, QueueText, Secrets, check_queue};
use crate::daemon::house::House;
use crate::daemon::systemd::{Invitation, Notifier};
use crate::daemon::watch::Watch;
use crate::domain::{AlarmName, Class, Millis};
use crate::observe::Register;
use crate::queue::Ask;
use crate::store::alarms::{Raise, Severity};
use crate::store::crawl::targets;
use crate::store::jobs::{self, Filter, State as Stands};
use crate::store::{Error, Store, alarms};
use crate::supervise::Stop;

const DAY_MS: i64 = 86_400_000;
const YEAR_MS: i64 = 365 * DAY_MS;
const BEGIN: Millis = Millis(1_800_000_000_000);

/// A house on a clock of its own that works, with a folder of its own.
pub(super) fn lived(name: &str, tale: impl AsyncFnOnce(&House, &Watch)) {
    // The store commits for hours of this clock. Memory is faster, and these tests ask nothing of a disk.
    let memory = std::path::Path::new("/dev/shm");
    let above = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let dir = above.join(format!("radard-clock-{name}-{}", std::process::id()));
    let _from_before = std::fs::remove_dir_all(&dir);
    let places = Places { config: dir.join("config"), data: dir.join("data") };
    let ambient = Ambient::pinned(1, BEGIN);
    let clock = ambient.clock.clone();
    // Hours go by here, and nobody dies.
    let mut config = Config::default();
    config.backup.at = "0 * * * *".to_owned();
    (config.queue.sweep, config.queue.lease) = (Duration::from_hours(1), Duration::from_hours(1));
    let checked =
        Checked { config, origins: Vec::new(), warnings: Vec::new(), secrets: Secrets::default(), seat: None };
    let told = clock.run(async {
        let opening = clock.hold();
        let house = House::open(Plan::new(&checked, places, ambient, Register::default())).await.unwrap();
        let notifier = Notifier::new(&Invitation::default(), Register::default());
        let watch = Watch::of(&house, notifier);
        house.queue.start_asking(&house.upper, &house.inlets);
        house.queue.start_working(&house.upper, house.schedules().unwrap(), |_| true);
        let desk = house.targets.desk.clone();
        house.upper.spawn("crawl", crate::supervise::Restart::OnFailure, move |stop: Stop| {
            let desk = desk.clone();
            async move { desk.serve(stop).await }
        });
        watch.look_once().await.unwrap();
        drop(opening);
        tale(&house, &watch).await;
        drop(watch);
        Box::pin(house.leave(Duration::from_mins(5))).await;
    });
    told.unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
}

/// Lets time pass; the house is looked at every `every` of it.
async fn pass(watch: &Watch, time: Duration, every: Duration) {
    let clock = &watch.clock;
    let until = clock.steady() + time;
    while clock.steady() < until {
        clock.sleep(every.min(until.saturating_sub(clock.steady()))).await;
        watch.look_once().await.unwrap();
    }
}

const MINUTE: Duration = Duration::from_mins(1);

async fn open_alarms(store: &Store) -> Vec<String> {
    let open = store.read::<_, Error, _>(|tx| Box::pin(alarms::open(tx))).await.unwrap();
    open.into_iter()
        .map(|alarm| alarm.name.to_string())
        .filter(|name| name.contains("clock") || name.contains("backup"))
        .collect()
}

/// The jobs of a kind, the youngest first: how each stands, and what it met.
async fn jobs_of(store: &Store, kind: &str) -> Vec<(Stands, String, i64)> {
    let filter = Filter { kind: Some(kind.to_owned()), limit: 500, ..Filter::default() };
    let read = store.read::<_, Error, _>(move |tx| Box::pin(async move { jobs::list(tx, &filter).await }));
    let rows = read.await.unwrap();
    rows.iter().map(|job| (job.state, job.last_error.clone().unwrap_or_default(), job.run_at)).collect()
}

/// An alarm that was closed so long ago that it is to go.
async fn leave_something_old(house: &House) {
    let raise = Raise {
        name: AlarmName::JobsDead,
        subject: "old".to_owned(),
        severity: Severity::Notice,
        class: Class::Local,
        detail: String::new(),
    };
    let raised = house.store.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            alarms::raise(tx, &raise).await?;
            alarms::close(tx, raise.name, "old").await
        })
    });
    raised.await.unwrap();
}

async fn old_things(store: &Store) -> usize {
    let all = store.read::<_, Error, _>(|tx| Box::pin(alarms::list(tx, None, 100))).await.unwrap();
    all.iter().filter(|alarm| alarm.subject == "old").count()
}

async fn prune(house: &House, key: &str) {
    let ask =
        Ask { kind: "prune".into(), key: key.into(), payload: json!({"only": "hourly"}), priority: 0, run_at: None };
    house.queue.ask(ask).await.unwrap();
    house.plan.ambient.clock.sleep(Duration::from_secs(2)).await;
}

#[test]
fn nothing_is_deleted_in_the_hour_after_a_jump_and_then_it_is() {
    lived("hour", async |house, watch| {
        leave_something_old(house).await;
        watch.clock.step(YEAR_MS);
        prune(house, "at once").await;
        let waiting = jobs_of(&house.store, "prune").await;
        assert!(
            waiting.iter().any(|(state, why, _)| *state == Stands::Snoozed && why.contains("365 days ahead")),
            "{waiting:?}"
        );
        pass(watch, Duration::from_mins(58), MINUTE).await;
        assert_eq!(
            (old_things(&house.store).await, open_alarms(&house.store).await),
            (1, vec!["clock_jumped".to_owned()])
        );
        // The control: by this clock the alarm is old, so only the wait has kept it.
        pass(watch, Duration::from_mins(10), MINUTE).await;
        assert_eq!((old_things(&house.store).await, open_alarms(&house.store).await), (0, vec![]));
    });
}

#[test]
fn after_a_year_ahead_and_back_each_schedule_and_target_goes_on() {
    lived("back", async |house, watch| {
        let text = "[[target]]\nname = \"a\"\nurl = \"https://www.douyin.com/user/MS4wLjABAAAAQDxwpjX_D8UT8PDQSXrPVed5HjrAoVrtyzpnVs-i4K9\"\ntake = [\"posts\"]\nevery = \"2h\"\n";
        let text = QueueText { file: "queue.toml".into(), read: Some(Ok(text.as_bytes().to_vec())) };
        let targets = check_queue(&text, &[]).and_then(crate::target::check_links).unwrap().all;
        leave_something_old(house).await;
        watch.clock.step(YEAR_MS);
        house.targets.desk.apply(targets).await.unwrap();
        pass(watch, Duration::from_hours(6), Duration::from_mins(5)).await;
        leave_something_old(house).await;
        let last = async |kind: &str| jobs_of(&house.store, kind).await.iter().map(|job| job.2).max().unwrap_or(0);
        let ahead = watch.clock.now();
        assert!(last("prune").await > BEGIN.0 + YEAR_MS, "work was done there");
        watch.clock.step(-YEAR_MS);
        let now = watch.clock.now();
        pass(watch, Duration::from_mins(20), MINUTE).await;
        let courses = house.store.read::<_, Error, _>(|tx| Box::pin(targets::courses(tx))).await.unwrap();
        let next_at = courses[0].next_at;
        assert!(next_at <= now.0 + 3 * 3_600_000, "the next round is {next_at}, now it is {now:?}");
        pass(watch, Duration::from_hours(3), Duration::from_mins(5)).await;
        let kept = house.store.read::<_, Error, _>(|tx| {
            Box::pin(async move {
                jobs::list(tx, &Filter { kind: Some("prune".into()), limit: 500, ..Filter::default() }).await
            })
        });
        let keys: Vec<String> =
            kept.await.unwrap().into_iter().filter(|job| job.state == Stands::Done).map(|job| job.key).collect();
        let year = |at: Millis| at.to_string()[..4].to_owned();
        assert!(keys.iter().any(|key| key.starts_with(&format!("tidy@{}", year(now)))), "tidy is done again: {keys:?}");
        let waits: Vec<_> =
            jobs_of(&house.store, "crawl").await.into_iter().filter(|job| job.2 > ahead.0 - YEAR_MS / 2).collect();
        assert!(waits.iter().all(|job| job.0.is_over()), "nothing waits for a year: {waits:?}");
        assert_eq!(open_alarms(&house.store).await, [""; 0], "the alarm has closed by itself");
    });
}

#[test]
fn a_missing_backup_is_told_after_two_intervals_and_the_next_good_one_ends_it() {
    lived("backup", async |house, watch| {
        let (minutes, backups) = (Duration::from_mins, house.plan.places.backups());
        // It is half past the hour from here on.
        pass(watch, minutes(90), minutes(30)).await;
        assert!(std::fs::read_dir(&backups).unwrap().count() > 0, "the first one is made");
        let aside = backups.with_extension("aside");
        std::fs::rename(&backups, &aside).unwrap();
        std::fs::write(&backups, "no folder").unwrap();
        let is_told = async || open_alarms(&house.store).await.contains(&"backup_overdue".to_owned());
        pass(watch, minutes(120), minutes(30)).await;
        assert!(!is_told().await, "the second may still be under way");
        pass(watch, minutes(60), minutes(30)).await;
        assert!(is_told().await, "two are missing");
        std::fs::remove_file(&backups).unwrap();
        std::fs::rename(&aside, &backups).unwrap();
        pass(watch, minutes(60), minutes(30)).await;
        assert_eq!(open_alarms(&house.store).await, [""; 0]);
    });
}
