//! A login that the site no longer takes: its profile stops, a person is told once, and it goes on by itself when a login
//! works again; and what a login is worth when its file cannot be written.

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{
    Daemon, Dir, Extra, Outside, SmallDisk, ads_state, age_logins, listed, login_dir, login_settings, mode, not_run,
    play, play_nothing, records, run, state, until,
};

const WHILE: Duration = Duration::from_secs(90);

/// The alarms that are open now, by name and subject.
fn alarms(daemon: &Daemon) -> Vec<(String, String, i64)> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let open = daemon.list("/api/v1/alarms").into_iter().filter(|row| row["closed_at"].is_null());
    open.map(|row| (text(&row, "name"), text(&row, "subject"), row["count"].as_i64().unwrap())).collect()
}

/// Asks for a look at `profile` and waits for how it ended.
fn look(daemon: &Daemon, profile: &str, key: &str) -> Value {
    let wish = json!({"kind": "capture", "key": key, "payload": {"profile": profile}});
    let (status, job) = daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap();
    assert_eq!(status, 201, "{job}");
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let ended = |job: Value| (!matches!(job["state"].as_str(), Some("queued" | "running"))).then_some(job);
    until(WHILE, "the look has ended", || ended(daemon.call("GET", &path, None).unwrap().1)).0
}

fn start(name: &str, outside: &Outside) -> (Dir, Value, Daemon) {
    let (dir, told) = login_dir(name, outside);
    let daemon = Daemon::start(&dir, &login_settings(outside), &Extra::default());
    (dir, told, daemon)
}

#[test]
fn a_challenge_stops_a_profile_and_shows_a_person_what_there_is_to_do() {
    let outside = Outside::start(&[]);
    let (dir, told, mut daemon) = start("stopped-challenge", &outside);
    assert_eq!(run(&dir, &["profile", "import", "ads", "-"], Some(&ads_state(&told))).0, 0);
    play(&outside, "creative_radar.business.risk");
    for n in 1..=2 {
        let job = look(&daemon, "ads", &format!("look-{n}"));
        assert_eq!((&job["state"], &job["result"]["class"]), (&json!("done"), &json!("risk")), "{job}");
    }
    assert_eq!(alarms(&daemon), [("login_challenged".to_owned(), "ads".to_owned(), 2)], "one, however often");
    let row = listed(&dir, "ads");
    assert_eq!((&row["standing"], &row["class"], &row["next_at"]), (&json!("stopped"), &json!("risk"), &Value::Null));
    let picture = dir.data().join("sessions/ads/challenge.png");
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG") && mode(&picture) == 0o600);
    let page = std::fs::read_to_string(dir.data().join("sessions/ads/challenge.html")).unwrap();
    assert!(page.contains("Please slide to verify"), "{page}");
    assert!(row["said"].as_str().unwrap().ends_with("sessions/ads/challenge.png"), "{row}");
    let (_, table, _) = run(&dir, &["profile", "list"], None);
    assert!(table.contains("stopped"), "{table}");
    // A person answered it: the next capture proves it, and everything is as before.
    play_nothing(&outside);
    assert_eq!(look(&daemon, "ads", "look-3")["result"]["standing"], "active");
    assert_eq!((alarms(&daemon), &listed(&dir, "ads")["standing"]), (vec![], &json!("active")));
    assert!(!picture.exists(), "what it showed was seen to");
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
    assert_eq!(std::fs::read_dir(dir.data().join("browser")).unwrap().count(), 0, "no browser is left");
}

/// A person's own request meets the challenge: it holds for all that is done as that profile.
#[test]
fn a_challenge_that_a_fetch_meets_shows_everywhere_and_ends_everywhere() {
    let outside = Outside::start(&[]);
    let (dir, told, mut daemon) = start("stopped-fetch", &outside);
    let text = state(told["login"].as_str().unwrap());
    assert_eq!(run(&dir, &["profile", "import", "main", "-"], Some(&text)).0, 0);
    play(&outside, "douyin.user_collects.risk@1");
    let collects = ["fetch", "--no-media", "--json", "--mode", "collects", "--profile", "main"];
    let (code, out, err) = run(&dir, &collects, None);
    assert!(code == 4 && out.contains("`radard job resume --lane main/fetch`"), "{code} {out}{err}");
    assert_eq!(alarms(&daemon), [("lane_closed".to_owned(), "main/fetch".to_owned(), 1)]);
    let page = format!("https://www.douyin.com/user/{}", told["creators"][7].as_str().unwrap());
    let queue = format!("[[target]]\nname = \"c\"\nurl = \"{page}\"\ntake = [\"posts\"]\nprofile = \"main\"\n");
    std::fs::write(dir.path().join("config/queue.toml"), queue).unwrap();
    let (status, answer) = daemon.call("POST", "/api/v1/reload", Some(&json!({}))).unwrap();
    assert_eq!(status, 200, "{answer}");
    let take = || daemon.list("/api/v1/targets").first().map(|target| target["takes"][0].clone());
    let waits = || take().filter(|take| take["state"] == "needs_person");
    let (waits, _) = until(WHILE, "the target says that a person is needed", waits);
    assert!(waits["said"].as_str().unwrap().contains("account main is stopped"), "{waits}");
    assert_eq!(alarms(&daemon).len(), 1, "one cause, one alarm");
    // The lane that the alarm names ends it for the target, too.
    assert_eq!(run(&dir, &["job", "resume", "--lane", "main/fetch"], None).0, 0);
    until(WHILE, "the round has ended", || take().filter(|take| take["state"] == "ok"));
    until(WHILE, "the alarm is over", || alarms(&daemon).is_empty().then_some(()));
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}

