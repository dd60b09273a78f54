//! A login at the simulated Creative Center: taken in, captured by a real browser, lost, and never overwritten by less.

use std::process::{Output, Stdio};

use serde_json::{Value, json};

use super::figure::Playing;
use super::stage::Stage;
use super::trouble::{Trouble, expected};
use crate::observe::Register;
use crate::vault::make_file;

const PATH: &str = "/api/v1/profiles";

/// Takes a login in, captures it, loses it, refuses what is none, and goes back.
pub(super) fn logins(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let key_file = stage.recipe.data.join("vault.key");
        let made = make_file(&key_file, &stage.ambient.entropy, &Register::default());
        made.map_err(|error| expected("a key for secrets".into(), error.to_string()))?;
        let (name, session) = stage.sim.ads_login();
        done(
            stage,
            json!({"act": "import", "name": "ads", "source": "demo", "state": state(name, &session), "headers": {}}),
        )
        .await?;
        let captured = done(stage, json!({"act": "capture", "name": "ads"})).await?;
        let first = text(&captured, "id");
        let shown = done(stage, json!({"act": "show", "name": "ads"})).await?;
        let headers = shown.get("headers").and_then(Value::as_array).map_or(0, Vec::len);
        stage.play("creative_radar.business.auth@1")?;
        refused(stage, json!({"act": "capture", "name": "ads"})).await?;
        let other = state(name, "00000000000000000000000000000000");
        refused(stage, json!({"act": "import", "name": "ads", "source": "demo", "state": other, "headers": {}}))
            .await?;
        still(stage, &first).await?;
        challenged(stage).await?;
        done(stage, json!({"act": "capture", "name": "ads"})).await?;
        alarms(stage, &[]).await?;
        done(stage, json!({"act": "rollback", "name": "ads"})).await?;
        let versions = still(stage, &first).await?;
        by_code(stage).await?;
        let cookies = captured.get("cookies").cloned();
        Ok(json!({
            "by_code": 1, "challenges": 1, "cookies": cookies, "headers": headers, "refused": 2, "versions": versions,
            "rolled_back": 1,
        }))
    })
}

/// A challenge is shown to a person and to nobody else: the profile stops, and what the page showed is kept.
async fn challenged(stage: &mut Stage) -> Result<(), Trouble> {
    stage.play("creative_radar.business.risk@1")?;
    let answer = stage.must(502, "POST", PATH, Some(json!({"act": "capture", "name": "ads"}))).await?;
    let said = text(&answer, "error");
    let picture = said.rsplit(' ').next().unwrap_or_default();
    if text(&answer, "class") != "risk" || !std::fs::metadata(picture).is_ok_and(|picture| picture.len() > 1000) {
        return Err(expected("a challenge with its picture".into(), answer.to_string()));
    }
    alarms(stage, &["login_challenged", "login_lost"]).await
}

/// Looks that these alarms about logins are open, and no other.
async fn alarms(stage: &Stage, expected_ones: &[&str]) -> Result<(), Trouble> {
    let told = stage.must(200, "GET", "/api/v1/alarms", None).await?;
    let rows = told.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let open = rows.iter().filter(|row| row.get("closed_at").is_some_and(Value::is_null));
    let mut names: Vec<String> = open.map(|row| text(row, "name")).filter(|name| name.starts_with("login")).collect();
    names.sort_unstable();
    if names == expected_ones { Ok(()) } else { Err(expected(format!("{expected_ones:?}"), format!("{names:?}"))) }
}

/// Logs in as a person does on a server: the command shows the code of the page, and somebody scans it.
async fn by_code(stage: &Stage) -> Result<(), Trouble> {
    let mut command = tokio::process::Command::new(&stage.recipe.program);
    command.arg("-c").arg(&stage.recipe.config).arg("--data").arg(&stage.recipe.data);
    command.args(["profile", "login", "person", "--qr", "--wait", "30"]).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let failed = |source| Trouble::Io { act: "run `radard profile login`", source };
    let child = command.spawn().map_err(failed)?;
    let mut ended = std::pin::pin!(child.wait_with_output());
    let scanned = async |stage: &Stage| Ok(stage.sim.scan().then_some(()).ok_or("none".to_owned()));
    tokio::select! {
        scanned = stage.until("a code to be scanned", scanned) => scanned?,
        early = ended.as_mut() => return Err(expected("a code to be scanned".into(), last_line(&early.map_err(failed)?))),
    }
    let ended = ended.await.map_err(failed)?;
    let said = last_line(&ended);
    if !ended.status.success() {
        return Err(expected("a login by the code".into(), said));
    }
    let shown = done(stage, json!({"act": "show", "name": "person"})).await?;
    let versions = shown.get("versions").and_then(Value::as_array).cloned().unwrap_or_default();
    let stands = versions.iter().any(|version| text(version, "standing") == "active");
    if stands { Ok(()) } else { Err(expected("a login that is used".into(), shown.to_string())) }
}

/// The last line that a command wrote to stderr.
fn last_line(ended: &Output) -> String {
    String::from_utf8_lossy(&ended.stderr).lines().last().unwrap_or_default().to_owned()
}

/// A storage state with one cookie.
fn state(name: &str, value: &str) -> Value {
    let cookie =
        json!({"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": true});
    json!({"cookies": [cookie], "origins": []})
}

async fn done(stage: &Stage, asked: Value) -> Result<Value, Trouble> {
    stage.must(200, "POST", PATH, Some(asked)).await
}

async fn refused(stage: &Stage, asked: Value) -> Result<(), Trouble> {
    let answer = stage.must(502, "POST", PATH, Some(asked)).await?;
    if text(&answer, "class") == "auth" {
        return Ok(());
    }
    Err(expected("a login that is wanted".into(), answer.to_string()))
}

/// Looks that the profile uses `id`; gives how many versions it has.
async fn still(stage: &Stage, id: &str) -> Result<usize, Trouble> {
    let shown = done(stage, json!({"act": "show", "name": "ads"})).await?;
    let versions = shown.get("versions").and_then(Value::as_array).cloned().unwrap_or_default();
    let active = versions.iter().find(|version| text(version, "standing") == "active").map(|active| text(active, "id"));
    if active.as_deref() == Some(id) {
        return Ok(versions.len());
    }
    Err(expected(format!("the capture {id} in use"), format!("{active:?}")))
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
