//! Copies made while everybody writes, some of them cut off: a file under the final name is always a good one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use radard::store::backup;

use crate::kit::{Crowd, Daemon, Dir, Extra, Ledger, QUIET, Rows, block_on, chance, figure, lost, pause, size};

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
