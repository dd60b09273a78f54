//! Secrets at rest in the real program: set, listed, rotated, forgotten; nothing of them in any byte of the data
//! directory; a key that does not fit changes nothing; a rotation that is killed is completed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use radard::ambient::Ambient;
use radard::domain::Secret;
use radard::observe::Register;
use radard::store::vault::{Counts, counts};
use radard::store::{self, Access, Place, Store};
use radard::supervise::Supervisor;
use radard::vault::{self, Slot, Source, Vault};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::kit::{
    Daemon, Database, Dir, Extra, QUIET, RADARD, START, block_on, clock, code, figure, pause, until, until_it,
};

/// Runs a line of the command line with `stdin`; gives its code and what it wrote.
fn radard(dir: &Dir, line: &str, stdin: &str) -> (i32, String) {
    let mut command = Command::new(RADARD);
    command.args(line.split(' ')).arg("--config").arg(dir.config()).arg("--data").arg(dir.data());
    command.current_dir(dir.path()).env_remove("CREDENTIALS_DIRECTORY").env_remove("NOTIFY_SOCKET");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Who is refused at once reads nothing.
    let _unread = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let out = child.wait_with_output().unwrap();
    (code(out.status), String::from_utf8([out.stdout, out.stderr].concat()).unwrap())
}

#[track_caller]
fn done(dir: &Dir, line: &str, stdin: &str) -> String {
    let (code, said) = radard(dir, line, stdin);
    assert_eq!(code, 0, "{line}: {said}");
    said
}

/// A data directory with a key.
fn with_key(name: &str, settings: &str) -> Dir {
    let dir = Dir::new(name);
    dir.save_settings(settings);
    done(&dir, "secrets init", "");
    dir
}

fn key_file(dir: &Dir) -> PathBuf {
    dir.data().join("vault.key")
}

fn listed(dir: &Dir) -> Vec<Value> {
    let listing: Value = serde_json::from_str(&done(dir, "secrets list --json", "")).unwrap();
    assert_eq!(listing["v"], 1);
    listing["items"].as_array().unwrap().clone()
}

/// Asks for a rotation and waits until it is done.
#[track_caller]
fn rotate(dir: &Dir, daemon: &Daemon) -> Value {
    let asked: Value = serde_json::from_str(&done(dir, "secrets rotate --json", "")).unwrap();
    let look =
        || daemon.list("/api/v1/jobs").into_iter().find(|job| job["id"] == asked["id"] && job["state"] == "done");
    until(START * 2, "the rotation is done", look).0
}

#[test]
fn a_credential_is_set_listed_rotated_and_forgotten_and_never_shown() {
    let dir = with_key("secrets", QUIET);
    assert_eq!(std::fs::metadata(key_file(&dir)).unwrap().permissions().mode() & 0o7777, 0o400);
    let key = std::fs::read_to_string(key_file(&dir)).unwrap();
    assert!(done(&dir, "secrets init", "").contains("left the key"), "a second time changes nothing");
    assert_eq!(std::fs::read_to_string(key_file(&dir)).unwrap(), key);

    let daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let mut said = done(&dir, "secrets set weekly-token -v", "hunter2-hunter2\n");
    let first = listed(&dir);
    assert_eq!(
        (&first[0]["name"], &first[0]["length"]),
        (&"weekly-token".into(), &15.into()),
        "without the line break"
    );
    assert_eq!(rotate(&dir, &daemon)["result"]["sealed"], 1);
    let second = listed(&dir);
    assert!(second[0]["key_id"] != first[0]["key_id"] && second[0]["since"] == first[0]["since"], "{second:?}");
    said += &done(&dir, "secrets list", "");
    let doctor: Value = serde_json::from_str(&radard(&dir, "doctor --json", "").1).unwrap();
    let row = doctor["items"].as_array().unwrap().iter().find(|row| row["name"] == "vault").cloned().unwrap();
    assert!(row["ok"] == true && row["detail"].as_str().unwrap().ends_with("; sealed values: 1"), "{row}");
    said += &done(&dir, "secrets forget weekly-token", "");
    assert_eq!((listed(&dir), radard(&dir, "secrets forget weekly-token", "").0), (Vec::new(), 1));
    for (line, value, code) in
        [("secrets set store-url", "x", 2), ("secrets set weekly-token", "\n", 2), ("secrets set hunter2", "x", 2)]
    {
        assert_eq!(radard(&dir, line, value).0, code, "{line}");
    }
    said += &daemon.log();
    assert!(!said.contains("hunter2") && !said.contains(key.trim()), "{said}");
}

