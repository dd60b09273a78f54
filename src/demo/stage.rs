//! What the steps play on: the platforms, the daemon, its API, and a way to wait without guessing.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::child::{Daemon, Recipe};
use super::setup::{DemoError, DemoSetup};
use super::trouble::{Trouble, expected};
use crate::ambient::{Ambient, Clock};
use crate::net::{LocalApi, local};
use crate::sim::{Options, Running, Sim};
use crate::supervise::Supervisor;

/// How long a step waits for what it expects.
const PATIENCE: Duration = Duration::from_secs(40);
/// The profiles whose logins are captured: by a browser alone, and by a person with it.
const PROFILES: &str = "[profile.ads]\nplatform = \"creative_radar\"\n\n[profile.person]\nplatform = \"douyin\"\n";
/// How often it looks.
const LOOK: Duration = Duration::from_millis(50);

/// Everything that the steps play on.
pub(super) struct Stage {
    pub(super) sim: Running,
    pub(super) ambient: Ambient,
    pub(super) recipe: Recipe,
    pub(super) settings: String,
    pub(super) dir: PathBuf,
    daemon: Option<Daemon>,
    house: Supervisor,
    api: LocalApi,
    interrupt: CancellationToken,
}

impl Stage {
    pub(super) fn build(setup: &DemoSetup) -> Result<Self, DemoError> {
        let dir = setup.dir.clone();
        let failed = |source| DemoError::Dir { dir: dir.clone(), source };
        let (config, data) = (dir.join("config"), dir.join("data"));
        std::fs::create_dir_all(&config).map_err(failed)?;
        let sim = Sim::start(Options::default(), setup.ambient.clone())?;
        let house = Supervisor::new(setup.ambient.clone());
        sim.serve(&house);
        // One port for every life of the daemon, so that the viewer's page comes back after the kill.
        let page = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(failed)?;
        // Short leases and sweeps, so that what takes a minute in earnest takes seconds here.
        let settings = format!(
            "[web]\nlisten = \"{page}\"\n\n[queue]\nlease = \"3s\"\nsweep = \"1s\"\nbackoff_base = \"50ms\"\n\n\
             [log]\nformat = \"json\"\n\n{}\n{PROFILES}",
            sim.config_toml()
        );
        std::fs::write(config.join("radard.toml"), &settings).map_err(failed)?;
        let socket = data.join("radard.sock");
        let api = local(&socket).map_err(|error| failed(std::io::Error::other(error)))?;
        let recipe = Recipe {
            program: setup.program.clone(),
            config,
            data,
            log: dir.join("daemon.log"),
            notify: dir.join("notify.sock"),
        };
        let interrupt = CancellationToken::new();
        let heard = interrupt.clone();
        house.spawn("demo.interrupt", crate::supervise::Restart::OnFailure, move |stop| {
            let heard = heard.clone();
            async move {
                tokio::select! {
                    () = stop.asked() => {}
                    pressed = tokio::signal::ctrl_c() => {
                        pressed?;
                        heard.cancel();
                    }
                }
                Ok(())
            }
        });
        let ambient = setup.ambient.clone();
        Ok(Self { sim, ambient, recipe, settings, dir, daemon: None, house, api, interrupt })
    }

    /// Sets a fault switch of the simulated platforms.
    pub(super) fn play(&self, fault: &str) -> Result<(), Trouble> {
        let fault = fault.parse().map_err(|e: crate::sim::FaultError| expected("a switch".into(), e.to_string()))?;
        self.sim.play(fault);
        Ok(())
    }

    pub(super) const fn clock(&self) -> &Clock {
        &self.ambient.clock
    }

    /// Starts the daemon; gives how long it took until READY.
    pub(super) async fn raise(&mut self) -> Result<Duration, Trouble> {
        let (daemon, took) = Daemon::start(&self.recipe, self.clock()).await?;
        self.daemon = Some(daemon);
        // The old connection pool spoke to the process before this one.
        self.api = local(&self.recipe.data.join("radard.sock"))?;
        Ok(took)
    }

    pub(super) fn take_daemon(&mut self) -> Result<Daemon, Trouble> {
        self.daemon.take().ok_or(Trouble::NoDaemon)
    }

    /// Calls the daemon's API.
    pub(super) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Result<(u16, Value), Trouble> {
        Ok(self.api.call(method, path, body).await?)
    }

    /// Calls the API and expects `status`.
    pub(super) async fn must(
        &self,
        status: u16,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, Trouble> {
        let (got, answer) = self.call(method, path, body).await?;
        if got == status {
            return Ok(answer);
        }
        Err(expected(format!("{method} {path} should answer {status}"), format!("it answered {got}: {answer}")))
    }

    /// Asks for work; gives the job's id.
    pub(super) async fn ask(&self, kind: &str, key: &str, payload: Value) -> Result<String, Trouble> {
        let body = json!({"kind": kind, "key": key, "payload": payload});
        let answer = self.must(201, "POST", "/api/v1/jobs", Some(body)).await?;
        Ok(answer.get("id").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// Waits until `look` finds what `what` describes.
    pub(super) async fn until<T>(
        &self,
        what: &str,
        look: impl AsyncFn(&Self) -> Result<Result<T, String>, Trouble>,
    ) -> Result<T, Trouble> {
        let began = self.clock().steady();
        loop {
            let found = match look(self).await? {
                Ok(found) => return Ok(found),
                Err(found) => found,
            };
            if self.clock().steady().saturating_sub(began) > PATIENCE {
                return Err(expected(what.to_owned(), found));
            }
            self.clock().sleep(LOOK).await;
        }
    }

    /// Waits until the job stands in `state`; gives its row.
    pub(super) async fn until_state(&self, id: &str, state: &str) -> Result<Value, Trouble> {
        self.until(&format!("job {id} should become {state}"), async |stage: &Self| {
            let job = stage.must(200, "GET", &format!("/api/v1/jobs/{id}"), None).await?;
            let is = job.get("state").and_then(Value::as_str) == Some(state);
            Ok(if is { Ok(job) } else { Err(format!("it is {job}")) })
        })
        .await
    }

    /// A link that signs a browser in.
    pub(super) async fn link(&self) -> Result<String, Trouble> {
        let answer = self.must(200, "POST", "/api/v1/open", None).await?;
        Ok(answer.get("url").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// Cancelled when a person presses Ctrl-C.
    pub(super) fn interrupt(&self) -> CancellationToken {
        self.interrupt.clone()
    }

    /// Clears the stage.
    pub(super) async fn strike(mut self) {
        if let Some(daemon) = self.daemon.take() {
            let _killed_if_it_stays = daemon.stop().await;
        }
        self.house.leave(Duration::from_secs(2)).await;
    }
}
