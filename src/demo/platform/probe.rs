//! Platforms that are asked whether they can be reached, and how each of their refusals is told.

use serde_json::{Value, json};

use crate::demo::figure::Playing;
use crate::demo::stage::Stage;
use crate::demo::trouble::expected;
use crate::domain::Class;
use crate::sim::PLATFORMS;

pub(in crate::demo) fn probe(stage: &mut Stage) -> Playing<'_> {
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

pub(in crate::demo) fn classes(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let mut told = Vec::new();
        for (class, state) in BECOMES {
            stage.play(&format!("tikapi.probe.{class}"))?;
            let key = format!("refused-{class}");
            let id = stage.ask("probe_platform", &key, json!({"platform": "tikapi"})).await?;
            let job = stage
                .until(&format!("the refusal should be told as {class}"), async |stage: &Stage| {
                    let job = stage.must(200, "GET", &format!("/api/v1/jobs/{id}"), None).await?;
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