#[test]
fn without_a_key_the_daemon_runs_and_only_sealing_is_refused() {
    let dir = Dir::new("keyless");
    let daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let (code, said) = radard(&dir, "secrets set weekly-token", "hunter2");
    assert!(code == 1 && said.contains("do: run `radard ") && said.contains(" secrets init`"), "{code} {said}");
    assert_eq!(radard(&dir, "secrets rotate", "").0, 1);
    assert!(!key_file(&dir).exists(), "nobody makes a key in passing");
    done(&dir, "secrets init", "");
    done(&dir, "secrets set weekly-token", "hunter2");
    assert_eq!((listed(&dir).len(), daemon.log().contains("hunter2")), (1, false));
}

/// Every file of the data directory and its digest, but for the lock, which names a process, and what SQLite may make
/// anew at any time.
fn digests(dir: &Dir) -> BTreeMap<PathBuf, String> {
    let passing = |path: &Path| ["radard.lock", "vault.key"].iter().any(|name| path.ends_with(name));
    let shared = |path: &Path| path.to_string_lossy().ends_with("-shm");
    let kept = files(&dir.data()).into_iter().filter(|path| !passing(path) && !shared(path));
    kept.map(|path| (path.clone(), format!("{:x?}", Sha256::digest(std::fs::read(path).unwrap())))).collect()
}

/// Every regular file below `dir`.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => found.extend(files(&entry.path())),
            kind if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

