//! Copies made while everybody writes, some of them cut off: a file under the final name is always a good one.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use radard::store::backup;

use crate::kit::{
    Crowd, Daemon, Dir, Extra, Ledger, QUIET, RADARD, Rows, Trace, block_on, can_trace, chance, figure, lost, not_run,
    pause, run, size,
};

/// Every call by which a restore changes what lies in a folder. strace counts each for itself.
const CHANGES: [&str; 10] =
    ["rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "ftruncate", "fsync", "fdatasync"];

/// Every copy under a final name.
fn copies(dir: &Dir) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir.data().join("backups")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "db"));
    files.sort();
    files
}

/// What was told before a copy began and is not in it.
fn missing(file: &Path, told: &[String]) -> Vec<String> {
    let verified = block_on(backup::verify(file));
    assert!(verified.is_ok(), "{}: {verified:?}", file.display());
    let rows = Rows::read(file).unwrap();
    assert_eq!(rows.faults, [""; 0], "{}", file.display());
    lost(told, &rows.keys())
}

#[test]
fn a_copy_made_under_load_is_whole_or_has_no_name() {
    let (dir, chance, ledger) = (Dir::new("copies"), chance(), Arc::<Ledger>::default());
    let rounds = size(6, 50);
    let (mut finished, mut cut_off, mut short) = (0, 0, 0);
    for round in 0..rounds {
        let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
        let crowd = Crowd::send(4, &daemon.caller(), &ledger, &format!("r{round}"));
        pause(100 + chance.below(100));
        let (told, before) = (ledger.acknowledged(), copies(&dir));
        // The control: the file as it lies there is no copy, because its last commits stand in the log beside it.
        let plain = dir.path().join("plain.db");
        std::fs::copy(dir.database(), &plain).unwrap();
        short += usize::from(Rows::read(&plain).map_or(true, |rows| !lost(&told, &rows.keys()).is_empty()));
        let caller = daemon.caller();
        let asked = std::thread::spawn(move || caller.call("POST", "/api/v1/backups", None));
        if round % 3 == 2 {
            pause(chance.below(60));
            daemon.kill();
        }
        let answer = asked.join().unwrap();
        drop(daemon);
        crowd.join();
        match answer {
            Ok((status, made)) => {
                assert_eq!(status, 201, "{made}");
                finished += 1;
            }
            Err(_) => cut_off += 1,
        }
        for file in copies(&dir).iter().filter(|file| !before.contains(file)) {
            assert_eq!(missing(file, &told), [""; 0], "round {round}: {}", file.display());
        }
    }
    assert!(copies(&dir).len() >= finished, "a finished copy is there");
    assert!(finished * 3 >= rounds, "{finished} of {rounds} copies were finished");
    assert!(short > 0, "a plain copy of the file is as good as ours: this load proves nothing");
    figure(&format!(
        "P13 copies={rounds} finished={finished} cut_off={cut_off} damaged=0 plain_copies_short={short} jobs={}",
        ledger.acknowledged().len()
    ));
}

#[test]
fn a_damaged_copy_is_found_out() {
    let dir = Dir::new("damaged");
    let daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let ledger = Ledger::default();
    for n in 0..20 {
        assert_eq!(ledger.ask(&daemon.caller(), &format!("k{n}")), Some(201));
    }
    assert_eq!(daemon.call("POST", "/api/v1/backups", None).unwrap().0, 201);
    let file = copies(&dir).remove(0);
    assert_eq!(missing(&file, &ledger.acknowledged()), [""; 0]);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let said = block_on(backup::verify(&file)).unwrap_err().to_string();
    assert!(said.contains("is not a sound copy"), "{said}");
}

/// Restores `copy` under `under`.
fn restore(dir: &Dir, copy: &Path, under: &[OsString]) -> ExitStatus {
    let (program, before) = under.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(before).arg(RADARD).args(["backup", "restore"]).arg(copy);
    command.current_dir(dir.path());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
}

