//! The master key: where it comes from, what is asked of its file, and how one is made.
//!
//! It comes from the credential `vault-key`, else from a file that belongs to us and that nobody else may read; never
//! from the environment or the command line, which others can see. Its text is 64 hexadecimal digits. Only
//! [`make_file`] makes one, and it replaces nothing.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use sha2::{Digest as _, Sha256};

use super::error::Error;
use super::seal::{Binding, Key, draw, open, seal};
use super::slot::Slot;
use crate::ambient::Entropy;
use crate::domain::Secret;
use crate::observe::Register;
use crate::store::vault::WrappedKey;

/// The most that is read of a key file; a key is much shorter.
const MOST: u64 = 4096;
/// What a fingerprint is told from any other digest by.
const FINGERPRINT: &[u8] = b"radard.vault.master";

/// Where the master key is looked for.
#[derive(Debug, Clone)]
pub struct Source {
    /// The credential `vault-key`, when it was given: it goes before the file.
    pub given: Option<Secret<String>>,
    /// The file.
    pub file: PathBuf,
    /// The register that keeps the key out of the log.
    pub register: Register,
}

impl Source {
    /// Where the key comes from, for a person.
    pub fn name(&self) -> String {
        match &self.given {
            Some(_) => "the credential `vault-key`".to_owned(),
            None => format!("the key file `{}`", self.file.display()),
        }
    }

    /// The key, when there is one.
    pub(super) fn read(&self) -> Result<Option<Master>, Error> {
        let text = match &self.given {
            Some(text) => Some(text.clone()),
            None => read_file(&self.file)?,
        };
        text.map(|text| Master::parse(&text, &self.name(), &self.register)).transpose()
    }
}

/// A master key.
#[derive(Clone)]
pub struct Master {
    key: Key,
    fingerprint: String,
}

impl Master {
    /// Reads the key in `file`, which must exist.
    pub fn of_file(file: &Path, register: &Register) -> Result<Self, Error> {
        let missing = || Error::Missing { file: file.to_owned() };
        let text = read_file(file)?.ok_or_else(missing)?;
        Self::parse(&text, &format!("the key file `{}`", file.display()), register)
    }

    fn parse(text: &Secret<String>, from: &str, register: &Register) -> Result<Self, Error> {
        let digits = text.reveal().trim_end_matches(['\r', '\n']);
        register.add(&Secret::new(digits.to_owned()));
        let key = Secret::new(from_hex(digits).ok_or_else(|| Error::NoKey { from: from.to_owned() })?);
        let digest = Sha256::new_with_prefix(FINGERPRINT).chain_update(key.reveal()).finalize();
        let fingerprint = digest.iter().copied().take(8).fold(String::new(), push_hex);
        Ok(Self { key, fingerprint })
    }

    /// What the key is known by: it tells keys apart and gives nothing away.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Wraps the data key `row.id`.
    pub(super) fn wrap(&self, row: &WrappedKey, data: &Key, entropy: &Entropy) -> Result<WrappedKey, Error> {
        let slot = slot(row);
        let wrapped = seal(&self.key, Binding { slot: &slot, key_id: &self.fingerprint }, entropy, data.reveal());
        let wrapped = wrapped.map_err(|_| Error::TooLong { what: slot.to_string() })?;
        Ok(WrappedKey { wrapped, master: self.fingerprint.clone(), ..row.clone() })
    }

    /// Unwraps a data key; `from` is where this master key came from.
    pub(super) fn unwrap(&self, row: &WrappedKey, from: impl FnOnce() -> String) -> Result<Key, Error> {
        if row.master != self.fingerprint {
            let (found, wanted) = (self.fingerprint.clone(), row.master.clone());
            return Err(Error::Wrong { from: from(), found, wanted });
        }
        let slot = slot(row);
        let data = open(&self.key, Binding { slot: &slot, key_id: &self.fingerprint }, &row.wrapped);
        let data = data.ok().and_then(|data| Some(Secret::new(data.reveal().as_slice().try_into().ok()?)));
        data.ok_or_else(|| Error::Damaged { what: slot.to_string() })
    }
}

/// The place of a wrapped key.
fn slot(row: &WrappedKey) -> Slot {
    Slot::new("vault_key", row.id.to_string(), "wrapped")
}

/// The text in `file`, when there is such a file; a refusal when others could read or change it.
fn read_file(file: &Path) -> Result<Option<Secret<String>>, Error> {
    let failed = |why: String| Error::File { act: "read", file: file.to_owned(), why };
    let opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error.to_string())),
    };
    let seen = opened.metadata().map_err(|error| failed(error.to_string()))?;
    let (mode, us) = (seen.mode() & 0o7777, rustix::process::geteuid().as_raw());
    if !seen.is_file() {
        return Err(failed("it is no file".to_owned()));
    }
    if seen.uid() != us {
        return Err(Error::Foreign { file: file.to_owned(), owner: seen.uid(), us });
    }
    if mode & 0o077 != 0 {
        return Err(Error::Open { file: file.to_owned(), mode });
    }
    let mut text = String::with_capacity(usize::try_from(MOST).unwrap_or_default());
    let read = opened.take(MOST).read_to_string(&mut text);
    let text = Secret::new(text);
    match read {
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Some(Secret::new(String::new()))),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// What became of a wish for a key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// It was made; the fingerprint of its key.
    New(String),
    /// There is one, and it was left as it is; the fingerprint of its key.
    Left(String),
}

/// Makes a key and its file, on the disk before this answers. A file that is there is left as it is.
pub fn make_file(file: &Path, entropy: &Entropy, register: &Register) -> Result<Made, Error> {
    if let Some(text) = read_file(file)? {
        let from = format!("the key file `{}`", file.display());
        return Ok(Made::Left(Master::parse(&text, &from, register)?.fingerprint));
    }
    let text = Secret::new(draw(entropy).reveal().iter().copied().fold(String::with_capacity(65), push_hex) + "\n");
    match write_new(file, text.reveal()) {
        Ok(()) => Ok(Made::New(Master::of_file(file, register)?.fingerprint)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Ok(Made::Left(Master::of_file(file, register)?.fingerprint))
        }
        Err(error) => Err(Error::File { act: "write", file: file.to_owned(), why: error.to_string() }),
    }
}

/// Writes beside `file` and names it last, so that a key file is whole or not there; replaces nothing.
fn write_new(file: &Path, text: &str) -> io::Result<()> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let _from_a_killed_life = std::fs::remove_file(&part);
    let mut opened = OpenOptions::new().write(true).create_new(true).mode(0o400).open(&part)?;
    let named = opened
        .write_all(text.as_bytes())
        .and_then(|()| opened.sync_all())
        .and_then(|()| Ok(renameat_with(CWD, &part, CWD, file, RenameFlags::NOREPLACE)?));
    if named.is_err() {
        let _half_a_key_is_worse = std::fs::remove_file(&part);
    }
    named?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn push_hex(mut text: String, byte: u8) -> String {
    let _never_fails = write!(text, "{byte:02x}");
    text
}

fn from_hex(digits: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: &[u8; 64] = digits.as_bytes().try_into().ok()?;
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = *pair;
        *byte = digit(high)? * 16 + digit(low)?;
    }
    Some(key)
}
