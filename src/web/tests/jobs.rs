//! Jobs over the API: every answer that asking can get, listings, and what a person does to a job.

use super::*;
use crate::store;
use crate::store::jobs::{self, End, State};

fn job(key: &str) -> Value {
    json!({ "kind": "look", "key": key, "payload": { "at": "sky" } })
}

async fn asked(house: &House, body: &Value) -> (u16, Value) {
    let answer = house.own(post("/api/v1/jobs", body)).await;
    (answer.status.as_u16(), answer.json())
}

#[test]
fn a_new_job_is_201_the_same_is_200_and_other_work_with_its_key_is_409() {
    run(async |house| {
        let first = house.own(post("/api/v1/jobs", &job("a"))).await;
        assert_eq!(first.status, 201);
        let id = first.json()["id"].clone();
        assert_eq!(first.json(), json!({ "id": id, "new": true }));
        assert_eq!(first.header("location"), format!("/api/v1/jobs/{}", id.as_str().unwrap()));
        assert_eq!(asked(&house, &job("a")).await, (200, json!({ "id": id, "new": false })));
        let other = json!({ "kind": "look", "key": "a", "payload": { "at": "sea" } });
        let (status, clash) = asked(&house, &other).await;
        assert_eq!((status, &clash["id"], &clash["class"]), (409, &id, &json!("schema")));
    });
}

#[test]
fn the_same_work_as_a_dead_job_tells_that_it_is_dead_and_revives_nothing() {
    run(async |house| {
        let id = asked(&house, &job("a")).await.1["id"].clone();
        kill(&house.store, 1, "the site said no").await;
        let (status, told) = asked(&house, &job("a")).await;
        let advice = format!("run `radard job retry {}`", id.as_str().unwrap());
        assert_eq!((status, told), (200, json!({ "id": id, "new": false, "state": "dead", "do": advice })));
        let now = house.own(get(&format!("/api/v1/jobs/{}", id.as_str().unwrap()))).await.json();
        assert_eq!((&now["state"], &now["attempt"]), (&json!("dead"), &json!(1)), "nothing was revived");
    });
}

#[test]
fn what_cannot_be_queued_is_refused_with_error_class_and_advice() {
    run(async |house| {
        let too_large = json!({ "kind": "look", "key": "a", "payload": { "at": "x".repeat(300 * 1024) } });
        let cases = [
            (json!({ "kind": "fly", "key": "a" }), 400, "there is no kind `fly`: one of crawl glance look"),
            (json!({ "kind": "look", "key": "a", "payload": { "when": 1 } }), 400, "the payload does not fit"),
            (json!({ "kind": "look", "key": "" }), 400, "the key must have"),
            (json!({ "kind": "look", "key": "a", "priority": 101 }), 400, "priority 101"),
            (json!({ "kind": "look", "key": "a", "colour": "red" }), 400, "unknown field `colour`"),
            (json!({ "kind": "look" }), 400, "missing field `key`"),
            (too_large, 413, "`queue.body_limit_kib`"),
        ];
        for (body, status, error) in cases {
            let (got, refusal) = asked(&house, &body).await;
            assert_eq!(got, status, "{refusal}");
            assert!(refusal["error"].as_str().unwrap().contains(error), "{refusal}");
            assert_eq!(refusal["class"], "schema");
            assert!(!refusal["do"].as_str().unwrap().is_empty());
        }
        let (_, counts) = asked(&house, &json!({})).await;
        assert!(counts["error"].as_str().unwrap().contains("missing field"));
    });
}

#[test]
fn a_control_character_in_a_name_is_refused_with_the_name_of_its_field() {
    run(async |house| {
        for path in ["/api/v1/jobs?lane=%00", "/api/v1/jobs?kind=a%0ab", "/api/v1/jobs?cursor=%7f"] {
            let refused = house.own(get(path)).await;
            let field = path.split(['?', '=']).nth(1).unwrap();
            assert_eq!(refused.status, 400, "{path}");
            assert!(refused.json()["error"].as_str().unwrap().starts_with(&format!("`{field}` holds")), "{path}");
        }
        let retry = house.own(post("/api/v1/jobs/retry", &json!({ "kind": "a\u{0}" }))).await;
        assert_eq!(
            (retry.status.as_u16(), retry.json()["error"].as_str()),
            (400, Some("`kind` holds a control character"))
        );
        let path = house.own(empty_post("/api/v1/schedules/a%00b/run")).await;
        assert_eq!(path.status, 400);
        assert!(path.json()["error"].as_str().unwrap().starts_with("`the path` holds"), "{}", path.json());
        let lane = house.own(post("/api/v1/jobs", &json!({"kind": "look", "key": "k", "payload": {"at": "a\u{0}"}})));
        let lane = lane.await;
        assert_eq!(lane.status, 400);
        assert!(lane.json()["error"].as_str().unwrap().contains("the lane of such a job"), "{}", lane.json());
    });
}

