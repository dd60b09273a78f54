//! Stops: after an answer that asks for it, after a sign of risk, and while a host cannot be reached.
//!
//! A wait that was asked for ends by itself. A sign of risk opens a breaker: nothing goes out for that account for at
//! least six hours; then one request is let go, alone, and only when it went well the others follow. Nobody answers a
//! sign of risk with anything but silence. A host that cannot be reached is a breaker too: one request tries at growing
//! intervals, and all go on when one gets through.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use super::limit::Sending;
use super::wait::Wait;
use crate::ambient::Entropy;
use crate::domain::time::span_millis;
use crate::domain::{AlarmName, Class, Millis};
use crate::store::alarms::{Raise, Severity};
use crate::store::stops::Stopped;

/// How long the one try may take until somebody else may try.
pub(super) const TRY: Duration = Duration::from_mins(2);

/// Who is stopped, as this process last saw it.
#[derive(Debug, Default)]
pub(super) struct Stops {
    known: HashMap<String, Stopped>,
    /// What is on its way to the store, and holds here whatever the store still says.
    unwritten: Vec<Stopped>,
}

/// What a stop says to one who wants to send.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Says<'s> {
    /// Nothing.
    Go,
    /// Not before this.
    Wait(Millis, &'s Stopped),
    /// One may try.
    Try,
}

impl Stops {
    /// Whether a request for `subject` may be sent, and would be its one try.
    pub(super) fn heard_of(&self, subject: &str, now: Millis) -> Result<bool, Wait> {
        match self.of(subject, now) {
            Says::Go => Ok(false),
            Says::Try => Ok(true),
            Says::Wait(until, stop) => Err(Wait::stop(stop, until.since(now))),
        }
    }

    /// Takes over what the store says.
    pub(super) fn learn(&mut self, all: Vec<Stopped>) {
        self.known = all.into_iter().map(|stop| (stop.subject.clone(), stop)).collect();
        for stop in self.unwritten.clone() {
            self.add(stop);
        }
    }

    /// Takes over one that is about to be written.
    pub(super) fn begin(&mut self, stop: Stopped) {
        self.unwritten.push(stop.clone());
        self.add(stop);
    }

    /// It is written, and what the store says counts from here on.
    pub(super) fn written(&mut self, stop: &Stopped) {
        if let Some(at) = self.unwritten.iter().position(|other| other == stop) {
            self.unwritten.swap_remove(at);
        }
    }

    /// Takes over one more; what stood there longer stays.
    fn add(&mut self, stop: Stopped) {
        let stop = match self.known.remove(&stop.subject) {
            // A stop after a captcha stays one until it ends, whatever is answered meanwhile.
            Some(was) if was.class == Class::Risk && was.until > stop.since => {
                Stopped { until: stop.until.max(was.until), ..was }
            }
            Some(was) => {
                Stopped { until: stop.until.max(was.until), is_breaker: stop.is_breaker || was.is_breaker, ..stop }
            }
            None => stop,
        };
        self.known.insert(stop.subject.clone(), stop);
    }

    /// Whether `subject` may send.
    pub(super) fn of(&self, subject: &str, now: Millis) -> Says<'_> {
        let Some(stop) = self.known.get(subject) else { return Says::Go };
        let tried = stop.probe_until.map(Millis).filter(|until| *until > now);
        match tried {
            _ if now < Millis(stop.until) => Says::Wait(Millis(stop.until), stop),
            _ if !stop.is_breaker => Says::Go,
            Some(until) => Says::Wait(until, stop),
            None => Says::Try,
        }
    }

    /// The stop of `subject`, if there is one.
    pub(super) fn get(&self, subject: &str) -> Option<&Stopped> {
        self.known.get(subject)
    }

    /// Whether one request of `subject` is out to see if all is well.
    pub(super) fn is_tried(&self, subject: &str, now: Millis) -> bool {
        self.known.get(subject).is_some_and(|stop| stop.is_breaker && now >= Millis(stop.until))
    }
}

/// What an account is called where it is stopped.
pub fn account(profile: &str) -> String {
    format!("account {profile}")
}

