//! The simulated platforms in this process, on a clock that jumps, with a client that may go there and nowhere else.

use std::time::Duration;

use radard::ambient::Ambient;
use radard::domain::Millis;
use radard::net::{Client, Policy};
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
        runtime.block_on(async {
            let faults = faults.iter().map(|text| text.parse::<Fault>().unwrap()).collect();
            let running = Sim::start(Options { faults, ..Options::default() }, ambient.clone()).unwrap();
            let house = Supervisor::new(ambient.clone());
            running.serve(&house);
            let pairs = running.platforms.values().chain([&running.control]);
            let allow_private = pairs.map(|url| url.trim_start_matches("http://").to_owned()).collect();
            let timeout = Duration::from_secs(20);
            let policy = Policy { allow_private, timeout, max_body: 1 << 20, ..Policy::default() };
            let client = Client::new(&policy, ambient.clock.clone()).unwrap();
            let world = Self { running, client, ambient };
            story(&world).await;
            drop(world);
            assert_eq!(house.leave(Duration::from_hours(1)).await, Leave::Drained);
        });
    }

    /// Reads the control listener's answer to `GET path`.
    pub(crate) async fn control(&self, path: &str) -> Value {
        let answer = self.client.fetch(&format!("{}{path}", self.running.control)).await.unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// The paths that a platform was asked for so far, in their order, without their queries.
    pub(crate) async fn asked(&self, platform: &str) -> Vec<String> {
        let rows = self.control(&format!("/ledger?platform={platform}")).await;
        let path = |row: &Value| row["path"].as_str().unwrap().split('?').next().unwrap().to_owned();
        rows["items"].as_array().unwrap().iter().map(path).collect()
    }
}