#[test]
fn a_lost_login_sends_nothing_more_until_it_is_found() {
    let outside = Outside::start(&[]);
    let (dir, told, mut daemon) = start("stopped-lost", &outside);
    let text = state(told["login"].as_str().unwrap());
    assert_eq!(run(&dir, &["profile", "import", "main", "-"], Some(&text)).0, 0);
    let collects = ["fetch", "--no-media", "--json", "--mode", "collects", "--profile", "main"];
    assert_eq!(records(&run(&dir, &collects, None).1).len(), 3);
    play(&outside, "douyin.user_collects.auth@1");
    assert_eq!(look(&daemon, "main", "look")["result"]["class"], "auth");
    assert_eq!(alarms(&daemon), [("login_lost".to_owned(), "main".to_owned(), 1)]);
    // The switch is over, and the site would answer: but nothing is sent.
    let (code, out, _) = run(&dir, &collects, None);
    assert!(code == 16 && out.contains("nothing is asked as `main` until it is logged in again"), "{code} {out}");
    // Somebody imports a login that works: it goes on by itself.
    assert_eq!(run(&dir, &["profile", "import", "main", "-"], Some(&text)).0, 0);
    assert_eq!((alarms(&daemon), records(&run(&dir, &collects, None).1).len()), (vec![], 3));
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}

