//! What people order takes effect when they order it: an edit of the queue file, run, pause and resume. And a round that
//! only waits is told as waiting, with what it waits for, and not as one that failed.

use std::time::Duration;

use radard::domain::Take;
use radard::platform::douyin::list::Wants;
use radard::platform::douyin::mode::{Mode, Order, Standing, haul};
use serde_json::{Value, json};

use crate::kit::{Crawling, Daemon, Dir, Extra, Outside, login_dir, login_settings, run, state, texts, until};

/// Longer than anything that happens at once takes here, and much shorter than an interval.
const SOON: Duration = Duration::from_mins(5);

fn target(name: &str, page: &str, more: &str) -> String {
    format!("[[target]]\nname = \"{name}\"\nurl = \"{page}\"\nevery = \"2h\"\n{more}\n")
}

/// Waits until so many rounds have ended; gives how long that took.
async fn rounds(house: &Crawling<'_>, name: &str, rounds: i64) -> Duration {
    let began = house.world.ambient.clock.now();
    let mut waited = Duration::ZERO;
    while house.take(name).await["rounds"].as_i64() < Some(rounds) {
        house.pass(if waited < SOON { Duration::from_secs(10) } else { Duration::from_mins(30) }).await;
        waited = house.world.ambient.clock.now().since(began);
        assert!(waited < Duration::from_hours(24 * 8), "{}", house.take(name).await);
    }
    house.world.ambient.clock.now().since(began)
}

#[test]
fn a_round_that_waits_for_a_login_begins_when_its_target_is_given_one() {
    Crawling::run("orders-login", &[], async |house| {
        let page = house.page(3);
        house.save(&target("c", &page, "take = [\"likes\"]")).await;
        let take = house.stands("c/likes", |take| take["waits_for"] == "login").await;
        assert_eq!((&take["state"], &take["phase"]), (&json!("needs_person"), &json!("waiting")), "{take}");
        let told = house.run_now("c").await;
        assert_eq!((&told["jobs"], &told["stuck"]), (&json!([]), &json!("auth")), "{told}");
        assert!(told["takes"][0]["do"].as_str().unwrap().contains("`profile` in queue.toml"), "{told}");
        house.save(&target("c", &page, "take = [\"likes\"]\nprofile = \"main\"")).await;
        let waited = rounds(house, "c/likes", 1).await;
        assert!(waited <= SOON, "{waited:?}");
        assert_eq!(house.take("c/likes").await["class"], "ok");
        let jobs = texts(&house.dir.database(), "SELECT state FROM job ORDER BY id");
        assert_eq!(jobs, ["cancelled", "done"]);
    });
}

#[test]
fn an_edit_that_asks_for_other_records_takes_effect_at_once_and_any_other_keeps_the_time() {
    Crawling::run("orders-edit", &[], async |house| {
        let (one, other) = (house.page(7), house.page(3));
        let people = |more: &str| format!("take = [\"following\"]\nmax = 20\n{more}");
        let (second, old) = ("profile = \"second\"", "profile = \"second\"\norder = \"old\"");
        let within = format!("{old}\nbetween = \"2026-01-01|2026-12-31\"");
        let edits = [
            (&one, people("profile = \"main\""), true),
            (&other, people("profile = \"main\""), true),
            (&other, people(second), true),
            (&other, people(old), true),
            (&other, people(&within), true),
            (&other, people(&format!("{within}\npriority = 3")), false),
        ];
        let mut ended = 0;
        for (page, more, is_at_once) in edits {
            house.save(&target("c", page, &more)).await;
            let waited = rounds(house, "c/following", ended + 1).await;
            assert_eq!(waited <= SOON, is_at_once, "{more}: {waited:?}");
            assert_eq!(house.take("c/following").await["class"], "ok", "{more}");
            ended = house.take("c/following").await["rounds"].as_i64().unwrap();
        }
        for query in ["的", "一"] {
            let more = format!("take = [\"search\"]\nmax = 10\nprofile = \"main\"\nquery = \"{query}\"");
            house.save(&target("c", &one, &more)).await;
            let before = house.take("c/search").await["rounds"].as_i64().unwrap();
            assert!(rounds(house, "c/search", before + 1).await <= SOON, "{query}");
        }
    });
}

