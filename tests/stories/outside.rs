//! The real client against the simulated platforms: every way to be refused is seen as exactly what it is.
//!
//! These stand here because a judge and the one it judges never meet inside the house.

use std::collections::BTreeMap;
use std::time::Duration;

use radard::domain::{Class, Platform};
use radard::net::Refusal;
use radard::platform::{Probe, probe};
use radard::sim::PLATFORMS;
use serde_json::json;

use crate::kit::{DAWN, World};

async fn probed(world: &World, platform: Platform) -> Result<Probe, Refusal> {
    probe(&world.client, &world.running.platforms[platform.as_str()], platform).await
}

/// The URL of a file on the simulated Douyin.
fn file(world: &World, name: &str) -> String {
    format!("{}/files/{name}", world.running.platforms["douyin"])
}

#[test]
fn the_house_and_the_outside_know_the_same_platforms() {
    assert_eq!(Platform::ALL.map(Platform::as_str), PLATFORMS);
}

#[test]
fn an_open_way_is_seen_with_the_platforms_own_clock() {
    World::run(&[], async |world| {
        for platform in Platform::ALL {
            for seq in 1..=2 {
                let expected = Probe { platform, now: DAWN, seq: Some(seq) };
                assert_eq!(probed(world, platform).await, Ok(expected));
            }
        }
    });
}

#[test]
fn every_class_is_seen_as_itself_on_every_platform() {
    let played: Vec<_> = Class::ALL.into_iter().filter(|c| !matches!(c, Class::Ok | Class::Local)).collect();
    for class in played {
        let faults: Vec<_> = PLATFORMS.iter().map(|name| format!("{name}.probe.{class}@every=2")).collect();
        World::run(&faults, async |world| {
            for platform in Platform::ALL {
                assert!(probed(world, platform).await.is_ok(), "{platform} fails each second time only");
                let refusal = probed(world, platform).await.unwrap_err();
                assert_eq!(refusal.class, class, "{platform}: {refusal}");
                assert_eq!(refusal.retry_after.is_some(), class == Class::Rate, "{platform}: {refusal}");
                let host = world.running.platforms[platform.as_str()].trim_start_matches("http://");
                assert!(refusal.message.contains(host), "{refusal}");
            }
        });
    }
}

/// A proxy that answers everything itself says nothing about what a platform has.
#[test]
fn a_proxys_404_page_is_a_failure_of_the_network_on_every_platform() {
    World::run(&[], async |world| {
        world.running.proxy(Some(404));
        for platform in Platform::ALL {
            let refusal = probed(world, platform).await.unwrap_err();
            assert_eq!(refusal.class, Class::Network, "{platform}: {refusal}");
        }
        let refusal = world.client.open(&file(world, "clip-300000.bin")).await.unwrap_err();
        assert_eq!(refusal.class, Class::Gone, "a file alone is deleted by its status: {refusal}");
        world.running.proxy(None);
        assert!(probed(world, Platform::Douyin).await.is_ok());
    });
}

#[test]
fn the_wait_that_was_asked_for_is_read_in_both_forms() {
    World::run(&["tiktok.probe.rate".to_owned()], async |world| {
        let wait = async || probed(world, Platform::Tiktok).await.unwrap_err().retry_after;
        assert_eq!(wait().await, Some(Duration::from_secs(2)));
        let whole = Some(Duration::from_secs(3));
        assert_eq!(wait().await, whole, "a date stands on the next whole second, by a clock of whole seconds");
        world.ambient.clock.jump(Duration::from_secs(1));
        assert_eq!(wait().await, Some(Duration::from_secs(2)));
    });
}

#[test]
fn the_ledger_counts_every_request_of_the_client_once() {
    World::run(&["douyin.probe.network@2".to_owned()], async |world| {
        for platform in [Platform::Douyin, Platform::Douyin, Platform::Tikapi, Platform::Douyin] {
            let _seen = probed(world, platform).await;
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
    World::run(&["douyin.files.network@2".to_owned(), "douyin.files.risk@3".to_owned()], async |world| {
        let url = file(world, "clip-300000.bin");
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
        let absent = world.client.open(&file(world, "clip.bin")).await.unwrap_err();
        assert_eq!(absent.class, Class::Gone, "{absent}");
    });
}

#[test]
fn a_cut_file_brings_its_first_half() {
    World::run(&["douyin.files.network".to_owned()], async |world| {
        let mut stream = world.client.open(&file(world, "clip-300000.bin")).await.unwrap();
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
    World::run(&[], async |world| {
        let refusal = world.client.fetch(&file(world, "clip-1048577.bin")).await.unwrap_err();
        assert_eq!(refusal.class, Class::Schema, "{refusal}");
        let whole = world.client.fetch(&file(world, "clip-1048576.bin")).await.unwrap();
        assert_eq!(whole.body.len(), 1 << 20);
    });
}

#[test]
fn what_is_inside_and_not_listed_is_never_asked() {
    World::run(&[], async |world| {
        let base = &world.running.platforms["douyin"];
        let port = base.rsplit(':').next().unwrap();
        for host in ["localhost", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.2", "0"] {
            let url = format!("http://{host}:{port}/probe");
            let refusal = world.client.fetch(&url).await.unwrap_err();
            assert_eq!(refusal.class, Class::Local, "{url}: {refusal}");
            assert!(
                refusal.advice().is_some_and(|advice| advice.to_string().contains("egress.allow_private")),
                "{refusal}"
            );
        }
        assert_eq!(world.control("/ledger").await["total"], 0, "nothing arrived");
    });
}

#[test]
fn the_clock_stands_still_while_a_request_is_open() {
    World::run(&[], async |world| {
        let impatient = async {
            loop {
                world.ambient.clock.jump_if_quiet();
                tokio::task::yield_now().await;
            }
        };
        let mut hour = std::pin::pin!(world.ambient.clock.sleep(Duration::from_hours(1)));
        tokio::select! {
            biased;
            told = probed(world, Platform::Douyin) => assert_eq!(told.unwrap().now, DAWN),
            () = &mut hour => panic!("the hour passed while the platform was thinking"),
            () = impatient => {}
        }
        assert_eq!(world.ambient.clock.now(), DAWN);
        assert!(world.ambient.clock.jump_if_quiet(), "nobody holds it any more");
        hour.await;
    });
}
