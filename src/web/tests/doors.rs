//! Who is let in: keys and scopes, sign-in by link, other sites, other names.

use super::*;
use crate::config::Config;
use crate::observe::metric;

fn with(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = call(method, path);
    for (name, value) in headers {
        if *name == "host" {
            request = Request::builder().method(method).uri(path);
        }
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

#[test]
fn three_paths_are_open_and_everything_else_wants_a_key_or_a_sign_in() {
    run(async |house| {
        let health = house.ask(get("/healthz")).await;
        assert_eq!((health.status.as_u16(), health.text.as_str()), (200, "ok"));
        assert_eq!(house.ask(get("/readyz")).await.json()["ready"], true);
        house.ready.lock().unwrap().ready = false;
        assert_eq!(house.ask(get("/readyz")).await.status, 503);
        let metrics = house.ask(get("/metrics")).await;
        assert!(
            metrics.text.contains(r#"radard_http_requests_total{route="/readyz",status="503"} 1"#),
            "{}",
            metrics.text
        );
        for path in ["/api/v1/jobs", "/api/v1/readiness", "/api/v1/nothing", "/api"] {
            let refused = house.ask(get(path)).await;
            assert_eq!((refused.status.as_u16(), refused.header("www-authenticate")), (401, "Bearer"), "{path}");
            assert_eq!(refused.json()["class"], "auth", "{path}");
        }
        for path in ["/", "/jobs/1", "/nothing"] {
            let page = house.ask(get(path)).await;
            assert_eq!(
                (page.status.as_u16(), page.header("content-type")),
                (401, "text/html; charset=utf-8"),
                "{path}"
            );
            assert!(page.text.contains("<code>radard open</code>"), "{}", page.text);
        }
    });
}

#[test]
fn strangers_see_numbers_without_names_and_parts_without_advice() {
    run(async |house| {
        house.app.parts().metrics.set(metric::LANE_CLOSED, ["main/posts"], 1_u64);
        house.app.parts().metrics.set(metric::TARGETS, ["ok"], 1_u64);
        house.ready.lock().unwrap().parts[0].r#do = Some(Advice::of_catalogue("look at /data/main".into()));
        let key = house.key("scraper", &["metrics:read"]).await;
        let other = house.key("other", &["jobs:read"]).await;
        let seen = async |key: &str| {
            let headers = [("authorization", key)];
            let headers = if key.is_empty() { &headers[..0] } else { &headers[..] };
            let metrics = house.ask(with("GET", "/metrics", headers)).await;
            let ready = house.ask(with("GET", "/readyz", headers)).await.json();
            assert!(metrics.text.contains("radard_targets{state=\"ok\"} 1"), "{}", metrics.text);
            (metrics.text.contains("main/posts"), !ready["parts"][0]["do"].is_null())
        };
        assert_eq!(
            (seen("").await, seen(&other).await, seen(&key).await),
            ((false, false), (false, false), (true, true))
        );
        assert_eq!(house.ask(with("GET", "/metrics", &[("authorization", "Bearer rk_short")])).await.status, 401);
        assert!(house.own(get("/metrics")).await.text.contains("main/posts"), "the owner sees all");
    });
}

#[test]
fn a_key_opens_what_its_scope_says_and_nothing_else() {
    run(async |house| {
        let scopes = ["jobs:read", "jobs:write", "alarms:read", "alarms:write", "keys:write", "metrics:read", "admin"];
        let paths = [
            ("GET", "/api/v1/jobs", "jobs:read"),
            ("GET", "/api/v1/counts", "jobs:read"),
            ("GET", "/api/v1/lanes", "jobs:read"),
            ("GET", "/api/v1/kinds", "jobs:read"),
            ("POST", "/api/v1/jobs", "jobs:write"),
            ("POST", "/api/v1/jobs/retry", "jobs:write"),
            ("POST", "/api/v1/gates", "jobs:write"),
            ("GET", "/api/v1/schedules", "jobs:read"),
            ("POST", "/api/v1/schedules/backup/run", "admin"),
            ("GET", "/api/v1/alarms", "alarms:read"),
            ("GET", "/api/v1/alarms/018cc251-f400-7000-8000-000000000000", "alarms:read"),
            ("POST", "/api/v1/alarms/018cc251-f400-7000-8000-000000000000/ack", "alarms:write"),
            ("GET", "/api/v1/keys", "keys:write"),
            ("POST", "/api/v1/keys", "keys:write"),
            ("DELETE", "/api/v1/keys/x", "keys:write"),
            ("POST", "/api/v1/open", "admin"),
            ("GET", "/api/v1/open", "admin"),
            ("DELETE", "/api/v1/open", "admin"),
            ("GET", "/api/v1/tasks", "admin"),
            ("GET", "/api/v1/doctor", "admin"),
            ("POST", "/api/v1/backups", "admin"),
            ("POST", "/api/v1/reload", "admin"),
            ("GET", "/", "admin"),
        ];
        for scope in scopes {
            let key = house.key(&scope.replace(':', "-"), &[scope]).await;
            for (method, path, needed) in paths {
                let status = house.ask(with(method, path, &[("authorization", &key)])).await.status.as_u16();
                let opens = scope == needed || scope == "admin";
                assert_eq!(!matches!(status, 401 | 403), opens, "{scope} on {method} {path}: {status}");
            }
            assert_eq!(house.ask(with("GET", "/api/v1/readiness", &[("authorization", &key)])).await.status, 200);
        }
    });
}

#[test]
fn each_kind_of_job_wants_its_scope() {
    run(async |house| {
        let (writer, admin) = (house.key("writer", &["jobs:write"]).await, house.key("admin", &["admin"]).await);
        let add = async |key: &str, kind: &str| {
            let payload = if kind == "rotate" { json!({}) } else { json!({ "at": "sky" }) };
            let body = json!({ "kind": kind, "key": kind, "payload": payload }).to_string();
            let request = call("POST", "/api/v1/jobs").header("authorization", key);
            house.ask(request.header("content-type", "application/json").body(Body::from(body)).unwrap()).await
        };
        assert_eq!(add(&writer, "look").await.status, 201);
        // No key helps with a kind that radard alone adds.
        for (kind, class) in [("glance", "auth"), ("rotate", "schema")] {
            let refused = add(&writer, kind).await;
            assert_eq!((refused.status.as_u16(), &refused.json()["class"]), (403, &json!(class)), "{kind}");
        }
        let glance = add(&admin, "glance").await;
        assert_eq!(glance.status, 201);
        let refused = add(&admin, "rotate").await;
        assert_eq!(refused.status, 403, "not even for the owner");
        assert!(refused.json()["error"].as_str().unwrap().contains("`rotate`"), "{}", refused.json());
        let id = glance.json()["id"].as_str().unwrap().to_owned();
        for act in ["retry", "cancel"] {
            let path = format!("/api/v1/jobs/{id}/{act}");
            assert_eq!(house.ask(with("POST", &path, &[("authorization", &writer)])).await.status, 403, "{act}");
        }
        let cancel = format!("/api/v1/jobs/{id}/cancel");
        assert_eq!(house.ask(with("POST", &cancel, &[("authorization", &admin)])).await.status, 200, "the control");
    });
}

#[test]
fn a_revoked_and_a_made_up_key_open_nothing_even_beside_a_good_cookie() {
    run(async |house| {
        let key = house.key("a", &["admin"]).await;
        let list = |key: &str, cookie: &str| with("GET", "/api/v1/jobs", &[("authorization", key), ("cookie", cookie)]);
        assert_eq!(house.ask(list(&key, "")).await.status, 200);
        house.own(call("DELETE", "/api/v1/keys/a").body(Body::empty()).unwrap()).await;
        let visit = house.visit().await;
        assert_eq!(house.ask(list(&key, &visit)).await.status, 401);
        for key in [format!("Bearer rk_{}", "0".repeat(64)), "Bearer rk_short".into(), "Basic YTpi".into()] {
            assert_eq!(house.ask(list(&key, &visit)).await.status, 401, "{key}");
        }
    });
}

#[test]
fn what_a_key_opened_ends_with_it_and_the_owner_ends_the_rest() {
    run(async |house| {
        let key = house.key("a", &["admin"]).await;
        let open = async |key: &str| {
            let made = house.ask(with("POST", "/api/v1/open", &[("authorization", key)])).await.json();
            made["path"].as_str().unwrap().to_owned()
        };
        let enter = async |link: &str| {
            let entered = house.ask(with("POST", link, &[("sec-fetch-site", "same-origin")])).await;
            let cookie = entered.header("set-cookie");
            (entered.status.as_u16(), cookie.split(';').next().unwrap_or_default().to_owned())
        };
        let sees = async |cookie: &str| house.ask(with("GET", "/", &[("cookie", cookie)])).await.status == 200;
        let ((_, of_key), unused, of_owner) = (enter(&open(&key).await).await, open(&key).await, house.visit().await);
        assert!(sees(&of_key).await && sees(&of_owner).await, "the control");
        // A visit that a key began opens only what ends with that key.
        let again = house.ask(with("POST", "/api/v1/open", &[("cookie", &of_key), ("sec-fetch-site", "same-origin")]));
        let again = again.await.json()["path"].as_str().unwrap().to_owned();
        let listed = house.own(get("/api/v1/open")).await.json()["items"].clone();
        let by: Vec<_> = listed.as_array().unwrap().iter().map(|row| row["opened_by"].clone()).collect();
        assert_eq!(by.iter().filter(|by| **by == "a").count(), 3, "{listed}");
        assert_eq!(by.iter().filter(|by| by.is_null()).count(), 1, "{listed}");
        assert!(!listed.to_string().contains("hash"), "{listed}");

        house.own(call("DELETE", "/api/v1/keys/a").body(Body::empty()).unwrap()).await;
        assert!(!sees(&of_key).await && sees(&of_owner).await, "the owner's own stays");
        assert_eq!((enter(&unused).await.0, enter(&again).await.0), (410, 410));
        let ended = house.own(call("DELETE", "/api/v1/open").body(Body::empty()).unwrap()).await;
        assert_eq!(ended.json(), json!({ "ended": 1 }));
        assert!(!sees(&of_owner).await);
    });
}

#[test]
fn only_a_token_gets_a_form() {
    run(async |house| {
        let shown = async |link: &str| {
            let page = house.ask(get(link)).await;
            (page.status.as_u16(), page.text.contains("<form"))
        };
        assert_eq!(shown(&house.link().await).await, (200, true), "the control");
        for link in ["/enter/x", "/enter/%22%3E%3Cscript%3E", &format!("/enter/{}", "g".repeat(64))] {
            assert_eq!(shown(link).await, (410, false), "{link}");
        }
    });
}

#[test]
fn a_key_cannot_give_more_than_it_has_and_its_use_is_remembered() {
    run(async |house| {
        let key = house.key("keeper", &["keys:write"]).await;
        let add = |scope: &str| {
            let body = json!({ "name": "more", "scopes": [scope] }).to_string();
            let request = call("POST", "/api/v1/keys").header("authorization", &key);
            request.header("content-type", "application/json").body(Body::from(body)).unwrap()
        };
        assert_eq!(house.ask(add("admin")).await.status, 403);
        assert_eq!(house.ask(add("keys:write")).await.status, 201);
        house.key("root", &["admin"]).await;
        let revoke = |name: &str| with("DELETE", &format!("/api/v1/keys/{name}"), &[("authorization", &key)]);
        assert_eq!(house.ask(revoke("root")).await.status, 403, "nor revoke one that has more");
        assert_eq!(house.ask(revoke("more")).await.status, 200);
        assert_eq!(house.own(get("/api/v1/keys")).await.json()["items"][0]["used_at"], BEGIN.0);
    });
}

#[test]
fn a_link_works_once_and_only_when_its_button_is_pressed() {
    run(async |house| {
        let link = house.link().await;
        for _ in 0..2 {
            let page = house.ask(get(&link)).await;
            assert!(page.status == 200 && page.text.contains(&format!("action=\"{link}\"")), "{}", page.text);
        }
        let entered = house.ask(with("POST", &link, &[("sec-fetch-site", "same-origin")])).await;
        assert_eq!((entered.status.as_u16(), entered.header("location")), (303, "/"));
        let cookie = entered.header("set-cookie").to_owned();
        assert!(cookie.starts_with("radard_visit=") && !cookie.contains("Secure"), "{cookie}");
        assert!(cookie.ends_with("; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"), "{cookie}");
        let visit = cookie.split(';').next().unwrap();
        assert_eq!(house.ask(with("GET", "/", &[("cookie", visit)])).await.status, 200);
        let again = house.ask(with("POST", &link, &[])).await;
        assert_eq!((again.status.as_u16(), again.header("set-cookie")), (410, ""));
        assert!(again.text.contains("no longer works"));
        let left = house.ask(with("POST", "/leave", &[("cookie", visit), ("sec-fetch-site", "same-origin")])).await;
        assert!(left.status == 303 && left.header("set-cookie").starts_with("radard_visit=; Path=/; Max-Age=0"));
        assert_eq!(house.ask(with("GET", "/", &[("cookie", visit)])).await.status, 401);
    });
}

#[test]
fn links_and_visits_end_with_time() {
    run(async |house| {
        let (link, minute) = (house.link().await, 60_000);
        house.ambient.clock.step(10 * minute);
        assert_eq!(house.ask(with("POST", &link, &[])).await.status, 410, "ten minutes are over");
        let visit = house.visit().await;
        let status = async |step: i64| {
            house.ambient.clock.step(step);
            house.ask(with("GET", "/", &[("cookie", &visit)])).await.status.as_u16()
        };
        for _ in 0..15 {
            assert_eq!(status(11 * 60 * minute).await, 200, "it is used again within twelve hours");
        }
        assert_eq!(status(11 * 60 * minute).await, 401, "seven days are over");
        let visit = house.visit().await;
        house.ambient.clock.step(12 * 60 * minute);
        assert_eq!(house.ask(with("GET", "/", &[("cookie", &visit)])).await.status, 401, "nobody used it");
    });
}

#[test]
fn behind_tls_the_cookie_is_bound_to_the_host_and_the_plain_one_counts_for_nothing() {
    run(async |house| {
        let https = ("x-forwarded-proto", "https");
        let link = house.link().await;
        let cookie = house.ask(with("POST", &link, &[https])).await.header("set-cookie").to_owned();
        assert!(cookie.starts_with("__Host-radard_visit=") && cookie.ends_with("; Secure"), "{cookie}");
        let visit = cookie.split(';').next().unwrap();
        assert_eq!(house.ask(with("GET", "/", &[https, ("cookie", visit)])).await.status, 200);
        let plain = visit.trim_start_matches("__Host-");
        assert_eq!(house.ask(with("GET", "/", &[https, ("cookie", plain)])).await.status, 401);
    });
}

#[test]
fn what_another_site_sends_with_our_cookie_is_refused() {
    run(async |house| {
        let visit = house.visit().await;
        let press = async |path: &str, more: &[(&str, &str)]| {
            let headers: Vec<_> = [("cookie", visit.as_str())].iter().chain(more).copied().collect();
            house.ask(with("POST", path, &headers)).await.status.as_u16()
        };
        for more in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:7878")],
            &[("origin", "http://127.0.0.1:9999")],
            &[("origin", "null")],
            &[],
        ] {
            assert_eq!(press("/api/v1/reload", more).await, 403, "{more:?}");
            assert_eq!(press("/leave", more).await, 403, "{more:?}");
        }
        assert_eq!(press("/api/v1/reload", &[("sec-fetch-site", "same-origin")]).await, 200);
        assert_eq!(press("/api/v1/reload", &[("origin", "http://127.0.0.1:7878")]).await, 200);
        let link = house.link().await;
        let enter = with("POST", &link, &[("sec-fetch-site", "cross-site")]);
        assert_eq!(house.ask(enter).await.status, 403, "nor may it sign a browser in");
    });
}

#[test]
fn a_forged_host_reaches_nothing_not_even_the_open_paths() {
    run(async |house| {
        let status = async |host: &str| house.ask(with("GET", "/healthz", &[("host", host)])).await.status.as_u16();
        for host in ["localhost:7878", "127.0.0.1", "[::1]:7878", "LOCALHOST", "radar.example:8443", "127.0.0.2:1"] {
            assert_eq!(status(host).await, 200, "{host}");
        }
        for host in ["evil.example:7878", "10.0.0.8:7878", "localhost.evil.example", "", "[::1"] {
            assert_eq!(status(host).await, 403, "{host}");
        }
        let none = Request::builder().uri("/healthz").body(Body::empty()).unwrap();
        assert_eq!(house.ask(none).await.status, 403);
        let two = Request::builder().uri("/healthz").header("host", "localhost").header("host", "evil.example");
        assert_eq!(house.ask(two.body(Body::empty()).unwrap()).await.status, 403);
        let mut config = Config::default();
        config.web.hosts = vec!["evil.example".to_owned()];
        house.app.parts().current.replace(config);
        assert_eq!((status("evil.example").await, status("radar.example").await), (200, 403));
    });
}

#[test]
fn every_answer_carries_the_headers_that_bind_a_browser() {
    run(async |house| {
        let visit = house.visit().await;
        for request in [
            get("/healthz"),
            get("/"),
            get("/api/v1/jobs"),
            with("GET", "/", &[("cookie", &visit)]),
            with("GET", "/", &[("host", "evil.example")]),
            get("/style.css"),
        ] {
            let kept = request.uri().path() == "/style.css";
            let answer = house.ask(request).await;
            let csp = answer.header("content-security-policy");
            assert!(csp.starts_with("default-src 'none'; style-src 'self'") && csp.contains("frame-ancestors 'none'"));
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
            assert_eq!(answer.header("cache-control") == "no-store", !kept);
        }
    });
}
