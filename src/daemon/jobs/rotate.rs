//! Changes the data key: a new one, every value sealed under it, the old one dropped.
//!
//! How far it is stands in the rows, not in the job: a run that follows a kill goes on with what still lies under an old
//! key. A second run after the end finds nothing there and is done. Each page commits by itself, and everything stays
//! readable meanwhile.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::domain::{Class, Miss};
use crate::queue::{Job, Lease, Lost, Settled};
use crate::store;
use crate::vault::{self, ROTATE, Vault};

/// Change the data key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::daemon) struct Rotate {}

/// What changing it needs.
#[derive(Clone)]
pub(in crate::daemon) struct Tools {
    /// What is sealed.
    pub(in crate::daemon) vault: Vault,
}

/// What a run remembers: that the new key is there.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    sealed: usize,
}

/// Why a step did not go through.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Vault(#[from] vault::Error),
    #[error(transparent)]
    Lost(#[from] Lost),
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Self::Lost(error.into())
    }
}

impl From<Refused> for Miss {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Lost(lost) => lost.into(),
            Refused::Vault(vault::Error::Store(error)) => error.into(),
            Refused::Vault(error) => Self::new(error.class(), format!("{error}; {}", error.advice())),
        }
    }
}

impl Job for Rotate {
    const KIND: &'static str = ROTATE;
    const LIMIT: Duration = Duration::from_hours(1);
    type Tools = Tools;

    async fn run(self, tools: &Tools, lease: &Lease) -> Result<Settled, Miss> {
        let mut sealed = match lease.remembered::<Begun>() {
            Some(begun) => begun.sealed,
            None if begin(tools, lease).await? => 0,
            None => return Ok(Settled::Done(json!({"sealed": 0}))),
        };
        lease.remember(&Begun { sealed }).await?;
        let (mut after, mut damaged) = (Uuid::nil(), Vec::new());
        loop {
            let vault = tools.vault.clone();
            let page = lease
                .write::<_, Refused, _>(move |tx| Box::pin(async move { Ok(vault.reseal_page(tx, after).await?) }));
            let page = page.await?;
            sealed += page.sealed;
            damaged.extend(page.damaged);
            let Some(next) = page.next else { break };
            after = next;
            lease.remember(&Begun { sealed }).await?;
        }
        let vault = tools.vault.clone();
        let end = lease.write::<_, Refused, _>(move |tx| Box::pin(async move { Ok(vault.end_rotation(tx).await?) }));
        match (end.await?, damaged.first()) {
            (true, _) => Ok(Settled::Done(json!({"sealed": sealed}))),
            (false, None) => Err(Miss::new(Class::Local, "values were sealed under an old key meanwhile")),
            (false, Some(first)) => {
                let n = damaged.len();
                let what = format!("{n} sealed values do not open and keep their old key, the first is {first}");
                Err(Miss::new(Class::Local, what))
            }
        }
    }
}

/// Makes the new key, or finds a rotation to go on with; false when nothing was ever sealed.
async fn begin(tools: &Tools, lease: &Lease) -> Result<bool, Refused> {
    let vault = tools.vault.clone();
    lease.write::<_, Refused, _>(move |tx| Box::pin(async move { Ok(vault.begin_rotation(tx).await?) })).await
}
