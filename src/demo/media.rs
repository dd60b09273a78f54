//! A file that is cut in the middle and comes whole.

use serde_json::{Value, json};

use super::figure::Playing;
use super::stage::Stage;
use super::trouble::{Trouble, expected};
use crate::domain::amount::{counted, roughly_long};

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