#[test]
fn a_login_is_looked_at_by_itself_when_its_time_has_come_and_before_it_is_needed() {
    let outside = Outside::start(&[]);
    let (dir, told, mut daemon) = start("stopped-plan", &outside);
    let text = state(told["login"].as_str().unwrap());
    assert_eq!(run(&dir, &["profile", "import", "main", "-"], Some(&text)).0, 0);
    let made = ["profile", "import", "spare", "-", "--platform", "douyin"];
    assert_eq!(run(&dir, &made, Some(&text)).0, 0, "one that stands in no settings");
    let next = |name: &str| {
        listed(&dir, name)["next_at"].as_i64().unwrap() - listed(&dir, name)["proved_at"].as_i64().unwrap()
    };
    let hours = |n: i64| n * 3_600_000;
    assert!((hours(5)..=hours(6)).contains(&next("main")) && next("main") != next("spare"), "each has its own time");
    let looks = |daemon: &Daemon| {
        let rows = daemon.list("/api/v1/jobs").into_iter().filter(|row| row["kind"] == "capture");
        let name = |row: &Value| row["key"].as_str().unwrap().split('@').next().unwrap().to_owned();
        rows.map(|row| (name(&row), row["state"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(looks(&daemon), [], "the control: nothing is due");
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
    // Two hours later one of them is needed within the hour.
    assert_eq!(age_logins(&dir.database(), hours(2)), 2);
    let soon = jiff::Timestamp::from_second(radard::ambient::Clock::real().now().0 / 1000 + 1800).unwrap();
    let at = soon.strftime("%M %H * * *");
    let schedule = format!(
        "[[schedule]]\nname = \"report\"\nkind = \"probe_platform\"\nat = \"{at}\"\ntimezone = \"UTC\"\n\
         payload = {{ platform = \"douyin\", profile = \"spare\" }}\n"
    );
    let settings = format!("{}\n{schedule}", login_settings(&outside));
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    until(WHILE, "it was looked at", || (looks(&daemon) == [("spare".to_owned(), json!("done"))]).then_some(()));
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
    // And four hours later the time of the other has come.
    assert_eq!(age_logins(&dir.database(), hours(4)), 2);
    let mut daemon = Daemon::start(&dir, &login_settings(&outside), &Extra::default());
    until(WHILE, "both were", || looks(&daemon).contains(&("main".to_owned(), json!("done"))).then_some(()));
    let fresh = listed(&dir, "main")["proved_at"].as_i64().unwrap();
    assert!(fresh + hours(1) > radard::ambient::Clock::real().now().0, "it was proved just now");
    let (_, numbers) = daemon.call("GET", "/metrics", None).unwrap();
    let numbers = numbers.as_str().unwrap_or_default().to_owned();
    assert!(
        numbers.contains("radard_login{profile=\"main\"} 1")
            && numbers.contains("radard_login_looks_total{profile=\"main\",class=\"ok\"} 1"),
        "{numbers}"
    );
    // One that was made without settings is forgotten whole.
    assert_eq!(run(&dir, &["profile", "forget", "spare"], None).0, 0);
    assert!(run(&dir, &["profile", "probe", "spare"], None).2.contains("there is no profile `spare`"));
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}

#[test]
fn nothing_but_a_proof_lets_a_stopped_login_go_on() {
    let outside = Outside::start(&[]);
    let (dir, told, mut daemon) = start("stopped-still", &outside);
    let text = state(told["login"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(run(&dir, &["profile", "import", "main", "-"], Some(&text)).0, 0);
    }
    play(&outside, "douyin.user_collects.auth@1");
    assert_eq!(run(&dir, &["profile", "probe", "main"], None).0, 16);
    let lost = [("login_lost".to_owned(), "main".to_owned(), 1)];
    assert_eq!((&listed(&dir, "main")["standing"], alarms(&daemon).as_slice()), (&json!("stopped"), &lost[..]));
    // The site cannot be asked: that is no proof, and neither is it one to go back to what was used before.
    play(&outside, "douyin.user_collects.schema");
    for act in ["probe", "rollback"] {
        assert_ne!(run(&dir, &["profile", act, "main"], None).0, 0, "{act}");
        let row = listed(&dir, "main");
        assert_eq!((&row["standing"], &row["class"]), (&json!("stopped"), &json!("auth")), "{act}: {row}");
    }
    let fetch = ["fetch", "--no-media", "--json", "--mode", "collects", "--profile", "main"];
    assert_eq!((run(&dir, &fetch, None).0, alarms(&daemon).as_slice()), (16, &lost[..]), "it sends nothing");
    play_nothing(&outside);
    let (code, out, err) = run(&dir, &["profile", "rollback", "main"], None);
    assert_eq!(code, 0, "the one from before proves to be a login: {out}{err}");
    assert_eq!((&listed(&dir, "main")["standing"], alarms(&daemon)), (&json!("active"), vec![]));
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}

#[test]
fn two_captures_of_one_profile_wait_for_each_other_and_share_a_browser() {
    let outside = Outside::start(&[]);
    let (dir, told, mut daemon) = start("stopped-two", &outside);
    assert_eq!(run(&dir, &["profile", "import", "ads", "-"], Some(&ads_state(&told))).0, 0);
    let captures: Vec<_> = std::thread::scope(|scope| {
        let capture = || run(&dir, &["--json", "profile", "capture", "ads"], None);
        let both = [scope.spawn(capture), scope.spawn(capture)];
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(captures.iter().all(|(code, ..)| *code == 0), "{captures:?}");
    assert_eq!(listed(&dir, "ads")["versions"], 3);
    let browsers = || std::fs::read_dir(dir.data().join("browser")).unwrap().count();
    until(WHILE, "the browser that nobody needs is closed", || (browsers() == 0).then_some(()));
    let (_, numbers, _) = run(&dir, &["profile", "show", "ads"], None);
    assert!(numbers.contains("sid_tt"), "{numbers}");
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}

#[test]
fn a_state_that_cannot_be_written_is_used_all_the_same_and_the_old_file_stays() {
    let outside = Outside::start(&[]);
    let (dir, told) = login_dir("stopped-full", &outside);
    let Some(disk) = SmallDisk::mount(&dir.data().join("sessions"), "64k") else {
        return not_run("the full disk of sessions (needs root, unshare and nsenter)");
    };
    let extra = Extra { under: disk.enter(), ..Extra::default() };
    let mut daemon = Daemon::start(&dir, &login_settings(&outside), &extra);
    let text = state(told["login"].as_str().unwrap());
    assert_eq!(run(&dir, &["profile", "import", "main", "-"], Some(&text)).0, 0);
    let file = disk.inside().join("main/state.json");
    let before = std::fs::read(&file).unwrap();
    disk.fill();
    let (code, out, err) = run(&dir, &["profile", "import", "main", "-"], Some(&text));
    assert!(code == 0 && err.contains("could not be written: the sealed copy is used"), "{code} {out}{err}");
    assert!(std::fs::read(&file).unwrap() == before, "the old one is whole");
    let left: Vec<_> =
        std::fs::read_dir(disk.inside().join("main")).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["state.json"], "and nothing half-written is beside it");
    let row = listed(&dir, "main");
    assert_eq!((&row["standing"], &row["versions"]), (&json!("active"), &json!(2)));
    disk.clear();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(run(&dir, &["profile", "probe", "main"], None).0, 0);
    assert!(std::fs::read(&file).unwrap() == before, "with room again it is written");
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}
