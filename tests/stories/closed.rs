//! What is closed to others: files, memory, places at the listener.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::kit::{Daemon, Dir, Extra, QUIET, RADARD, START, block_on, clock, figure, mode, not_run, run};

fn open_up(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn files_of_an_older_radard_are_closed_and_new_ones_begin_closed() {
    let dir = Dir::new("closed");
    // Where a shell lets a crash leave the memory of a process, the daemon does not.
    let dumping = ["sh", "-c", "umask 022 && ulimit -c 1024 && exec \"$@\"", "sh"].map(std::ffi::OsString::from);
    let extra = Extra { under: dumping.into(), ..Extra::default() };
    assert_eq!(Daemon::start(&dir, QUIET, &extra).term(START).0, 0);
    let (code, out, err) = run(&dir, &["--json", "backup", "create"], None);
    assert_eq!(code, 0, "{err}");
    let backup = dir.path().join(serde_json::from_str::<Value>(&out).unwrap()["file"].as_str().unwrap());
    let backups = dir.data().join("backups");
    for new in [&backup, &dir.data().join("node-id"), &dir.data().join("radard.lock")] {
        assert_eq!(mode(new), 0o600, "{}", new.display());
    }
    // As they were: only the folder kept others out, and somebody has opened it.
    open_up(&dir.data(), 0o755);
    open_up(&backups, 0o755);
    open_up(&dir.database(), 0o644);
    open_up(&backup, 0o644);
    let theirs = backups.join("film.mkv.part");
    std::fs::write(&theirs, "half").unwrap();
    let left = backups.join("radard-20260101T000000000Z.db.part-journal");
    std::fs::write(&left, "half").unwrap();
    let library = dir.data().join("media");
    std::fs::create_dir(&library).unwrap();
    open_up(&library, 0o750);

    let mut daemon = Daemon::start(&dir, QUIET, &extra);
    let wal = dir.data().join("radard.db-wal");
    for (path, expected) in
        [(&dir.data(), 0o711), (&backups, 0o711), (&dir.database(), 0o600), (&wal, 0o600), (&backup, 0o600)]
    {
        assert_eq!(mode(path), expected, "{}", path.display());
    }
    assert_eq!(mode(&library), 0o750, "the library is whose it was");
    assert!(daemon.log().contains("Other users could read"), "{}", daemon.log());
    assert!(!left.exists() || run(&dir, &["backup", "create"], None).0 == 0 && !left.exists(), "half a copy stays");
    assert!(theirs.exists(), "what is no copy of ours is not touched");
    let status = std::fs::read_to_string(format!("/proc/{}/limits", daemon.pid().unwrap().as_raw_nonzero())).unwrap();
    let dumps = status.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    assert_eq!(dumps.split_whitespace().take(2).collect::<Vec<_>>(), ["0", "0"], "soft and hard");
    assert_eq!(daemon.term(START).0, 0);

    // A copy from elsewhere may be for everybody to read; what is made of it is not.
    let elsewhere = dir.path().join("elsewhere.db");
    std::fs::copy(&backup, &elsewhere).unwrap();
    open_up(&elsewhere, 0o644);
    let (code, out, err) = run(&dir, &["--json", "backup", "restore", elsewhere.to_str().unwrap()], None);
    assert_eq!(code, 0, "{err}");
    let aside = serde_json::from_str::<Value>(&out).unwrap()["aside"].as_str().unwrap().to_owned();
    let aside = dir.path().join(aside);
    assert_eq!([mode(&dir.database()), mode(&aside)], [0o600, 0o600]);
}

#[test]
fn no_command_leaves_its_memory_in_a_file() {
    let dir = Dir::new("no-core");
    let limits = |program: &[&str]| {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -c 1024 && exec \"$@\"", "sh"]).args(program).current_dir(dir.path());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        // It is at work once it has said something.
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let dumps = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
        dumps.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(!limits(&["sh", "-c", "echo ready; exec cat /dev/zero"]).contains(&"0".to_owned()), "the control");
    assert_eq!(limits(&[RADARD, "--json", "sim"]), ["0", "0"]);
}

