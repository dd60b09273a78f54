//! A day in the life: open, bind, work, say READY, follow signals, leave in order.
//!
//! READY is said when the schema is in place, the listeners are bound and the workers stand. The watchdog is fed by
//! proof: a write could begin and the workers went round. The first signal drains, the second drops everything.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tower::ServiceExt as _;

use super::house::House;
use super::options::Say;
use super::ready::Board;
use super::reload::{Origin, Reloader, Stamps};
use super::rooms::{Role, Roles};
use super::run_error::RunError;
use super::signals::Signals;
use super::systemd::{Notifier, monotonic_usec};
use super::watch::Watch;
use crate::base::Plan;
use crate::config::Config;
use crate::domain::AlarmName;
use crate::observe::log;
use crate::observe::metric::BUILD_INFO;
use crate::queue::Rules;
use crate::store::Refusals;
use crate::supervise::{Restart, Stop};
use crate::web::{App, Door, Parts, Reload, serve_tcp, serve_unix};

/// How a daemon is run.
pub(super) struct RunSetup {
    /// What the house is built from.
    pub plan: Plan,
    /// Where the settings are read from again.
    pub origin: Origin,
    /// What this process does.
    pub roles: Roles,
    /// Speaks to systemd, when it listens.
    pub notifier: Notifier,
    /// The log, whose level may change.
    pub log: Option<log::Handle>,
    /// Shows lines to a person at a terminal.
    pub say: Option<Say>,
}

/// How a day ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// It was asked to.
    Stopped,
    /// Something without which it cannot stand failed.
    Failed(String),
}

/// Lives one day.
pub(super) async fn run(setup: RunSetup) -> Result<Ended, RunError> {
    let mut signals = Signals::new().map_err(RunError::Signals)?;
    // Steps of the schema over a large database take their time.
    let opening = Box::pin(House::open(setup.plan.clone()));
    let house = setup.notifier.patient(&setup.plan.ambient.clock, opening).await?;
    let schedules = house.schedules()?;
    let roles = setup.roles.clone();
    let tcp = if roles.has(Role::Web) { Some(bind(house.plan.config.web.listen).await?) } else { None };
    let listen = tcp.as_ref().and_then(|tcp| tcp.local_addr().ok());
    let socket = bind_socket(&house.plan.places.socket())?;

    let reloader = reloader(&house, &setup);
    let board = Board::new(house.plan.ambient.clock.clone(), house.store.clone(), house.disk.clone(), reloader.clone());
    let app = app(&house, &board, &reloader, listen);
    house.metrics.set(BUILD_INFO, [env!("CARGO_PKG_VERSION")], 1u64);
    house.queue.start_asking(&house.upper, &house.inlets);
    // A refused file is told of, and what stood in it before goes on.
    let _told_already = house.targets.take_over().await;
    if roles.works() {
        let schedules = schedules.into_iter().filter(|schedule| roles.does(&schedule.kind)).collect();
        house.queue.start_working(&house.upper, schedules, |kind| roles.does(kind));
    }
    if roles.has(Role::Session) {
        house.session.start(&house.upper, &house.queue);
    }
    if roles.has(Role::Crawl) {
        let desk = house.targets.desk.clone();
        house.upper.spawn("crawl", Restart::OnFailure, move |stop| {
            let desk = desk.clone();
            async move { desk.serve(stop).await }
        });
    }
    start_web(&house, &app, tcp, socket);
    start_watching(&house, &board, &reloader, &setup.notifier);

    setup.notifier.ready("ready");
    let owner = house.owner.as_str();
    tracing::info!(lease.owner = owner, "radard {} is ready as `{owner}`", env!("CARGO_PKG_VERSION"));
    if let Some(say) = setup.say.as_ref().filter(|_| roles.has(Role::Web)) {
        let link = link(app.router(Door::Local)).await.unwrap_or_else(|| "run `radard open` for it".to_owned());
        say(&format!("radard is ready. This link signs a browser in, once, within ten minutes:\n  {link}"));
    }
    drop(app);

    let ended = day(&house, &reloader, &setup.notifier, &mut signals).await;
    setup.notifier.stopping();
    drop((reloader, board));
    Box::pin(leave(house, &ended, &mut signals)).await;
    Ok(ended)
}

/// Asks the house's own API for a link.
async fn link(api: axum::Router) -> Option<String> {
    let request = axum::http::Request::post("/api/v1/open").body(axum::body::Body::empty()).ok()?;
    let answer = api.oneshot(request).await.ok()?;
    let body = axum::body::to_bytes(answer.into_body(), 4096).await.ok()?;
    let told: serde_json::Value = serde_json::from_slice(&body).ok()?;
    told.get("url")?.as_str().map(str::to_owned)
}

/// Waits for whatever ends the day.
async fn day(house: &House, reloader: &Reloader, notifier: &Notifier, signals: &mut Signals) -> Ended {
    let stop = house.upper.stop().clone();
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => return Ended::Stopped,
            _ = signals.interrupt.recv() => return Ended::Stopped,
            () = house.store.broken() => return Ended::Failed("the disk failed under the database".to_owned()),
            () = stop.asked() => {
                let failed = house.tasks()().into_iter().find(|task| task.state == crate::supervise::State::Failed);
                let why = failed.map_or_else(|| "a task failed".to_owned(), |task| {
                    format!("task `{}` failed: {}", task.name, task.last_error.unwrap_or_default())
                });
                return Ended::Failed(why);
            }
            _ = signals.reload.recv() => {
                notifier.reloading(monotonic_usec());
                let said = reloader.reload().await.unwrap_or_else(|refused| format!("settings refused: {refused}"));
                notifier.ready(said.lines().next().unwrap_or_default());
            }
        }
    }
}

