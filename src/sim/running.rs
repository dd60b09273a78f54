//! Opens the listeners and keeps them served.
//!
//! Sockets are bound before anything is served, so that whoever gets a [`Running`] may connect at once: the kernel
//! keeps the connections until the tasks start. A task that is started again serves the same socket.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::control::{self, Desk};
use super::fault::{Fault, PLATFORMS};
use super::reply::server_page;
use super::socket::Door;
use super::world::{Stand, World};
use super::{creative_radar, douyin, files, gate, probe, script};
use crate::advice::{self, Advice};
use crate::ambient::Ambient;
use crate::supervise::{Failure, Restart, Stop, Supervisor};

/// The names of the tasks, in the order of [`PLATFORMS`].
const TASKS: [&str; PLATFORMS.len()] =
    ["sim.douyin", "sim.creative_radar", "sim.tiktok", "sim.tiktok_shop", "sim.tikapi"];

/// A config key that holds a base URL of a platform, and what stands behind the URL of its listener there.
type Key = (&'static str, &'static str);

/// The config keys of each platform, in the order of [`PLATFORMS`].
const KEYS: [&[Key]; PLATFORMS.len()] = [
    &[
        ("base", ""),
        ("live", ""),
        ("webcast", ""),
        ("socket", ""),
        ("short", "/short"),
        ("ttwid", ""),
        ("mssdk", "/mssdk"),
        ("webid", ""),
    ],
    &[("base", "")],
    &[("api", "")],
    &[("api", "")],
    &[("base", "")],
];

/// What a simulated outside is made from.
#[derive(Debug, Clone)]
pub struct Options {
    /// What its data follows from.
    pub seed: u64,
    /// Where it listens: the platforms on this port and the next ones, control on the one after; 0 takes free ports.
    pub listen: SocketAddr,
    /// The switches that are set from the start.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), faults: Vec::new() }
    }
}

/// The simulated outside cannot stand.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A port is taken or not ours.
    #[error("cannot listen on `{at}` for the simulated `{part}`")]
    Listen {
        /// Where.
        at: SocketAddr,
        /// Which platform, or `control`.
        part: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The listeners need six ports in a row.
    #[error("port {0} leaves no room for the six listeners of the simulated platforms")]
    Ports(u16),
}

impl Error {
    /// What a person can do about it.
    pub const fn advice(&self) -> Advice {
        advice::sim::port()
    }
}

/// The door to a simulated outside.
#[derive(Debug, Clone, Copy)]
pub struct Sim;

/// A simulated outside whose sockets are open.
#[derive(Debug)]
pub struct Running {
    /// Each platform's base URL, by its name.
    pub platforms: BTreeMap<&'static str, String>,
    /// The base URL of the control listener.
    pub control: String,
    /// What its data follows from.
    pub seed: u64,
    world: Arc<World>,
    parts: Vec<(&'static str, Arc<TcpListener>, Router)>,
}

impl Sim {
    /// Opens the sockets; [`Running::serve`] answers on them.
    pub fn start(options: Options, ambient: Ambient) -> Result<Running, Error> {
        let Options { seed, listen, faults } = options;
        let world = Arc::new(World::new(seed, ambient.clock));
        for fault in faults {
            world.switches.set(fault);
        }
        let mut platforms = BTreeMap::new();
        let mut parts = Vec::new();
        let mut offsets = 0..;
        for (platform, task) in PLATFORMS.into_iter().zip(TASKS) {
            let (socket, url) = bind(listen, offsets.next(), platform)?;
            platforms.insert(platform, url);
            parts.push((task, socket, router(Stand { platform, world: world.clone() })));
        }
        let (socket, control) = bind(listen, offsets.next(), "control")?;
        let desk = Desk { world: world.clone(), platforms: Arc::new(platforms.clone()) };
        parts.push(("sim.control", socket, control::router(desk)));
        Ok(Running { platforms, control, seed, world, parts })
    }
}

impl Running {
    /// Serves every listener as a task of `house` until it is asked to stop.
    pub fn serve(&self, house: &Supervisor) {
        for (task, socket, router) in self.parts.iter().cloned() {
            let platform = PLATFORMS.into_iter().zip(TASKS).find(|(_, known)| *known == task).map(|(name, _)| name);
            let world = self.world.clone();
            house.spawn(task, Restart::OnFailure, move |stop| {
                keep(socket.clone(), platform, router.clone(), world.clone(), stop)
            });
        }
    }

    /// Scans the code that a login page shows, as somebody with the app would; false when none is shown.
    pub fn scan(&self) -> bool {
        self.world.codes.shown().last().is_some_and(|says| self.world.codes.scan(says))
    }

    /// Changes the site, as `POST /rename` does.
    pub fn rename(&self, rename: douyin::Rename) {
        self.world.renames.add(rename);
    }

    /// Lets lists lie, or tell the truth again, as `POST /lists` does.
    pub fn lose(&self, lists: Option<douyin::Lost>) {
        self.world.lists.lead(lists);
    }

    /// Lets the simulated Douyin live from now on: works are made and deleted, people come and go.
    pub fn live(&self) {
        self.world.life.begin(&self.world.cast, self.world.now());
    }

    /// Lets it stand still as it is now.
    pub fn stand(&self) {
        self.world.life.stand(self.world.now());
    }

    /// Sets a switch, as `POST /fault` does.
    pub fn play(&self, fault: Fault) {
        self.world.switches.set(fault);
    }

