//! Next rounds that a wrong clock put too far into the future are set back to what their schedule gives from now.

use std::collections::HashMap;
use std::time::Duration;

use super::spec::Spec;
use super::times::{NEVER, next};
use crate::domain::Millis;
use crate::store::crawl::targets::{self, Course};
use crate::store::{Error, Store, Tx, ahead};

/// A doubted list is read again after this long at most, or when its schedule says so.
pub const REREAD: Duration = Duration::from_mins(70);

/// Sets next rounds back; gives how many. What a person holds back stays held.
pub(super) async fn set_back(store: &Store) -> Result<usize, Error> {
    let found = store.read::<_, Error, _>(|tx| Box::pin(too_late(tx))).await?;
    if found.is_empty() {
        return Ok(0);
    }
    let set = store.write::<_, Error, _>(|tx| {
        Box::pin(async move {
            let found = too_late(tx).await?;
            for (course, at) in &found {
                targets::sent(tx, course.name(), *at, None).await?;
            }
            Ok(found.len())
        })
    });
    set.await
}

/// What comes later than its schedule gives from now, with the moment that it gives.
async fn too_late(tx: &mut Tx) -> Result<Vec<(Course, Millis)>, Error> {
    let (now, all) = (tx.now(), targets::targets(tx).await?);
    let specs: HashMap<String, Spec> =
        all.into_iter().filter_map(|target| Some((target.name, Spec::read(&target.said)?))).collect();
    let too_late = |course: Course| {
        let mut latest = next(specs.get(&course.target)?, now);
        if course.doubted_at.is_some() {
            latest = latest.max(now + REREAD);
        }
        let is_held = course.next_at == NEVER.0;
        (!is_held && ahead::is_ahead(Millis(course.next_at), latest)).then_some((course, latest))
    };
    Ok(targets::courses(tx).await?.into_iter().filter_map(too_late).collect())
}