/// Puts the folder back to where only `database` is in it.
fn put_back(dir: &Dir, database: &Path) {
    for entry in std::fs::read_dir(dir.data()).unwrap().flatten() {
        if entry.file_type().unwrap().is_file() {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    std::fs::copy(database, dir.database()).unwrap();
}

#[test]
fn a_restore_that_is_killed_at_any_call_leaves_a_whole_database() {
    if !can_trace() {
        return not_run("kills of a restore (needs strace)");
    }
    let (dir, ledger) = (Dir::new("restore"), Ledger::default());
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let some = |daemon: &Daemon, name: &str| {
        for n in 0..20 {
            assert_eq!(ledger.ask(&daemon.caller(), &format!("{name}-{n}")), Some(201));
        }
    };
    some(&daemon, "kept");
    assert_eq!(daemon.call("POST", "/api/v1/backups", None).unwrap().0, 201);
    some(&daemon, "later");
    assert_eq!(daemon.term(Duration::from_secs(40)).0, 0, "{}", daemon.log());
    let copy = copies(&dir).remove(0);
    let database = dir.path().join("before.db");
    std::fs::copy(dir.database(), &database).unwrap();
    let keys = |file: &Path| {
        let rows = Rows::read(file).unwrap();
        assert_eq!(rows.faults, [""; 0], "{}", file.display());
        rows.keys().into_iter().collect::<BTreeSet<_>>()
    };
    let (old, new) = (keys(&database), keys(&copy));
    assert_eq!((old.len() - new.len(), new.len()), (20, 20), "the control: they differ");

    let mut killed = [0, 0];
    for call in CHANGES {
        put_back(&dir, &database);
        let trace = Trace::new(dir.path(), call);
        assert!(restore(&dir, &copy, &trace.count()).success());
        assert_eq!(keys(&dir.database()), new);
        for k in 1..=trace.most_of_one_thread() {
            put_back(&dir, &database);
            if restore(&dir, &copy, &trace.hit("signal=SIGKILL", k)).success() {
                continue;
            }
            assert!(dir.database().exists(), "no database after {call} {k}");
            let found = keys(&dir.database());
            assert!(found == old || found == new, "half a database after {call} {k}");
            killed[usize::from(found == new)] += 1;
            assert!(restore(&dir, &copy, &["env".into()]).success(), "and again after {call} {k}");
            assert_eq!(keys(&dir.database()), new);
        }
    }
    assert!(killed[0] > 4 && killed[1] > 0, "kills before and after the one step: {killed:?}");
    figure(&format!("restore kills={} kept_old={} kept_new={} lost=0", killed[0] + killed[1], killed[0], killed[1]));
}

#[test]
fn nothing_begins_an_empty_database_beside_what_a_restore_left() {
    let dir = Dir::new("displaced");
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    assert_eq!(Ledger::default().ask(&daemon.caller(), "kept"), Some(201));
    assert_eq!(daemon.term(Duration::from_secs(40)).0, 0, "{}", daemon.log());
    for name in ["replaced-20261130T040000000Z.db", "radard.db.part"] {
        let aside = dir.data().join(name);
        std::fs::rename(dir.database(), &aside).unwrap();
        let mut begun = Daemon::spawn(&dir, QUIET, &Extra::default());
        let code = begun.wait(Duration::from_secs(30)).0;
        let log = begun.log();
        assert!(code != 0 && log.contains(name) && !dir.database().exists(), "{code} {log}");
        for command in [&["job", "list"][..], &["migrate"], &["doctor"]] {
            let (code, out, err) = run(&dir, command, None);
            let said = format!("{out}{err}");
            let is_told = said.contains(name) && said.contains("run `radard backup restore");
            assert!(code != 0 && is_told, "{command:?} {code} {said}");
            assert!(!dir.database().exists(), "{command:?}");
        }
        let (code, out, err) = run(&dir, &["backup", "restore", aside.to_str().unwrap()], None);
        assert_eq!(code, 0, "{out}{err}");
        assert_eq!(Rows::read(&dir.database()).unwrap().keys(), ["kept"]);
        let _moved_by_the_restore = std::fs::remove_file(&aside);
    }
}