/// Who is stopped by an answer to `sending`: the account; who has none is a guest of the platform, from its address. What
/// goes to no platform is stopped for the one host alone.
pub(super) fn subject(sending: &Sending) -> String {
    let host = sending.host.as_deref().filter(|_| !sending.is_to_platform());
    let site = host.unwrap_or_else(|| sending.site());
    match (&sending.account, host, &sending.address) {
        (Some(name), None, _) => account(name),
        (Some(name), Some(host), _) => format!("{} at {host}", account(name)),
        (None, _, Some(address)) => format!("guests of {site} from {address}"),
        (None, _, None) => format!("guests of {site}"),
    }
}

/// The host that `sending` must reach, and by which way.
pub(super) fn destination(sending: &Sending) -> Option<Cow<'_, str>> {
    let host = sending.host.as_deref()?;
    Some(sending.address.as_ref().map_or(Cow::Borrowed(host), |address| format!("{host} through {address}").into()))
}

/// The wait before the first try to reach a host again; it doubles with each try that fails.
const TRY_FIRST: Duration = Duration::from_secs(30);
/// The longest wait between two tries.
const TRY_CAP: Duration = Duration::from_mins(15);

/// The stop of `host` after `times` failed tries. Half of the wait is chance, so that hosts are not tried all at once.
pub(super) fn outage(
    host: &str,
    sending: &Sending,
    reason: &str,
    times: i64,
    now: Millis,
    entropy: &Entropy,
) -> Stopped {
    let doubled = 1u32.checked_shl(u32::try_from(times - 1).unwrap_or(0).min(16)).unwrap_or(u32::MAX);
    let half = TRY_FIRST.saturating_mul(doubled).min(TRY_CAP) / 2;
    let chance = Duration::from_millis(entropy.below(u64::try_from(half.as_millis()).unwrap_or(1)));
    Stopped {
        subject: host.to_owned(),
        lane: sending.lane.clone(),
        class: Class::Network,
        reason: reason.to_owned(),
        since: now.0,
        until: (now + half + chance).0,
        asked_ms: None,
        is_breaker: true,
        probe_until: None,
        times,
    }
}

/// An answer that may stop somebody.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its class.
    pub class: Class,
    /// What was answered.
    pub reason: String,
    /// The wait that it asked for.
    pub retry_after: Option<Duration>,
}

/// The stop that follows from `told`, if one does.
pub(super) fn follows(told: &Told, sending: &Sending, now: Millis, entropy: &Entropy) -> Option<Stopped> {
    let asked = told.retry_after.unwrap_or_default();
    let is_breaker = told.class == Class::Risk;
    let wait = match told.class {
        Class::Risk => Class::cool(told.retry_after, |bound| entropy.below(bound)),
        Class::Rate if !asked.is_zero() => asked,
        Class::Rate
        | Class::Ok
        | Class::Gone
        | Class::Private
        | Class::Auth
        | Class::Signature
        | Class::Schema
        | Class::Network
        | Class::Local => return None,
    };
    Some(Stopped {
        subject: subject(sending),
        lane: sending.lane.clone(),
        class: told.class,
        reason: told.reason.clone(),
        since: now.0,
        until: (now + wait.min(Class::LONGEST_WAIT)).0,
        asked_ms: Some(asked).filter(|asked| *asked > Class::LONGEST_WAIT).map(span_millis),
        is_breaker,
        probe_until: None,
        times: 1,
    })
}

