//! When a lane will be done, by the limits that its requests fall under.
//!
//! Counted with one request for each job, as fast as every limit allows, through quiet hours, and after whatever stops
//! the account. It is an estimate for people: what the store knows now goes in, what comes meanwhile does not.

use std::time::Duration;

use super::limit::{Line, Sending};
use super::log::{WIDEST, nth, window};
use super::quiet::Quiet;
use super::stop::{Says, Stops, subject};
use crate::config::PaceRule;
use crate::domain::Millis;
use crate::domain::time::write_duration;
use crate::store::pace_lanes::{self, Counted, Entries, Spreads};
use crate::store::{Error, Tx, stops};

/// What is to be expected of a lane.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Forecast {
    /// The limit that makes the lane take as long as it does; none where all could go at once.
    pub limit: Option<String>,
    /// When its next request may go.
    pub next_at: Millis,
    /// When the last of what waits may go.
    pub drained_at: Millis,
}

/// What is known of limits in the store.
pub(super) struct Seen {
    pub(super) lanes: Vec<Counted>,
    entries: Entries,
    spreads: Spreads,
    stops: Stops,
}

impl Seen {
    pub(super) async fn look(tx: &mut Tx) -> Result<Self, Error> {
        let (lanes, entries, spreads) = pace_lanes::look(tx).await?;
        let mut stops = Stops::default();
        stops.learn(stops::list(tx).await?);
        Ok(Self { lanes, entries, spreads, stops })
    }
}

/// What every lane is judged by.
pub(super) struct Judge<'a> {
    pub(super) rules: &'a [PaceRule],
    pub(super) quiet: &'a Quiet,
    /// The gap between two requests of an account, on average.
    pub(super) gap: Duration,
    pub(super) seen: &'a Seen,
    /// Now, in the time that limits count in, and by the wall.
    pub(super) now: (Millis, Millis),
}

impl Judge<'_> {
    /// The forecast of a lane whose requests count as `sending` and in which `waiting` jobs wait.
    pub(super) fn lane(&self, sending: &Sending, waiting: u64) -> Forecast {
        let (now, wall) = self.now;
        let by_wall = |at: Millis| wall + at.since(now);
        let subject = subject(sending);
        let (from, stopped) = match self.seen.stops.of(&subject, now) {
            Says::Wait(until, stop) => (until, Some(format!("{subject} is stopped: {}", stop.class))),
            Says::Go | Says::Try => (now, None),
        };
        let lines = super::limit::lines(self.rules, sending);
        let by_line = lines.iter().map(|line| (self.nth(line, from, 1), self.nth(line, from, waiting), say(line)));
        let mut limits: Vec<_> = by_line.collect();
        if sending.account_of_platform().is_some() {
            let gaps = u32::try_from(waiting.saturating_sub(1)).unwrap_or(u32::MAX);
            limits.push((from, from + self.gap.saturating_mul(gaps), format!("a gap of {}", seconds(self.gap))));
        }
        let next = limits.iter().map(|(next, ..)| *next).max().unwrap_or(from);
        let last = limits.into_iter().max_by_key(|(_, drained, _)| *drained);
        let (drained, binding) =
            last.filter(|(_, drained, _)| *drained > from).map_or((from, None), |(_, at, name)| (at, Some(name)));
        let next_at = self.through_quiet(by_wall(next), Duration::ZERO);
        let quiet = (next_at > by_wall(next)).then(|| "pace.quiet".to_owned());
        let drained_at = self.through_quiet(next_at, drained.since(next));
        // A stop of hours explains more than the gaps after it.
        let limit = if from.since(now) > drained.since(from) { stopped.or(binding) } else { binding.or(stopped) };
        Forecast { limit: limit.or(quiet), next_at, drained_at: drained_at.max(next_at) }
    }

    fn nth(&self, line: &Line, from: Millis, n: u64) -> Millis {
        let spread = self.seen.spreads.get(&line.name).copied().unwrap_or(0);
        let spread = Duration::from_millis(u64::try_from(spread).unwrap_or(0)).min(WIDEST);
        let entries = self.seen.entries.get(&line.name).map(Vec::as_slice).unwrap_or_default();
        nth(line, entries, from, window(line, spread), n)
    }

    /// When `work` that begins at `at` is done, if nothing is done in quiet hours.
    fn through_quiet(&self, mut at: Millis, mut work: Duration) -> Millis {
        // A year of quiet nights is more than a forecast is worth.
        for _ in 0..366 {
            at = self.quiet.until(at).unwrap_or(at);
            let Some(next) = self.quiet.next(at).filter(|next| *next < at + work) else { break };
            work = work.saturating_sub(next.since(at));
            at = next;
        }
        at + work
    }
}

