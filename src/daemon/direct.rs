//! The house for the time of one command, when no daemon runs: the same API, called without a socket.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::house::House;
use super::house_error::HouseError;
use crate::base::Plan;
use crate::store::{Access, Store};
use crate::vault::{self, Master};
use crate::web::{App, Door};

/// A house that a command borrowed.
pub struct Direct {
    house: House,
    api: axum::Router,
    _scratch: Option<Scratch>,
}

/// A folder that is gone with this value.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _nothing_is_lost = std::fs::remove_dir_all(&self.0);
    }
}

impl Direct {
    /// Takes the data directory: nobody else may have it.
    pub async fn open(plan: Plan) -> Result<Self, HouseError> {
        let house = House::open(plan).await?;
        house.queue.start_asking(&house.upper, &house.inlets);
        Ok(Self::over(house))
    }

    /// Only reads, whoever has the data directory.
    pub async fn reading(plan: Plan) -> Result<Self, HouseError> {
        Ok(Self::over(House::read_only(plan).await?))
    }

    /// Only reads, of a house in which nothing has happened yet: nothing is made in the data directory.
    pub async fn before_the_first(mut plan: Plan) -> Result<Self, HouseError> {
        let ambient = plan.ambient.clone();
        let id = ambient.entropy.id(ambient.clock.now());
        let scratch = Scratch(std::env::temp_dir().join(format!("radard-{id}")));
        let failed = |source| HouseError::Data { dir: scratch.0.clone(), source };
        std::fs::DirBuilder::new().mode(0o700).create(&scratch.0).map_err(failed)?;
        plan.places.data.clone_from(&scratch.0);
        drop(Store::open(&plan.place(), Access::Write, ambient).await?);
        Ok(Self { _scratch: Some(scratch), ..Self::reading(plan).await? })
    }

    fn over(house: House) -> Self {
        let app = App::new(house.parts());
        Self { house, api: app.router(Door::Local), _scratch: None }
    }

    /// The API, as its owner sees it.
    pub fn api(&self) -> axum::Router {
        self.api.clone()
    }

    /// Wraps every data key anew under the master key in `file`; gives how many.
    pub async fn exchange_master(&self, file: &Path) -> Result<usize, vault::Error> {
        let master = Master::of_file(file, &self.house.plan.register)?;
        let vault = self.house.credentials.vault().clone();
        let exchanged = self
            .house
            .store
            .write::<_, vault::Error, _>(move |tx| Box::pin(async move { vault.exchange_master(tx, &master).await }));
        exchanged.await
    }

    /// Leaves in order.
    pub async fn close(self) {
        drop(self.api);
        Box::pin(self.house.leave(Duration::from_secs(5))).await;
    }
}
