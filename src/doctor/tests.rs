//! Facts that were made up, and what is made of them.

use super::config::Settings;
use super::daemon::{Daemon, Unit, read_exposure};
use super::growth::Growth;
use super::pace::{Limits, said_of};
use super::platform::{Answers, Known};
use super::session::{Browser, Profiles, Standing};
use super::sign::{Signers, Tried};
use super::store::{Alarms, Clock, Data, Database, Disk};
use super::target::Targets;
use super::vault::Vault;
use super::{Facts, judge};
use crate::advice;
use crate::config::LowWater;
use crate::domain::{Advice, Class, Millis};
use crate::platform::shape::Gone;
use crate::store::stops::Stopped;
use crate::target::Trouble;

const DAY: i64 = 86_400_000;

fn standing(name: &str, lasts_ms: Option<i64>) -> Standing {
    Standing { name: name.to_owned(), has_login: true, doubt: None, lasts_ms }
}

fn well() -> Facts {
    Facts {
        settings: Settings { file: "config/radard.toml".to_owned(), exists: true, problems: 0, warnings: Vec::new() },
        data: Data::There { dir: "data".to_owned(), owner: 7, asking: 7, mode: 0o700 },
        daemon: Daemon::Ready,
        database: Database::Fine(1),
        vault: Vault::Unused,
        limits: Limits::Stopped(Vec::new(), 0),
        signers: Signers::Tried(Tried { recipes: 8, broken: Vec::new(), command: Some(Ok(())) }),
        compared: None,
        answers: Answers::Known(Vec::new()),
        profiles: Profiles::Known(vec![standing("main", Some(30 * DAY))]),
        targets: Targets::Known(2, Vec::new()),
        browser: Browser::Here("Chromium 156.0.1.2".to_owned(), "ChromeDriver 156.0.1.1".to_owned()),
        disk: Disk::Room(5 << 30, 100 << 30, LowWater { bytes: 1 << 30, percent: 2 }),
        growth: Growth::Young,
        clock: Clock::Ahead(-1500),
        doubt: None,
        alarms: Alarms::Open(Vec::new(), 0),
        unit: Unit::Exposure(12),
    }
}

/// The one row that is not well once `break_it` was done: its name, what was seen, what to do.
#[track_caller]
fn ill(break_it: impl FnOnce(&mut Facts)) -> (&'static str, String, String) {
    let mut facts = well();
    break_it(&mut facts);
    let mut rows: Vec<_> = judge(&facts).into_iter().filter(|row| row.ok != Some(true)).collect();
    assert_eq!(rows.len(), 1, "{rows:?}");
    let row = rows.remove(0);
    assert_eq!(row.ok, Some(false));
    (row.name, row.detail, row.advice.unwrap().into())
}

#[test]
fn who_is_stopped_by_a_sign_of_risk_is_named_with_the_way_back() {
    let stop = |class: Class, reason: &str| Stopped {
        subject: "account main".to_owned(),
        class,
        reason: reason.to_owned(),
        lane: "douyin/probe".to_owned(),
        since: 0,
        until: 0,
        asked_ms: None,
        is_breaker: true,
        probe_until: None,
        times: 1,
    };
    let (_, advice) = said_of(&stop(Class::Network, "it answers 503"));
    let advice = String::from(advice);
    assert!(advice.starts_with("check the network of this machine"), "{advice}");
    let main = said_of(&stop(Class::Risk, "a puzzle"));
    let (name, detail, advice) = ill(|facts| facts.limits = Limits::Stopped(vec![main], 3));
    assert_eq!((name, detail.as_str()), ("limits", "account main is stopped (risk: a puzzle)"));
    assert!(advice.ends_with("`radard job resume --lane douyin/probe`"), "{advice}");
    let waits = judge(&Facts { limits: Limits::Stopped(Vec::new(), 3), ..well() });
    assert!(waits.iter().any(|row| row.ok == Some(true) && row.detail == "3 wait as they were asked to"));
}

#[test]
fn a_target_that_needs_somebody_is_named_and_so_is_a_mistake_in_the_file() {
    let trouble = |said: &str| Trouble { said: said.to_owned(), advice: Advice::of_catalogue("log in".into()) };
    let two = vec![trouble("`a/posts` waits for a login of `main`"), trouble("`b/posts` finds nothing any more")];
    let (name, detail, advice) = ill(|facts| facts.targets = Targets::Known(3, two));
    assert_eq!((name, detail.as_str()), ("targets", "`a/posts` waits for a login of `main`, and 1 more"));
    assert!(advice.starts_with("log in; ") && advice.contains("`radard target list`"), "{advice}");
    let (_, detail, advice) = ill(|facts| facts.targets = Targets::Refused("queue.toml:3:1  x".to_owned()));
    assert!(detail == "queue.toml:3:1  x" && advice.contains("`radard check`"), "{advice}");
}

