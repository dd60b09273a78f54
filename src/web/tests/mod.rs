//! The pages and the API over a real database, called the way a browser and a script call them.

mod api;
mod doors;
mod jobs;
mod pages;
mod secrets;
mod sockets;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::app::{App, Part, Parts, Readiness};
use super::router::Door;
use crate::ambient::Ambient;
use crate::base::{Base, Plan};
use crate::config::{Checked, Config, Current, Places, Secrets};
use crate::crawl::Keeper;
use crate::doctor::Doctor;
use crate::domain::{Advice, Class, Millis, Miss};
use crate::net;
use crate::observe::{Metrics, Register};
use crate::pace::Pace;
use crate::queue::{Job, Kinds, Lease, OpenTo, Queue, Rules, Settled};
use crate::session::Session;
use crate::store::{Access, Place, Store};
use crate::supervise::{self, Supervisor};
use crate::target::{self, Changes, Served};
use crate::vault::{Credentials, Vault};

/// A moment that every story begins at.
const BEGIN: Millis = Millis(1_800_000_000_000);
const HOST: &str = "127.0.0.1:7878";

/// A kind that nobody runs here.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    at: String,
}

impl Job for Look {
    const KIND: &'static str = "look";
    const OPEN_TO: OpenTo = OpenTo::Scripts;
    type Tools = ();

    fn lane(&self) -> String {
        if self.at.contains(char::is_control) { self.at.clone() } else { "l".to_owned() }
    }

    async fn run(self, (): &(), _: &Lease) -> Result<Settled, Miss> {
        Ok(Settled::Done(Value::Null))
    }
}

/// A kind for the owner alone.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Glance {
    at: String,
}

impl Job for Glance {
    const KIND: &'static str = "glance";
    const OPEN_TO: OpenTo = OpenTo::Owner;
    type Tools = ();

    async fn run(self, (): &(), _: &Lease) -> Result<Settled, Miss> {
        Ok(Settled::Done(Value::Null))
    }
}

/// A rotation that nobody does here.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotate {}

impl Job for Rotate {
    const KIND: &'static str = crate::vault::ROTATE;
    type Tools = ();

    async fn run(self, (): &(), _: &Lease) -> Result<Settled, Miss> {
        Ok(Settled::Done(Value::Null))
    }
}

/// A house with a database of its own, thrown away with the value.
struct House {
    app: App,
    store: Store,
    ambient: Ambient,
    ready: Arc<Mutex<Readiness>>,
    tasks: Arc<Mutex<Vec<supervise::Status>>>,
    owner: Supervisor,
    dir: PathBuf,
}

impl Drop for House {
    fn drop(&mut self) {
        let _leftovers = std::fs::remove_dir_all(&self.dir);
    }
}

fn rules() -> Rules {
    let hour = Duration::from_hours(1);
    Rules { workers: 1, lease: hour, sweep: hour, poll: hour, ..Rules::of(&Config::default(), "n1/1") }
}

impl House {
    async fn open() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("radard-web-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let ambient = Ambient::pinned(7, BEGIN);
        let place = Place::Sqlite(dir.join("radard.db"));
        let (store, writer) = Store::open(&place, Access::Write, ambient.clone()).await.unwrap();
        let owner = Supervisor::new(ambient.clone());
        writer.start(&owner);
        let ready = Arc::new(Mutex::new(Readiness { ready: true, parts: vec![part("store", Class::Ok)] }));
        let tasks = Arc::<Mutex<Vec<supervise::Status>>>::default();
        let app = Self::app(&store, &ambient, &owner, ready.clone(), tasks.clone()).await;
        Self { app, store, ambient, ready, tasks, owner, dir }
    }

