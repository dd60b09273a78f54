//! The real client against the simulated platforms: every way to be refused is seen as exactly what it is.
//!
//! These stand here because a judge and the one it judges never meet inside the house.

use std::collections::BTreeMap;
use std::time::Duration;

use radard::ambient::{Ambient, Clock};
use radard::domain::{Class, Millis, Platform};
use radard::net::{Client, Policy, Refusal};
use radard::platform::{Probe, probe};
use radard::sim::{Fault, Options, PLATFORMS, Running, Sim};
use radard::supervise::{Leave, Supervisor};
use serde_json::{Value, json};

/// The moment at which every story here begins, a millisecond off the whole second.
const DAWN: Millis = Millis(1_780_000_000_001);

/// A simulated outside that is served, and a client that may go there and nowhere else inside.
struct World {
    running: Running,
    client: Client,
    clock: Clock,
}

impl World {
    async fn probe(&self, platform: Platform) -> Result<Probe, Refusal> {
        probe(&self.client, &self.running.platforms[platform.as_str()], platform).await
    }

    /// The URL of a file on the simulated Douyin.
    fn file(&self, name: &str) -> String {
        format!("{}/files/{name}", self.running.platforms["douyin"])
    }

    /// Reads the control listener's answer to `GET path`.
    async fn control(&self, path: &str) -> Value {
        let answer = self.client.get(&format!("{}{path}", self.running.control)).await.unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    }
}

/// Runs `story` in a world with these fault switches, then brings everyone home.
fn run(faults: &[String], story: impl AsyncFnOnce(&World)) {
    let ambient = Ambient::pinned(1, DAWN);
    let clock = ambient.clock.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let faults = faults.iter().map(|text| text.parse::<Fault>().unwrap()).collect();
        let running = Sim::start(Options { faults, ..Options::default() }, ambient.clone()).unwrap();
        let house = Supervisor::new(ambient);
        running.serve(&house);
        let pairs = running.platforms.values().chain([&running.control]);
        let allow_private = pairs.map(|url| url.trim_start_matches("http://").to_owned()).collect();
        let policy = Policy { allow_private, timeout: Duration::from_secs(20), max_body: 1 << 20, ..Policy::default() };
        let client = Client::new(&policy, clock.clone()).unwrap();
        let world = World { running, client, clock };
        story(&world).await;
        drop(world);
        assert_eq!(house.leave(Duration::from_hours(1)).await, Leave::Drained);
    });
}

#[test]
fn the_house_and_the_outside_know_the_same_platforms() {
    assert_eq!(Platform::ALL.map(Platform::as_str), PLATFORMS);
}

#[test]
fn an_open_way_is_seen_with_the_platforms_own_clock() {
    run(&[], async |world| {
        for platform in Platform::ALL {
            for seq in 1..=2 {
                let expected = Probe { platform, now: DAWN, seq: Some(seq) };
                assert_eq!(world.probe(platform).await, Ok(expected));
            }
        }
    });
}

#[test]
fn every_class_is_seen_as_itself_on_every_platform() {
    let played: Vec<_> = Class::ALL.into_iter().filter(|c| !matches!(c, Class::Ok | Class::Local)).collect();
    for class in played {
        let faults: Vec<_> = PLATFORMS.iter().map(|name| format!("{name}.probe.{class}@every=2")).collect();
        run(&faults, async |world| {
            for platform in Platform::ALL {
                assert!(world.probe(platform).await.is_ok(), "{platform} fails each second time only");
                let refusal = world.probe(platform).await.unwrap_err();
                assert_eq!(refusal.class, class, "{platform}: {refusal}");
                assert_eq!(refusal.retry_after.is_some(), class == Class::Rate, "{platform}: {refusal}");
                let host = world.running.platforms[platform.as_str()].trim_start_matches("http://");
                assert!(refusal.message.contains(host), "{refusal}");
            }
        });
    }
}

#[test]
fn the_wait_that_was_asked_for_is_read_in_both_forms() {
    run(&["tiktok.probe.rate".to_owned()], async |world| {
        let wait = async || world.probe(Platform::Tiktok).await.unwrap_err().retry_after;
        assert_eq!(wait().await, Some(Duration::from_secs(2)));
        let whole = Some(Duration::from_secs(3));
        assert_eq!(wait().await, whole, "a date stands on the next whole second, by a clock of whole seconds");
        world.clock.jump(Duration::from_secs(1));
        assert_eq!(wait().await, Some(Duration::from_secs(2)));
    });
}