#[test]
fn a_round_that_runs_stops_at_its_next_page_when_its_target_asks_for_something_else() {
    Crawling::run("orders-running", &[], async |house| {
        let (long, short) = (house.page(0), house.page(7));
        let more = "take = [\"posts\"]\nprofile = \"main\"";
        house.save(&target("c", &long, more)).await;
        house.stands_now("c/posts", |take| take["page"].as_u64() > Some(3)).await;
        house.save(&target("c", &short, more)).await;
        let kept = || texts(&house.dir.database(), "SELECT id FROM post").len();
        let before = kept();
        rounds(house, "c/posts", 1).await;
        let truth = house.truth(&Order::new(Mode::Post, house.site.creators[7].clone())).await;
        let late = kept() - before - truth.len();
        assert!(late <= 20, "at most the page that was on its way: {late}");
        assert!(house.set("SELECT id FROM post").is_superset(&truth));
        assert_eq!(texts(&house.dir.database(), "SELECT state FROM job ORDER BY id"), ["cancelled", "done"]);
        // Taken out, it stops where it is.
        house.save(&target("c", &long, more)).await;
        house.stands_now("c/posts", |take| take["page"].as_u64() > Some(3)).await;
        house.save("").await;
        let before = kept();
        house.pass(Duration::from_hours(2)).await;
        assert!(kept() - before <= 20, "{} of {before}", kept());
        let open = texts(&house.dir.database(), "SELECT key FROM job WHERE state NOT IN ('done', 'cancelled')");
        assert!(open.is_empty(), "{open:?}");
    });
}

#[test]
fn a_paused_round_stops_at_its_next_page_and_goes_on_there_when_it_is_resumed() {
    Crawling::run("orders-pause", &[], async |house| {
        let page = house.page(6);
        let text = target("c", &page, "take = [\"posts\"]\nprofile = \"main\"");
        house.save(&text).await;
        house.stands_now("c/posts", |take| take["page"].as_u64() > Some(2)).await;
        house.hold("c", true).await;
        let kept = || texts(&house.dir.database(), "SELECT id FROM post").len();
        let before = kept();
        house.pass(Duration::from_hours(30)).await;
        assert!(kept() - before <= 20, "at most the page that was on its way: {} of {before}", kept());
        let paused = kept();
        assert!(paused < 80, "the control: there is more to read than {paused}");
        let take = house.take("c/posts").await;
        assert_eq!((&take["state"], &take["phase"]), (&json!("paused"), &json!("paused")), "{take}");
        let told = house.run_now("c").await;
        assert_eq!((&told["jobs"], &told["stuck"]), (&json!([]), &json!("local")), "{told}");
        assert_eq!(told["takes"][0]["do"], "run `radard target resume c`");
        house.pass(Duration::from_hours(2)).await;
        assert_eq!(kept(), paused, "nothing of it runs");
        house.hold("c", false).await;
        assert!(rounds(house, "c/posts", 1).await <= SOON);
        let truth = house.truth(&Order::new(Mode::Post, house.site.creators[6].clone())).await;
        let take = house.take("c/posts").await;
        assert_eq!((take["class"].as_str(), take["found"].as_u64()), (Some("ok"), u64::try_from(truth.len()).ok()));
        assert_eq!(texts(&house.dir.database(), "SELECT state FROM job"), ["done"], "it is the same round");
        // The file holds back and lets go too.
        house.save(&text.replace("2h", "1h")).await;
        house.save(&text.replace("2h", "1h\"\npaused = true\nnote = \"")).await;
        let ended = house.take("c/posts").await["rounds"].as_i64();
        house.pass(Duration::from_hours(5)).await;
        assert_eq!(house.take("c/posts").await["rounds"].as_i64(), ended);
        house.save(&text.replace("2h", "1h")).await;
        rounds(house, "c/posts", ended.unwrap() + 1).await;
    });
}

