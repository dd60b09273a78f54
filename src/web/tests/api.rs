//! The rest of the API: gates, alarms, keys, tasks, and the acts of the daemon.

use super::*;
use crate::domain::{AlarmName, Class};
use crate::store::alarms::{Raise, Severity, raise};
use crate::store::kit::puzzle;
use crate::store::stops::{self, Stopped};
use crate::store::{self, gates};

async fn raise_one(store: &Store, subject: &'static str) {
    let alarm = Raise {
        name: AlarmName::JobsDead,
        subject: subject.to_owned(),
        severity: Severity::Warning,
        class: Class::Local,
        detail: "it broke".to_owned(),
    };
    store.write::<_, store::Error, _>(move |tx| Box::pin(async move { raise(tx, &alarm).await })).await.unwrap();
}

#[test]
fn lanes_show_what_waits_what_is_paused_and_what_is_closed() {
    run(async |house| {
        let job = json!({ "kind": "look", "key": "a", "payload": { "at": "sky" } });
        house.own(post("/api/v1/jobs", &job)).await;
        let close = house.store.write::<_, store::Error, _>(|tx| {
            let until = BEGIN + Duration::from_hours(6);
            Box::pin(async move { gates::close(tx, &puzzle("shut", until)).await })
        });
        close.await.unwrap();
        let gate = |scope: &str, name: &str| json!({ "scope": scope, "name": name, "paused": true });
        assert_eq!(house.own(post("/api/v1/gates", &gate("lane", "l"))).await.json(), gate("lane", "l"));
        assert_eq!(house.own(post("/api/v1/gates", &gate("kind", "look"))).await.status, 200);
        assert_eq!(house.own(post("/api/v1/gates", &gate("kind", "lok"))).await.status, 400);
        assert_eq!(house.own(post("/api/v1/gates", &gate("lane", ""))).await.status, 400);
        let open = json!({ "open": false, "paused": true, "closed_until": null, "class": null,
            "reason": null, "resting": 0 });
        let with = |more: Value| {
            let mut all = open.clone();
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        let until = BEGIN.0 + 6 * 3_600_000;
        let expected = json!([
            with(json!({ "scope": "lane", "name": "l", "waiting": 1 })),
            with(json!({ "scope": "lane", "name": "shut", "waiting": 0, "paused": false, "closed_until": until,
                "class": "risk", "reason": "a slider" })),
            with(json!({ "scope": "kind", "name": "look", "waiting": null, "resting": null })),
        ]);
        assert_eq!(house.own(get("/api/v1/lanes")).await.json()["items"], expected);
        let stop = |lane: &str, hours: i64| Stopped {
            subject: format!("account of {lane}"),
            lane: lane.to_owned(),
            class: Class::Rate,
            reason: "slow down".to_owned(),
            since: BEGIN.0,
            until: BEGIN.0 + hours * 3_600_000,
            asked_ms: None,
            is_breaker: false,
            probe_until: None,
            times: 1,
        };
        for stopped in [stop("shut", 1), stop("l", 2), stop("else", 3)] {
            let written = house
                .store
                .write::<_, store::Error, _>(move |tx| Box::pin(async move { stops::stop(tx, &stopped).await }));
            written.await.unwrap();
        }
        let closed = async || -> Vec<(String, i64)> {
            let lanes = house.own(get("/api/v1/lanes")).await.json()["items"].as_array().unwrap().clone();
            let of = |lane: &Value| Some((lane["name"].as_str()?.to_owned(), lane["closed_until"].as_i64()?));
            lanes.iter().filter_map(of).collect()
        };
        let hour = |n: i64| BEGIN.0 + n * 3_600_000;
        let (l, other, shut) = (("l".to_owned(), hour(2)), ("else".to_owned(), hour(3)), ("shut".to_owned(), hour(6)));
        assert_eq!(
            closed().await,
            [other.clone(), l, shut.clone()],
            "who must not send closes its lane, the later end counts"
        );
        let resume = json!({ "scope": "lane", "name": "l", "paused": false });
        house.own(post("/api/v1/gates", &resume)).await;
        assert_eq!(closed().await, [other, shut], "a person has lifted it");
        house.ambient.clock.step(7 * 3_600_000);
        let names: Vec<_> = house.own(get("/api/v1/lanes")).await.json()["items"].as_array().unwrap().clone();
        assert!(names.iter().all(|lane| lane["name"] != "shut"), "its time has passed: {names:?}");
    });
}

#[test]
fn alarms_are_listed_with_advice_and_acknowledged_once() {
    run(async |house| {
        for subject in ["a", "b", "c"] {
            raise_one(&house.store, subject).await;
        }
        let open = house.own(get("/api/v1/alarms")).await.json();
        let first = &open["items"][0];
        assert_eq!((first["subject"].as_str(), first["count"].as_i64()), (Some("a"), Some(1)));
        assert!(first["do"].as_str().unwrap().contains("retry"), "{first}");
        let id = first["id"].as_str().unwrap();
        let acked = house.own(empty_post(&format!("/api/v1/alarms/{id}/ack"))).await;
        assert_eq!(acked.json(), json!({ "id": id, "acked": true }));
        assert_eq!(house.own(get("/api/v1/alarms")).await.json()["items"][0]["acked_at"], BEGIN.0);
        let one = house.own(get(&format!("/api/v1/alarms/{id}"))).await.json();
        assert_eq!(one, house.own(get("/api/v1/alarms")).await.json()["items"][0], "the same as in the listing");
        let page = house.own(get("/api/v1/alarms?all=true&limit=2")).await.json();
        let next = format!("/api/v1/alarms?all=true&limit=2&cursor={}", page["next"].as_str().unwrap());
        assert_eq!(house.own(get(&next)).await.json()["items"][0]["subject"], "a");
        let nobody = empty_post("/api/v1/alarms/018cc251-f400-7000-8000-000000000000/ack");
        assert_eq!(house.own(nobody).await.status, 404);
        let nobody = house.own(get("/api/v1/alarms/018cc251-f400-7000-8000-000000000000")).await;
        assert_eq!(
            (nobody.status.as_u16(), nobody.json()["do"].as_str()),
            (404, Some("list them with `radard alarm list --all`"))
        );
    });
}

#[test]
fn a_key_is_shown_once_and_its_name_is_free_again_when_it_is_revoked() {
    run(async |house| {
        let add = json!({ "name": "nightly", "scopes": ["jobs:write", "jobs:read"] });
        let made = house.own(post("/api/v1/keys", &add)).await;
        let key = made.json()["key"].as_str().unwrap().to_owned();
        assert!(key.starts_with("rk_") && key.len() == 67, "{key}");
        assert_eq!(house.own(post("/api/v1/keys", &add)).await.status, 409);
        let listed = house.own(get("/api/v1/keys")).await;
        assert!(!listed.text.contains(&key) && !listed.text.contains("hash"), "{}", listed.text);
        assert_eq!(listed.json()["items"][0]["scopes"], json!(["jobs:read", "jobs:write"]));
        let gone = house.own(call("DELETE", "/api/v1/keys/nightly").body(Body::empty()).unwrap()).await;
        assert_eq!(gone.json(), json!({ "name": "nightly", "revoked": true }));
        let again = house.own(call("DELETE", "/api/v1/keys/nightly").body(Body::empty()).unwrap()).await;
        assert_eq!(again.status, 404);
        assert_eq!(house.own(post("/api/v1/keys", &add)).await.status, 201);
        for wrong in [
            json!({ "name": "a b", "scopes": ["admin"] }),
            json!({ "name": "a", "scopes": [] }),
            json!({ "name": "a", "scopes": ["jobs:paint"] }),
        ] {
            assert_eq!(house.own(post("/api/v1/keys", &wrong)).await.status, 400, "{wrong}");
        }
    });
}

#[test]
fn the_database_never_holds_what_opens_a_door() {
    run(async |house| {
        let key = house.key("nightly", &["jobs:read"]).await;
        let (link, visit) = (house.link().await, house.visit().await);
        let file = |end: &str| std::fs::read(house.dir.join(format!("radard.db{end}"))).unwrap_or_default();
        let bytes = [file(""), file("-wal")].concat();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds("nightly"), "the file is looked at while it holds the rows");
        for secret in [&key[10..], &link[7..], visit.split_once('=').unwrap().1] {
            assert!(!holds(secret), "{secret}");
        }
    });
}