#[test]
fn the_ledger_counts_every_request_of_the_client_once() {
    run(&["douyin.probe.network@2".to_owned()], async |world| {
        for platform in [Platform::Douyin, Platform::Douyin, Platform::Tikapi, Platform::Douyin] {
            let _seen = world.probe(platform).await;
        }
        let told = world.control("/ledger").await;
        let rows = told["items"].as_array().unwrap();
        let mut counts = BTreeMap::new();
        for row in rows {
            *counts.entry(row["platform"].as_str().unwrap()).or_insert(0) += 1;
            assert_eq!((&row["at"], &row["path"], &row["status"]), (&json!(DAWN), &json!("/probe"), &json!(200)));
        }
        assert_eq!(counts, BTreeMap::from([("douyin", 3), ("tikapi", 1)]));
        let faults: Vec<_> = rows.iter().map(|row| row["fault"].as_str()).collect();
        assert_eq!(faults, [None, Some("network"), None, None]);
        assert_eq!(told["total"], 4);
    });
}

#[test]
fn a_file_comes_whole_or_is_refused() {
    run(&["douyin.files.network@2".to_owned(), "douyin.files.risk@3".to_owned()], async |world| {
        let url = world.file("clip-300000.bin");
        let read = async || {
            let mut stream = world.client.open(&url).await?;
            assert_eq!(stream.length, Some(300_000));
            assert!(stream.etag().is_some_and(|etag| etag.starts_with('"')));
            let mut bytes = Vec::new();
            while let Some(piece) = stream.next_chunk().await? {
                bytes.extend_from_slice(piece.as_ref());
            }
            assert_eq!(stream.received(), 300_000);
            Ok::<_, Refusal>(bytes)
        };
        let whole = read().await.unwrap();
        assert_eq!(whole.len(), 300_000);
        assert_eq!(read().await.unwrap_err().class, Class::Network);
        assert_eq!(read().await.unwrap_err().class, Class::Risk);
        assert_eq!(read().await.unwrap(), whole);
        let absent = world.client.open(&world.file("clip.bin")).await.unwrap_err();
        assert_eq!(absent.class, Class::Gone, "{absent}");
    });
}

#[test]
fn a_cut_file_brings_its_first_half() {
    run(&["douyin.files.network".to_owned()], async |world| {
        let mut stream = world.client.open(&world.file("clip-300000.bin")).await.unwrap();
        let refusal = loop {
            match stream.next_chunk().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the cut went unseen"),
                Err(refusal) => break refusal,
            }
        };
        assert_eq!((refusal.class, stream.received()), (Class::Network, 150_000), "{refusal}");
    });
}

#[test]
fn an_answer_above_the_cap_is_refused_not_cut() {
    run(&[], async |world| {
        let refusal = world.client.get(&world.file("clip-1048577.bin")).await.unwrap_err();
        assert_eq!(refusal.class, Class::Schema, "{refusal}");
        let whole = world.client.get(&world.file("clip-1048576.bin")).await.unwrap();
        assert_eq!(whole.body.len(), 1 << 20);
    });
}

#[test]
fn what_is_inside_and_not_listed_is_never_asked() {
    run(&[], async |world| {
        let base = &world.running.platforms["douyin"];
        let port = base.rsplit(':').next().unwrap();
        for host in ["localhost", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.2", "0"] {
            let url = format!("http://{host}:{port}/probe");
            let refusal = world.client.get(&url).await.unwrap_err();
            assert_eq!(refusal.class, Class::Local, "{url}: {refusal}");
            assert!(refusal.advice().is_some_and(|advice| advice.contains("egress.allow_private")), "{refusal}");
        }
        assert_eq!(world.control("/ledger").await["total"], 0, "nothing arrived");
    });
}

#[test]
fn the_clock_stands_still_while_a_request_is_open() {
    run(&[], async |world| {
        let impatient = async {
            loop {
                world.clock.jump_if_quiet();
                tokio::task::yield_now().await;
            }
        };
        let mut hour = std::pin::pin!(world.clock.sleep(Duration::from_hours(1)));
        tokio::select! {
            biased;
            told = world.probe(Platform::Douyin) => assert_eq!(told.unwrap().now, DAWN),
            () = &mut hour => panic!("the hour passed while the platform was thinking"),
            () = impatient => {}
        }
        assert_eq!(world.clock.now(), DAWN);
        assert!(world.clock.jump_if_quiet(), "nobody holds it any more");
        hour.await;
    });
}