/// The alarm that a stop raises: an outage, or a sign of risk. A wait that a site asked for raises none.
pub(super) fn alarm(stop: &Stopped) -> Option<Raise> {
    let (severity, detail) = (Severity::Warning, stop.reason.clone());
    match stop.class {
        class @ Class::Network => {
            Some(Raise { name: AlarmName::HostUnreachable, subject: stop.subject.clone(), severity, class, detail })
        }
        class @ Class::Risk => {
            Some(Raise { name: AlarmName::LaneClosed, subject: stop.lane.clone(), severity, class, detail })
        }
        Class::Ok
        | Class::Gone
        | Class::Private
        | Class::Auth
        | Class::Rate
        | Class::Signature
        | Class::Schema
        | Class::Local => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(class: Class, after: Option<u64>) -> Option<Stopped> {
        let told = Told { class, reason: "no".into(), retry_after: after.map(Duration::from_secs) };
        follows(&told, &Sending::default(), Millis(0), &Entropy::pinned(3))
    }

    #[test]
    fn who_is_asked_to_wait_waits_and_a_sign_of_risk_costs_hours() {
        let until = |class, after| told(class, after).map(|stop| (stop.until, stop.asked_ms, stop.is_breaker));
        assert_eq!(until(Class::Rate, Some(90)), Some((90_000, None, false)));
        assert_eq!(until(Class::Rate, Some(90_000)), Some((86_400_000, Some(90_000_000), false)), "cut, and it shows");
        assert_eq!([until(Class::Rate, None), until(Class::Rate, Some(0)), until(Class::Auth, Some(5))], [None; 3]);
        let (risk, longer) = (told(Class::Risk, None).unwrap(), told(Class::Risk, Some(8 * 3600)).unwrap());
        let hours = |n: i64| n * 3_600_000;
        assert!(risk.is_breaker && (hours(6)..hours(8)).contains(&risk.until), "{risk:?}");
        assert!((hours(8)..hours(10)).contains(&longer.until), "{longer:?}");
    }

    #[test]
    fn tries_to_reach_a_host_grow_apart_up_to_a_quarter_of_an_hour() {
        let entropy = Entropy::pinned(3);
        let wait = |times| outage("h", &Sending::default(), "no connection", times, Millis(0), &entropy).until;
        for (times, full) in [(1, 30_000), (2, 60_000), (4, 240_000), (6, 900_000), (90, 900_000)] {
            let wait = wait(times);
            assert!((full / 2..full).contains(&wait), "try {times}: {wait}");
        }
    }

    #[test]
    fn a_breaker_lets_one_try_and_a_wait_ends_by_itself() {
        let mut stops = Stops::default();
        let wait = Stopped { subject: "w".into(), ..told(Class::Rate, Some(10)).unwrap() };
        let open = Stopped { subject: "o".into(), until: 10_000, ..told(Class::Risk, None).unwrap() };
        let tried = Stopped { subject: "t".into(), probe_until: Some(20_000), ..open.clone() };
        stops.learn(vec![wait, open, tried]);
        let says = |subject, now| match stops.of(subject, Millis(now)) {
            Says::Go => "go".to_owned(),
            Says::Wait(until, _) => until.0.to_string(),
            Says::Try => "try".to_owned(),
        };
        assert_eq!([says("w", 9999), says("w", 10_000)], ["10000", "go"]);
        assert_eq!([says("o", 9999), says("o", 10_000)], ["10000", "try"]);
        assert_eq!([says("t", 9999), says("t", 10_000), says("t", 20_000)], ["10000", "20000", "try"]);
        assert_eq!(says("else", 0), "go");
    }

    #[test]
    fn what_is_being_written_holds_against_what_the_store_said_before() {
        let mut stops = Stops::default();
        let risk = told(Class::Risk, None).unwrap();
        stops.begin(risk.clone());
        stops.learn(Vec::new());
        assert!(matches!(stops.of(&risk.subject, Millis(1)), Says::Wait(..)));
        stops.written(&risk);
        stops.learn(Vec::new());
        assert_eq!(stops.of(&risk.subject, Millis(1)), Says::Go, "a person has lifted it");
    }

    #[test]
    fn who_has_no_account_is_stopped_with_the_guests_of_its_platform() {
        let sending = |account: Option<&str>, address: Option<&str>| Sending {
            lane: String::new(),
            endpoint: "douyin.post".into(),
            account: account.map(str::to_owned),
            address: address.map(str::to_owned),
            ..Sending::default()
        };
        assert_eq!(subject(&sending(Some("main"), None)), "account main");
        assert_eq!(subject(&sending(None, None).at("www.example.test:443")), "guests of douyin");
        let file = |account| Sending { endpoint: "media".into(), ..sending(account, None) }.at("cdn.example.test:443");
        assert_eq!(subject(&file(None)), "guests of cdn.example.test:443");
        assert_eq!(subject(&file(Some("main"))), "account main at cdn.example.test:443");
        let through = sending(None, Some("proxy-1")).at("a.example.test:443");
        assert_eq!(destination(&through).as_deref(), Some("a.example.test:443 through proxy-1"));
        assert_eq!(subject(&sending(None, None)), "guests of douyin");
        assert_eq!(subject(&sending(None, Some("proxy-1"))), "guests of douyin from proxy-1");
    }
}
