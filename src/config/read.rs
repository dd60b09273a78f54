//! The only part of the configuration that opens files.
//!
//! It brings the settings file, systemd's credentials and the files named under `[secrets]` into memory and
//! understands nothing, except where secrets are said to be. What is missing is left out; what cannot be read is kept
//! as an error, so that the checker can report it beside everything else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use super::check::secret_paths;
use super::secrets::CREDENTIALS;
pub use super::sources::Sources;
use super::sources::{SETTINGS, Unreadable};
use crate::domain::Secret;

/// The most that is read of one file.
const MOST: u64 = 1024 * 1024;

/// Who may read a secret's file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// Whatever systemd decided.
    Systemd,
    /// Nobody but the owner.
    OwnerOnly,
}

impl Sources {
    /// Reads the settings below `dir` and the secrets that they, or systemd, point to.
    pub fn read(dir: &Path, env: BTreeMap<String, String>, flags: Vec<(String, String)>) -> Self {
        let mut sources = Self { dir: dir.to_owned(), env, flags, ..Self::default() };
        match read_bytes(&dir.join(SETTINGS), MOST) {
            Ok((bytes, _)) if too_large(&bytes) => {
                sources.files.insert(SETTINGS.to_owned(), Err("it is larger than 1 MiB".to_owned()));
            }
            Ok((bytes, _)) => _ = sources.files.insert(SETTINGS.to_owned(), Ok(bytes)),
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {}
            Err(why) => _ = sources.files.insert(SETTINGS.to_owned(), Err(why.to_string())),
        }
        if let Some(folder) = sources.env.get("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty()) {
            for credential in CREDENTIALS {
                let path = Path::new(folder).join(credential.name);
                if !matches!(path.try_exists(), Ok(false)) {
                    sources.credentials.insert(credential.name.to_owned(), read_secret(&path, Guard::Systemd));
                }
            }
        }
        for path in secret_paths(&sources) {
            let held = read_secret(&path, Guard::OwnerOnly);
            sources.secret_files.insert(path, held);
        }
        sources
    }
}

/// The first bytes of a file, one more than `most` at the most, and its mode.
pub(super) fn read_bytes(path: &Path, most: u64) -> io::Result<(Vec<u8>, u32)> {
    // A pipe would keep whoever opens it waiting.
    let at_once = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = File::options().read(true).custom_flags(at_once).open(path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("it is no ordinary file"));
    }
    let mode = about.permissions().mode() & 0o7777;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes, mode))
}

fn too_large(bytes: &[u8]) -> bool {
    u64::try_from(bytes.len()).is_ok_and(|length| length > MOST)
}

fn read_secret(path: &Path, guard: Guard) -> Result<Secret<String>, Unreadable> {
    let (bytes, mode) = read_bytes(path, MOST).map_err(|why| Unreadable::Refused(why.to_string()))?;
    if guard == Guard::OwnerOnly && mode & 0o077 != 0 {
        return Err(Unreadable::Open(mode));
    }
    if too_large(&bytes) {
        return Err(Unreadable::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|_| Unreadable::NotText)?;
    let text = text.trim_end_matches(['\r', '\n']);
    match text {
        "" => Err(Unreadable::Empty),
        text if text.contains('\0') => Err(Unreadable::NotText),
        text => Ok(Secret::new(text.to_owned())),
    }
}
