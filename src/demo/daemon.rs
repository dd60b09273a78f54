//! The daemon as a whole: it starts, is killed, takes new settings, and stops.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::figure::{Playing, ms};
use super::stage::Stage;
use super::trouble::{Trouble, expected};

pub(super) fn daemon(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let ready = stage.raise().await?;
        let kinds = stage.must(200, "GET", "/api/v1/kinds", None).await?;
        Ok(json!({"ready_ms": ms(ready), "kinds": kinds.get("items").and_then(Value::as_array).map(Vec::len)}))
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
        let running = stage.must(200, "GET", "/api/v1/jobs?state=running&limit=1000", None).await?;
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
        let found = stage.must(200, "GET", "/api/v1/jobs?kind=download&limit=1000", None).await?;
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
            let ready = stage.must(200, "GET", "/api/v1/readiness", None).await?;
            let parts = ready.get("parts").and_then(Value::as_array).cloned().unwrap_or_default();
            let bad = |part: &Value| {
                part.get("name").and_then(Value::as_str) == Some("config") && part.get("ok") == Some(&json!(false))
            };
            Ok(if parts.iter().any(bad) == wanted { Ok(()) } else { Err(ready.to_string()) })
        })
        .await
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

/// Files whose name says that they are not finished.
fn leftovers(dir: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
    entries.flatten().filter(|entry| entry.path().extension().is_some_and(|e| e == "part")).count()
}