#[test]
fn a_body_that_is_no_json_says_so_or_is_too_large_is_refused() {
    run(async |house| {
        let send = async |kind: &str, body: String| {
            let request = call("POST", "/api/v1/jobs").header(header::CONTENT_TYPE, kind);
            house.own(request.body(Body::from(body)).unwrap()).await.status.as_u16()
        };
        assert_eq!(send("application/x-www-form-urlencoded", job("a").to_string()).await, 415);
        assert_eq!(send("application/json", "{".to_owned()).await, 400);
        assert_eq!(send("application/json", " ".repeat(1024 * 1024 + 1)).await, 413);
        assert_eq!(send("application/json; charset=utf-8", job("a").to_string()).await, 201);
    });
}

#[test]
fn a_house_that_takes_no_work_says_507_for_the_disk_and_503_otherwise() {
    run(async |house| {
        let refuse = |parts: Vec<Part>| *house.ready.lock().unwrap() = Readiness { ready: false, parts };
        refuse(vec![part("store", Class::Ok), part("disk", Class::Local)]);
        let (status, refusal) = asked(&house, &job("a")).await;
        assert_eq!((status, &refusal["do"]), (507, &json!("fix the disk")));
        refuse(vec![part("config", Class::Local), part("disk", Class::Local), part("store", Class::Network)]);
        let answer = house.own(post("/api/v1/jobs", &job("a"))).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "5"));
        assert_eq!(answer.json()["class"], "network");
        refuse(vec![]);
        assert_eq!(asked(&house, &job("a")).await.0, 503);
        assert_eq!(house.own(get("/api/v1/counts")).await.json()["items"], json!([]));
    });
}

#[test]
fn a_store_that_cannot_write_is_503_and_a_full_one_507() {
    run(async |house| {
        let app = house.open_for_reading().await;
        let answer = send(&app, Door::Local, post("/api/v1/jobs", &job("a"))).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["class"]), (503, &json!("local")));
        let full = super::super::refusal::Refusal::from(store::Error::Full { act: "commit" });
        assert_eq!(full.status, StatusCode::INSUFFICIENT_STORAGE);
        let busy = super::super::refusal::Refusal::from(store::Error::Busy { act: "commit", cause: String::new() });
        assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
    });
}

#[test]
fn a_job_is_shown_with_the_fields_of_the_contract_in_their_order() {
    run(async |house| {
        let (_, made) = asked(&house, &job("a")).await;
        let id = made["id"].as_str().unwrap();
        let shown = house.own(get(&format!("/api/v1/jobs/{id}"))).await;
        let expected = json!({
            "id": id, "kind": "look", "key": "a", "lane": "l", "target": null, "state": "queued", "attempt": 0,
            "attempts_max": 5, "crash_count": 0, "snoozes": 0, "priority": 0, "payload": { "at": "sky" },
            "run_at": BEGIN.0, "retry_after_capped": null, "give_up_at": null, "lease_owner": null, "lease_until": null, "class": null,
            "last_error": null, "result": null, "created_at": BEGIN.0, "updated_at": BEGIN.0,
        });
        assert_eq!(shown.json(), expected);
        let order = "id kind key lane target state attempt attempts_max crash_count snoozes priority payload run_at \
                     retry_after_capped give_up_at lease_owner lease_until class last_error result created_at updated_at";
        let places: Vec<_> =
            order.split(' ').map(|field| shown.text.find(&format!("\"{field}\":")).expect(field)).collect();
        assert!(places.is_sorted(), "{}", shown.text);
        let absent = house.own(get("/api/v1/jobs/018cc251-f400-7000-8000-000000000000")).await;
        assert_eq!((absent.status.as_u16(), &absent.json()["class"]), (404, &json!("gone")));
        assert_eq!(house.own(get("/api/v1/jobs/seven")).await.status, 400);
    });
}