#[test]
fn a_round_that_only_waits_says_for_what_and_is_no_miss() {
    Crawling::run("orders-waits", &[], async |house| {
        let page = house.page(6);
        let more = |take: &str| target("c", &page, &format!("take = [{take}]\nprofile = \"main\""));
        house.save(&more("\"profile\"")).await;
        rounds(house, "c/profile", 1).await;
        house.world.play("douyin.user_post.rate@3").await;
        house.save(&more("\"profile\", \"posts\"")).await;
        let take = house.stands_now("c/posts", |take| take["waits_for"] == "rate_limit").await;
        assert_eq!((&take["state"], &take["phase"], &take["page"]), (&json!("running"), &json!("running"), &json!(3)));
        assert!(take["pages_about"].as_u64() > Some(3), "{take}");
        assert!(take["next_request_at"].as_i64().is_some() && take["class"] == Value::Null, "{take}");
        let told = house.run_now("c").await;
        let posts = told["takes"].as_array().unwrap().iter().find(|take| take["take"] == "posts").unwrap();
        let said = posts["told"].as_str().unwrap();
        assert!(said.starts_with("running, page 3 of about ") && said.contains(", next request in "), "{said}");
        assert_eq!(told["stuck"], Value::Null);
        rounds(house, "c/posts", 1).await;
        house.world.play_nothing().await;
        // The network comes back by itself, and a person need not wait for the next attempt.
        house.world.play("douyin.user_post.network@2").await;
        let at = house.world.ambient.clock.hold();
        house.save(&target("c", &house.page(7), "take = [\"posts\"]\nprofile = \"main\"")).await;
        let take = house.stands_now("c/posts", |take| take["waits_for"] == "network").await;
        assert_eq!((&take["state"], &take["class"]), (&json!("waiting"), &json!("network")), "{take}");
        let stored = texts(&house.dir.database(), "SELECT COALESCE(class, 'none') FROM course WHERE take = 'posts'");
        assert_eq!(stored, ["none"], "a wait is not stored as an end");
        house.world.play_nothing().await;
        let told = house.run_now("c").await;
        assert_eq!(told["takes"][0]["told"], "its round is tried again now", "{told}");
        let take = house.stands_now("c/posts", |take| take["phase"] != "waiting").await;
        assert_eq!(take["waits_for"], Value::Null, "at once: {take}");
        drop(at);
        let before = take["rounds"].as_i64().unwrap();
        rounds(house, "c/posts", before + 1).await;
    });
}

#[test]
fn comments_are_read_after_the_first_posts_and_wait_for_them_a_day_at_most() {
    Crawling::run("orders-comments", &[], async |house| {
        let page = house.page(6);
        let both = "take = [\"comments\", \"posts\"]\nprofile = \"main\"\nmax = 2";
        house.save(&target("c", &page, both)).await;
        let take = house.stands_now("c/comments", |take| take["waits_for"] == "posts").await;
        assert_eq!((&take["state"], &take["job"]), (&json!("waiting"), &Value::Null), "{take}");
        rounds(house, "c/comments", 1).await;
        let order = "SELECT take FROM course JOIN job ON key = job ORDER BY job.created_at, take DESC";
        assert_eq!(texts(&house.dir.database(), order), ["posts", "comments"]);
        let ends = "SELECT CAST((SELECT created_at FROM job WHERE key LIKE 'c/comments@%') >=
            (SELECT ended_at FROM course WHERE take = 'posts') AS TEXT)";
        assert_eq!(texts(&house.dir.database(), ends), ["1"], "after the posts have ended");
        house.world.play("douyin.user_post.auth").await;
        house.save(&target("d", &house.page(3), both)).await;
        let began = house.world.ambient.clock.now();
        house.stands("d/comments", |take| take["job"].is_string()).await;
        let waited = house.world.ambient.clock.now().since(began);
        assert!((Duration::from_hours(23)..Duration::from_hours(25)).contains(&waited), "{waited:?}");
    });
}

