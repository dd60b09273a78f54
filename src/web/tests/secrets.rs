//! Sealed credentials over the API: what is told of them, what is refused, and that a rotation is asked for once.

use super::*;

/// Puts a key where the house looks for it.
fn make_key(house: &House) {
    let file = house.dir.join("vault.key");
    crate::vault::make_file(&file, &house.ambient.entropy, &Register::default()).unwrap();
}

fn set(name: &str, value: &str) -> Request<Body> {
    let request = call("PUT", &format!("/api/v1/secrets/{name}")).header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(json!({ "value": value }).to_string())).unwrap()
}

fn delete(name: &str) -> Request<Body> {
    call("DELETE", &format!("/api/v1/secrets/{name}")).body(Body::empty()).unwrap()
}

#[test]
fn without_a_key_nothing_is_sealed_and_the_way_to_one_is_told() {
    run(async |house| {
        let refused = house.own(set("weekly-token", "hunter2")).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["do"]), (409, &json!("run `radard secrets init`")));
        assert_eq!(house.own(get("/api/v1/secrets")).await.json()["items"], json!([]));
        make_key(&house);
        assert_eq!(house.own(set("weekly-token", "hunter2")).await.status, 200, "a key is found without a restart");
    });
}

#[test]
fn a_credential_is_listed_without_its_value_and_forgotten_once() {
    run(async |house| {
        make_key(&house);
        let kept = house.own(set("weekly-token", "hunter2-hunter2")).await;
        assert_eq!(kept.json(), json!({ "name": "weekly-token", "used": true }));
        let listed = house.own(get("/api/v1/secrets")).await;
        let entry = &listed.json()["items"][0];
        assert_eq!((&entry["name"], &entry["length"]), (&json!("weekly-token"), &json!(15)));
        assert_eq!((&entry["since"], &entry["used"]), (&json!(BEGIN.0), &json!(true)));
        assert!(!listed.text.contains("hunter2"), "{}", listed.text);
        let gone = house.own(delete("weekly-token")).await;
        assert_eq!(gone.json(), json!({ "name": "weekly-token", "forgotten": true }));
        assert_eq!(house.own(delete("weekly-token")).await.status, 404);
    });
}

#[test]
fn what_cannot_be_sealed_is_refused_without_being_repeated() {
    run(async |house| {
        make_key(&house);
        for (name, value) in
            [("store-url", "hunter2"), ("vault-key", "hunter2"), ("hunter", "hunter2"), ("weekly-token", "")]
        {
            let refused = house.own(set(name, value)).await;
            assert_eq!((refused.status.as_u16(), refused.text.contains("hunter2")), (400, false), "{}", refused.text);
        }
        let key = house.key("jobs", &["jobs:write"]).await;
        let request = call("GET", "/api/v1/secrets").header(header::AUTHORIZATION, key);
        assert_eq!(house.ask(request.body(Body::empty()).unwrap()).await.status, 403, "only the owner asks");
    });
}

#[test]
fn a_rotation_is_asked_for_once_for_each_key() {
    run(async |house| {
        assert_eq!(house.own(empty_post("/api/v1/secrets/rotate")).await.status, 409, "nothing was ever sealed");
        make_key(&house);
        house.own(set("weekly-token", "hunter2-hunter2")).await;
        let first = house.own(empty_post("/api/v1/secrets/rotate")).await;
        assert_eq!((first.status.as_u16(), &first.json()["new"]), (201, &json!(true)));
        let second = house.own(empty_post("/api/v1/secrets/rotate")).await;
        assert_eq!((second.status.as_u16(), &second.json()["id"]), (200, &first.json()["id"]));
    });
}