    async fn app(
        store: &Store,
        ambient: &Ambient,
        owner: &Supervisor,
        ready: Arc<Mutex<Readiness>>,
        tasks: Arc<Mutex<Vec<supervise::Status>>>,
    ) -> App {
        let data = store.file().unwrap().parent().unwrap().to_owned();
        let mut config = Config::default();
        config.web.hosts = vec!["radar.example".to_owned()];
        let checked =
            Checked { config, origins: Vec::new(), warnings: Vec::new(), secrets: Secrets::default(), seat: None };
        let places = Places { config: data.join("config"), data };
        let plan = Plan::new(&checked, places, ambient.clone(), Register::default());
        let base = Base {
            current: Current::new(plan.config.clone()),
            store: store.clone(),
            pace: Pace::open(store.clone(), &plan.config, ambient.clone()).await.unwrap(),
            credentials: Credentials::new(store.clone(), Vault::new(plan.vault_key()), Secrets::default()),
            metrics: Metrics::new(),
            plan,
        };
        let session = Session::open(&base, &net::open(&base).unwrap());
        let (keeper, changes) = (Keeper::start(&Supervisor::new(ambient.clone())), Changes::default());
        let kinds = Kinds::default().with::<Look>(()).with::<Glance>(()).with::<Rotate>(());
        let kinds = crate::crawl::kinds(&base, &session.fetcher, keeper, &changes, kinds);
        let (queue, inlets) = Queue::new(rules(), kinds, store.clone(), ambient.clone());
        queue.start_asking(owner, &inlets);
        let served = Served::default().with(crate::crawl::SERVES);
        let doctor = Doctor { plan: base.plan.clone(), current: base.current.clone(), served: served.clone() };
        App::new(Parts {
            store: store.clone(),
            credentials: base.credentials.clone(),
            pace: base.pace.clone(),
            targets: target::open(&base, &queue, served.clone(), changes),
            forgetter: crate::crawl::forgetter(&base),
            queue,
            served,
            metrics: base.metrics.clone(),
            ambient: ambient.clone(),
            current: base.current.clone(),
            listen: HOST.parse().unwrap(),
            readiness: Arc::new(move || ready.lock().unwrap().clone()),
            tasks: Arc::new(move || tasks.lock().unwrap().clone()),
            fetcher: session.fetcher,
            profiles: session.profiles,
            doctor,
            backups: base.plan.places.backups(),
            reload: Some(Arc::new(|| Box::pin(async { Ok("settings taken over".to_owned()) }))),
        })
    }

    /// The same house over a database that takes no writes.
    async fn open_for_reading(&self) -> App {
        let place = Place::Sqlite(self.dir.join("radard.db"));
        let (store, _) = Store::open(&place, Access::Read, self.ambient.clone()).await.unwrap();
        let owner = Supervisor::new(self.ambient.clone());
        Self::app(&store, &self.ambient, &owner, self.ready.clone(), Arc::default()).await
    }

    /// Sends a request through the public door.
    async fn ask(&self, request: Request<Body>) -> Answer {
        send(&self.app, Door::Public, request).await
    }

    /// Sends a request as the owner.
    async fn own(&self, request: Request<Body>) -> Answer {
        send(&self.app, Door::Local, request).await
    }

    /// Makes a key with `scopes` and gives its `Authorization`.
    async fn key(&self, name: &str, scopes: &[&str]) -> String {
        let made = self.own(post("/api/v1/keys", &json!({ "name": name, "scopes": scopes }))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        format!("Bearer {}", made.json()["key"].as_str().unwrap())
    }

    /// Makes a one-time link.
    async fn link(&self) -> String {
        self.own(empty_post("/api/v1/open")).await.json()["path"].as_str().unwrap().to_owned()
    }

    /// Signs a browser in and gives its cookie.
    async fn visit(&self) -> String {
        let entered = self.ask(call("POST", &self.link().await).body(Body::empty()).unwrap()).await;
        let cookie = entered.header(header::SET_COOKIE.as_str());
        cookie.split(';').next().unwrap().to_owned()
    }
}

fn part(name: &str, class: Class) -> Part {
    let ok = class == Class::Ok;
    Part {
        name: name.to_owned(),
        ok,
        class,
        since: BEGIN,
        r#do: (!ok).then(|| Advice::of_catalogue(format!("fix the {name}").into())),
    }
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(app: &App, door: Door, request: Request<Body>) -> Answer {
    let answer = app.router(door).oneshot(request).await.unwrap();
    let (head, body) = answer.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: head.status, headers: head.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

fn call(method: &str, path: &str) -> Builder {
    Request::builder().method(method).uri(path).header(header::HOST, HOST)
}

fn get(path: &str) -> Request<Body> {
    call("GET", path).body(Body::empty()).unwrap()
}

fn empty_post(path: &str) -> Request<Body> {
    call("POST", path).body(Body::empty()).unwrap()
}

fn post(path: &str, body: &Value) -> Request<Body> {
    let request = call("POST", path).header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

/// Runs a story on a runtime of its own.
fn run(story: impl AsyncFnOnce(House)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { story(House::open().await).await });
}
