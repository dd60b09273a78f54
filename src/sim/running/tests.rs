//! The routers called without a socket: ranges, ledger, switches, control.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::response::Response;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::domain::Millis;
use crate::sim::{ALL, PLATFORMS, Sim};

/// The moment at which every story here begins.
const DAWN: Millis = Millis(1_780_000_000_000);

/// The tasks of the platforms, in the order of their ports.
fn tasks() -> [&'static str; ALL.len()] {
    ALL.each_ref().map(|platform| platform.task)
}

/// A simulated outside without tasks.
fn outside(seed: u64) -> Running {
    Sim::start(Options { seed, ..Options::default() }, Ambient::pinned(seed, DAWN)).unwrap()
}

/// Sends `method path` to the part that serves `task`.
async fn ask(running: &Running, task: &str, request: Request<Body>) -> Response {
    let listener = running.listeners.iter().find(|listener| listener.task == task).unwrap();
    listener.router.clone().oneshot(request).await.unwrap()
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

async fn body(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec()
}

async fn control(running: &Running, method: &str, path: &str, told: &str) -> (u16, Value) {
    let request = request(method, path, &[("content-type", "application/json")], told);
    let response = ask(running, "sim.control", request).await;
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&body(response).await).unwrap())
}

#[tokio::test]
async fn every_platform_names_itself_and_counts() {
    let running = outside(7);
    for (platform, task) in PLATFORMS.into_iter().zip(tasks()) {
        for seq in [1, 2] {
            let response = ask(&running, task, request("GET", "/probe", &[], "")).await;
            let told: Value = serde_json::from_slice(&body(response).await).unwrap();
            assert_eq!((&told["platform"], &told["seq"]), (&json!(platform), &json!(seq)));
            assert_eq!((&told["ok"], &told["now"]), (&json!(true), &json!(DAWN)));
        }
    }
    let missing = ask(&running, "sim.tiktok", request("GET", "/files/clip-5.bin", &[], "")).await;
    assert_eq!(missing.status(), 404, "only Douyin keeps files");
}

#[tokio::test]
async fn a_file_is_the_same_whole_in_parts_and_in_another_run() {
    let (running, again, other) = (outside(7), outside(7), outside(8));
    let get = async |running, headers: &[(&str, &str)]| {
        ask(running, "sim.douyin", request("GET", "/files/clip-200001.bin", headers, "")).await
    };
    let head = get(&running, &[]).await;
    assert_eq!(head.headers()["content-length"], "200001");
    let etag = head.headers()["etag"].to_str().unwrap().to_owned();
    let whole = body(head).await;
    assert_eq!(whole.len(), 200_001);
    assert_eq!(body(get(&again, &[]).await).await, whole);
    assert_ne!(body(get(&other, &[]).await).await, whole);

    let part = get(&running, &[("range", "bytes=70001-150000"), ("if-range", &etag)]).await;
    assert_eq!(
        (part.status().as_u16(), &part.headers()["content-range"]),
        (206, &"bytes 70001-150000/200001".parse().unwrap())
    );
    assert_eq!(body(part).await, whole[70_001..=150_000]);
    let changed = get(&running, &[("range", "bytes=5-9"), ("if-range", "\"other\"")]).await;
    assert_eq!(changed.status(), 200);
    let beyond = get(&running, &[("range", "bytes=200001-")]).await;
    assert_eq!(
        (beyond.status().as_u16(), &beyond.headers()["content-range"]),
        (416, &"bytes */200001".parse().unwrap())
    );
}

