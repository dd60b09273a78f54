//! Keeps logins fresh: queues a capture job for each login that is due, outside quiet hours.

use std::collections::BTreeSet;
use std::time::Duration;

use super::jobs::Capture;
use super::profiles::Profiles;
use crate::ambient::Clock;
use crate::config::{self, Config, Current, parse_cron, parse_zone};
use crate::domain::Millis;
use crate::domain::amount::{are, counted};
use crate::pace::Quiet;
use crate::queue::{Queue, slots_between};
use crate::supervise::{Failure, Stop};

/// How often to check whether a login is due.
const LOOK: Duration = Duration::from_mins(1);

/// Check a login this long before a job needs it, unless it was checked recently.
const AHEAD: Duration = Duration::from_hours(1);

/// Repeat a failed check after this long.
const AGAIN: Duration = Duration::from_hours(1);

/// Looks for what is due until it is asked to stop.
pub(super) async fn keep(
    profiles: Profiles,
    queue: Queue,
    current: Current,
    clock: Clock,
    stop: Stop,
) -> Result<(), Failure> {
    loop {
        let now = clock.now();
        profiles.show_numbers(now).await?;
        for (name, proved_at) in profiles.proved().await? {
            let called = queue.call_back("crawl", &name, proved_at).await?;
            if called > 0 {
                tracing::info!(
                    session.profile = name,
                    "A login is found: {} that waited for it {} queued again",
                    counted(called, "job"),
                    are(called)
                );
            }
        }
        if Quiet::of(&current.now().pace).until(now).is_none() {
            let lanes = queue.soon(AHEAD).await?;
            let wanted = soon(&lanes, &current.now(), now);
            for (name, since) in profiles.due(now, &wanted, AHEAD).await? {
                // One check at a time; a failed one is repeated an hour later.
                if lanes.contains(&format!("{name}/capture")) {
                    continue;
                }
                let key = key_of(&name, since, now);
                let capture = Capture { profile: name.clone() };
                if let Err(error) = queue.ask_for(&capture, key).await {
                    tracing::warn!(session.profile = name, "A login is due, and no job takes it: {error}");
                }
            }
        }
        tokio::select! {
            biased;
            () = stop.asked() => return Ok(()),
            () = profiles.found.notified() => {}
            () = clock.sleep(LOOK) => {}
        }
    }
}

/// The job key: one check an hour while a login is due.
fn key_of(name: &str, since: Millis, now: Millis) -> String {
    format!("{name}@{}+{}", since.0, now.since(since).as_secs() / AGAIN.as_secs())
}

/// Profiles that jobs in these lanes, or schedules, need within [`AHEAD`].
fn soon(lanes: &[String], config: &Config, now: Millis) -> BTreeSet<String> {
    let of_lanes = lanes.iter().filter_map(|lane| lane.split_once('/')).filter(|(_, what)| *what != "capture");
    let comes = |schedule: &&config::Schedule| {
        let times = parse_cron(&schedule.at).ok().zip(parse_zone(&schedule.timezone));
        !schedule.paused && times.is_some_and(|(cron, zone)| !slots_between(&cron, &zone, now, now + AHEAD).is_empty())
    };
    let named = |schedule: &config::Schedule| Some(schedule.payload.get("profile")?.as_str()?.to_owned());
    let of_schedules = config.schedules.iter().filter(comes).filter_map(named);
    of_lanes.map(|(name, _)| name.to_owned()).chain(of_schedules).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_failed_check_is_repeated_an_hour_later() {
        let key = |minutes: i64| key_of("ads", Millis(1000), Millis(1000 + minutes * 60_000));
        assert_eq!(key(0), key(59));
        assert_ne!(key(59), key(60));
        assert_ne!(key(0), key_of("ads", Millis(2000), Millis(2000)), "and the next time is another");
    }

    #[test]
    fn logins_needed_soon_are_known_by_lane_and_schedule() {
        let lanes = ["main/posts", "douyin/fetch", "spare/capture", "no lane of anybody"].map(str::to_owned);
        let schedule = |profile: &str, at: &str| config::Schedule {
            name: profile.to_owned(),
            kind: "report".to_owned(),
            at: at.to_owned(),
            timezone: "Asia/Shanghai".to_owned(),
            payload: json!({"profile": profile}),
            late: config::Late::Once,
            paused: false,
        };
        // Monday, half past seven in the morning there.
        let now = Millis(1_795_995_000_000);
        let schedules =
            vec![schedule("ads", "0 8 * * 1"), schedule("later", "0 9 * * 1"), schedule("tuesday", "0 8 * * 2")];
        let config = Config { schedules, ..Config::default() };
        let wanted: Vec<_> = soon(&lanes, &config, now).into_iter().collect();
        assert_eq!(wanted, ["ads", "douyin", "main"]);
    }
}
