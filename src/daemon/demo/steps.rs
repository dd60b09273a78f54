//! The steps: each asks the daemon's own API and believes nothing else.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::time::Duration;

use serde_json::{Value, json};

use super::stage::Stage;
use super::trouble::{Outcome, Trouble, expected};
use crate::domain::Class;
use crate::domain::amount::{counted, roughly_long};
use crate::sim::PLATFORMS;

type Playing<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

pub(super) fn daemon(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let ready = stage.raise().await?;
        let kinds = stage.must(200, ("GET", "/api/v1/kinds"), None).await?;
        Ok(json!({"ready_ms": ms(ready), "kinds": kinds.get("items").and_then(Value::as_array).map(Vec::len)}))
    })
}

pub(super) fn probe(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        for platform in PLATFORMS {
            let id = stage.ask("probe_platform", &format!("probe-{platform}"), json!({"platform": platform})).await?;
            stage.until_state(&id, "done").await?;
        }
        Ok(json!({"platforms": PLATFORMS.len(), "requests": stage.sim.requests()}))
    })
}

/// What each refusal must become; `ok` and `local` are no refusals, `risk` has a step of its own.
const BECOMES: [(Class, &str); 7] = [
    (Class::Gone, "dead"),
    (Class::Private, "dead"),
    (Class::Auth, "snoozed"),
    (Class::Rate, "snoozed"),
    (Class::Signature, "failed"),
    (Class::Schema, "failed"),
    (Class::Network, "failed"),
];

pub(super) fn classes(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let mut told = Vec::new();
        for (class, state) in BECOMES {
            stage.play(&format!("tikapi.probe.{class}"))?;
            let key = format!("refused-{class}");
            let id = stage.ask("probe_platform", &key, json!({"platform": "tikapi"})).await?;
            let job = stage
                .until(&format!("the refusal should be told as {class}"), async |stage: &Stage| {
                    let job = stage.must(200, ("GET", &format!("/api/v1/jobs/{id}")), None).await?;
                    let text = |field: &str| job.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
                    let settled = text("class") == class.as_str();
                    Ok(if settled { Ok((text("state"), job)) } else { Err(format!("it is {job}")) })
                })
                .await?;
            // A job that will be tried again may be under way once more when we look.
            let as_expected =
                job.0 == state || (state == "failed" && ["queued", "running", "dead"].contains(&job.0.as_str()));
            if !as_expected {
                return Err(expected(format!("{class} should leave the job {state}"), job.1.to_string()));
            }
            told.push(class.as_str());
            stage.sim.calm();
            stage.call("POST", &format!("/api/v1/jobs/{id}/cancel"), None).await?;
        }
        Ok(json!({"told_apart": told.join(" ")}))
    })
}

pub(super) fn lane(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        stage.play("douyin.probe.risk")?;
        let shut = stage.ask("probe_platform", "risky", json!({"platform": "douyin"})).await?;
        stage.until_state(&shut, "snoozed").await?;
        stage.sim.calm();
        let before = stage.sim.requests();
        let waits = stage.ask("probe_platform", "waits", json!({"platform": "douyin"})).await?;
        let goes_on = stage.ask("probe_platform", "goes-on", json!({"platform": "tiktok"})).await?;
        stage.until_state(&goes_on, "done").await?;
        let asked = stage.sim.requests().saturating_sub(before);
        if asked != 1 {
            return Err(expected("one request, to the open platform".into(), format!("{asked} arrived")));
        }
        let alarms = open_alarms(stage).await?;
        if !alarms.contains("lane_closed") {
            return Err(expected("an open alarm about the lane".into(), format!("open are {alarms:?}")));
        }
        let open = json!({"scope": "lane", "name": "douyin/probe", "paused": false});
        stage.must(200, ("POST", "/api/v1/gates"), Some(open)).await?;
        stage.until_state(&waits, "done").await?;
        stage
            .until("the alarm should close by itself", async |stage: &Stage| {
                let open = open_alarms(stage).await?;
                Ok(if open.contains("lane_closed") { Err(format!("open are {open:?}")) } else { Ok(()) })
            })
            .await?;
        Ok(json!({"requests_to_the_closed_lane": 0}))
    })
}

pub(super) fn download(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        const BYTES: u64 = 3_000_000;
        stage.play("douyin.files.network@1")?;
        let before = stage.sim.requests();
        let base = stage.sim.platforms.get("douyin").cloned().unwrap_or_default();
        let name = format!("clip-{BYTES}.bin");
        let payload = json!({"url": format!("{base}/files/{name}")});
        let id = stage.ask("download", "clip", payload).await?;
        let job = stage.until_state(&id, "done").await?;
        stage.sim.calm();
        let dir = stage.recipe.data.join("media");
        let kept = std::fs::read(dir.join(&name)).map_err(|source| Trouble::Io { act: "read the download", source })?;
        let truth = crate::sim::file_bytes(stage.sim.seed, &name).unwrap_or_default();
        if kept != truth {
            return Err(expected(
                "the very bytes of the platform".into(),
                format!("{} of something else came", roughly_long(kept.len())),
            ));
        }
        let attempts = job.get("attempt").and_then(Value::as_u64).unwrap_or(0);
        let requests = stage.sim.requests().saturating_sub(before);
        if (requests, attempts) != (2, 0) {
            let came = format!("counted: {} and {}", counted(requests, "request"), counted(attempts, "attempt"));
            return Err(expected("two requests, the first of them cut, and no attempt spent".into(), came));
        }
        Ok(json!({"bytes": kept.len(), "requests": requests, "attempts_spent": attempts}))
    })
}

