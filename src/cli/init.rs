//! `radard init`: the files a person starts from. What is there already is left alone, and said to be.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::desk::Desk;
use super::failure::Failure;
use super::out::Answer;
use crate::advice;
use crate::config::init_files;

/// The units, the users and folders that they need, and an example for the vault's key.
const UNITS: &[(&str, &str)] = &[
    ("systemd/radard.service", include_str!("../../config/systemd/radard.service")),
    ("systemd/radard-browser.service", include_str!("../../config/systemd/radard-browser.service")),
    ("systemd/radard.sysusers.conf", include_str!("../../config/systemd/radard.sysusers.conf")),
    ("systemd/radard.tmpfiles.conf", include_str!("../../config/systemd/radard.tmpfiles.conf")),
    ("systemd/vault-key.conf", include_str!("../../config/systemd/vault-key.conf")),
];

/// Flags of `radard init`.
#[derive(Debug, clap::Args)]
pub(super) struct Init {
    /// Where to write [default: the directory of --config, else ./config]
    dir: Option<PathBuf>,
}

impl Init {
    /// Writes what is missing.
    pub(super) fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let dir = self.dir.or_else(|| desk.global.config.clone()).unwrap_or_else(|| PathBuf::from("config"));
        let (mut written, mut left) = (Vec::new(), Vec::new());
        for (name, text) in init_files().iter().chain(UNITS) {
            let file = dir.join(name);
            let new = write_new(&file, text).map_err(|error| {
                let failure = Failure::new(format!("cannot write `{}`: {error}", file.display()));
                failure.advise(advice::cli::init_folder())
            })?;
            if new { &mut written } else { &mut left }.push(file.display().to_string());
        }
        let lines = written.iter().map(|file| format!("wrote {file}"));
        let lines: Vec<_> = lines.chain(left.iter().map(|file| format!("left {file} as it is"))).collect();
        Ok(Answer::done(json!({"v": 1, "written": written, "left": left}), lines.join("\n")))
    }
}

/// Writes `text` to `file` unless there is one; everyone may read it. What fails halfway is taken away again.
fn write_new(file: &Path, text: &str) -> io::Result<bool> {
    if let Some(dir) = file.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o755).create(dir)?;
    }
    let mut opened = match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    };
    let wrote = opened
        .set_permissions(Permissions::from_mode(0o644))
        .and_then(|()| opened.write_all(text.as_bytes()))
        .and_then(|()| opened.sync_all());
    if wrote.is_err() {
        let _half_a_file_is_worse = fs::remove_file(file);
    }
    wrote.map(|()| true)
}
