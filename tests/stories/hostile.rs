//! A platform that means harm, and the daemon that has to do with it: its answers cost bounded memory and time, and the
//! work for other platforms goes on.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::{Value, json};

use crate::kit::{Daemon, Dir, Extra, Outside, QUIET, Raw, START, answer, clock, figure, size, until};

/// What the daemon may take beyond what it had.
const ROOM_KIB: u64 = 256 * 1024;

/// A number of `/proc/PID/status`, in KiB.
fn kib(daemon: &Daemon, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.pid().unwrap().as_raw_nonzero())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// The bodies, each with the header that says how it is packed.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let zeros = vec![b' '; size(64 << 20, 1 << 30)];
    let once = gzip(&zeros);
    vec![
        ("content-encoding: deflate", zlib(&zeros)),
        ("content-encoding: gzip, gzip", gzip(&once)),
        ("content-encoding: gzip", once),
        ("content-encoding: br", include_bytes!("../fixtures/bombs/zeros-64m.br").to_vec()),
        ("x-nested: json", [b"[".repeat(4 << 20), b"]".repeat(4 << 20)].concat()),
        ("x-nested: objects", b"{\"a\":".repeat(1 << 20)),
    ]
}

/// A server whose n-th answer is the n-th of `bombs`, then a body, then headers that never end; it notes how long the
/// longest of the endless ones was listened to.
fn hostile(bombs: Vec<(&'static str, Vec<u8>)>, longest_ms: Arc<AtomicU64>) -> Raw {
    let turn = AtomicU64::new(0);
    Raw::start(move |_, stream| {
        let turn = usize::try_from(turn.fetch_add(1, Ordering::Relaxed)).unwrap();
        if let Some((header, body)) = bombs.get(turn) {
            return answer(stream, "200 OK", &[header], body);
        }
        let begun = clock().steady();
        let (head, piece): (&[u8], Vec<u8>) = match turn - bombs.len() {
            0 => (b"HTTP/1.1 200 OK\r\n\r\n", vec![b' '; 0x4000]),
            1 => (b"HTTP/1.1 200 OK\r\n", format!("x-{}: y\r\n", "x".repeat(2000)).into_bytes()),
            _ => (b"HTTP/1.1 200 OK\r\nx: ", vec![b'y'; 0x4000]),
        };
        let _gone = stream.write_all(head);
        while stream.write_all(&piece).is_ok() {}
        let took = clock().steady().saturating_sub(begun);
        longest_ms.fetch_max(u64::try_from(took.as_millis()).unwrap(), Ordering::Relaxed);
    })
}

#[test]
fn what_means_harm_costs_bounded_memory_and_time_and_disturbs_nobody() {
    let dir = Dir::new("hostile");
    let (bombs, longest_ms) = (bombs(), Arc::<AtomicU64>::default());
    let count = bombs.len() + 3;
    let (server, outside) = (hostile(bombs, longest_ms.clone()), Outside::start(&[]));
    // The simulated Douyin is replaced; the others stay.
    let listed = outside.config.replacen("allow_private = [", &format!("allow_private = [\"{}\", ", server.pair()), 1);
    let (before, after) = listed.split_once("[platform.douyin]\n").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    let free = "[[pace.rule]]\nname = \"free\"\nat_most = 1000\nper = \"1s\"\nkeyed_by = \"endpoint\"\n";
    let settings = format!("{QUIET}{before}[platform.douyin]\nbase = \"http://{}\"\n{after}\n{free}", server.pair());
    let daemon = Daemon::start(&dir, &settings, &Extra::default());
    let before = kib(&daemon, "VmHWM");
    for i in 0..count {
        for platform in ["douyin", "tiktok"] {
            let key = format!("{platform}-{i}");
            let wish = json!({"kind": "probe_platform", "key": key, "payload": {"platform": platform}});
            assert_eq!(daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap().0, 201);
        }
        // One after the other: a bomb of its own for each.
        let tried = |job: &Value| job["class"] != Value::Null || job["state"] == "done";
        let look =
            || daemon.list("/api/v1/jobs").into_iter().find(|job| job["key"] == format!("douyin-{i}") && tried(job));
        let (job, _) = until(Duration::from_mins(1), "it was answered", look);
        assert!(["schema", "network"].contains(&job["class"].as_str().unwrap()), "{i}: {job}");
        let cancel = format!("/api/v1/jobs/{}/cancel", job["id"].as_str().unwrap());
        assert_eq!(daemon.call("POST", &cancel, Some(&json!({}))).unwrap().0, 200, "{job}");
    }
    let others = || {
        let jobs = daemon.list("/api/v1/jobs");
        let done =
            jobs.iter().filter(|job| job["key"].as_str().unwrap().starts_with("tiktok") && job["state"] == "done");
        (done.count() == count).then_some(())
    };
    until(START, "the work for others is done", others);
    let (peak, longest) = (kib(&daemon, "VmHWM"), longest_ms.load(Ordering::Relaxed));
    assert!(peak <= before + ROOM_KIB, "{before} KiB became {peak} KiB");
    assert!(longest <= 2000, "an endless answer was listened to for {longest} ms");
    figure(&format!(
        "bombs={count} rss_before_kib={before} rss_peak_kib={peak} endless_ms={longest} others={count}/{count}"
    ));
}