pub(super) fn same_key(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let id = stage.ask("probe_platform", "once", json!({"platform": "tiktok"})).await?;
        let again = json!({"kind": "probe_platform", "key": "once", "payload": {"platform": "tiktok"}});
        let same = stage.must(200, ("POST", "/api/v1/jobs"), Some(again)).await?;
        let other = json!({"kind": "probe_platform", "key": "once", "payload": {"platform": "tikapi"}});
        let clash = stage.must(409, ("POST", "/api/v1/jobs"), Some(other)).await?;
        let named = |answer: &Value| answer.get("id").and_then(Value::as_str) == Some(id.as_str());
        if !named(&same) || !named(&clash) {
            return Err(expected(format!("both answers name job {id}"), format!("{same} and {clash}")));
        }
        Ok(json!({"jobs": 1}))
    })
}

pub(super) fn kill(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        const JOBS: usize = 150;
        let mut asked = BTreeSet::new();
        for i in 0..JOBS {
            let base = stage.sim.platforms.get("douyin").cloned().unwrap_or_default();
            // The last ones are large, so that the kill finds them under way.
            let bytes = if i < JOBS - 30 { 20_000 } else { 4_000_000 };
            let payload = json!({"url": format!("{base}/files/part{i}-{bytes}.bin")});
            asked.insert(stage.ask("download", &format!("kill-{i}"), payload).await?);
        }
        let running = stage.must(200, ("GET", "/api/v1/jobs?state=running&limit=1000"), None).await?;
        let under_way = running.get("items").and_then(Value::as_array).map_or(0, Vec::len);
        if under_way == 0 {
            return Err(expected("work under way when the daemon is killed".into(), "all of it was done".into()));
        }
        stage.take_daemon()?.kill().await?;
        let began = stage.clock().steady();
        let ready = stage.raise().await?;
        for id in &asked {
            stage.until_state(id, "done").await?;
        }
        let back = stage.clock().steady().saturating_sub(began);
        let found = stage.must(200, ("GET", "/api/v1/jobs?kind=download&limit=1000"), None).await?;
        let keys: Vec<_> = found.get("items").and_then(Value::as_array).into_iter().flatten().collect();
        let ours =
            keys.iter().filter(|job| job.get("key").and_then(Value::as_str).is_some_and(|k| k.starts_with("kill-")));
        let ours = ours.count();
        if ours != JOBS {
            return Err(expected(format!("{JOBS} jobs"), format!("{ours} are there")));
        }
        let parts = leftovers(&stage.recipe.data.join("media"));
        if parts > 0 {
            return Err(expected("no unfinished file".into(), format!("{parts} are there")));
        }
        let (ready_ms, all_done_ms) = (ms(ready), ms(back));
        Ok(json!({"acknowledged": JOBS, "lost": 0, "doubled": 0, "under_way": under_way, "ready_ms": ready_ms,
            "all_done_ms": all_done_ms}))
    })
}

pub(super) fn settings(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let file = stage.recipe.config.join("radard.toml");
        let write = |text: String| {
            std::fs::write(&file, text).map_err(|source| Trouble::Io { act: "save the settings", source })
        };
        write(format!("{}\n[queue.typo]\nworkerz = 3\n", stage.settings))?;
        let began = stage.clock().steady();
        refused(stage, true).await?;
        let noticed = stage.clock().steady().saturating_sub(began);
        write(stage.settings.clone())?;
        refused(stage, false).await?;
        Ok(json!({"noticed_ms": ms(noticed)}))
    })
}

/// Waits until the settings are refused, or no longer.
async fn refused(stage: &Stage, wanted: bool) -> Result<(), Trouble> {
    stage
        .until("the settings should be refused, and accepted when they are mended", async |stage: &Stage| {
            let ready = stage.must(200, ("GET", "/api/v1/readiness"), None).await?;
            let parts = ready.get("parts").and_then(Value::as_array).cloned().unwrap_or_default();
            let bad = |part: &Value| {
                part.get("name").and_then(Value::as_str) == Some("config") && part.get("ok") == Some(&json!(false))
            };
            Ok(if parts.iter().any(bad) == wanted { Ok(()) } else { Err(ready.to_string()) })
        })
        .await
}

pub(super) fn backup(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let made = stage.must(201, ("POST", "/api/v1/backups"), None).await?;
        Ok(json!({"bytes": made.get("bytes"), "jobs": made.get("jobs"), "step": made.get("step")}))
    })
}

pub(super) fn stop(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let base = stage.sim.platforms.get("douyin").cloned().unwrap_or_default();
        for i in 0..40 {
            let payload = json!({"url": format!("{base}/files/last{i}-400000.bin")});
            stage.ask("download", &format!("stop-{i}"), payload).await?;
        }
        let (ended, took) = stage.take_daemon()?.stop().await?;
        if !ended.success() {
            return Err(expected("exit status 0".into(), ended.to_string()));
        }
        let parts = leftovers(&stage.recipe.data.join("media"));
        if parts > 0 {
            return Err(expected("no unfinished file".into(), format!("{parts} are there")));
        }
        Ok(json!({"left_ms": ms(took)}))
    })
}

async fn open_alarms(stage: &Stage) -> Result<BTreeSet<String>, Trouble> {
    let list = stage.must(200, ("GET", "/api/v1/alarms"), None).await?;
    let items = list.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(items.iter().filter_map(|a| a.get("name").and_then(Value::as_str)).map(str::to_owned).collect())
}

/// Files whose name says that they are not finished.
fn leftovers(dir: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    entries.flatten().filter(|entry| entry.path().extension().is_some_and(|e| e == "part")).count()
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
