//! What a user edits and what comes of it: a saved queue file is followed within two seconds or refused whole, and what is
//! found stands in the database once, complete, whatever happens on the way.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{
    Daemon, Dir, Extra, Outside, ask, chance, login_dir, login_settings, play, play_nothing, records, run, state,
    texts, until, until_it,
};

/// How long a saved change may take.
const APPLIED: Duration = Duration::from_secs(2);
const WHILE: Duration = Duration::from_secs(90);

/// The creators of the simulated site.
fn creators(outside: &Outside) -> Vec<String> {
    let mut stream = std::net::TcpStream::connect(outside.control.trim_start_matches("http://")).unwrap();
    let (_, told) = ask(&mut stream, "GET", "/state", None).unwrap();
    told["creators"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// A target of the queue file.
fn target(name: &str, url: Option<&str>, more: &str) -> String {
    let url = url.map(|url| format!("url = \"{url}\"\n")).unwrap_or_default();
    format!("[[target]]\nname = \"{name}\"\n{url}{more}\n")
}

fn page_of(creator: &str) -> String {
    format!("https://www.douyin.com/user/{creator}")
}

fn save(dir: &Dir, text: &str) {
    let file = dir.config().join("queue.toml");
    // As an editor does: beside it, then in its place.
    std::fs::write(file.with_extension("new"), text).unwrap();
    std::fs::rename(file.with_extension("new"), file).unwrap();
}

/// What is taken of targets, by `target/take`.
fn takes(daemon: &Daemon) -> Vec<(String, Value)> {
    let rows = daemon.list("/api/v1/targets");
    let of = |target: &Value| {
        let name = target["name"].as_str().unwrap().to_owned();
        let takes = target["takes"].as_array().unwrap().clone();
        takes.into_iter().map(move |take| (format!("{name}/{}", take["take"].as_str().unwrap()), take))
    };
    rows.iter().flat_map(of).collect()
}

fn take(daemon: &Daemon, name: &str) -> Option<Value> {
    takes(daemon).into_iter().find(|(known, _)| known == name).map(|(_, take)| take)
}

/// Waits until `rounds` rounds of what is taken have ended.
fn rounds(daemon: &Daemon, name: &str, rounds: i64) -> Value {
    until(WHILE, name, || take(daemon, name).filter(|take| take["rounds"].as_i64() >= Some(rounds))).0
}

/// The ids that `radard fetch` lists.
fn listed(dir: &Dir, arguments: &[&str]) -> BTreeSet<String> {
    let (code, out, err) = run(dir, &[&["fetch", "--no-media", "--json"], arguments].concat(), None);
    assert_eq!(code, 0, "{err}");
    records(&out).iter().map(|row| row["aweme_id"].as_str().unwrap().to_owned()).collect()
}

fn start(name: &str, outside: &Outside) -> (Dir, Value, Daemon) {
    let (dir, told) = login_dir(name, outside);
    let daemon = Daemon::start(&dir, &login_settings(outside), &Extra::default());
    let login = state(told["login"].as_str().unwrap());
    assert_eq!(run(&dir, &["profile", "import", "main", "-"], Some(&login)).0, 0);
    (dir, told, daemon)
}

#[test]
fn a_saved_queue_file_is_followed_and_a_refused_one_stops_nothing() {
    let outside = Outside::start(&[]);
    let (dir, _, mut daemon) = start("crawl-saved", &outside);
    let (one, other) = (page_of(&creators(&outside)[3]), page_of(&creators(&outside)[7]));
    let first = target("one", Some(&one), "take = [\"profile\", \"posts\"]");
    save(&dir, &format!("# mine\n{first}"));
    let (_, applied) = until(APPLIED, "it is taken over", || take(&daemon, "one/posts"));
    assert_eq!(rounds(&daemon, "one/posts", 1)["class"], "ok");
    let known = listed(&dir, &[&one, "--mode", "post"]);
    assert!(known.len() > 10, "the control: there are posts");
    let kept: BTreeSet<String> = texts(&dir.database(), "SELECT id FROM post").into_iter().collect();
    assert_eq!(kept, known);
    let counts = texts(&dir.database(), "SELECT post FROM post_count").len();
    assert_eq!(counts, known.len(), "each with its numbers");
    // An edit with a mistake changes nothing, and everybody can see it.
    let broken = format!("# mine\n{first}{}", target("two", Some(&other), "take = [\"pots\"]"));
    save(&dir, &broken);
    let (part, refused) = until(APPLIED, "the mistake is seen", || {
        let (status, part) = daemon.ready_part("queue");
        assert_eq!(status, 200, "what was taken over is in force, so work is accepted");
        (part["ok"] == false).then_some(part)
    });
    assert!(part["do"].as_str().unwrap().contains("queue.toml:9:8"), "with its place: {part}");
    assert_eq!(takes(&daemon).len(), 2);
    let (code, out, _) = run(&dir, &["check"], None);
    assert!(code == 78 && out.contains("target[1].take holds `\"pots\"`"), "{out}");
    let (code, _, err) = run(&dir, &["plan"], None);
    assert!(code == 78 && err.contains("target[1].take holds"), "{code} {err}");
    assert!(daemon.list("/api/v1/alarms").iter().any(|alarm| alarm["name"] == "queue_refused"));
    assert_eq!(std::fs::read_to_string(dir.config().join("queue.toml")).unwrap(), broken, "it is the user's");
    // A restart beside it goes on with what stood there before.
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
    let mut daemon = Daemon::start(&dir, &login_settings(&outside), &Extra::default());
    assert_eq!(takes(&daemon).len(), 2);
    // Mended, it is looked at before it is saved, and then followed; one that is taken out keeps what it found.
    std::fs::write(dir.config().join("queue.toml"), target("two", Some(&other), "take = [\"posts\"]")).unwrap();
    until_it(APPLIED, "it is followed", || takes(&daemon).len() == 1);
    rounds(&daemon, "two/posts", 1);
    assert!(texts(&dir.database(), "SELECT id FROM post").len() > known.len());
    assert!(daemon.list("/api/v1/alarms").iter().all(|alarm| alarm["name"] != "queue_refused"));
    // An editor or a full disk may leave the file empty: nobody meant that.
    std::fs::write(dir.config().join("queue.toml"), "").unwrap();
    until_it(WHILE, "an empty file is refused", || {
        let alarms = daemon.list("/api/v1/alarms");
        alarms.iter().any(|alarm| {
            alarm["name"] == "queue_refused" && alarm["detail"].as_str().unwrap().contains("is missing or empty")
        })
    });
    assert!(!daemon.list("/api/v1/targets").is_empty(), "its targets stay");
    std::fs::write(dir.config().join("queue.toml"), "target = []\n").unwrap();
    until_it(APPLIED, "nothing is taken any more", || takes(&daemon).is_empty());
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
    // What it costs is told before it is paid, as far as it is known.
    let stranger = page_of(&creators(&outside)[9]);
    save(&dir, &format!("{first}{}", target("who", Some(&stranger), "take = [\"posts\", \"profile\"]")));
    let (code, out, _) = run(&dir, &["--json", "plan", "--exit-code"], None);
    let plan: Value = serde_json::from_str(&out).unwrap();
    let pages = u64::try_from(known.len().div_ceil(20)).unwrap();
    let items = json!([
        {"target": "one", "change": "add", "requests": 1 + pages, "unknown": []},
        {"target": "who", "change": "add", "requests": 2, "unknown": ["posts"]},
    ]);
    assert_eq!((code, &plan["items"], &plan["requests"]), (3, &items, &json!(3 + pages)));
    let (_, out, err) = run(&dir, &["plan"], None);
    assert!(out.contains("who     add            2  posts"), "{out}");
    assert!(err.contains(&format!("the first rounds take at least {} requests and ", 3 + pages)), "{err}");
    crate::kit::figure(&format!("queue_file applied_ms={} refused_ms={}", applied.as_millis(), refused.as_millis()));
}

/// Whatever moment a kill met: what is kept is what the round knows of, with its numbers, and nothing else.
fn whole_pages(dir: &Dir) {
    let number = |question: &'static str| texts(&dir.database(), question)[0].parse::<u64>().unwrap();
    let progress = texts(&dir.database(), "SELECT progress FROM job WHERE kind = 'crawl'");
    let round: Value = serde_json::from_str(&progress[0]).unwrap_or(Value::Null);
    let known = round["fresh"].as_u64().unwrap_or(0);
    assert_eq!(number("SELECT CAST(COUNT(*) AS TEXT) FROM post"), known, "an item without its cursor, or none with it");
    assert_eq!(number("SELECT CAST(COUNT(*) AS TEXT) FROM post_count"), known, "and its numbers");
    assert!(known == 0 || round["walk"]["pages"].as_u64() > Some(0), "{round}");
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was_and_nothing_is_there_twice() {
    let outside = Outside::start(&[]);
    let (dir, _, mut daemon) = start("crawl-killed", &outside);
    let page = page_of(&creators(&outside)[6]);
    save(&dir, &target("c", Some(&page), "take = [\"posts\"]\nprofile = \"main\""));
    let dice = chance();
    let kept = || texts(&dir.database(), "SELECT id FROM post").len();
    let mut kills = 0;
    while take(&daemon, "c/posts").is_none_or(|take| take["rounds"] == 0) {
        let more = kept() + 1 + usize::try_from(dice.below(40)).unwrap();
        let ended = || take(&daemon, "c/posts").is_some_and(|take| take["rounds"] == 1);
        until_it(WHILE, "it has come further", || kept() >= more || ended());
        if !ended() {
            daemon.kill();
            kills += 1;
            whole_pages(&dir);
            let mut next = Daemon::start(&dir, &login_settings(&outside), &Extra::default());
            std::mem::swap(&mut daemon, &mut next);
        }
    }
    assert!(kills > 0, "the control: it was killed");
    let ids = texts(&dir.database(), "SELECT id FROM post");
    let whole = listed(&dir, &[&page, "--mode", "post", "--profile", "main"]);
    assert_eq!(ids.iter().cloned().collect::<BTreeSet<_>>(), whole);
    let pages = texts(&dir.database(), "SELECT CAST(SUM(attempts) AS TEXT) FROM job WHERE kind = 'crawl'");
    assert_eq!(pages, ["0"], "no attempt was spent");
    let counted = texts(&dir.database(), "SELECT post FROM post_count GROUP BY post HAVING COUNT(*) > 1");
    assert!(counted.is_empty(), "no page was kept twice: {}", counted.len());
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
    crate::kit::figure(&format!("crawl kills={kills} posts={}", ids.len()));
}

#[test]
fn a_lost_login_holds_a_round_where_it_is_and_a_found_one_lets_it_go_on() {
    let outside = Outside::start(&[]);
    let (dir, told, mut daemon) = start("crawl-login", &outside);
    let page = page_of(&creators(&outside)[6]);
    play(&outside, "douyin.user_post.auth@4");
    save(&dir, &target("c", Some(&page), "take = [\"posts\"]\nprofile = \"main\""));
    until_it(WHILE, "it waits for a login", || take(&daemon, "c/posts").is_some_and(|take| take["class"] == "auth"));
    let kept = texts(&dir.database(), "SELECT id FROM post").len();
    assert!(kept > 20, "what came before stays: {kept}");
    play_nothing(&outside);
    let login = state(told["login"].as_str().unwrap());
    assert_eq!(run(&dir, &["profile", "import", "main", "-"], Some(&login)).0, 0);
    let (take, waited) =
        until(Duration::from_secs(70), "it goes on", || take(&daemon, "c/posts").filter(|take| take["rounds"] == 1));
    assert_eq!((&take["class"], take["found"].as_i64() > Some(90)), (&json!("ok"), true), "{take}");
    crate::kit::figure(&format!("login found resumed_ms={}", waited.as_millis()));
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}

#[test]
fn what_the_site_sent_is_kept_and_whom_one_forgets_is_gone() {
    let outside = Outside::start(&[]);
    let (dir, _) = login_dir("crawl-kept", &outside);
    let settings = format!("{}\n[crawl]\nraw = true\nkeep_raw = \"1s\"\n", login_settings(&outside));
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    let creator = creators(&outside)[3].clone();
    save(&dir, &target("one", Some(&page_of(&creator)), "take = [\"profile\", \"posts\"]"));
    for take in ["one/profile", "one/posts"] {
        until(APPLIED, "it is taken over", || self::take(&daemon, take));
        assert_eq!(rounds(&daemon, take, 1)["class"], "ok");
    }
    let export = |table: &str| -> Vec<Value> {
        let (code, out, err) = run(&dir, &["export", table, "--format", "jsonl", "--creator", &creator], None);
        assert_eq!(code, 0, "{err}");
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let (_, out, _) = run(&dir, &["fetch", "--no-media", "--json", "--raw", &page_of(&creator)], None);
    let sent = records(&out);
    let kept = export("raw");
    assert_eq!(kept.len(), sent.len() + 1, "each post and the creator");
    for post in &sent {
        let row = kept.iter().find(|row| row["id"] == post["aweme_id"]).unwrap();
        let kept: Value = serde_json::from_str(row["json"].as_str().unwrap()).unwrap();
        assert_eq!(kept["aweme_id"], post["aweme_id"]);
        let names = |record: &Value| record.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&kept), names(post), "whole, not only what is read of it");
    }
    let posts = export("posts");
    for post in &sent {
        let row = posts.iter().find(|row| row["id"] == post["aweme_id"]).unwrap();
        // The mark behind an address changes by the hour.
        let bare = |url: &Value| url.as_str().unwrap().split('?').next().unwrap().to_owned();
        let first = |place: &Value| bare(&place["url_list"][0]);
        assert_eq!(bare(&row["cover"]), first(&post["video"]["origin_cover"]));
        let is_album = post["aweme_type"] == 68;
        let places: Vec<&Value> = match post["images"].as_array() {
            Some(images) => images.iter().flat_map(|image| [image, &image["video"]["play_addr"]]).collect(),
            None => {
                post["video"]["bit_rate"].as_array().unwrap().iter().map(|rate| &rate["play_addr"]).skip(1).collect()
            }
        };
        let expected: Vec<String> = places.into_iter().filter(|place| place.is_object()).map(first).collect();
        assert_eq!(row["media"].as_array().unwrap().iter().map(bare).collect::<Vec<_>>(), expected, "{row}");
        assert!(row["media_at"].is_string() && row["plays"].is_null(), "{row}");
        assert_eq!(row["hashtags"], json!([post["text_extra"][0]["hashtag_name"]]));
        assert_eq!(row["kind"], if is_album { "images" } else { "video" });
    }
    // What is old goes by itself, and how much there is is noted.
    let job = daemon.run_schedule("prune");
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let done = || Some(daemon.call("GET", &path, None).unwrap().1).filter(|job| job["state"] == "done");
    let (pruned, _) = until(WHILE, "it is pruned", done);
    assert!(pruned["result"]["posts"] == 0 && export("posts").len() == sent.len(), "{pruned}");
    let noted = texts(&dir.database(), "SELECT what FROM grown WHERE amount > 0 ORDER BY what");
    assert!(noted.contains(&"bytes".to_owned()) && noted.contains(&"posts".to_owned()), "{noted:?}");
    let (code, out, err) = run(&dir, &["--json", "backup", "create"], None);
    assert_eq!(code, 0, "{err}");
    let made: Value = serde_json::from_str(&out).unwrap();
    let copy = std::path::PathBuf::from(made["file"].as_str().unwrap());
    // A name is no id: that nobody is known by it would be no answer.
    let (code, _, err) = run(&dir, &["forget", "creator", "dy60000237608"], None);
    assert!(code == 2 && err.contains("no id of a creator"), "{code} {err}");
    // Who is followed would come back.
    let (code, _, err) = run(&dir, &["forget", "creator", &creator], None);
    assert!(code != 0 && err.contains("followed by the target `one`") && err.contains("queue.toml"), "{code} {err}");
    save(&dir, "target = []");
    until_it(APPLIED, "nothing is taken any more", || takes(&daemon).is_empty());
    let (code, out, err) = run(&dir, &["forget", "creator", &creator], None);
    assert!(code == 0 && out.contains(&format!("posts: {}", sent.len())), "{code} {out}{err}");
    assert!(out.contains(&format!("still in {}, until the first backup after 20", copy.display())), "{out}");
    for table in ["posts", "creators", "snapshots", "raw", "comments", "lists"] {
        assert_eq!(export(table).len(), 0, "{table}");
    }
    // Nor do they stand in what the files of the database no longer use.
    let bytes = |file: &str| std::fs::read(dir.data().join(file)).unwrap_or_default();
    let files = [bytes("radard.db"), bytes("radard.db-wal")].concat();
    let holds = |text: &str| files.windows(text.len()).any(|part| part == text.as_bytes());
    let left: Vec<_> = sent.iter().filter_map(|post| post["aweme_id"].as_str()).filter(|id| holds(id)).collect();
    assert!(left.is_empty() && !holds(&creator), "{} of {} posts: {left:?}", left.len(), sent.len());
    let (code, out, _) = run(&dir, &["forget", "creator", &creator], None);
    assert!(code == 0 && out.starts_with("nobody of this id is known\nstill in "), "{code} {out}");
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
}
