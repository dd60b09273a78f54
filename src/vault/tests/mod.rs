//! The vault: the seal alone, the key file, and the whole of it on both databases.

mod files;
mod rows;
mod seals;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::ambient::Entropy;
use crate::domain::Secret;
use crate::observe::Register;

/// A folder of one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("radard-vault-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn key(&self, name: &str) -> PathBuf {
        let file = self.0.join(name);
        make_file(&file, &Entropy::real(None), &Register::default()).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _leftovers = std::fs::remove_dir_all(&self.0);
    }
}

/// A vault whose key is looked for in `file`.
fn vault(file: &Path) -> Vault {
    Vault::new(Source { given: None, file: file.to_owned(), register: Register::default() })
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}
