//! Owners and modes, seen by an ordinary user: for root nothing is forbidden, so root proves nothing.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use crate::kit::{Daemon, Dir, Extra, Ledger, QUIET, RADARD, START, not_run, radard};

/// The user that owns nothing.
const NOBODY: u32 = 65534;

/// Makes `dir` a place where `NOBODY` can run the program; `None` when we may not become somebody else.
fn as_nobody(dir: &Dir) -> Option<Extra> {
    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        not_run("the stories of an ordinary user (needs root, to become one)");
        return None;
    }
    // The folder of the build may be closed to others.
    let program: PathBuf = dir.path().join("radard");
    if std::fs::hard_link(RADARD, &program).is_err() {
        std::fs::copy(RADARD, &program).unwrap();
    }
    open_to_all(dir.path());
    open_to_all(&dir.config());
    Some(Extra { user: Some((NOBODY, program)), ..Extra::default() })
}

fn open_to_all(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn a_folder_that_cannot_be_written_is_named_with_what_to_do() {
    let dir = Dir::new("readonly");
    let Some(extra) = as_nobody(&dir) else { return };
    dir.save_settings(QUIET);
    std::fs::create_dir(dir.data()).unwrap();
    open_to_all(&dir.data());
    let (code, said) = radard(&dir, &extra).unwrap();
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(dir.data().to_str().unwrap()), "it names the folder: {said}");
    assert!(said.contains("Permission denied") && said.contains("do: "), "it says why, and what to do: {said}");
    assert!(std::fs::read_dir(dir.data()).unwrap().next().is_none(), "nothing was left there");
}

#[test]
fn what_is_kept_is_closed_to_others() {
    let dir = Dir::new("modes");
    let Some(extra) = as_nobody(&dir) else { return };
    std::fs::create_dir(dir.data()).unwrap();
    std::fs::set_permissions(dir.data(), std::fs::Permissions::from_mode(0o700)).unwrap();
    chown(dir.data(), Some(NOBODY), Some(NOBODY)).unwrap();
    let mut daemon = Daemon::start(&dir, QUIET, &extra);
    assert_eq!(std::fs::metadata(dir.database()).unwrap().uid(), NOBODY, "it runs as somebody else");
    assert_eq!((mode(&dir.data()), mode(&dir.data().join("backups"))), (0o700, 0o700));
    assert_eq!(mode(daemon.socket()), 0o600);
    // Root may open the socket all the same, and is turned away by who it is.
    let answer = daemon.call("GET", "/healthz", None);
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(Ledger::default().ask(&daemon.caller(), "stranger"), None);
    assert_eq!(daemon.term(START).0, 0, "{}", daemon.log());
}