    /// Puts a proxy in front of all platforms that answers every request with an HTML page of `status`, as `POST /proxy`
    /// does; `None` takes it away.
    pub fn proxy(&self, status: Option<u16>) {
        self.world.proxy.set(status);
    }

    /// Lets nobody reach `platform`, or any of them, as `POST /outage` does; false when there is no such platform.
    pub fn cut_off(&self, platform: Option<&str>) -> bool {
        self.world.outages.begin(platform)
    }

    /// Ends every outage, as `DELETE /outage` does.
    pub fn reconnect(&self) {
        self.world.outages.end();
    }

    /// Connections that outages have dropped or broken so far.
    pub fn cut_connections(&self) -> u64 {
        self.world.outages.refused()
    }

    /// Lets refusals of class `rate` ask for this wait, as `POST /wait` does.
    pub fn ask_to_wait(&self, wait: std::time::Duration) {
        self.world.set_wait(wait);
    }

    /// Clears every switch.
    pub fn calm(&self) {
        self.world.switches.clear();
    }

    /// The cookies of the one login that the simulated Douyin knows.
    pub fn login(&self) -> String {
        self.world.cast.login()
    }

    /// The cookie of the one login that the simulated Creative Center knows: its name and its value.
    pub fn ads_login(&self) -> (&'static str, String) {
        self.world.ads.cookie(self.seed)
    }

    /// The creators of the simulated Douyin, by the id in the address of their page.
    pub fn creators(&self) -> Vec<String> {
        self.world.cast.names().collect()
    }

    /// Requests that have arrived so far.
    pub fn requests(&self) -> u64 {
        self.world.ledger.counts().0
    }

    /// The configuration that points a daemon at these platforms, ready to paste.
    pub fn config_toml(&self) -> String {
        let pairs: Vec<_> = PLATFORMS.iter().filter_map(|name| self.platforms.get(name)).collect();
        let quoted = pairs.iter().map(|url| format!("\"{}\"", url.trim_start_matches("http://")));
        let mut text = format!("[egress]\nallow_private = [{}]\n", quoted.collect::<Vec<_>>().join(", "));
        for ((name, keys), url) in PLATFORMS.iter().zip(KEYS).zip(pairs) {
            let _ = write!(text, "\n[platform.{name}]\n");
            for (key, behind) in keys {
                // A socket has a scheme of its own, on the same port.
                let scheme = if *key == "socket" { "ws" } else { "http" };
                let _ = writeln!(text, "{key} = \"{scheme}{}{behind}\"", url.trim_start_matches("http"));
            }
        }
        text
    }
}

/// Binds the socket that stands `offset` ports after `listen`, and says its URL.
fn bind(listen: SocketAddr, offset: Option<u16>, part: &'static str) -> Result<(Arc<TcpListener>, String), Error> {
    let mut at = listen;
    if listen.port() != 0 {
        let wanted = offset.and_then(|offset| listen.port().checked_add(offset));
        at.set_port(wanted.ok_or(Error::Ports(listen.port()))?);
    }
    let refused = |source| Error::Listen { at, part, source };
    let socket = TcpListener::bind(at).map_err(refused)?;
    socket.set_nonblocking(true).map_err(refused)?;
    let url = format!("http://{}", socket.local_addr().map_err(refused)?);
    Ok((Arc::new(socket), url))
}

fn router(stand: Stand) -> Router {
    let mut routes = Router::new().route("/probe", get(probe::answer)).route("/static/md5.js", get(script::md5));
    if stand.platform == "douyin" {
        routes = routes
            .route("/files/{name}", get(files::answer))
            .route("/", get(douyin::entrance::page))
            .route("/static/page.js", get(script::page))
            .route("/passport/web/check_qr/", get(douyin::entrance::check))
            .route("/media/{name}", get(douyin::media))
            .route("/short/{code}/", get(douyin::short_link))
            .route("/ttwid/union/register/", post(douyin::ttwid))
            .route("/mssdk/web/r/token", post(douyin::ms_token))
            .route("/mssdk/web/report", post(douyin::older_ms_token))
            .route("/webid", post(douyin::web_id))
            .route("/aweme/v1/web/query/user/", get(douyin::query_user))
            .fallback(douyin::page);
    } else {
        if stand.platform == "creative_radar" {
            routes = routes
                .route("/business/creativecenter/{*page}", get(creative_radar::page))
                .route("/creative_radar_api/v1/popular_trend/creator/list", get(creative_radar::list))
                .route("/static/center.js", get(script::center))
                .route("/static/hashtags.js", get(script::hashtags))
                .route("/creative/creativeCenter/trends/hashtag", get(creative_radar::newer))
                .route("/CreativeOne/KnowledgeAPI/GetHashtagList", post(creative_radar::hashtags))
                .route("/login", get(creative_radar::login))
                .route("/verify/slide", get(creative_radar::challenge));
        }
        routes = routes.fallback(async || server_page(StatusCode::NOT_FOUND));
    }
    routes.layer(from_fn_with_state(stand.clone(), gate::pass)).with_state(stand)
}

async fn keep(
    socket: Arc<TcpListener>,
    platform: Option<&'static str>,
    router: Router,
    world: Arc<World>,
    stop: Stop,
) -> Result<(), Failure> {
    let socket = tokio::net::TcpListener::from_std(socket.try_clone()?)?;
    axum::serve(Door { socket, platform, world }, router)
        .with_graceful_shutdown(async move { stop.asked().await })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