#[test]
fn what_needs_a_login_is_what_the_site_shows_to_no_guest() {
    Crawling::run("orders-guests", &[], async |house| {
        let creator = house.site.creators[3].clone();
        let modes = [
            (Take::Profile, Mode::Profile),
            (Take::Posts, Mode::Post),
            (Take::Likes, Mode::Like),
            (Take::Collection, Mode::Collection),
            (Take::Collects, Mode::Collects),
            (Take::Music, Mode::Music),
            (Take::Following, Mode::Following),
            (Take::Followers, Mode::Follower),
            (Take::Friend, Mode::Friend),
            (Take::Feed, Mode::Feed),
            (Take::FollowingLives, Mode::FollowingLives),
            (Take::Search, Mode::Search),
        ];
        for (take, mode) in modes {
            let id = if mode.about().is_empty() { String::new() } else { creator.clone() };
            let order = Order { source_type: Some(1), keyword: "的".to_owned(), ..Order::new(mode, id) };
            let asked = haul(&house.site.douyin, &house.site.guest, &order, Wants::default(), Standing::default());
            let refused = asked.await.err().map(|refusal| refusal.class.as_str());
            assert_eq!(refused == Some("auth"), take.needs_login(), "{}: {refused:?}", take.as_str());
        }
    });
}

fn save(dir: &Dir, text: &str) {
    let file = dir.config().join("queue.toml");
    std::fs::write(file.with_extension("new"), text).unwrap();
    std::fs::rename(file.with_extension("new"), file).unwrap();
}

#[test]
fn the_commands_say_what_they_do_and_end_with_the_code_of_it() {
    let outside = Outside::start(&[]);
    let (dir, told) = login_dir("orders-commands", &outside);
    let mut daemon = Daemon::start(&dir, &login_settings(&outside), &Extra::default());
    let login = state(told["login"].as_str().unwrap());
    assert_eq!(run(&dir, &["profile", "import", "main", "-"], Some(&login)).0, 0);
    let creator = told["creators"][3].as_str().unwrap();
    let page = format!("https://www.douyin.com/user/{creator}");
    let guest = target("c", &page, "take = [\"likes\"]");
    save(&dir, &guest);
    let (code, out, _) = run(&dir, &["check"], None);
    let warning =
        "queue.toml:5:8  `likes` needs a login, and the target `c` goes as a guest\n  do: add `profile` to `c`";
    assert!(code == 0 && out.contains("warning: ") && out.contains(warning), "{code} {out}");
    let (code, out, _) = run(&dir, &["--json", "check"], None);
    let check: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &check["queue_warnings"][0]["line"]), (0, &json!(5)), "{out}");
    let (code, out, err) = run(&dir, &["plan"], None);
    assert!(code == 0 && err.contains(warning), "{out}{err}");
    let take = || daemon.list("/api/v1/targets").first().map(|target| target["takes"][0].clone());
    let while_ = Duration::from_secs(30);
    until(while_, "it waits for a login", || take().filter(|take| take["waits_for"] == "login"));
    assert!(daemon.log().contains("`likes` needs a login"), "{}", daemon.log());
    let (code, out, _) = run(&dir, &["target", "run", "c"], None);
    assert_eq!(code, 16, "{out}");
    assert!(out.contains("likes: waits for a login") && out.contains("do: give `c` a `profile`"), "{out}");
    let (code, out, _) = run(&dir, &["--json", "target", "run", "c"], None);
    let ran: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &ran["stuck"], &ran["takes"][0]["waits_for"]), (16, &json!("auth"), &json!("login")), "{out}");
    let (_, out, _) = run(&dir, &["target", "list"], None);
    assert!(out.contains("needs a login"), "{out}");
    let (code, out, _) = run(&dir, &["doctor"], None);
    assert!(code != 0 && out.contains("`c/likes` waits for a login, and it goes as a guest"), "{out}");
    // With a login it begins at once.
    save(&dir, &target("c", &page, "take = [\"likes\"]\nprofile = \"main\""));
    let (_, waited) = until(while_, "it has ended", || take().filter(|take| take["rounds"] == 1));
    assert_eq!(take().unwrap()["class"], "ok");
    assert_eq!(run(&dir, &["target", "pause", "c"], None).0, 0);
    let (code, out, _) = run(&dir, &["target", "run", "c"], None);
    assert!(code == 1 && out.contains("likes: paused\n  do: run `radard target resume c`"), "{code} {out}");
    assert_eq!(run(&dir, &["target", "resume", "c"], None).0, 0);
    let (code, out, _) = run(&dir, &["target", "run", "c"], None);
    assert!(code == 0 && out.starts_with("likes: "), "{code} {out}");
    crate::kit::figure(&format!("profile given round_ended_ms={}", waited.as_millis()));
    assert_eq!(daemon.term(while_).0, 0, "{}", daemon.log());
}
