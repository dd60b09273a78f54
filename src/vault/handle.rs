//! The vault as other rooms hold it: seal, open and forget, each inside a transaction of the caller.
//!
//! Data keys are unwrapped when they are first met and stay in memory. Another process may put a new one in their place
//! at any time, so a key that is not known is looked up, and a value whose key has gone meanwhile is read again. The
//! master key is looked for when it is first needed: one that was made while the house runs is taken without a restart.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::error::Error;
use super::master::{Master, Source};
use super::seal::{self, Binding, Key, draw, seal};
use super::slot::Slot;
use crate::ambient::Ambient;
use crate::domain::Secret;
use crate::store::vault::{self as rows, Sealed, WrappedKey};
use crate::store::{self, Access, OpenError, Place, Store, Tx};

/// How often a value is read again because its key went away in between: once for each rotation that ends meanwhile.
const LOOKS: u32 = 5;

/// A cheap handle on the vault; clones share the keys that were opened.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    source: Source,
    open: Mutex<Open>,
}

/// Keys in memory.
#[derive(Default)]
struct Open {
    master: Option<Master>,
    data: BTreeMap<Uuid, Key>,
}

/// How the master key and a database go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// There is no key, and nothing was ever sealed.
    Unused,
    /// There is a key, and nothing was ever sealed.
    Ready,
    /// The key opens every data key.
    Fits,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("source", &self.0.source).finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault whose master key is at `source`; nothing is read yet.
    pub fn new(source: Source) -> Self {
        Self(Arc::new(Inner { source, open: Mutex::default() }))
    }

    /// A vault for the database at `place`, or why its key does not fit: found out by reading alone, before anybody
    /// changes anything there.
    pub async fn open(source: Source, place: &Place, ambient: &Ambient) -> Result<Self, OpenVault> {
        let vault = Self::new(source);
        let keys = data_keys(place, ambient).await?;
        vault.fits(&keys)?;
        Ok(vault)
    }

    /// How the master key and the data keys in `keys` go together.
    pub fn fits(&self, keys: &[WrappedKey]) -> Result<Fit, Error> {
        let Some(master) = self.master()? else {
            return if keys.is_empty() { Ok(Fit::Unused) } else { Err(self.lost()) };
        };
        for row in keys {
            master.unwrap(row, || self.0.source.name())?;
        }
        Ok(if keys.is_empty() { Fit::Ready } else { Fit::Fits })
    }

    /// Where the master key is looked for.
    pub fn source(&self) -> &Source {
        &self.0.source
    }

    /// Seals `secret` in `slot`, over what was there. It stands or falls with the transaction.
    pub async fn put(&self, tx: &mut Tx, slot: &Slot, secret: &Secret<String>) -> Result<(), Error> {
        let row = match rows::current(tx).await? {
            Some(row) => row,
            None => self.begin(tx).await?,
        };
        let key = self.key(&row)?;
        let sealed = seal_with(&row.id, &key, slot, tx, secret.reveal().as_bytes())?;
        Ok(rows::put(tx, slot.at(), row.id, &sealed).await?)
    }

    /// Opens what is sealed in `slot`, if anything is.
    pub async fn get(&self, tx: &mut Tx, slot: &Slot) -> Result<Option<Secret<String>>, Error> {
        for _look in 0..LOOKS {
            let Some(sealed) = rows::find(tx, slot.at()).await? else { return Ok(None) };
            if let Some(plain) = self.open_sealed(tx, &sealed).await? {
                return text(&plain).map(Some).ok_or_else(|| Error::Damaged { what: slot.to_string() });
            }
        }
        Err(Error::Damaged { what: slot.to_string() })
    }

    /// Throws away what is sealed in `slot`; false when nothing is.
    pub async fn forget(&self, tx: &mut Tx, slot: &Slot) -> Result<bool, Error> {
        Ok(rows::forget(tx, slot.at()).await?)
    }

    /// Opens a value; nothing when its key has gone meanwhile.
    pub(super) async fn open_sealed(&self, tx: &mut Tx, sealed: &Sealed) -> Result<Option<Secret<Vec<u8>>>, Error> {
        let known = self.opened().data.get(&sealed.key_id).cloned();
        let key = match known {
            Some(key) => key,
            None => match rows::key(tx, sealed.key_id).await? {
                Some(row) => self.key(&row)?,
                None => return Ok(None),
            },
        };
        let slot = slot_of(sealed);
        let binding = Binding { slot: &slot, key_id: &sealed.key_id.to_string() };
        let opened = seal::open(&key, binding, &sealed.bytes);
        opened.map(Some).map_err(|_| Error::Damaged { what: slot.to_string() })
    }

    /// Makes a data key and lets it be the current one, unless another process was first; gives the one that is.
    pub(super) async fn begin(&self, tx: &mut Tx) -> Result<WrappedKey, Error> {
        let master = self.master()?.ok_or_else(|| Error::Missing { file: self.0.source.file.clone() })?;
        let (data, id) = (draw(&tx.entropy), tx.entropy.id(tx.now()));
        let blank = WrappedKey { id, wrapped: Vec::new(), master: String::new(), is_current: true };
        let row = master.wrap(&blank, &data, &tx.entropy)?;
        if rows::add(tx, &row).await? {
            self.opened().data.insert(id, data);
            return Ok(row);
        }
        let other = rows::current(tx).await?;
        other.ok_or_else(|| store::Error::Busy { act: "make a data key", cause: "they change".to_owned() }.into())
    }

    /// The data key in `row`, unwrapped.
    pub(super) fn key(&self, row: &WrappedKey) -> Result<Key, Error> {
        if let Some(known) = self.opened().data.get(&row.id) {
            return Ok(known.clone());
        }
        let master = self.master()?.ok_or_else(|| self.lost())?;
        let key = master.unwrap(row, || self.0.source.name())?;
        self.opened().data.insert(row.id, key.clone());
        Ok(key)
    }

    /// The master key, when there is one.
    fn master(&self) -> Result<Option<Master>, Error> {
        if let Some(master) = self.opened().master.clone() {
            return Ok(Some(master));
        }
        let read = self.0.source.read()?;
        self.opened().master.clone_from(&read);
        Ok(read)
    }

    fn lost(&self) -> Error {
        Error::Lost { file: self.0.source.file.clone() }
    }

    fn opened(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a vault could not be opened: the database, or the key.
#[derive(Debug, thiserror::Error)]
pub enum OpenVault {
    /// The database cannot be looked into.
    #[error(transparent)]
    Place(#[from] OpenError),
    /// The key does not fit.
    #[error(transparent)]
    Key(#[from] Error),
}

/// The data keys of the database at `place`, whatever its step; none when there is no database, or no such table yet.
pub async fn data_keys(place: &Place, ambient: &Ambient) -> Result<Vec<WrappedKey>, OpenError> {
    let store = match Store::open(place, Access::Look, ambient.clone()).await {
        Ok((store, _nothing_to_write)) => store,
        Err(OpenError::Absent(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let keys = store.read::<_, store::Error, _>(|tx| Box::pin(rows::keys(tx))).await;
    store.close().await;
    match keys {
        Ok(keys) => Ok(keys),
        Err(store::Error::Statement { .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Seals `plain` for `slot` under a data key, with chance from the transaction.
pub(super) fn seal_with(id: &Uuid, key: &Key, slot: &Slot, tx: &Tx, plain: &[u8]) -> Result<Vec<u8>, Error> {
    let sealed = seal(key, Binding { slot, key_id: &id.to_string() }, &tx.entropy, plain);
    sealed.map_err(|_| Error::TooLong { what: slot.to_string() })
}

pub(super) fn slot_of(sealed: &Sealed) -> Slot {
    let Sealed { of_table, of_row, of_column, .. } = sealed;
    Slot { table: of_table.clone().into(), row: of_row.clone(), column: of_column.clone().into() }
}

/// The value as the text it was.
fn text(plain: &Secret<Vec<u8>>) -> Option<Secret<String>> {
    std::str::from_utf8(plain.reveal()).ok().map(|text| Secret::new(text.to_owned()))
}