#[test]
fn a_data_folder_that_others_can_read_and_is_not_ours_is_refused() {
    let dir = Dir::new("not-ours");
    let program = dir.path().join("radard");
    let mut command = std::process::Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&program);
    command.args([
        "--config",
        dir.config().to_str().unwrap(),
        "--data",
        dir.data().to_str().unwrap(),
        "backup",
        "create",
    ]);
    if !rustix::process::geteuid().is_root() || std::fs::copy(RADARD, &program).is_err() {
        return not_run("the data folder of another user (needs root)");
    }
    dir.save_settings(QUIET);
    std::fs::create_dir_all(dir.data().join("backups")).unwrap();
    let readable = [dir.path().to_owned(), dir.config(), dir.config().join("radard.toml"), program];
    for path in readable {
        open_up(&path, 0o755);
    }
    for path in [dir.data(), dir.data().join("backups")] {
        open_up(&path, 0o777);
    }
    let said = command.output().unwrap();
    let err = String::from_utf8(said.stderr).unwrap();
    assert!(!said.status.success() && err.contains("other users can read") && err.contains("user 0"), "{err}");
    assert!(!dir.database().exists(), "and nothing was written there");
}

#[test]
fn an_export_follows_no_link_and_begins_anew_where_one_was_killed() {
    let dir = Dir::new("export-link");
    dir.save_settings(QUIET);
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let (to, part, precious) =
        (dir.path().join("posts.csv"), dir.path().join("posts.csv.part"), dir.path().join("precious"));
    std::fs::write(&precious, "kept").unwrap();
    std::os::unix::fs::symlink(&precious, &part).unwrap();
    let export = || run(&dir, &["export", "posts", "-o", to.to_str().unwrap()], None);
    let (code, _, err) = export();
    assert!(code != 0 && err.contains("posts.csv.part` is there") && err.contains("delete it"), "{code} {err}");
    assert_eq!(std::fs::read_to_string(&precious).unwrap(), "kept");
    std::fs::remove_file(&part).unwrap();
    std::fs::hard_link(&precious, &part).unwrap();
    assert!(export().0 != 0 && std::fs::read_to_string(&precious).unwrap() == "kept");
    std::fs::remove_file(&part).unwrap();
    // A device, or a pipe, is not replaced.
    let pipe = dir.path().join("pipe.csv");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    let (code, _, err) = run(&dir, &["export", "posts", "-o", pipe.to_str().unwrap()], None);
    assert!(code != 0 && err.contains("no ordinary file") && !pipe.is_file(), "{code} {err}");
    // What a killed export left is no reason to refuse.
    std::fs::write(&part, "half").unwrap();
    let (code, _, err) = export();
    assert_eq!((code, mode(&to), part.exists()), (0, 0o600, false), "{err}");
    assert_eq!(daemon.term(START).0, 0);
}

async fn connect(from: &str, there: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    socket.bind(SocketAddr::new(from.parse().unwrap(), 0))?;
    socket.connect(there).await
}

/// What one who reads is answered.
async fn get(there: SocketAddr, path: &str) -> String {
    let mut stream = connect("127.0.0.1", there).await.unwrap();
    let ask = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[test]
fn hundreds_of_clients_that_never_read_keep_nobody_out() {
    let dir = Dir::new("deaf");
    let mut daemon = Daemon::start(&dir, QUIET, &Extra::default());
    let (code, out, err) = run(&dir, &["--json", "open"], None);
    assert_eq!(code, 0, "{err}");
    let link = serde_json::from_str::<Value>(&out).unwrap()["url"].as_str().unwrap().to_owned();
    let there: SocketAddr = link.split('/').nth(2).unwrap().parse().unwrap();
    let (slowest, metrics) = block_on(async {
        let mut deaf = Vec::new();
        let ask = b"GET /style.css HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".repeat(200);
        for _ in 0..560 {
            let mut stream = connect("127.0.0.2", there).await.unwrap();
            let _taken_or_not = tokio::time::timeout(Duration::from_millis(2), stream.write_all(&ask)).await;
            deaf.push(stream);
        }
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let begun = clock().steady();
            assert!(get(there, "/healthz").await.starts_with("HTTP/1.1 200"));
            slowest = slowest.max(clock().steady().saturating_sub(begun));
        }
        (slowest, get(there, "/metrics").await)
    });
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    let refused = metrics.lines().find_map(|line| line.strip_prefix("radard_http_turned_away_total ")).unwrap();
    assert!(refused.parse::<u32>().unwrap() >= 400, "{refused} of 560 were told that there is no place");
    figure(&format!("deaf clients=560 slowest_answer_to_others_ms={}", slowest.as_millis()));
    assert_eq!(daemon.term(START).0, 0);
}