/// Puts a key in the place of the key file, or takes the file away.
fn exchange(dir: &Dir, key: Option<(&str, u32)>) {
    let _absent = std::fs::remove_file(key_file(dir));
    if let Some((text, mode)) = key {
        std::fs::write(key_file(dir), text).unwrap();
        std::fs::set_permissions(key_file(dir), std::fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// Each way in which a key can fail to fit `right`, and what is said.
fn unfit(right: &str) -> [(Option<(String, u32)>, &'static str); 4] {
    let other = "ab".repeat(32);
    [
        (None, "there is no key for them"),
        (Some((other, 0o400)), "is not the key that sealed this database"),
        (Some((right.to_owned(), 0o440)), "do: run `chmod 0400"),
        (Some((right[1..].to_owned(), 0o400)), "64 hexadecimal digits are wanted"),
    ]
}

/// With each key that does not fit, each command that would write is refused with 78 and changes nothing.
#[track_caller]
fn refused_with_each(dir: &Dir, settings: &str, seen: impl Fn() -> String) -> usize {
    let right = std::fs::read_to_string(key_file(dir)).unwrap();
    let (before, mut refusals) = (seen(), 0);
    for (key, wanted) in unfit(&right) {
        exchange(dir, key.as_ref().map(|(text, mode)| (text.as_str(), *mode)));
        for line in
            ["secrets set weekly-token", "secrets init", "secrets rotate", "migrate", "key revoke k", "backup create"]
        {
            let (code, said) = radard(dir, line, "other");
            assert!(code == 78 && said.contains(wanted) && said.contains("do: "), "{line}: {code} {said}");
            refusals += 1;
        }
        let mut daemon = Daemon::spawn(dir, settings, &Extra::default());
        let ended = daemon.wait_ready(START).unwrap_err();
        assert_eq!(ended.map(code), Some(78), "never READY: {}", daemon.log());
        assert_eq!(seen(), before, "{wanted}");
        refusals += 1;
    }
    exchange(dir, Some((&right, 0o400)));
    refusals
}

#[test]
fn a_key_that_does_not_fit_is_78_and_not_a_byte_changes() {
    let dir = with_key("unfit", QUIET);
    done(&dir, "secrets set weekly-token", "hunter2-hunter2");
    let seen = || format!("{:?}", digests(&dir));
    let mut refusals = refused_with_each(&dir, QUIET, seen);

    // A life that was killed leaves commits in the log alone.
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    done(&dir, "secrets set tiktok-app-key", "hunter2-hunter2");
    daemon.kill();
    assert!(std::fs::metadata(dir.data().join("radard.db-wal")).unwrap().len() > 0);
    refusals += refused_with_each(&dir, QUIET, seen);

    // The control: with its key the same database starts, and that does change it.
    let before = seen();
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    assert_eq!(listed(&dir).len(), 2);
    assert_eq!(daemon.term(START).0, 0);
    assert_ne!(seen(), before, "the check can fail");

    // A database that is behind is looked at before it is copied and brought to the present.
    sql(&dir, "DELETE FROM radard_schema WHERE version = (SELECT MAX(version) FROM radard_schema)");
    refusals += refused_with_each(&dir, QUIET, seen);
    radard(&dir, "migrate", "");
    let copies = files(&dir.data().join("backups"));
    assert!(copies.iter().any(|file| file.to_string_lossy().contains("before-migration")), "with its key it is copied");
    figure(&format!("P47 refusals={refusals} changed=0"));
}

#[test]
fn a_key_that_does_not_fit_changes_nothing_on_postgresql() {
    let Some(database) = Database::make() else { return };
    let settings = format!("{QUIET}[store]\nurl = \"{}\"\nconnections = 4\n", database.url);
    let dir = with_key("unfit-shared", &settings);
    done(&dir, "secrets set weekly-token", "hunter2-hunter2");
    let tables = ["radard_schema", "job", "alarm", "schedule", "vault_key", "sealed"];
    for table in tables {
        database.run(format!("CREATE TABLE kept_{table} AS TABLE {table}"));
    }
    let seen = || {
        let differ = |a: String, b: String| database.run(format!("TABLE {a} EXCEPT ALL TABLE {b}"));
        let both =
            |t: &&str| differ((*t).to_owned(), format!("kept_{t}")) + differ(format!("kept_{t}"), (*t).to_owned());
        tables.iter().map(both).sum::<u64>().to_string()
    };
    assert_eq!(seen(), "0");
    refused_with_each(&dir, &settings, seen);
    done(&dir, "secrets set weekly-token", "another");
    assert_ne!(seen(), "0", "the check can fail");
}

/// Runs a statement on the database file, which nobody may have open.
fn sql(dir: &Dir, statement: &'static str) {
    use sqlx::{ConnectOptions as _, Connection as _};
    block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.database());
        let mut db = options.connect().await.unwrap();
        sqlx::query(statement).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    });
}

/// Eight bytes of a value in some spelling.
type Fragment = [u8; 8];

/// The ways in which a value may be spelled: as it is, in hex, in base64 at any offset.
fn spellings(value: &str) -> Vec<Vec<u8>> {
    let hex = value.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let mut all = vec![value.as_bytes().to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    for offset in 0..3 {
        let padded = [&vec![0; offset][..], value.as_bytes()].concat();
        // The digits that no byte beside the value has a part in.
        let (first, last) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
        all.push(base64(&padded)[first..last].to_vec());
    }
    all
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks(3).flat_map(|group| {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        [18, 12, 6, 0].map(|shift| DIGITS[usize::try_from(bits >> shift & 63).unwrap()])
    });
    groups.collect()
}

fn fragments(value: &str) -> BTreeSet<Fragment> {
    spellings(value)
        .iter()
        .flat_map(|text| text.windows(8).map(|f| f.try_into().unwrap()).collect::<Vec<_>>())
        .collect()
}

/// The files of the data directory in which a fragment stands, and how many bytes were looked at.
fn found(dir: &Dir, fragments: &BTreeSet<Fragment>) -> (Vec<PathBuf>, usize) {
    let (mut hits, mut bytes) = (Vec::new(), 0);
    for path in files(&dir.data()) {
        let text = std::fs::read(&path).unwrap();
        bytes += text.len();
        if text.windows(8).any(|window| fragments.contains(window)) {
            hits.push(path);
        }
    }
    (hits, bytes)
}

#[test]
fn no_fragment_of_a_secret_stands_in_any_byte_of_the_data_directory() {
    const CANARY: &str = "qZ7wKf3uVx9LtB2nRm8sYc5hJd1gPe6aUo4i";
    let dir = with_key("canary", QUIET);
    let looked_for = fragments(CANARY);
    let mut looked = 0;
    let mut search = |when: &str| {
        let (hits, bytes) = found(&dir, &looked_for);
        assert_eq!(hits, Vec::<PathBuf>::new(), "{when}");
        looked += bytes;
    };
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    done(&dir, "secrets set weekly-token", CANARY);
    search("while the log holds the commit");
    rotate(&dir, &daemon);
    done(&dir, "backup create", "");
    search("in the copy");
    done(&dir, "secrets forget weekly-token", "");
    search("in what was given back");
    done(&dir, "secrets set weekly-token", CANARY);
    assert_eq!(daemon.term(START).0, 0);
    search("at rest");
    assert!(!daemon.log().contains(CANARY));

    // The key lies in its own file and nowhere else, neither as it is written nor as the bytes that it stands for.
    let key = std::fs::read_to_string(key_file(&dir)).unwrap();
    let bytes: Vec<u8> = (0..32).map(|n| u8::from_str_radix(&key[2 * n..2 * n + 2], 16).unwrap()).collect();
    let of_key = key.trim().as_bytes().windows(8).chain(bytes.windows(8)).map(|f| f.try_into().unwrap()).collect();
    assert_eq!(found(&dir, &of_key).0, [key_file(&dir)]);

    // The control: each spelling is found where it does stand, and so is a job that carries the value in the open.
    for spelling in spellings(CANARY) {
        std::fs::write(dir.data().join("control"), &spelling[3..14]).unwrap();
        assert_eq!(found(&dir, &looked_for).0, [dir.data().join("control")], "{spelling:?}");
    }
    std::fs::remove_file(dir.data().join("control")).unwrap();
    let payload = format!("{{\"url\":\"http://files.example.com/{CANARY}\"}}");
    done(&dir, &format!("job add download --key k --payload {payload}"), "");
    assert_eq!(found(&dir, &looked_for).0, [dir.database()], "the check can fail");
    figure(&format!("P46 fragments={} bytes={looked} hits=0", looked_for.len()));
}

#[test]
fn another_master_key_takes_the_place_of_the_old_one() {
    let dir = with_key("master", QUIET);
    done(&dir, "secrets set weekly-token", "hunter2-hunter2");
    let new = dir.path().join("new.key");
    let (init, exchange) =
        (format!("secrets init {}", new.display()), format!("secrets rotate --master {}", new.display()));
    done(&dir, &init, "");
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    assert_eq!(radard(&dir, &exchange, "").0, 75, "the daemon holds the directory");
    assert_eq!(daemon.term(START).0, 0);
    let said = done(&dir, &exchange, "");
    assert!(said.contains(&format!("mv {} {}", new.display(), key_file(&dir).display())), "{said}");
    let (code, said) = radard(&dir, "secrets set weekly-token", "other");
    assert!(code == 78 && said.contains("rotate --master"), "{code} {said}");
    std::fs::rename(new, key_file(&dir)).unwrap();
    let _daemon = Daemon::start(&dir, QUIET, &Extra::default());
    assert_eq!(listed(&dir).len(), 1);
}

/// How many values a rotation has to go through.
const VALUES: usize = 3000;

fn value(n: usize) -> String {
    format!("value {n} ").repeat(40)
}

fn slot(n: usize) -> Slot {
    Slot::new("story", n.to_string(), "value")
}

/// The vault of this directory, as another process has it.
fn beside(dir: &Dir) -> Vault {
    Vault::new(Source { given: None, file: key_file(dir), register: Register::default() })
}

/// Seals all values while nobody else has the directory.
async fn fill(dir: &Dir) {
    let ambient = Ambient::real(None);
    let place = Place::Sqlite(dir.database());
    let (store, writer) = Store::open(&place, Access::Write, ambient.clone()).await.unwrap();
    let (house, vault) = (Supervisor::new(ambient), beside(dir));
    writer.start(&house);
    let sealed = store.write::<_, vault::Error, _>(move |tx| {
        Box::pin(async move {
            for n in 0..VALUES {
                vault.put(tx, &slot(n), &Secret::new(value(n))).await?;
            }
            Ok(())
        })
    });
    sealed.await.unwrap();
    store.close().await;
    house.leave(START).await;
}

async fn reader(dir: &Dir) -> Store {
    Store::open(&Place::Sqlite(dir.database()), Access::Read, Ambient::real(None)).await.unwrap().0
}

async fn look(store: &Store) -> Counts {
    store.read::<_, store::Error, _>(|tx| Box::pin(counts(tx))).await.unwrap()
}

/// Reads one value as another process does.
async fn read(store: &Store, vault: &Vault, n: usize) -> Option<String> {
    let (vault, slot) = (vault.clone(), slot(n));
    let found = store.read::<_, vault::Error, _>(|tx| Box::pin(async move { vault.get(tx, &slot).await }));
    found.await.unwrap().map(|secret| secret.reveal().clone())
}

/// Asks for a rotation and kills the daemon in the middle of it; false when it was too late.
async fn kill_in_the_middle(dir: &Dir, daemon: &mut Daemon, store: &Store, vault: &Vault) -> bool {
    let before = look(store).await;
    assert!(daemon.call("POST", "/api/v1/secrets/rotate", None).unwrap().0 < 300);
    let begun = clock().steady();
    for n in 0.. {
        assert_eq!(read(store, vault, n * 7 % VALUES).await, Some(value(n * 7 % VALUES)), "readable all the time");
        let seen = look(store).await;
        let moved = seen.rotating && seen.current > 0 && (seen.leaving < before.leaving || !before.rotating);
        if moved || clock().steady().saturating_sub(begun) > START {
            break;
        }
        pause(1);
    }
    daemon.kill();
    let seen = look(&reader(dir).await).await;
    seen.rotating && seen.current > 0 && seen.leaving > 0
}

#[test]
fn a_rotation_that_is_killed_in_the_middle_is_completed_by_the_next_life() {
    let dir = with_key("rotation", QUIET);
    block_on(async {
        fill(&dir).await;
        let (store, vault) = (reader(&dir).await, beside(&dir));
        let mut kills = 0;
        for attempt in 1.. {
            let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
            kills += usize::from(kill_in_the_middle(&dir, &mut daemon, &store, &vault).await);
            if kills == 2 {
                break;
            }
            assert!(attempt < 10, "the rotation is always done before the kill");
        }
        let left = look(&store).await;
        let daemon = Daemon::start(&dir, QUIET, &Extra::default());
        let took = until_it(Duration::from_secs(30), "the rotation is completed", || {
            let jobs = daemon.list("/api/v1/jobs");
            jobs.iter().filter(|job| job["kind"] == "rotate").all(|job| job["state"] == "done")
        });
        let all = Counts { begun: true, rotating: false, current: i64::try_from(VALUES).unwrap(), leaving: 0 };
        assert_eq!(look(&store).await, all, "nothing is left under an old key, and the key is gone");
        for vault in [vault, beside(&dir)] {
            for n in 0..VALUES {
                assert_eq!(read(&store, &vault, n).await, Some(value(n)));
            }
        }
        figure(&format!(
            "rotation values={VALUES} kills={kills} left_at_kill={} done_ms={}",
            left.leaving,
            took.as_millis()
        ));
    });
}
