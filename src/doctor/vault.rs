//! Secrets at rest.

use super::row::Row;
use crate::base::Plan;
use crate::domain::Advice;
use crate::store::vault::{self as seals, Counts, WrappedKey};
use crate::store::{Access, Error, OpenError, Store};
use crate::vault::Fit;

/// Secrets at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vault {
    /// There is no key, and nothing is sealed.
    Unused,
    /// Where the key comes from, how many values it seals, and how many a rotation has still to do.
    Sealed {
        /// The source of the key.
        from: String,
        /// All values.
        values: i64,
        /// Those under an old data key, while a rotation is under way.
        leaving: Option<i64>,
    },
    /// What is wrong with the key, and what to do.
    Refused(String, Advice),
    /// Why it was not looked at.
    NotRun(&'static str),
}

/// The key beside what it sealed; a database that cannot be read has a row of its own.
pub(super) async fn look_at_vault(plan: Option<&Plan>) -> Vault {
    let Some(plan) = plan else { return Vault::NotRun("the settings have problems") };
    let vault = crate::vault::Vault::new(plan.vault_key());
    let Ok((keys, counts)) = look_at_seals(plan).await else { return Vault::NotRun("the database cannot be read") };
    match vault.fits(&keys) {
        Ok(Fit::Unused) => Vault::Unused,
        Ok(Fit::Ready | Fit::Fits) => Vault::Sealed {
            from: vault.source().name(),
            values: counts.current + counts.leaving,
            leaving: counts.rotating.then_some(counts.leaving),
        },
        Err(error) => Vault::Refused(error.to_string(), error.advice()),
    }
}

async fn look_at_seals(plan: &Plan) -> Result<(Vec<WrappedKey>, Counts), OpenError> {
    let store = match Store::open(&plan.place(), Access::Read, plan.ambient.clone()).await {
        Ok((store, _nothing_to_write)) => store,
        Err(OpenError::Absent(_)) => return Ok((Vec::new(), Counts::default())),
        Err(error) => return Err(error),
    };
    let seen =
        store.read::<_, Error, _>(|tx| Box::pin(async move { Ok((seals::keys(tx).await?, seals::counts(tx).await?)) }));
    let seen = seen.await;
    store.close().await;
    Ok(seen?)
}

pub(super) fn vault(seen: &Vault) -> Row {
    match seen {
        Vault::NotRun(why) => Row::not_run("vault", why),
        Vault::Unused => Row::well("vault", "nothing is sealed, and there is no key yet"),
        Vault::Refused(why, advice) => Row::ill("vault", why, advice.clone()),
        Vault::Sealed { from, values, leaving: None } => Row::well("vault", format!("{from}; sealed values: {values}")),
        Vault::Sealed { from, values, leaving: Some(leaving) } => {
            let what = format!("{from}; sealed values: {values}, {leaving} of them still to be sealed anew");
            Row::well("vault", format!("{what}: `radard secrets rotate` goes on should the rotation rest"))
        }
    }
}
