//! The steps in which time passes: the real queue and the real limits on a simulated clock, on a runtime of their own.
//!
//! A simulated clock jumps when nothing in its runtime can run, so the runtime must be the step's alone.

use std::path::PathBuf;

use super::figure::Playing;
use super::trouble::{Outcome, Trouble, expected};
use crate::ambient::Ambient;
use crate::domain::Millis;
use crate::store::{Access, Place, Store};
use crate::supervise::Supervisor;

/// 2027-01-01T00:00:00Z.
pub(super) const BEGIN: Millis = Millis(1_798_761_600_000);

/// Lets `play` happen in a world of its own, whose clock jumps, with a database at `file`.
pub(super) fn apart<F>(file: PathBuf, play: impl FnOnce(Store, Ambient) -> F + Send + 'static) -> Playing<'static>
where
    F: Future<Output = Outcome>,
{
    Box::pin(async {
        let ended = tokio::task::spawn_blocking(move || {
            let ambient = Ambient::pinned(1, BEGIN);
            let clock = ambient.clock.clone();
            let ended = clock.run(async {
                let (store, _ground) = open(file, &ambient).await?;
                play(store, ambient).await
            });
            ended.map_err(|source| Trouble::Io { act: "make a runtime", source })?
        });
        ended.await.map_err(|panicked| Trouble::Died(panicked.to_string()))?
    })
}

pub(super) fn broken(what: String) -> Trouble {
    expected("a story that holds".into(), what)
}

async fn open(file: PathBuf, ambient: &Ambient) -> Result<(Store, Supervisor), Trouble> {
    let opened = Store::open(&Place::Sqlite(file), Access::Write, ambient.clone()).await;
    let (store, writer) = opened.map_err(|e| broken(e.to_string()))?;
    let ground = Supervisor::new(ambient.clone());
    writer.start(&ground);
    Ok((store, ground))
}