#[test]
fn the_daemon_is_asked_for_what_only_it_can_do() {
    run(async |house| {
        let rows = house.own(get("/api/v1/doctor")).await.json();
        let database = rows["items"].as_array().unwrap().iter().find(|row| row["name"] == "database");
        assert_eq!(database.unwrap()["ok"], true, "{rows}");
        assert_eq!(house.own(empty_post("/api/v1/reload")).await.json(), json!({ "said": "settings taken over" }));
        std::fs::write(house.dir.join("backups"), "no folder").unwrap();
        let backup = house.own(empty_post("/api/v1/backups")).await;
        assert_eq!((backup.status.as_u16(), &backup.json()["class"]), (500, &json!("local")));
        let ready = house.own(get("/api/v1/readiness")).await.json();
        let part = json!({ "name": "store", "ok": true, "class": "ok", "since": BEGIN.0, "do": null });
        assert_eq!(ready, json!({ "ready": true, "parts": [part] }));
        assert_eq!(
            house.own(get("/api/v1/kinds")).await.json()["items"],
            json!([
                { "kind": "crawl", "scope": null },
                { "kind": "glance", "scope": "admin" },
                { "kind": "look", "scope": "jobs:write" },
                { "kind": "rotate", "scope": null },
            ])
        );
        *house.tasks.lock().unwrap() = house.owner.statuses();
        let tasks = house.own(get("/api/v1/tasks")).await.json()["items"].clone();
        let names: Vec<_> = tasks.as_array().unwrap().iter().map(|task| task["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["queue.ask", "store.write"]);
        assert_eq!(tasks[1]["state"], "running");
    });
}

#[test]
fn an_unknown_path_and_a_wrong_method_are_told_in_json() {
    run(async |house| {
        for (request, status) in [
            (get("/api/v1/job"), 404),
            (get("/api/v2/jobs"), 404),
            (get("/api"), 404),
            (call("DELETE", "/api/v1/jobs").body(Body::empty()).unwrap(), 405),
        ] {
            let path = request.uri().to_string();
            let answer = house.own(request).await;
            assert_eq!(answer.status, status, "{path}");
            assert!(!answer.json()["do"].as_str().unwrap().is_empty());
        }
    });
}
