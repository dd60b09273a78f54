//! A copy of the database while it is in use.

use serde_json::json;

use super::figure::Playing;
use super::stage::Stage;

pub(super) fn backup(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let made = stage.must(201, "POST", "/api/v1/backups", None).await?;
        Ok(json!({"bytes": made.get("bytes"), "jobs": made.get("jobs"), "step": made.get("step")}))
    })
}
