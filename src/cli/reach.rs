//! The way from a command to the data: the running daemon if there is one, else a house of its own.
//!
//! Both are spoken to in the same requests and answers, so a command is written once. A daemon that answers is always
//! preferred, because it holds the data directory.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use serde_json::Value;
use tower::ServiceExt as _;

use super::desk::Desk;
use super::failure::Failure;
use super::house;
use super::out::Answer;
use crate::advice;
use crate::config::Places;
use crate::daemon::Direct;
use crate::net::{LocalApi, LocalError, local};
use crate::store::Denied;
use crate::web::encode;

/// The most that a house answers.
const MOST: usize = 64 * 1024 * 1024;

/// What a command is going to do with the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Look at them.
    Reading,
    /// Look at them to see what comes; while there are none, that is everything.
    Foreseeing,
    /// Change them.
    Writing,
    /// Something that only a running daemon can do.
    Daemon,
}

/// Who answers.
pub(super) enum Reach {
    /// The daemon, over its socket.
    Socket(LocalApi),
    /// A house of our own, in this process.
    House(Router, Option<Box<Direct>>),
}

impl Reach {
    /// Finds who answers for what the command needs.
    async fn find(desk: &Desk, need: Need) -> Result<Self, Failure> {
        let places = desk.places()?;
        match knock(&places).await {
            Ok(Some(api)) => return Ok(Self::Socket(api)),
            Ok(None) if need == Need::Daemon => {
                // In a folder that is closed to this user nobody can tell whether a daemon listens.
                if let Some(denied) = Denied::of(&places.socket()) {
                    return Err(Failure::of(&denied).advise(denied.advice()));
                }
                let what = format!("no daemon runs on the data directory `{}`", places.data.display());
                return Err(Failure::new(what).advise(advice::cli::start()));
            }
            Ok(None) => {}
            Err(error) => return Err(unanswered(&error)),
        }
        let checked = desk.checked(&places)?;
        desk.log_on_request(&checked)?;
        let (router, borrowed) = match need {
            Need::Reading => Box::pin(house::reading(desk, &checked, &places)).await?,
            Need::Foreseeing => Box::pin(house::foreseeing(desk, &checked, &places)).await?,
            Need::Writing | Need::Daemon => Box::pin(house::direct(desk, &checked, &places)).await?,
        };
        Ok(Self::House(router, Some(Box::new(borrowed))))
    }

    /// Sends one request; gives the status and the answer.
    pub(super) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Result<(u16, Value), Failure> {
        match self {
            Self::Socket(api) => api.call(method, path, body).await.map_err(|error| unanswered(&error)),
            Self::House(router, _) => call_house(router.clone(), method, path, body).await,
        }
    }

    /// Sends one request; an answer that refuses is a failure.
    pub(super) async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        match self.call(method, path, body).await? {
            (200..=299, answer) => Ok(answer),
            (status, answer) => Err(Failure::of_answer(status, answer)),
        }
    }

    /// Lets `work` ask whoever answers, and lets go afterwards however it went.
    pub(super) async fn with(
        desk: &Desk,
        need: Need,
        work: impl AsyncFnOnce(&Self) -> Result<Answer, Failure>,
    ) -> Result<Answer, Failure> {
        let reach = Self::find(desk, need).await?;
        let answer = work(&reach).await;
        reach.leave().await;
        answer
    }

    /// Lets go of what was taken.
    async fn leave(self) {
        if let Self::House(router, Some(borrowed)) = self {
            // The router holds the store too.
            drop(router);
            borrowed.close().await;
        }
    }
}

