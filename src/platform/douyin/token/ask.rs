//! The three requests that give something to a browser that has nothing yet.

use serde_json::{Value, json};

use crate::domain::{Class, Identity, Millis, Secret};
use crate::net::{Answer, Ask, Client, Refusal, Want};
use crate::wire::cookie::read_set;

const JSON: &str = "application/json; charset=utf-8";
const PAGE: &str = "https://www.douyin.com/";
/// A real request token has one of these lengths; anything else is a refusal in disguise.
const MS_TOKEN_LENGTHS: [usize; 2] = [164, 184];

/// A new guest's mark.
pub(super) async fn ttwid(client: &Client, base: &str, identity: &Identity) -> Result<Secret<String>, Refusal> {
    let body = json!({
        "region": "cn", "aid": 1768, "needFid": false, "service": "www.ixigua.com",
        "migrate_info": {"ticket": "", "source": "node"}, "cbUrlProtocol": "https", "union": true,
    });
    let url = format!("{base}/ttwid/union/register/");
    let ask = Ask::post(url, Some((JSON, body.to_string().into()))).header("user-agent", &identity.user_agent);
    let answer = client.fetch(ask).await?;
    let token = cookie(&answer, "ttwid").ok_or_else(|| refuse(&answer, "ttwid"));
    client.tell(token).await
}

/// A real request token, for a browser that looks like the one of `report`.
pub(super) async fn ms_token(
    client: &Client,
    base: &str,
    identity: &Identity,
    report: &Secret<String>,
    earlier: &Secret<String>,
    now: Millis,
) -> Result<Secret<String>, Refusal> {
    let body = json!({
        "magic": 538_969_122, "version": 1, "dataType": 8, "strData": report.reveal(), "ulr": 0, "tspFromClient": now,
    });
    let url = format!("{base}/web/r/token?ms_appid=6383&msToken={}", earlier.reveal());
    let ask = Ask::post(url, Some((JSON, body.to_string().into()))).header("user-agent", &identity.user_agent);
    let answer = client.fetch(ask).await?;
    let token = cookie(&answer, "msToken").filter(|token| MS_TOKEN_LENGTHS.contains(&token.reveal().len()));
    let token = token.ok_or_else(|| refuse(&answer, "msToken"));
    client.tell(token).await
}

/// The id of a browser.
pub(super) async fn web_id(client: &Client, base: &str, identity: &Identity) -> Result<String, Refusal> {
    let body = json!({
        "app_id": 6383, "referer": PAGE, "url": PAGE, "user_agent": identity.user_agent, "user_unique_id": "",
    });
    let url = format!("{base}/webid?aid=6383&sdk_version=5.1.18_zip&device_platform=web");
    let ask = Ask::post(url, Some((JSON, body.to_string().into()))).header("referer", PAGE);
    let answer = client.fetch(ask.header("user-agent", &identity.user_agent)).await?;
    let told: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let id = told.as_ref().and_then(|told| told.get("web_id")).and_then(Value::as_str);
    let id = id.filter(|id| (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit()));
    let id = id.map(str::to_owned).ok_or_else(|| refuse(&answer, "web_id"));
    client.tell(id).await
}

fn cookie(answer: &Answer, name: &str) -> Option<Secret<String>> {
    let set = answer.headers.get_all("set-cookie").iter().filter_map(|header| header.to_str().ok());
    let (_, value) = set.filter_map(read_set).find(|(known, _)| *known == name)?;
    // It goes into headers and addresses as it is.
    let fits =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'%' | b'.' | b'|' | b'~');
    value.bytes().all(fits).then(|| Secret::new(value.to_owned()))
}

/// Why an answer gave no token: by its status where that says it, else because the token is missing.
fn refuse(answer: &Answer, name: &str) -> Refusal {
    match answer.class(Want::Reply) {
        Class::Ok => answer.refuse(Class::Schema, format_args!("it gave no `{name}`")),
        class => answer.refuse(class, format_args!("it answers {} and gives no `{name}`", answer.status)),
    }
}
