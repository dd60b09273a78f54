//! What the API offers and only this room can do.

use std::sync::Arc;

use serde_json::{Value, json};

use super::reload::Reloader;
use crate::config::Places;
use crate::store::{Error, Store, backup, clocks};
use crate::web::{Act, Acts};

/// Looks at everything; gives the rows of `radard doctor`.
pub(super) type Doctor = Arc<dyn Fn() -> Act<'static, Value> + Send + Sync>;

/// The acts of one house.
pub(super) struct HouseActs {
    pub(super) store: Store,
    pub(super) places: Places,
    /// Absent when no daemon runs: then there is nothing to reload.
    pub(super) reloader: Option<Reloader>,
    pub(super) doctor: Doctor,
}

impl Acts for HouseActs {
    fn backup_create(&self) -> Act<'_, Result<Value, String>> {
        Box::pin(async {
            let made = backup::create(&self.store, &self.places.backups()).await.map_err(|e| e.to_string())?;
            let noted = self.store.write::<_, Error, _>(|tx| Box::pin(clocks::backed_up(tx)));
            noted.await.map_err(|e| e.to_string())?;
            Ok(json!(made))
        })
    }

    fn reload(&self) -> Act<'_, Result<Value, String>> {
        Box::pin(async {
            match &self.reloader {
                Some(reloader) => reloader.reload().await.map(|said| json!({ "said": said })),
                None => Err("no daemon runs, so there is nothing to reload".to_owned()),
            }
        })
    }

    fn doctor(&self) -> Act<'_, Value> {
        (self.doctor)()
    }
}
