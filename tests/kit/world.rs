//! The simulated platforms in this process, on a clock that jumps, with a client that may go there and nowhere else.

use std::time::Duration;

use radard::ambient::Ambient;
use radard::domain::Millis;
use radard::net::{Ask, Client, Policy};
use radard::sim::{Fault, Options, Running, Sim};
use radard::supervise::{Leave, Supervisor};
use serde_json::Value;

/// The moment at which every story on this clock begins, a millisecond off the whole second.
pub(crate) const DAWN: Millis = Millis(1_780_000_000_001);

/// A simulated outside that is served.
pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) client: Client,
    pub(crate) ambient: Ambient,
}

impl World {
    /// Runs `story` in a world with these fault switches, then brings everyone home.
    pub(crate) fn run(faults: &[String], story: impl AsyncFnOnce(&Self)) {
        let ambient = Ambient::pinned(1, DAWN);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Self::tell(faults, &ambient, story));
    }

    /// The same, while the clock jumps to whatever comes next as soon as nobody has anything to do.
    pub(crate) fn run_on(faults: &[String], story: impl AsyncFnOnce(&Self)) {
        let ambient = Ambient::pinned(1, DAWN);
        ambient.clock.run(Self::tell(faults, &ambient, story)).unwrap();
    }

    async fn tell(faults: &[String], ambient: &Ambient, story: impl AsyncFnOnce(&Self)) {
        let faults = faults.iter().map(|text| text.parse::<Fault>().unwrap()).collect();
        let running = Sim::start(Options { faults, ..Options::default() }, ambient.clone()).unwrap();
        let house = Supervisor::new(ambient.clone());
        running.serve(&house);
        let pairs = running.platforms.values().chain([&running.control]);
        let allow_private = pairs.map(|url| url.trim_start_matches("http://").to_owned()).collect();
        let timeout = Duration::from_secs(20);
        let policy = Policy { allow_private, timeout, max_body: 1 << 20, ..Policy::default() };
        let client = Client::new(&policy, ambient.clock.clone()).unwrap();
        let world = Self { running, client, ambient: ambient.clone() };
        story(&world).await;
        drop(world);
        assert_eq!(house.leave(Duration::from_hours(1)).await, Leave::Drained);
    }

    /// Reads the control listener's answer to `GET path`.
    pub(crate) async fn control(&self, path: &str) -> Value {
        let answer = self.client.fetch(&format!("{}{path}", self.running.control)).await.unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Sets a switch of the platforms.
    pub(crate) async fn play(&self, spec: &str) {
        let body = serde_json::json!({"spec": spec}).to_string();
        let ask = Ask::post(format!("{}/fault", self.running.control), Some(("application/json", body.into())));
        assert_eq!(self.client.fetch(ask).await.unwrap().status.as_u16(), 200);
    }

    /// Clears every switch: those that were set play no more from here on.
    pub(crate) async fn play_nothing(&self) {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let host = self.running.control.trim_start_matches("http://");
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let ask = format!("DELETE /fault HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut told = String::new();
        stream.read_to_string(&mut told).await.unwrap();
        assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    }

    /// The paths that a platform was asked for so far, in their order, without their queries.
    pub(crate) async fn asked(&self, platform: &str) -> Vec<String> {
        let rows = self.control(&format!("/ledger?platform={platform}")).await;
        let path = |row: &Value| row["path"].as_str().unwrap().split('?').next().unwrap().to_owned();
        rows["items"].as_array().unwrap().iter().map(path).collect()
    }
}
