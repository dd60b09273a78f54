//! What a house is built from: settings, secrets and folders, before anything is opened.

use crate::ambient::Ambient;
use crate::config::{Checked, Config, Places, Secrets};
use crate::domain::{Display, Secret};
use crate::observe::Register;
use crate::store::Place;
use crate::vault::Source;

/// What a house is built from.
#[derive(Clone)]
pub struct Plan {
    /// The checked settings.
    pub config: Config,
    /// The secrets that systemd, files and the environment gave.
    pub secrets: Secrets,
    /// `store-url`, when it came as a secret.
    pub store_url: Option<Secret<String>>,
    /// The folders.
    pub places: Places,
    /// Time and chance.
    pub ambient: Ambient,
    /// The register of secrets that the log knows.
    pub register: Register,
    /// The display that the environment names.
    pub seat: Option<Display>,
}

impl Plan {
    /// From what was checked.
    pub fn new(checked: &Checked, places: Places, ambient: Ambient, register: Register) -> Self {
        for (_, secret) in checked.secrets.iter() {
            register.add(secret);
        }
        let store_url = checked.secrets.get("store-url").cloned().or_else(|| checked.config.store.url.clone());
        let (config, secrets) = (checked.config.clone(), checked.secrets.clone());
        Self { config, secrets, store_url, places, ambient, register, seat: checked.seat.clone() }
    }

    /// Where the key that seals secrets is looked for.
    pub fn vault_key(&self) -> Source {
        let file = self.places.vault_key(self.config.vault.key_file.as_deref());
        Source { given: self.secrets.get("vault-key").cloned(), file, register: self.register.clone() }
    }

    /// Where the database is.
    pub fn place(&self) -> Place {
        match &self.store_url {
            Some(url) => {
                let connections = u32::try_from(self.config.store.connections).unwrap_or(u32::MAX);
                Place::Postgres(url.clone(), connections)
            }
            None => Place::Sqlite(self.places.database()),
        }
    }
}
