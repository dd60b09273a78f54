//! Opens the listeners and keeps them served.
//!
//! Sockets are bound before anything is served, so that whoever gets a [`Running`] may connect at once: the kernel
//! keeps the connections until the tasks start. A task that is started again serves the same socket.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use super::control::{self, Desk};
use super::fault::Fault;
use super::platform::{Part, Platform, Site, Stand};
use super::socket::Door;
use super::world::World;
use super::{gate, probe, script};
use crate::advice::{self, Advice};
use crate::ambient::Ambient;
use crate::supervise::{Failure, Restart, Stop, Supervisor};

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
    /// The listeners need ports in a row.
    #[error("port {0} leaves no room for the listeners of the simulated platforms")]
    Ports(u16),
}

impl Error {
    /// What a person can do about it.
    pub const fn advice(&self) -> Advice {
        advice::sim::port()
    }
}

/// A simulated outside whose sockets are open.
#[derive(Debug)]
pub struct Running {
    /// Each platform's base URL, by its name.
    pub platforms: BTreeMap<&'static str, String>,
    /// The base URL of the control listener.
    pub control: String,
    /// What its data follows from.
    pub seed: u64,
    all: &'static [Platform],
    world: Arc<World>,
    /// The platforms, in the order of their ports.
    sites: Vec<Arc<dyn Site>>,
    listeners: Vec<Listener>,
}

/// A socket that is open, and what answers on it.
#[derive(Debug, Clone)]
struct Listener {
    task: &'static str,
    /// Whose it is; `None` for control.
    platform: Option<&'static str>,
    socket: Arc<TcpListener>,
    router: Router,
}

/// Opens the sockets of these platforms; [`Running::serve`] answers on them.
pub(super) fn open(all: &'static [Platform], options: Options, ambient: Ambient) -> Result<Running, Error> {
    let Options { seed, listen, faults } = options;
    let world = Arc::new(World::new(seed, ambient.clock, all.iter().map(|platform| platform.name).collect()));
    for fault in faults {
        world.switches.set(fault);
    }
    let (mut platforms, mut sites, mut listeners) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut offsets = 0..;
    for platform in all {
        let Platform { name, task, .. } = *platform;
        let (socket, url) = bind(listen, offsets.next(), name)?;
        platforms.insert(name, url);
        let site = (platform.open)(world.clone());
        let router = router(Stand { platform, world: world.clone() }, site.clone());
        listeners.push(Listener { task, platform: Some(name), socket, router });
        sites.push(site);
    }
    let (socket, control) = bind(listen, offsets.next(), "control")?;
    let desk = Desk { world: world.clone(), platforms: Arc::new(platforms.clone()), sites: sites.clone() };
    let router = control::router(desk);
    listeners.push(Listener { task: "sim.control", platform: None, socket, router });
    Ok(Running { platforms, control, seed, all, world, sites, listeners })
}

impl Running {
    /// Serves every listener as a task of `house` until it is asked to stop.
    pub fn serve(&self, house: &Supervisor) {
        for listener in self.listeners.iter().cloned() {
            let world = self.world.clone();
            house.spawn(listener.task, Restart::OnFailure, move |stop| keep(listener.clone(), world.clone(), stop));
        }
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

    /// Requests that have arrived so far.
    pub fn requests(&self) -> u64 {
        self.world.ledger.counts().0
    }

    /// The configuration that points a daemon at these platforms, ready to paste.
    pub fn config_toml(&self) -> String {
        let places = self.all.iter().filter_map(|platform| Some((platform, self.platforms.get(platform.name)?)));
        let quoted = places.clone().map(|(_, url)| format!("\"{}\"", url.trim_start_matches("http://")));
        let mut text = format!("[egress]\nallow_private = [{}]\n", quoted.collect::<Vec<_>>().join(", "));
        for (platform, url) in places {
            let _ = write!(text, "\n[platform.{}]\n", platform.name);
            for (key, behind) in platform.keys {
                // A socket has a scheme of its own, on the same port.
                let scheme = if *key == "socket" { "ws" } else { "http" };
                let _ = writeln!(text, "{key} = \"{scheme}{}{behind}\"", url.trim_start_matches("http"));
            }
        }
        text
    }

    /// What each platform adds to a folder, on whose page for people the program is called `radard`.
    pub(super) fn folder_parts(&self, radard: &str) -> Vec<Part> {
        self.sites.iter().map(|site| site.part(&self.control, radard)).collect()
    }

    /// The name of the first platform.
    pub(super) fn first(&self) -> &'static str {
        self.all.first().map_or("", |platform| platform.name)
    }

    /// The platform of this type, for what it alone can do.
    pub(super) fn site<T: Site>(&self) -> Option<&T> {
        self.sites.iter().find_map(|site| {
            let site: &dyn Any = site.as_ref();
            site.downcast_ref()
        })
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

fn router(stand: Stand, site: Arc<dyn Site>) -> Router {
    let shared = Router::new().route("/probe", get(probe::answer)).route("/static/md5.js", get(script::md5));
    shared.with_state(stand.clone()).merge(site.routes()).layer(from_fn_with_state(stand, gate::pass))
}

async fn keep(listener: Listener, world: Arc<World>, stop: Stop) -> Result<(), Failure> {
    let Listener { platform, socket, router, .. } = listener;
    let socket = tokio::net::TcpListener::from_std(socket.try_clone()?)?;
    axum::serve(Door { socket, platform, world }, router)
        .with_graceful_shutdown(async move { stop.asked().await })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