fn say(line: &Line) -> String {
    format!("{} per {} ({})", line.at_most, write_duration(line.per), line.name)
}

/// A short span for a person: `5 s`, `1.9 s`.
fn seconds(span: Duration) -> String {
    if span.subsec_millis() == 0 { format!("{} s", span.as_secs()) } else { format!("{:.1} s", span.as_secs_f64()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, KeyedBy, Pace};
    use crate::domain::Class;
    use crate::store::pace::Entry;
    use crate::store::stops::Stopped;

    const DAY: Millis = Millis(1_767_225_600_000);

    fn rule(at_most: u32, per: Duration) -> PaceRule {
        PaceRule { name: "r".into(), on: Vec::new(), at_most, per, keyed_by: KeyedBy::Endpoint }
    }

    fn sending(account: Option<&str>) -> Sending {
        Sending { endpoint: "douyin.post".into(), account: account.map(str::to_owned), ..Sending::default() }
    }

    /// What a lane meets.
    #[derive(Default)]
    struct World {
        rules: Vec<PaceRule>,
        account: Option<&'static str>,
        /// How many were sent just now.
        sent: i64,
        gap: Duration,
        quiet: &'static [&'static str],
        /// The time of day.
        at: Duration,
    }

    /// Seconds from now to the next request and to the last, and what binds.
    fn forecast(world: &World, waiting: u64) -> (u64, u64, Option<String>) {
        let windows = world.quiet.iter().map(|text| (*text).to_owned()).collect();
        let settings = Pace { quiet: windows, timezone: "UTC".into(), ..Config::default().pace };
        let mut stops = Stops::default();
        stops.learn(vec![Stopped {
            subject: "account main".into(),
            lane: String::new(),
            class: Class::Risk,
            reason: "?".into(),
            since: 0,
            until: 3_600_000,
            asked_ms: None,
            is_breaker: true,
            probe_until: None,
            times: 1,
        }]);
        let sent = vec![Entry { last_at: 0, n: world.sent }];
        let entries = Entries::from([("r/endpoint:douyin.post".to_owned(), sent)]);
        let seen = Seen { lanes: Vec::new(), entries, spreads: Spreads::new(), stops };
        let judge = Judge {
            rules: &world.rules,
            quiet: &Quiet::of(&settings),
            gap: world.gap,
            seen: &seen,
            now: (Millis(0), DAY + world.at),
        };
        let seen = judge.lane(&sending(world.account), waiting);
        (seen.next_at.since(judge.now.1).as_secs(), seen.drained_at.since(judge.now.1).as_secs(), seen.limit)
    }

    #[test]
    fn a_lane_is_done_when_its_slowest_limit_allows() {
        let six = || World { rules: vec![rule(6, Duration::from_mins(1))], ..World::default() };
        let binds = Some("6 per 1m (r/endpoint:douyin.post)".to_owned());
        assert_eq!(forecast(&World::default(), 100), (0, 0, None));
        assert_eq!(forecast(&six(), 6), (0, 0, None));
        // A minute and the margin for each further six.
        assert_eq!(forecast(&six(), 8), (0, 61, binds.clone()));
        assert_eq!(forecast(&six(), 60), (0, 9 * 61, binds.clone()));
        // Four were sent just now: two may go at once, the others after a minute.
        assert_eq!(forecast(&World { sent: 4, ..six() }, 7), (0, 61, binds));
        // For an account the gap binds before the limit does.
        let wide = World { rules: vec![rule(1000, Duration::from_mins(1))], ..World::default() };
        let wide = World { account: Some("other"), gap: Duration::from_secs(5), ..wide };
        assert_eq!(forecast(&wide, 11), (0, 50, Some("a gap of 5 s".to_owned())));
    }

    #[test]
    fn a_stop_and_quiet_hours_come_on_top() {
        let stopped = World { account: Some("main"), ..World::default() };
        assert_eq!(forecast(&stopped, 1), (3600, 3600, Some("account main is stopped: risk".to_owned())));
        let night = |minutes| World { quiet: &["23:00-07:00"], at: Duration::from_mins(minutes), ..World::default() };
        // From half past ten in the evening: one goes now, and the second, an hour later, falls into the night.
        let hourly = World { rules: vec![rule(1, Duration::from_secs(3599))], ..night(22 * 60 + 30) };
        let (next, drained, _) = forecast(&hourly, 2);
        assert_eq!((next, drained), (0, 9 * 3600));
        assert_eq!(forecast(&night(23 * 60), 1), (8 * 3600, 8 * 3600, Some("pace.quiet".to_owned())));
    }
}