#[tokio::test]
async fn the_ledger_has_every_request_and_its_fault() {
    let running = outside(1);
    control(&running, "POST", "/fault", r#"{"spec": "douyin.probe.rate@2"}"#).await;
    for path in ["/probe?a=1", "/probe", "/nowhere"] {
        ask(&running, "sim.douyin", request("GET", path, &[], "")).await;
    }
    ask(&running, "sim.tikapi", request("POST", "/probe", &[], "")).await;
    let (_, told) = control(&running, "GET", "/ledger", "").await;
    let row = |seq, platform, method, path, status, fault: Option<&str>| json!({"seq": seq, "at": DAWN, "platform": platform, "method": method, "path": path, "status": status, "fault": fault});
    let rows = [
        row(1, "douyin", "GET", "/probe?a=1", 200, None),
        row(2, "douyin", "GET", "/probe", 429, Some("rate")),
        row(3, "douyin", "GET", "/nowhere", 404, None),
        row(4, "tikapi", "POST", "/probe", 405, None),
    ];
    assert_eq!(told, json!({"v": 1, "items": rows, "next": null, "total": 4}));

    let (_, one) = control(&running, "GET", "/ledger?platform=douyin&limit=1&cursor=1", "").await;
    assert_eq!((&one["items"][0]["seq"], &one["next"], &one["total"]), (&json!(2), &json!("2"), &json!(4)));
    let (_, none) = control(&running, "GET", &format!("/ledger?since={}", DAWN.0 + 1), "").await;
    assert_eq!((&none["items"], &none["next"]), (&json!([]), &json!(null)));
    let (status, told) = control(&running, "GET", "/ledger?platform=duoyin", "").await;
    assert_eq!(status, 400, "{told}");
}

#[tokio::test]
async fn switches_are_set_listed_refused_and_cleared() {
    let running = outside(1);
    let (_, told) = control(&running, "POST", "/fault", r#"{"spec": "douyin.files.network@every=3"}"#).await;
    assert_eq!(told["faults"], json!(["douyin.files.network@every=3"]));
    let (status, told) = control(&running, "POST", "/fault", r#"{"spec": "douyin.files.ok"}"#).await;
    assert_eq!(status, 400);
    assert!(told["error"].as_str().unwrap().contains("gone auth risk rate network"), "{told}");
    let (_, told) = control(&running, "GET", "/state", "").await;
    assert_eq!((&told["faults"], &told["seed"]), (&json!(["douyin.files.network@every=3"]), &json!(1)));
    assert_eq!(told["platforms"], json!(running.platforms));
    let (_, told) = control(&running, "DELETE", "/fault", "").await;
    assert_eq!(told["faults"], json!([]));
}

#[tokio::test]
async fn control_has_the_paths_and_the_state_of_each_platform() {
    let running = outside(7);
    let (_, told) = control(&running, "GET", "/state", "").await;
    let members: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = "ads_login codes creators cut_connections faults ledger login now outages platforms proxy seed short_links \
                    v wait_s";
    assert_eq!(members.join(" "), expected);
    assert_eq!((&told["login"], &told["ads_login"]), (&json!(running.login()), &json!(running.ads_login().1)));
    assert_eq!((told["creators"][0].as_str(), running.creators().len()), (Some(running.creators()[0].as_str()), 48));
    for (path, method, body) in [
        ("/rename", "POST", r#"{"page": "user_post", "from": "a", "to": "b"}"#),
        ("/live", "POST", ""),
        ("/live", "DELETE", ""),
        ("/lists", "POST", r#"{"lead": "half"}"#),
        ("/lists", "DELETE", ""),
        ("/expire", "POST", r#"{"after": 1}"#),
    ] {
        assert_eq!(control(&running, method, path, body).await, (200, json!({"v": 1})), "{method} {path}");
    }
    let (status, told) = control(&running, "POST", "/scan", r#"{"says": "nothing"}"#).await;
    assert_eq!((status, told), (400, json!({"error": "no page shows such a code"})));
    assert_eq!(control(&running, "POST", "/nowhere", "").await.0, 404);
}

#[tokio::test]
async fn a_proxy_answers_every_request_with_a_page_until_it_is_taken_away() {
    let running = outside(1);
    let get = async |task: &str, path: &str| ask(&running, task, request("GET", path, &[], "")).await;
    let (status, _) = control(&running, "POST", "/proxy", r#"{"status": 404}"#).await;
    assert_eq!(status, 200);
    for task in tasks() {
        for path in ["/probe", "/files/clip-5.bin", "/aweme/v1/web/aweme/detail/", "/nowhere"] {
            let page = get(task, path).await;
            assert_eq!((page.status().as_u16(), &page.headers()["content-type"]), (404, &"text/html".parse().unwrap()));
            let text = String::from_utf8(body(page).await).unwrap();
            assert!(text.contains("<h1>404 Not Found</h1>") && text.contains("nginx"), "{task} {path}: {text}");
        }
    }
    let (_, told) = control(&running, "GET", "/state", "").await;
    assert_eq!(told["proxy"], 404);
    let (_, told) = control(&running, "GET", "/ledger?limit=1", "").await;
    assert_eq!((&told["items"][0]["status"], &told["items"][0]["fault"]), (&json!(404), &json!("network")));
    for wrong in ["200", "600"] {
        assert_eq!(control(&running, "POST", "/proxy", &format!("{{\"status\": {wrong}}}")).await.0, 400);
    }
    control(&running, "DELETE", "/proxy", "").await;
    assert_eq!(get("sim.douyin", "/probe").await.status(), 200);
    running.proxy(Some(502));
    assert_eq!(get("sim.douyin", "/probe").await.status(), 502);
    running.proxy(None);
    let missing = get("sim.douyin", "/nowhere").await;
    assert_eq!((missing.status().as_u16(), &missing.headers()["content-type"]), (404, &"text/html".parse().unwrap()));
}

#[tokio::test]
async fn what_is_deleted_is_refused_as_the_platform_refuses_it() {
    let running = outside(1);
    let played = [
        ("probe", "/probe", 200, "\"status_code\":2053"),
        ("user_post", "/aweme/v1/web/aweme/post/", 200, "\"status_code\":2053"),
        ("post_detail", "/aweme/v1/web/aweme/detail/", 200, "\"aweme_detail\":null"),
        ("files", "/files/clip-5.bin", 404, "<h1>404 Not Found</h1>"),
    ];
    for (endpoint, path, status, said) in played {
        running.play(format!("douyin.{endpoint}.gone").parse().unwrap());
        let refused = ask(&running, "sim.douyin", request("GET", path, &[], "")).await;
        assert_eq!(refused.status().as_u16(), status, "{endpoint}");
        let text = String::from_utf8(body(refused).await).unwrap();
        assert!(text.contains(said), "{endpoint}: {text}");
    }
}

#[test]
fn the_config_to_paste_names_every_port() {
    let running = outside(1);
    let table: toml::Table = running.config_toml().parse().unwrap();
    let pairs: Vec<_> = PLATFORMS.iter().map(|name| running.platforms[name].trim_start_matches("http://")).collect();
    assert_eq!(table["egress"]["allow_private"].as_array().unwrap().len(), PLATFORMS.len());
    for (name, pair) in PLATFORMS.iter().zip(pairs) {
        assert!(table["egress"]["allow_private"].as_array().unwrap().contains(&pair.into()), "{pair}");
        let platform = table["platform"][*name].as_table().unwrap();
        assert_eq!(platform.values().next().unwrap().as_str().unwrap(), format!("http://{pair}"));
    }
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    let error = Sim::start(Options { listen, ..Options::default() }, Ambient::pinned(1, DAWN)).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot listen on `{listen}` for the simulated `douyin`"));
    let listen = SocketAddr::from(([127, 0, 0, 1], u16::MAX));
    let error = Sim::start(Options { listen, ..Options::default() }, Ambient::pinned(1, DAWN)).unwrap_err();
    assert!(matches!(error, Error::Ports(u16::MAX) | Error::Listen { .. }), "{error}");
}

#[tokio::test]
async fn an_outage_and_a_wait_are_set_and_ended_over_control() {
    let running = outside(7);
    let told = async |path, method, body: Value| control(&running, method, path, &body.to_string()).await.0;
    assert_eq!(told("/outage", "POST", json!({"platform": "nowhere"})).await, 400);
    assert_eq!(told("/outage", "POST", json!({"platform": "douyin"})).await, 200);
    assert_eq!(told("/wait", "POST", json!({"seconds": 3600})).await, 200);
    let state = control(&running, "GET", "/state", "").await.1;
    assert_eq!((&state["outages"], &state["wait_s"]), (&json!(["douyin"]), &json!(3600)));
    assert_eq!(told("/fault", "POST", json!({"spec": "douyin.probe.rate"})).await, 200);
    let refused = ask(&running, "sim.douyin", request("GET", "/probe", &[], "")).await;
    assert_eq!(refused.headers()["retry-after"], "3600");
    assert_eq!(told("/outage", "POST", json!({})).await, 200);
    assert_eq!(control(&running, "GET", "/state", "").await.1["outages"].as_array().unwrap().len(), PLATFORMS.len());
    assert_eq!(told("/outage", "DELETE", json!({})).await, 200);
    assert_eq!(control(&running, "GET", "/state", "").await.1["outages"], json!([]));
}

/// A client that was connected before and one that comes new both meet a broken connection, and no answer.
#[tokio::test]
async fn an_outage_breaks_open_connections_and_drops_new_ones() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let running = outside(7);
    let house = Supervisor::new(Ambient::pinned(7, DAWN));
    running.serve(&house);
    let ask = async |stream: &mut tokio::net::TcpStream| {
        let _maybe_cut = stream.write_all(b"GET /probe HTTP/1.1\r\nHost: h\r\n\r\n").await;
        let mut answer = [0; 4096];
        let read = stream.read(&mut answer).await.ok().filter(|read| *read > 0)?;
        String::from_utf8_lossy(&answer[..read]).get(..12).map(str::to_owned)
    };
    let at = running.platforms["douyin"].trim_start_matches("http://").to_owned();
    let mut open = tokio::net::TcpStream::connect(&at).await.unwrap();
    assert_eq!(ask(&mut open).await.unwrap(), "HTTP/1.1 200");
    assert!(running.cut_off(Some("douyin")));
    let mut new = tokio::net::TcpStream::connect(&at).await.unwrap();
    assert_eq!((ask(&mut open).await, ask(&mut new).await), (None, None));
    assert_eq!((running.cut_connections(), running.requests()), (2, 1));
    let other = running.platforms["tiktok"].trim_start_matches("http://").to_owned();
    let mut other = tokio::net::TcpStream::connect(other).await.unwrap();
    assert_eq!(ask(&mut other).await.unwrap(), "HTTP/1.1 200", "other platforms go on");
    running.reconnect();
    let mut again = tokio::net::TcpStream::connect(&at).await.unwrap();
    assert_eq!(ask(&mut again).await.unwrap(), "HTTP/1.1 200");
    drop((open, new, other, again));
    house.leave(std::time::Duration::from_secs(5)).await;
}