/// Everyone leaves; a second signal, or a failed disk, drops what still runs.
async fn leave(house: House, ended: &Ended, signals: &mut Signals) {
    let stop = house.upper.stop().clone();
    let socket = house.plan.places.socket();
    let grace = house.current.now().daemon.drain;
    if matches!(ended, Ended::Failed(_)) {
        tracing::error!("radard ends: {ended:?}");
        stop.halt();
    } else {
        tracing::info!("radard was asked to stop and drains for at most {} s", grace.as_secs());
    }
    let mut leaving = std::pin::pin!(house.leave(grace));
    tokio::select! {
        _ = &mut leaving => {}
        () = signals.leave() => {
            tracing::warn!("A second signal: what still runs is dropped");
            stop.halt();
            leaving.await;
        }
    }
    let _already_gone = std::fs::remove_file(socket);
}

async fn bind(listen: SocketAddr) -> Result<TcpListener, RunError> {
    TcpListener::bind(listen).await.map_err(|source| RunError::Listen { on: listen.to_string(), source })
}

/// Whoever holds the lock owns the socket; what lies there is from a life that was killed.
fn bind_socket(path: &PathBuf) -> Result<UnixListener, RunError> {
    let failed = |source| RunError::Listen { on: path.display().to_string(), source };
    let _from_a_killed_life = std::fs::remove_file(path);
    let socket = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(socket)
}

fn reloader(house: &House, setup: &RunSetup) -> Reloader {
    let (queue, pace, log, owner) = (house.queue.clone(), house.pace.clone(), setup.log.clone(), house.owner.clone());
    let apply = move |config: &Config| {
        queue.set_rules(Rules::of(config, &owner));
        pace.set(config);
        queue.let_lanes_go();
        if let Some(Err(error)) = log.as_ref().map(|log| log.set_level(&config.log.level.to_string())) {
            tracing::warn!("The level of the log stays: {error}");
        }
    };
    Reloader {
        origin: setup.origin.clone(),
        current: house.current.clone(),
        metrics: house.metrics.clone(),
        clock: house.plan.ambient.clock.clone(),
        apply: Arc::new(apply),
        refusals: Refusals::new(&house.store, AlarmName::ConfigRefused, "settings"),
        seen: Stamps::of(&setup.origin.dir),
        targets: house.targets.clone(),
    }
}

fn app(house: &House, board: &Board, reloader: &Reloader, listen: Option<SocketAddr>) -> App {
    let (board, reloader) = (board.clone(), reloader.clone());
    let reload: Reload = Arc::new(move || {
        let reloader = reloader.clone();
        Box::pin(async move { reloader.reload().await })
    });
    App::new(Parts {
        listen: listen.unwrap_or(house.plan.config.web.listen),
        readiness: Arc::new(move || board.readiness()),
        reload: Some(reload),
        ..house.parts()
    })
}

fn start_web(house: &House, app: &App, tcp: Option<TcpListener>, socket: UnixListener) {
    if let Some(tcp) = tcp {
        let pages = app.clone();
        house.upper.spawn_once("web", |stop: Stop| serve_tcp(tcp, pages, stop));
    }
    let (app, own_uid) = (app.clone(), rustix::process::geteuid().as_raw());
    house.upper.spawn_once("web.local", move |stop: Stop| serve_unix(socket, app, own_uid, stop));
}

fn start_watching(house: &House, board: &Board, reloader: &Reloader, notifier: &Notifier) {
    let watch = Watch::of(house, notifier.clone());
    house.upper.spawn("watch", Restart::Always, move |stop| watch.clone().serve(stop));
    if house.plan.config.daemon.reload_on_save && reloader.origin.dir.is_dir() {
        let reloader = reloader.clone();
        house.upper.spawn("settings", Restart::OnFailure, move |stop| reloader.clone().watch(stop));
    }
    let (queue, board, notifier) = (house.queue.clone(), board.clone(), notifier.clone());
    let clock = house.plan.ambient.clock.clone();
    house.upper.spawn("watchdog", Restart::Always, move |stop| {
        let (queue, board, notifier, clock) = (queue.clone(), board.clone(), notifier.clone(), clock.clone());
        async move {
            let every = notifier.watchdog_interval().unwrap_or(Duration::from_secs(10));
            loop {
                // Workers that leave go round no more: a proof that waits for them must not keep the house.
                let proof = tokio::select! {
                    biased;
                    () = stop.asked() => return Ok(()),
                    proof = queue.prove(every / 2) => proof,
                };
                if proof.is_ok() {
                    notifier.watchdog();
                }
                board.proved(proof);
                tokio::select! {
                    biased;
                    () = stop.asked() => return Ok(()),
                    () = clock.sleep(every / 2) => {}
                }
            }
        }
    });
}
