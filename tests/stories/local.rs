//! Commands that speak to a daemon on a socket file: one that is there, one that left, one that never was.

use std::path::PathBuf;

use axum::Json;
use axum::http::StatusCode;
use axum::routing::{get, post};
use radard::net::{LocalError, local};
use serde_json::{Value, json};

/// A folder of its own for one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("radard-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn json_goes_over_the_socket_and_back() {
    let folder = Folder::new("local-there");
    let socket = folder.0.join("radard.sock");
    let routes = axum::Router::new()
        .route("/echo", post(|Json(body): Json<Value>| async move { (StatusCode::CREATED, Json(body)) }))
        .route("/none", get(|| async { StatusCode::NO_CONTENT }))
        .route("/page", get(|| async { "<html>" }));
    let listener = tokio::net::UnixListener::bind(&socket).unwrap();
    let api = local(&socket).unwrap();
    let asked = async {
        let body = json!({"kind": "download", "n": 3});
        assert_eq!(api.call("POST", "/echo?x=1", Some(body.clone())).await.unwrap(), (201, body));
        assert_eq!(api.call("GET", "/none", None).await.unwrap(), (204, Value::Null));
        assert_eq!(api.call("GET", "/absent", None).await.unwrap(), (404, Value::Null));
        let page = api.call("GET", "/page", None).await;
        assert!(matches!(page, Err(LocalError::NotJson { status: 200, .. })), "{page:?}");
    };
    tokio::select! {
        () = asked => {}
        served = async { axum::serve(listener, routes).await } => served.unwrap(),
    }
}

#[tokio::test]
async fn a_daemon_that_is_not_there_is_told_apart() {
    let folder = Folder::new("local-absent");
    let absent = folder.0.join("radard.sock");
    let left_behind = folder.0.join("old.sock");
    drop(tokio::net::UnixListener::bind(&left_behind).unwrap());
    for socket in [&absent, &left_behind] {
        let answer = local(socket).unwrap().call("GET", "/", None).await;
        assert!(matches!(answer, Err(LocalError::NotRunning { .. })), "{answer:?}");
    }
    let folder_as_socket = local(&folder.0).unwrap().call("GET", "/", None).await;
    assert!(folder_as_socket.is_err(), "{folder_as_socket:?}");
}
