//! Changing keys: a new data key for every value, page by page, or a new master key for every data key, at once.
//!
//! The state of a rotation is in the rows alone: as long as a data key that is not the current one is left, a rotation
//! has begun and not ended. So it goes on after a kill wherever it stood, and while it lasts everything stays readable.
//! A value that does not open keeps its old key, and the rotation does not end; nothing is lost by asking.

use uuid::Uuid;

use super::error::Error;
use super::handle::{Vault, seal_with, slot_of};
use super::master::Master;
use crate::store::vault as rows;
use crate::store::{self, Tx};

/// The kind of the job that rotates.
pub const ROTATE: &str = "rotate";

/// Values that are sealed anew in one transaction: few enough that nobody waits long for the writer.
const PAGE: i64 = 100;

/// What one page of a rotation did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Values that are sealed under the current key now.
    pub sealed: usize,
    /// Values that do not open.
    pub damaged: Vec<String>,
    /// Where the next page begins; nothing after the last.
    pub next: Option<Uuid>,
}

/// The data key that a rotation asked for now takes out of use: the one that leaves already, else the current one.
/// Nothing when nothing was ever sealed.
pub async fn leaving_key(tx: &mut Tx) -> Result<Option<Uuid>, store::Error> {
    let keys = rows::keys(tx).await?;
    Ok(keys.iter().rfind(|key| !key.is_current).or(keys.last()).map(|key| key.id))
}

impl Vault {
    /// Begins a rotation, unless one has begun and not ended: that one goes on. False when nothing was ever sealed.
    pub async fn begin_rotation(&self, tx: &mut Tx) -> Result<bool, Error> {
        let Some(current) = rows::current(tx).await? else { return Ok(false) };
        // Proves that this key may lead a rotation: what it cannot unwrap it must not put out of use.
        self.key(&current)?;
        if !rows::counts(tx).await?.rotating {
            rows::retire(tx).await?;
            self.begin(tx).await?;
        }
        Ok(true)
    }

    /// Seals the values behind `after` anew, as many as one transaction should hold.
    pub async fn reseal_page(&self, tx: &mut Tx, after: Uuid) -> Result<Page, Error> {
        let mut page = Page::default();
        let Some(current) = rows::current(tx).await? else { return Ok(page) };
        let key = self.key(&current)?;
        for sealed in rows::leaving(tx, after, current.id, PAGE).await? {
            page.next = Some(sealed.id);
            match self.open_sealed(tx, &sealed).await {
                Ok(Some(plain)) => {
                    let bytes = seal_with(&current.id, &key, &slot_of(&sealed), tx, plain.reveal())?;
                    rows::reseal(tx, sealed.id, current.id, &bytes).await?;
                    page.sealed += 1;
                }
                Ok(None) | Err(Error::Damaged { .. }) => page.damaged.push(slot_of(&sealed).to_string()),
                Err(error) => return Err(error),
            }
        }
        Ok(page)
    }

    /// Drops the data keys that nothing is sealed under any more; true when none but the current one is left.
    pub async fn end_rotation(&self, tx: &mut Tx) -> Result<bool, Error> {
        rows::drop_unused(tx).await?;
        Ok(!rows::counts(tx).await?.rotating)
    }

    /// Wraps every data key anew under `master`, which from the end of the transaction on is the one to start with;
    /// gives how many.
    pub async fn exchange_master(&self, tx: &mut Tx, master: &Master) -> Result<usize, Error> {
        let keys = rows::keys(tx).await?;
        for row in &keys {
            let data = self.key(row)?;
            let wrapped = master.wrap(row, &data, &tx.entropy)?;
            rows::rewrap(tx, &wrapped).await?;
        }
        Ok(keys.len())
    }
}