#[test]
fn what_a_site_no_longer_sends_is_named_and_what_is_new_is_told() {
    let known = |gone: &[&str], fresh: &[&str]| {
        let gone = gone.iter().map(|place| Gone { place: (*place).to_owned(), since: Millis(1) }).collect();
        let fresh = fresh.iter().map(|place| (*place).to_owned()).collect();
        Known { endpoint: "douyin.user_post".to_owned(), gone, never: vec!["a".to_owned()], fresh }
    };
    let (name, detail, advice) = ill(|facts| facts.answers = Answers::Known(vec![known(&["x.y", "z"], &[])]));
    assert_eq!((name, detail.as_str()), ("answers", "`douyin.user_post` no longer sends `x.y`, `z`"));
    assert!(advice.contains("`radard diagnose`"), "{advice}");
    let rows = judge(&Facts { answers: Answers::Known(vec![known(&[], &["b", "c"])]), ..well() });
    let said = "endpoints that send what is read: 1; new of late: `douyin.user_post` b and 1 more; never there: \
                `douyin.user_post` a";
    assert!(rows.iter().any(|row| row.ok == Some(true) && row.detail == said), "{rows:?}");
}

#[test]
fn a_login_that_is_missing_doubted_or_about_to_end_is_named() {
    let with = |second: Standing| {
        let all = vec![standing("main", Some(30 * DAY)), second];
        ill(|facts| facts.profiles = Profiles::Known(all))
    };
    let (name, detail, advice) = with(Standing { has_login: false, ..standing("ads", None) });
    assert_eq!((name, detail.as_str()), ("profiles", "`ads` has no login"));
    assert!(advice.contains("`radard profile import ads FILE`"), "{advice}");
    let (_, detail, _) = with(Standing { doubt: Some("nobody is logged in".to_owned()), ..standing("ads", None) });
    assert_eq!(detail, "`ads`: nobody is logged in");
    assert_eq!(with(standing("ads", Some(2 * DAY))).1, "the login of `ads` ends in 2 days");
    assert_eq!(with(standing("ads", Some(-1))).1, "the login of `ads` is over");
}

#[test]
fn a_browser_that_is_missing_or_of_another_version_is_named() {
    let (name, detail, advice) = ill(|facts| {
        facts.browser = Browser::Here("Chromium 157.0.1.2".to_owned(), "ChromeDriver 156.0.1.1".to_owned());
    });
    assert_eq!((name, detail.ends_with("do not fit each other")), ("browser", true), "{detail}");
    assert!(advice.contains("chromium-driver"), "{advice}");
    let (_, detail, advice) =
        ill(|facts| facts.browser = Browser::Missing("there is no browser".to_owned(), advice::browser::no_browser()));
    assert_eq!(
        (detail.as_str(), advice.as_str()),
        ("there is no browser", advice::browser::no_browser().to_string().as_str())
    );
    let firefox = Browser::Here("Mozilla 153.7".to_owned(), "geckodriver 0.37.1".to_owned());
    assert!(judge(&Facts { browser: firefox, ..well() }).iter().all(|row| row.ok == Some(true)), "they count apart");
}

#[test]
fn a_way_to_sign_that_fails_is_named() {
    let tried = |broken: &[&str], command| {
        let broken = broken.iter().map(|name| (*name).to_owned()).collect();
        Signers::Tried(Tried { recipes: 8, broken, command })
    };
    let (name, detail, advice) = ill(|facts| facts.signers = tried(&["abogus/1"], None));
    assert_eq!((name, detail.as_str()), ("signers", "abogus/1 no longer gives what it should"));
    assert!(advice.ends_with("install it again"), "{advice}");
    let why = "`command/1` could not sign: it ended with exit status: 3";
    let (_, detail, advice) = ill(|facts| facts.signers = tried(&[], Some(Err(why.to_owned()))));
    assert_eq!(detail, why);
    assert!(advice.contains("platform.douyin.sign_command"), "{advice}");
}

#[test]
fn a_healthy_one_has_nothing_to_do() {
    let rows = judge(&well());
    assert!(rows.iter().all(|row| row.ok == Some(true) && row.advice.is_none()), "{rows:?}");
    assert_eq!(rows.len(), 16);
}