/// The daemon that holds the data directory; nothing when there is none.
pub(super) async fn knock(places: &Places) -> Result<Option<LocalApi>, LocalError> {
    if !places.socket().exists() {
        return Ok(None);
    }
    let api = local(&places.socket())?;
    match api.call("GET", "/healthz", None).await {
        // Any answer comes from somebody, in whatever form.
        Ok(_) | Err(LocalError::NotJson { .. }) => Ok(Some(api)),
        Err(LocalError::NotRunning { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn unanswered(error: &LocalError) -> Failure {
    Failure::of(error).advise_if(error.advice())
}

async fn call_house(router: Router, method: &str, path: &str, body: Option<Value>) -> Result<(u16, Value), Failure> {
    let failed = |why: String| Failure::new(format!("cannot ask for `{path}`: {why}"));
    let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
    let request = match body {
        Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    let request = request.map_err(|error| failed(error.to_string()))?;
    let Ok(response) = router.oneshot(request).await;
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), MOST).await.map_err(|error| failed(error.to_string()))?;
    if bytes.is_empty() {
        return Ok((status, Value::Null));
    }
    serde_json::from_slice(&bytes).map(|answer| (status, answer)).map_err(|error| failed(error.to_string()))
}

/// `path` with those of `fields` that have a value.
pub(super) fn query(path: &str, fields: &[(&str, Option<String>)]) -> String {
    let given = fields.iter().filter_map(|(name, value)| Some(format!("{name}={}", encode(value.as_deref()?))));
    let given: Vec<_> = given.collect();
    if given.is_empty() { path.to_owned() } else { format!("{path}?{}", given.join("&")) }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    use axum::Json;
    use axum::extract::{Request as Asked, State};
    use axum::http::StatusCode;

    use super::*;
    use crate::cli::desk::Environment;
    use crate::cli::global::Global;
    use crate::cli::out::Out;

    /// What was asked, in order: method, path, body.
    pub(in crate::cli) type Log = Arc<Mutex<Vec<String>>>;

    /// A house that answers everything with `status` and `answer`, and remembers what it was asked.
    pub(in crate::cli) fn answering(status: u16, answer: Value) -> (Reach, Log) {
        let log = Log::default();
        let status = StatusCode::from_u16(status).unwrap();
        let reply = async move |State(log): State<Log>, asked: Asked| {
            let line = format!("{} {}", asked.method(), asked.uri());
            let body = to_bytes(asked.into_body(), MOST).await.unwrap();
            let line = format!("{line} {}", String::from_utf8_lossy(&body));
            log.lock().unwrap().push(line.trim_end().to_owned());
            (status, Json(answer))
        };
        (Reach::House(Router::new().fallback(reply).with_state(log.clone()), None), log)
    }

    /// What was asked so far.
    pub(in crate::cli) fn asked(log: &Log) -> Vec<String> {
        log.lock().unwrap().clone()
    }

    /// A desk over a directory that this test alone uses.
    fn desk(name: &str) -> (Desk, std::path::PathBuf) {
        let dir = std::env::temp_dir().join(format!("radard-reach-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let global = Global { config: Some(dir.clone()), data: Some(dir.clone()), ..Global::default() };
        let out = Out { json: false, quiet: false, color: false };
        (Desk::new(global, out, Environment(BTreeMap::new())).unwrap(), dir)
    }

    #[tokio::test]
    async fn a_running_daemon_is_asked_before_anything_is_opened() {
        let (desk, dir) = desk("running");
        let listener = tokio::net::UnixListener::bind(dir.join("radard.sock")).unwrap();
        let router = Router::new().fallback(async || Json(serde_json::json!({"v": 1})));
        let asking = Reach::with(&desk, Need::Daemon, async |reach| {
            assert!(matches!(reach, Reach::Socket(_)));
            let answer = reach.ask("GET", "/api/v1/lanes", None).await?;
            Ok(Answer::shown(answer, ""))
        });
        let answer = tokio::select! {
            ended = async { axum::serve(listener, router).await } => panic!("{ended:?}"),
            answer = asking => answer,
        };
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(answer.unwrap().to_stdout(Out { json: true, ..desk.out }), r#"{"v":1}"#);
    }

    #[tokio::test]
    async fn a_socket_that_a_dead_daemon_left_is_nobody() {
        let (desk, dir) = desk("dead");
        drop(tokio::net::UnixListener::bind(dir.join("radard.sock")).unwrap());
        let asked = async |need| Reach::find(&desk, need).await.map(drop).unwrap_err().to_text();
        let (daemon, reading) = (asked(Need::Daemon).await, asked(Need::Reading).await);
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(daemon.starts_with("radard: no daemon runs on"), "{daemon}");
        assert!(reading.starts_with("radard: there is no database in"), "{reading}");
    }

    #[tokio::test]
    async fn without_a_daemon_a_change_takes_the_directory_and_gives_it_back() {
        let (desk, dir) = desk("direct");
        let reach = Reach::find(&desk, Need::Writing).await.unwrap();
        let second = Reach::find(&desk, Need::Writing).await.map(drop).unwrap_err();
        reach.leave().await;
        let third = Reach::find(&desk, Need::Writing).await;
        assert_eq!((second.code().code(), third.is_ok()), (75, true));
        third.unwrap().leave().await;
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[tokio::test]
    async fn a_refusal_is_a_failure_with_its_code() {
        let refusal = serde_json::json!({"error": "the site asks for a slider", "class": "risk", "do": "wait"});
        let (reach, _) = answering(403, refusal);
        assert_eq!(reach.ask("GET", "/x", None).await.unwrap_err().code().code(), 4);
    }

    #[tokio::test]
    async fn an_answer_without_a_body_is_null() {
        let reach = Reach::House(Router::new().fallback(async || StatusCode::NO_CONTENT), None);
        assert_eq!(reach.call("DELETE", "/x", None).await.unwrap(), (204, Value::Null));
    }

    #[test]
    fn a_query_carries_what_was_given_and_nothing_else() {
        let fields = [("kind", None), ("lane", Some("a b/ü&".to_owned())), ("limit", Some("5".to_owned()))];
        assert_eq!(query("/jobs", &fields), "/jobs?lane=a%20b%2F%C3%BC%26&limit=5");
        assert_eq!(query("/jobs", &fields[..1]), "/jobs");
    }
}
