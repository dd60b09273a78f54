//! The pages: empty and full, the same twice, deaf to hostile text, and their buttons.

use super::*;
use crate::config::{Profile, QueueText, check_queue};
use crate::domain::{AlarmName, Platform};
use crate::store::alarms::{Raise, Severity, raise};
use crate::store::crawl::targets::{self, CourseName};
use crate::store::jobs::New;
use crate::store::kit::puzzle;
use crate::store::{self, captures, gates};
use crate::supervise::{State, Status};
use crate::target;

const HOSTILE: &str = "<script>alert('1')</script>\" onload=\"x";

async fn page(house: &House, path: &str) -> String {
    let answer = house.own(get(path)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(house.own(get(path)).await.text, answer.text, "a page is the same twice");
    answer.text
}

/// Fills the house with trouble whose every text is `text`.
async fn trouble(house: &House, text: &'static str) -> String {
    let mut id = String::new();
    for key in [text.to_owned(), "b".repeat(400)] {
        let job = json!({ "kind": "look", "key": key, "payload": { "at": text } });
        id = house.own(post("/api/v1/jobs", &job)).await.json()["id"].as_str().unwrap().to_owned();
    }
    jobs::kill(&house.store, 2, text).await;
    let raised = house.store.write::<_, store::Error, _>(move |tx| {
        Box::pin(async move {
            let (subject, detail) = (text.to_owned(), text.to_owned());
            let alarm =
                Raise { name: AlarmName::JobsDead, subject, severity: Severity::Critical, class: Class::Risk, detail };
            raise(tx, &alarm).await?;
            let open_at = BEGIN + Duration::from_hours(6);
            gates::close(tx, &gates::Closing { reason: text, ..puzzle(text, open_at) }).await
        })
    });
    raised.await.unwrap();
    house.own(post("/api/v1/gates", &json!({ "scope": "kind", "name": "look", "paused": true }))).await;
    follow(house, text).await;
    let last_error = Some(text.to_owned());
    let task = Status { name: "queue.work", state: State::Waiting, since: BEGIN, restarts: 3, last_error };
    house.tasks.lock().unwrap().push(task);
    id
}

/// Lets the house follow a target whose posts meet `text`, and whose profile is silent.
async fn follow(house: &House, text: &'static str) {
    let file = "[[target]]\nname = \"chef-li\"\nurl = \"https://www.douyin.com/user/MS4wLjABAAAAchef\"\ntake = [\"posts\", \"profile\"]\n";
    let file = QueueText { file: "queue.toml".into(), read: Some(Ok(file.as_bytes().to_vec())) };
    let targets = check_queue(&file, &[]).unwrap().all;
    let followed = house.store.write::<_, store::Error, _>(move |tx| {
        Box::pin(async move {
            target::apply(tx, &Served::default(), &targets).await?;
            targets::missed(tx, CourseName { target: "chef-li", take: "posts" }, Class::Risk, text).await?;
            targets::silent(tx, "chef-li", "profile").await
        })
    });
    followed.await.unwrap();
}

/// Lets the rounds of that target wait, each with this class.
async fn rest(house: &House, classes: [(&'static str, Class); 2]) {
    let rested = house.store.write::<_, store::Error, _>(move |tx| {
        Box::pin(async move {
            let until = tx.now() + Duration::from_mins(1);
            for (take, class) in classes {
                let (lane, key) = (format!("douyin/{take}"), format!("chef-li/{take}@1"));
                let new = New {
                    kind: "crawl".to_owned(),
                    key: key.clone(),
                    lane: lane.clone(),
                    target: String::new(),
                    payload: "{}".to_owned(),
                    priority: 0,
                    run_at: None,
                    attempts_max: 5,
                };
                store::jobs::insert_one(tx, &new).await?;
                let slots = store::jobs::slots(tx, None).await?;
                let slot = slots.into_iter().find(|slot| slot.lane == lane).unwrap();
                let job = store::jobs::take(tx, &slot, 1, "n1/1", until).await?.remove(0);
                let run_at = Some(tx.now() + Duration::from_secs(8));
                let end = store::jobs::End {
                    state: store::jobs::State::Snoozed,
                    run_at,
                    class,
                    snoozes: 1,
                    ..store::jobs::End::done(job.id, job.fence, job.kind)
                };
                store::jobs::settle(tx, &[end]).await?;
                targets::sent(tx, CourseName { target: "chef-li", take }, until, Some(&key)).await?;
            }
            Ok(())
        })
    });
    rested.await.unwrap();
}

#[test]
fn a_round_that_waits_shows_how_far_it_is_and_what_a_person_does() {
    run(async |house| {
        follow(&house, "x").await;
        rest(&house, [("posts", Class::Rate), ("profile", Class::Auth)]).await;
        for path in ["/targets", "/targets/chef-li"] {
            let text = page(&house, path).await;
            for fact in [
                "<span class=\"state running\">running</span><span class=\"below\">page 1</span>",
                ">in 8 s</time><span class=\"below\">next request</span>",
                "<span class=\"state dead\">needs a login</span>",
                "<span class=\"tag\">auth</span>",
                "<b>To do</b> give <code>chef-li</code> a <code>profile</code> in queue.toml",
            ] {
                assert!(text.contains(fact), "{fact} is missing in {text}");
            }
            assert!(!text.contains("missed"), "{text}");
        }
        let home = page(&house, "/").await;
        assert!(home.contains("needs a login") && !home.contains(">running</span>"), "only what needs a look: {home}");
        assert!(home.contains("<h1>One target needs a look</h1>"), "no alarm tells of it yet: {home}");
        assert!(home.contains("<a href=\"/targets/chef-li\">chef-li/posts</a>") && home.contains("next request"));
    });
}

#[test]
fn an_empty_house_says_that_everything_works_and_how_to_begin() {
    run(async |house| {
        let expected: [(&str, &[&str]); 7] = [
            (
                "/",
                &[
                    "<h1>Everything works</h1>",
                    "No alarm is open.",
                    "<code>radard job add</code>",
                    "Write what you want to follow into <code>queue.toml</code>",
                    "Nothing is planned for later.",
                    "node n1",
                ],
            ),
            ("/targets", &["Write what you want to follow into <code>queue.toml</code>"]),
            ("/jobs", &["No job has run yet", "None. A job that fails or dies", "There is no such job."]),
            ("/logins", &["No profile is set up", "<code>radard profile import</code>"]),
            (
                "/limits",
                &["No lane is closed, and no job waits for a limit.", "The settings add no rule of their own."],
            ),
            ("/alarms", &["No alarm is open.", "<p class=\"empty\">None.</p>"]),
            ("/tasks", &["No task runs.", "No schedule is set up."]),
        ];
        for (path, facts) in expected {
            let text = page(&house, path).await;
            // Where somebody types, a page without a script does not reload.
            let reloads = text.contains("<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>");
            assert_eq!(reloads, path != "/targets", "{path}: {text}");
            for fact in facts.iter().chain(&["name=\"referrer\" content=\"same-origin\""]) {
                assert!(text.contains(fact), "{fact} is missing on {path} in {text}");
            }
            let here = format!("<a href=\"{path}\" aria-current=\"page\">");
            assert_eq!(text.matches("aria-current").count(), 1, "one page is the one that is shown: {path}");
            assert!(text.contains(&here), "{path} is not marked in {text}");
        }
    });
}

#[test]
fn a_troubled_house_says_what_and_what_to_do() {
    run(async |house| {
        let id = trouble(&house, "the site asks for a slider check").await;
        let retry = format!("action=\"/jobs/{id}/retry\"");
        let expected: [(&str, &[&str]); 7] = [
            ("/", &["<h1>One thing needs you</h1>", "Jobs are dead", "Retrying keeps their keys.", "silent", "missed"]),
            (
                "/targets",
                &[
                    "<span class=\"state failed\">missed</span>",
                    "<span class=\"state dead\">silent</span>",
                    "nothing since",
                    "action=\"/targets/chef-li/run\"",
                    "action=\"/targets/chef-li/pause\"",
                    "the site asks for a slider check",
                ],
            ),
            (
                "/targets/chef-li",
                &["https://www.douyin.com/user/MS4wLjABAAAAchef", "nothing since", "<dd>posts, profile</dd>"],
            ),
            ("/jobs", &["<span class=\"tag warning\">paused</span>", "the site asks for a slider check", &retry]),
            ("/limits", &["closed, opens", "in 6 h", "the site asks for a slider check"]),
            ("/alarms", &["Jobs are dead", "seen once", "the site asks for a slider check"]),
            ("/tasks", &["starts again", "the site asks for a slider check"]),
        ];
        for (path, facts) in expected {
            let text = page(&house, path).await;
            for fact in facts {
                assert!(text.contains(fact), "{fact} is missing on {path} in {text}");
            }
            assert!(text.contains("Alarms <span class=\"count\">1</span>"), "{path} does not count the alarm: {text}");
        }
        let job = page(&house, &format!("/jobs/{id}")).await;
        assert!(job.contains("&quot;at&quot;: &quot;the site") || job.contains("&#34;at&#34;: &#34;the site"), "{job}");
        assert!(job.contains("5/5") || job.contains("1/5"), "{job}");
    });
}

#[test]
fn a_list_of_jobs_is_chosen_by_state_and_kind_and_read_on() {
    run(async |house| {
        trouble(&house, "no").await;
        for n in 0..60 {
            let job = json!({ "kind": "glance", "key": format!("g{n:02}"), "payload": { "at": "x" } });
            assert_eq!(house.own(post("/api/v1/jobs", &job)).await.status, StatusCode::CREATED);
        }
        let dead = page(&house, "/jobs?state=dead").await;
        assert!(dead.contains("Dead Jobs") && !dead.contains("g59") && !dead.contains("Newest"), "{dead}");
        let first = page(&house, "/jobs?kind=glance").await;
        assert!(first.contains("g59") && !first.contains("g05") && first.contains("of kind <code>glance</code>"));
        let at = first.find("kind=glance&#38;before=").or_else(|| first.find("kind=glance&amp;before=")).expect("more");
        let id = first[at..].split_once("before=").unwrap().1.split('"').next().unwrap();
        let rest = page(&house, &format!("/jobs?kind=glance&before={id}")).await;
        assert!(rest.contains("g05") && !rest.contains("g59"), "{rest}");
        let visit = house.visit().await;
        let wrong = call("GET", "/jobs?state=moon").header("cookie", visit).body(Body::empty()).unwrap();
        let wrong = house.ask(wrong).await;
        assert!(wrong.status == 400 && wrong.text.contains("Cannot read the query"), "{}", wrong.text);
    });
}

#[test]
fn targets_are_searched_and_an_unknown_one_is_named() {
    run(async |house| {
        follow(&house, "x").await;
        assert!(page(&house, "/targets?name=CHEF").await.contains("/targets/chef-li/run"));
        let none = page(&house, "/targets?name=%3Cscript%3E").await;
        assert!(none.contains("No target has") && none.contains("in its name") && !none.contains("<script>"), "{none}");
        for path in ["/targets/a%00b/pause", "/api/v1/targets/a%00b/pause"] {
            let refused = house.own(post(path, &json!({}))).await;
            assert!(refused.status == 400 && refused.text.contains("holds a control character"), "{}", refused.text);
        }
        let absent = house.own(get("/targets/nobody")).await;
        assert!(absent.status == 404 && absent.text.contains("no target is called `nobody`"), "{}", absent.text);
    });
}

#[test]
fn a_house_that_takes_no_work_says_so_first() {
    run(async |house| {
        let parts = vec![part("store", Class::Ok), part("disk", Class::Local)];
        *house.ready.lock().unwrap() = Readiness { ready: false, parts };
        let text = page(&house, "/").await;
        assert!(text.contains("<h1>New work is refused</h1>") && text.contains("fix the disk"), "{text}");
        assert!(!text.contains("fix the store"));
        house.ready.lock().unwrap().ready = true;
        let text = page(&house, "/").await;
        assert!(text.contains("<h1>One thing needs you</h1>") && text.contains("card warning"), "{text}");
    });
}

#[test]
fn hostile_text_is_shown_and_never_obeyed() {
    run(async |house| {
        let id = trouble(&house, HOSTILE).await;
        let mut pages: Vec<String> =
            ["/", "/targets", "/targets/chef-li", "/jobs", "/limits", "/alarms", "/tasks"].map(str::to_owned).into();
        pages.push(format!("/jobs/{id}"));
        for path in pages {
            let text = page(&house, &path).await;
            assert!(text.contains("&#60;script&#62;") || text.contains("&lt;script&gt;"), "{path}: {text}");
            assert!(!text.contains("<script>") && !text.contains("\" onload"), "{path}: {text}");
            assert_eq!(text.matches("<script").count(), 1, "only the page's own script: {path}: {text}");
        }
        let link = house.ask(get("/enter/%22%3E%3Cscript%3E")).await;
        assert!(link.status == 410 && !link.text.contains("<script"), "{}", link.text);
        let absent = house.own(get("/jobs/%3Cscript%3E")).await;
        assert_eq!(absent.header("content-type"), "application/json");
        let visit = house.visit().await;
        let lost = call("GET", "/%3Cscript%3E").header("cookie", visit).body(Body::empty()).unwrap();
        let lost = house.ask(lost).await;
        assert!(lost.status == 404 && lost.text.contains("There is nothing here") && !lost.text.contains("<script"));
    });
}

#[test]
fn the_buttons_do_what_they_say_and_show_the_page_again() {
    run(async |house| {
        let id = trouble(&house, "no").await;
        let alarm = house.own(get("/api/v1/alarms")).await.json()["items"][0]["id"].as_str().unwrap().to_owned();
        let visit = house.visit().await;
        let press = async |path: String, form: &'static str| {
            let request = call("POST", &path).header("cookie", &visit).header("sec-fetch-site", "same-origin");
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let answer = house.ask(request.body(Body::from(form)).unwrap()).await;
            (answer.status.as_u16(), answer.header("location").to_owned(), answer.text)
        };
        let (status, place, _) = press(format!("/alarms/{alarm}/ack"), "").await;
        assert_eq!((status, place.as_str()), (303, "/alarms"));
        assert!(page(&house, "/").await.contains("<h1>One thing is known and waits for a person</h1>"));
        assert!(!page(&house, "/").await.contains("class=\"count\""), "a known alarm is not counted");
        assert_eq!(press(format!("/jobs/{id}/retry"), "").await.0, 303);
        let (status, _, text) = press(format!("/jobs/{id}/retry"), "").await;
        assert!(status == 409 && text.contains("cannot be retried") && text.contains("</html>"), "{text}");
        assert_eq!(press(format!("/jobs/{id}/cancel"), "").await.1, format!("/jobs/{id}"));
        for act in ["run", "pause", "resume"] {
            assert_eq!(press(format!("/targets/chef-li/{act}"), "").await.1, "/targets/chef-li", "{act}");
        }
        assert_eq!(press("/targets/chef-li/dance".into(), "").await.0, 404);
        assert!(page(&house, "/jobs").await.contains("<span class=\"tag warning\">paused</span>"));
        assert_eq!(press("/jobs/kinds".into(), "name=look&paused=false").await.1, "/jobs");
        assert!(!page(&house, "/jobs").await.contains("<span class=\"tag warning\">paused</span>"));
        assert_eq!(press("/jobs/kinds".into(), "name=moon&paused=true").await.0, 400);
        assert_eq!(press("/limits/lane".into(), "name=l&paused=true").await.1, "/limits");
        assert!(page(&house, "/limits").await.contains("<span class=\"tag warning\">paused</span>"));
        assert_eq!(press("/limits/lane".into(), "name=l&paused=perhaps").await.0, 400);
        assert_eq!(press("/tasks/schedules/moon/run".into(), "").await.0, 404);
    });
}

#[test]
fn the_stylesheet_the_icon_and_the_script_are_ours_and_small() {
    run(async |house| {
        let text = house.own(get("/")).await.text;
        for (kind, start) in [
            ("text/css; charset=utf-8", "href=\"/style.css?"),
            ("image/svg+xml", "src=\"/icon.svg?"),
            ("text/javascript; charset=utf-8", "src=\"/page.js?"),
        ] {
            let at = text.find(start).expect(start) + start.find('/').unwrap();
            let link = &text[at..at + text[at..].find('"').unwrap()];
            let served = house.ask(get(link)).await;
            assert_eq!((served.status.as_u16(), served.header("content-type")), (200, kind), "{link}");
            assert!(served.text.len() < 12_000 && !served.text.contains("http://127"));
        }
        assert!(super::super::paths::STYLE_TEXT.lines().count() < 400);
    });
}

#[test]
fn a_login_is_shown_as_it_is_known_to_be() {
    run(async |house| {
        house.app.parts().current.make(&Profile::new("main", Platform::Douyin));
        let text = page(&house, "/logins").await;
        assert!(text.contains("no login") && text.contains("<code>radard profile login main</code>"), "{text}");
        let fresh = captures::Fresh {
            profile: "main",
            platform: "douyin",
            source: HOSTILE,
            is_made: true,
            cookies: 1,
            ends_at: Some(BEGIN.0 + 3_600_000),
        };
        let added = house.store.write::<_, store::Error, _>(move |tx| Box::pin(captures::add(tx, fresh)));
        let id = added.await.unwrap().id;
        let text = page(&house, "/logins").await;
        assert!(text.contains("not checked yet") && !text.contains("To do"), "{text}");
        let proved = house.store.write::<_, store::Error, _>(move |tx| {
            Box::pin(async move {
                captures::prove(tx, id).await?;
                captures::activate(tx, "main", id).await
            })
        });
        assert!(proved.await.unwrap());
        let text = page(&house, "/logins").await;
        assert!(text.contains("logged in") && text.contains("in 60 min") && !text.contains("To do"), "{text}");
        assert!(!text.contains("<script>") && text.contains("script&#62;"), "{text}");
        let judged = house.store.write::<_, store::Error, _>(move |tx| {
            Box::pin(captures::judge(tx, id, captures::Standing::Active, Class::Auth, HOSTILE))
        });
        judged.await.unwrap();
        let text = page(&house, "/logins").await;
        assert!(text.contains("needs you") && text.contains("<span class=\"tag\">auth</span>"), "{text}");
        assert!(text.contains("To do") && !text.contains("<script>"), "{text}");
    });
}

#[test]
fn a_notice_is_no_reason_to_call_a_person() {
    run(async |house| {
        let raised = house.store.write::<_, store::Error, _>(|tx| {
            Box::pin(async move {
                for subject in ["one", "two"] {
                    let (name, severity) = (AlarmName::WalLarge, Severity::Notice);
                    let (subject, detail) = (subject.to_owned(), "it grows".to_owned());
                    raise(tx, &Raise { name, subject, severity, class: Class::Local, detail }).await?;
                }
                Ok(())
            })
        });
        raised.await.unwrap();
        let text = page(&house, "/").await;
        assert!(text.contains("<h1>Everything works; 2 notes are open</h1>"), "{text}");
        assert!(!text.contains("class=\"count\""), "{text}");
    });
}

#[test]
fn what_the_queue_file_pauses_no_button_lets_go_on() {
    run(async |house| {
        let file = "[[target]]\nname = \"rest\"\nurl = \"https://www.douyin.com/user/MS4wLjABAAAAchef\"\ntake = [\"posts\"]\npaused = true\n";
        let file = QueueText { file: "queue.toml".into(), read: Some(Ok(file.as_bytes().to_vec())) };
        let targets = check_queue(&file, &[]).unwrap().all;
        let applied = house.store.write::<_, store::Error, _>(move |tx| {
            Box::pin(async move { target::apply(tx, &Served::default(), &targets).await })
        });
        applied.await.unwrap();
        let text = page(&house, "/targets/rest").await;
        assert!(text.contains("take <code>paused</code> of <code>rest</code> out of queue.toml"), "{text}");
        assert!(text.contains("/targets/rest/run") && !text.contains("/targets/rest/resume"), "{text}");
        let answer = house.own(empty_post("/api/v1/targets/rest/resume")).await;
        assert!(answer.status == 400 && answer.text.contains("`rest` is paused in the queue file"), "{}", answer.text);
    });
}

#[test]
fn many_alarms_leave_room_on_the_first_page() {
    run(async |house| {
        let raised = house.store.write::<_, store::Error, _>(|tx| {
            Box::pin(async move {
                for n in 0..9 {
                    let (subject, detail) = (format!("host-{n}"), "no connection".to_owned());
                    let (name, severity, class) = (AlarmName::HostUnreachable, Severity::Warning, Class::Network);
                    raise(tx, &Raise { name, subject, severity, class, detail }).await?;
                }
                Ok(())
            })
        });
        raised.await.unwrap();
        let text = page(&house, "/").await;
        assert_eq!(text.matches("<article class=\"card").count(), 6, "{text}");
        assert!(text.contains("<a href=\"/alarms\">Show all (9)</a>"), "{text}");
        assert_eq!(page(&house, "/alarms").await.matches("<article class=\"card").count(), 9);
    });
}