#[test]
fn problems_of_the_settings_point_to_check() {
    let (name, _, advice) = ill(|facts| facts.settings.problems = 3);
    assert_eq!((name, advice.as_str()), ("settings", "run `radard check`, which names each"));
}

#[test]
fn a_directory_that_lets_others_in_is_closed() {
    let there = |owner, asking, mode| Data::There { dir: "d".to_owned(), owner, asking, mode };
    let (_, detail, advice) = ill(|facts| facts.data = there(7, 7, 0o750));
    assert_eq!((detail.contains("0750"), advice.as_str()), (true, "run `chmod 0700 d`"));
    let (_, detail, _) = ill(|facts| facts.data = there(7, 8, 0o700));
    assert_eq!(detail, "`d` belongs to user 7, and this is user 8");
    let mut facts = well();
    facts.data = there(7, 0, 0o700);
    assert_eq!(judge(&facts).iter().find(|row| row.name == "data").unwrap().ok, Some(true), "root may look");
}

#[test]
fn a_silent_holder_is_named() {
    let (name, detail, _) =
        ill(|facts| facts.daemon = Daemon::Silent(Some("41".to_owned()), "nobody listens".to_owned()));
    assert_eq!(name, "daemon");
    assert!(detail.starts_with("process 41 holds"), "{detail}");
}

#[test]
fn a_database_behind_or_broken_says_what_to_run() {
    let (_, detail, advice) = ill(|facts| facts.database = Database::Behind(1, 3));
    assert_eq!((detail.as_str(), advice.contains("radard migrate")), ("at step 1 of 3", true));
    let (_, _, advice) = ill(|facts| facts.database = Database::Damaged("page 7".to_owned()));
    assert!(advice.contains("radard backup restore"), "{advice}");
}

#[test]
fn a_full_disk_is_measured_against_the_mark() {
    let (_, detail, _) = ill(|facts| facts.disk = Disk::Room(1 << 30, 100 << 30, LowWater { bytes: 0, percent: 2 }));
    assert_eq!(detail, "1.0 GiB free, below the low water mark of 2.0 GiB");
}

#[test]
fn clocks_far_apart_are_a_failure_in_both_directions() {
    for (ms, side) in [(2_001, "behind"), (-90_000, "ahead of")] {
        let (_, detail, _) = ill(|facts| facts.clock = Clock::Ahead(ms));
        assert!(detail.contains(side), "{detail}");
    }
}

#[test]
fn acknowledged_alarms_are_quiet() {
    let mut facts = well();
    facts.alarms = Alarms::Open(Vec::new(), 2);
    assert!(judge(&facts).iter().all(|row| row.ok == Some(true)));
    let (_, detail, _) =
        ill(|facts| facts.alarms = Alarms::Open(vec!["critical disk: full".to_owned(), "b".to_owned()], 0));
    assert_eq!(detail, "critical disk: full, and 1 more");
}

#[test]
fn a_unit_that_lost_its_locks_is_a_failure() {
    assert_eq!(ill(|facts| facts.unit = Unit::Exposure(96)).1, "exposure 9.6, above 1.5");
    assert_eq!(read_exposure("x\n→ Overall exposure level for radard.service: 1.2 OK 🙂\n"), Some(12));
    assert_eq!(read_exposure("no figure"), None);
}

#[test]
fn what_was_not_looked_at_is_neither_well_nor_ill() {
    let mut facts = well();
    facts.unit = Unit::NotRun("systemd-analyze is not here".to_owned());
    let row = judge(&facts).pop().unwrap();
    assert_eq!((row.ok, row.detail.as_str()), (None, "not run: systemd-analyze is not here"));
}

#[test]
fn a_key_that_does_not_fit_names_its_mend_and_a_rotation_is_told() {
    let (name, detail, advice) =
        ill(|facts| facts.vault = Vault::Refused("no key".to_owned(), Advice::of_catalogue("put it back".into())));
    assert_eq!((name, detail.as_str(), advice.as_str()), ("vault", "no key", "put it back"));
    let row = |leaving| {
        let mut facts = well();
        facts.vault = Vault::Sealed { from: "the key file `k`".to_owned(), values: 7, leaving };
        judge(&facts).into_iter().find(|row| row.name == "vault").unwrap().detail
    };
    assert_eq!(row(None), "the key file `k`; sealed values: 7");
    assert!(row(Some(3)).starts_with("the key file `k`; sealed values: 7, 3 of them still to be sealed anew"));
}
