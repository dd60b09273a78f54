//! A unit file's restrictions without systemd: `confine.py` reads them from the file and sets them up.

use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Dir, RADARD, not_run};

/// Who runs what is confined: a user who owns nothing, and has no name that could differ between machines.
const NOBODY: u32 = 65534;

/// Where the unit files lie.
pub(crate) fn units() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/systemd")
}

/// A place where a program can run as a unit does.
#[derive(Debug)]
pub(crate) struct Confined<'a> {
    dir: &'a Dir,
    unit: PathBuf,
    user: Option<u32>,
}

impl<'a> Confined<'a> {
    /// Makes `dir` such a place: its data folder is the unit's state, the rest can be read. `None`, and a line that says
    /// so, where this machine lacks what it takes.
    pub(crate) fn new(dir: &'a Dir, unit: PathBuf) -> Option<Self> {
        let missing = missing()?;
        if !missing.is_empty() {
            not_run(&format!("the restrictions of the units (needs {missing})"));
            return None;
        }
        std::fs::create_dir_all(dir.data()).unwrap();
        chown(dir.data(), Some(NOBODY), Some(NOBODY)).unwrap();
        set_mode(&dir.data(), 0o700);
        set_mode(dir.path(), 0o755);
        set_mode(&dir.config(), 0o755);
        // The build's folder may be hidden or closed.
        if !dir.path().join("radard").exists() {
            std::fs::copy(RADARD, dir.path().join("radard")).unwrap();
        }
        Some(Self { dir, unit, user: Some(NOBODY) })
    }

    /// As root, for what must succeed where nothing is restricted.
    pub(crate) fn by_root(mut self) -> Self {
        self.user = None;
        self
    }

    /// The program, where it can be reached.
    pub(crate) fn radard(&self) -> PathBuf {
        self.dir.path().join("radard")
    }

    /// What a command runs under.
    pub(crate) fn under(&self) -> Vec<OsString> {
        let confine = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kit/confine.py");
        let mut line: Vec<OsString> = vec![confine.into(), self.unit.clone().into()];
        line.extend(["--state".into(), self.dir.data().into(), "--see".into(), self.dir.path().into()]);
        line.extend(self.user.into_iter().flat_map(|user| ["--user".into(), user.to_string().into()]));
        line.push("--".into());
        line
    }

    /// A command under the unit's restrictions.
    pub(crate) fn command(&self, line: &[&str]) -> Command {
        let under = self.under();
        let mut command = Command::new(&under[0]);
        command.args(&under[1..]).args(line).stdin(Stdio::null());
        command
    }
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// What this machine lacks, in words; empty when nothing.
fn missing() -> Option<String> {
    let works = |line: &[&str]| {
        let tried = Command::new(line[0]).args(&line[1..]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    let needs = [
        ("root", std::fs::metadata("/proc/self").ok()?.uid() == 0),
        ("mount namespaces", works(&["unshare", "--mount", "true"])),
        ("systemd-analyze", works(&["systemd-analyze", "--version"])),
        (
            "python3 and libseccomp2",
            works(&["/usr/bin/python3", "-c", "import ctypes; ctypes.CDLL('libseccomp.so.2')"]),
        ),
    ];
    let lacks: Vec<_> = needs.iter().filter(|(_, there)| !there).map(|(name, _)| *name).collect();
    Some(lacks.join(", "))
}