#[test]
fn a_listing_is_paged_by_cursor_and_narrowed_by_state_kind_and_lane() {
    run(async |house| {
        for n in 0..5 {
            asked(&house, &job(&n.to_string())).await;
        }
        let keys = |page: &Value| -> Vec<_> {
            page["items"].as_array().unwrap().iter().map(|job| job["key"].as_str().unwrap().to_owned()).collect()
        };
        let first = house.own(get("/api/v1/jobs?limit=3")).await.json();
        assert_eq!((first["v"].as_i64(), keys(&first)), (Some(1), vec!["4".into(), "3".into(), "2".into()]));
        let next = format!("/api/v1/jobs?limit=3&cursor={}", first["next"].as_str().unwrap());
        let second = house.own(get(&next)).await.json();
        assert_eq!((keys(&second), &second["next"]), (vec!["1".into(), "0".into()], &Value::Null));
        for (query, n) in
            [("state=queued", 5), ("state=done", 0), ("kind=look&lane=l", 5), ("kind=fly", 0), ("state=", 5)]
        {
            let page = house.own(get(&format!("/api/v1/jobs?{query}"))).await.json();
            assert_eq!(keys(&page).len(), n, "{query}");
        }
        for query in ["limit=0", "limit=1001", "state=asleep", "cursor=x", "colour=red"] {
            assert_eq!(house.own(get(&format!("/api/v1/jobs?{query}"))).await.status, 400, "{query}");
        }
    });
}

#[test]
fn a_job_is_cancelled_and_retried_only_from_states_that_allow_it() {
    run(async |house| {
        let (_, made) = asked(&house, &job("a")).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let act = async |what: &str| {
            let answer = house.own(empty_post(&format!("/api/v1/jobs/{id}/{what}"))).await;
            (answer.status.as_u16(), answer.json())
        };
        let (status, refusal) = act("retry").await;
        assert_eq!((status, &refusal["state"]), (409, &json!("queued")));
        assert!(refusal["error"].as_str().unwrap().ends_with("is `queued` and cannot be retried"), "{refusal}");
        assert_eq!(act("cancel").await, (200, json!({ "id": id, "was": "queued", "state": "cancelled" })));
        let (status, refusal) = act("cancel").await;
        assert_eq!((status, &refusal["state"]), (409, &json!("cancelled")));
        assert_eq!(act("retry").await, (200, json!({ "id": id, "was": "cancelled", "state": "queued" })));
        let nobody = empty_post("/api/v1/jobs/018cc251-f400-7000-8000-000000000000/retry");
        assert_eq!(house.own(nobody).await.status, 404);
    });
}

#[test]
fn dead_jobs_of_a_kind_are_retried_together_and_counted() {
    run(async |house| {
        for key in ["a", "b", "c"] {
            asked(&house, &job(key)).await;
        }
        kill(&house.store, 2, "the site said no").await;
        let items = house.own(get("/api/v1/counts")).await.json()["items"].clone();
        let expected = json!([
            { "kind": "look", "state": "dead", "n": 2 }, { "kind": "look", "state": "queued", "n": 1 },
        ]);
        assert_eq!(items, expected);
        let retried = house.own(post("/api/v1/jobs/retry", &json!({ "kind": "look" }))).await;
        assert_eq!((retried.status.as_u16(), retried.json()), (200, json!({ "retried": 2 })));
        let items = house.own(get("/api/v1/counts")).await.json()["items"].clone();
        assert_eq!(items, json!([{ "kind": "look", "state": "queued", "n": 3 }]));
    });
}

/// Takes `n` due jobs and lets them die of `error`.
pub(super) async fn kill(store: &Store, n: usize, error: &'static str) {
    let done = store.write::<_, store::Error, _>(move |tx| {
        Box::pin(async move {
            let until = tx.now() + Duration::from_mins(1);
            let mut ends = Vec::new();
            for slot in jobs::slots(tx, None).await? {
                for job in jobs::take(tx, &slot, n, "n1/1", until).await? {
                    let end = End::done(job.id, job.fence, job.kind);
                    let (state, error) = (State::Dead, Some(error.to_owned()));
                    ends.push(End { state, attempts: 1, class: Class::Risk, error, ..end });
                }
            }
            jobs::settle(tx, &ends).await
        })
    });
    done.await.unwrap();
}
