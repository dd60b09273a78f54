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
use crate::store::pace_lanes::{Entries, Spreads};

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

/// What every lane is judged by.
pub(super) struct Judge<'a> {
    pub(super) rules: &'a [PaceRule],
    pub(super) quiet: &'a Quiet,
    /// The gap between two requests of an account, on average.
    pub(super) gap: Duration,
    pub(super) stops: &'a Stops,
    pub(super) entries: &'a Entries,
    pub(super) spreads: &'a Spreads,
    /// Now, in the time that limits count in, and by the wall.
    pub(super) now: (Millis, Millis),
}

impl Judge<'_> {
    /// The forecast of a lane whose requests count as `sending` and in which `waiting` jobs wait.
    pub(super) fn lane(&self, sending: &Sending, waiting: u64) -> Forecast {
        let (now, wall) = self.now;
        let by_wall = |at: Millis| wall + at.since(now);
        let subject = subject(sending);
        let (from, stopped) = match self.stops.of(&subject, now) {
            Says::Wait(until, stop) => (until, Some(format!("{subject} is stopped: {}", stop.class))),
            Says::Go | Says::Try => (now, None),
        };
        let lines = super::limit::lines(self.rules, sending);
        let by_line = lines.iter().map(|line| (self.nth(line, from, 1), self.nth(line, from, waiting), say(line)));
        let mut limits: Vec<_> = by_line.collect();
        if sending.account_of_platform().is_some() {
            let gaps = u32::try_from(waiting.saturating_sub(1)).unwrap_or(u32::MAX);
            limits.push((from, from + self.gap.saturating_mul(gaps), format!("a gap of {}", write_duration(self.gap))));
        }
        let next = limits.iter().map(|(next, ..)| *next).max().unwrap_or(from);
        let last = limits.into_iter().max_by_key(|(_, drained, _)| *drained);
        let (drained, binding) =
            last.filter(|(_, drained, _)| *drained > from).map_or((from, None), |(_, at, name)| (at, Some(name)));
        let next_at = self.through_quiet(by_wall(next), Duration::ZERO);
        let quiet = (next_at > by_wall(next)).then(|| "pace.quiet".to_owned());
        let drained_at = self.through_quiet(next_at, drained.since(next));
        Forecast { limit: binding.or(stopped).or(quiet), next_at, drained_at: drained_at.max(next_at) }
    }

    fn nth(&self, line: &Line, from: Millis, n: u64) -> Millis {
        let spread = self.spreads.get(&line.name).copied().unwrap_or(0);
        let spread = Duration::from_millis(u64::try_from(spread).unwrap_or(0)).min(WIDEST);
        let entries = self.entries.get(&line.name).map(Vec::as_slice).unwrap_or_default();
        nth(line, entries, (from, window(line, spread)), n)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, KeyedBy, Pace};
    use crate::store::pace::Entry;
    use crate::store::stops::Stopped;

    const DAY: Millis = Millis(1_767_225_600_000);

    fn rule(at_most: u32, per: Duration) -> PaceRule {
        PaceRule { name: "r".into(), on: Vec::new(), at_most, per, keyed_by: KeyedBy::Endpoint }
    }

    fn sending(account: Option<&str>) -> Sending {
        Sending { endpoint: "douyin.post".into(), account: account.map(str::to_owned), ..Sending::default() }
    }

    /// Seconds from now to the next request and to the last, and what binds.
    fn forecast(
        rules: &[PaceRule],
        account: Option<&str>,
        waiting: u64,
        change: impl Fn(&mut Judge<'_>),
    ) -> (u64, u64, Option<String>) {
        let settings = Pace { quiet: vec!["23:00-07:00".into()], timezone: "UTC".into(), ..Config::default().pace };
        let (quiet, night) = (Quiet::of(&Config::default().pace), Quiet::of(&settings));
        let mut stops = Stops::default();
        let stop = |until: i64| Stopped {
            subject: "account main".into(),
            lane: String::new(),
            class: "risk".into(),
            reason: "?".into(),
            since: 0,
            until,
            asked_ms: None,
            is_breaker: true,
            probe_until: None,
            times: 1,
        };
        stops.learn(vec![stop(3_600_000)]);
        let sent = Entries::from([("r/endpoint:douyin.post".to_owned(), vec![Entry { last_at: 0, n: 4 }])]);
        let (none, spreads) = (Entries::new(), Spreads::new());
        let gap = Duration::from_secs(5);
        let mut judge = Judge {
            rules,
            quiet: &quiet,
            gap,
            stops: &stops,
            entries: &none,
            spreads: &spreads,
            now: (Millis(0), DAY),
        };
        change(&mut judge);
        if waiting == 7 {
            judge.entries = &sent;
        }
        if judge.gap.is_zero() {
            judge.quiet = &night;
        }
        let seen = judge.lane(&sending(account), waiting);
        (seen.next_at.since(judge.now.1).as_secs(), seen.drained_at.since(judge.now.1).as_secs(), seen.limit)
    }

    #[test]
    fn a_lane_is_done_when_its_slowest_limit_allows() {
        let minute = rule(6, Duration::from_mins(1));
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(forecast(&[], None, 100, |_| {}), (0, 0, None));
        assert_eq!(forecast(std::slice::from_ref(&minute), None, 6, |_| {}), (0, 0, None));
        // A minute and the margin for each further six.
        let six = said("6 per 1m (r/endpoint:douyin.post)");
        assert_eq!(forecast(std::slice::from_ref(&minute), None, 8, |_| {}), (0, 61, six.clone()));
        assert_eq!(forecast(std::slice::from_ref(&minute), None, 60, |_| {}), (0, 9 * 61, six.clone()));
        // Four were sent just now: two may go at once, four after a minute, and the seventh after two.
        assert_eq!(forecast(&[minute], None, 7, |_| {}), (0, 61, six));
        // For an account the gap binds before the limit does.
        let many = rule(1000, Duration::from_mins(1));
        assert_eq!(forecast(&[many], Some("other"), 11, |_| {}), (0, 50, said("a gap of 5s")));
    }

    #[test]
    fn a_stop_and_quiet_hours_come_on_top() {
        let said = |text: &str| Some(text.to_owned());
        let stopped = forecast(&[], Some("main"), 1, |_| {});
        assert_eq!(stopped, (3600, 3600, said("account main is stopped: risk")));
        // From half past ten in the evening: one now, and the second an hour later falls into the night.
        let hourly = rule(1, Duration::from_secs(3599));
        let evening = |judge: &mut Judge<'_>| {
            judge.now.1 = DAY + Duration::from_mins(22 * 60 + 30);
            judge.gap = Duration::ZERO;
        };
        let (next, drained, _) = forecast(&[hourly], None, 2, evening);
        assert_eq!((next, drained), (0, 9 * 3600));
        let night = |judge: &mut Judge<'_>| {
            judge.now.1 = DAY + Duration::from_hours(23);
            judge.gap = Duration::ZERO;
        };
        assert_eq!(forecast(&[], None, 1, night), (8 * 3600, 8 * 3600, said("pace.quiet")));
    }
}
