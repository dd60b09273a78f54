//! Whether somebody is logged in: who is sees a whole page of creators, anybody else the first three.

use std::collections::BTreeMap;

use crate::domain::{Class, Millis, Secret};
use crate::net::{Answer, Ask, Client, Refusal, Want};
use crate::sign::{Scheme as _, UserSign, UserSignInput};
use crate::wire::Json;
use crate::wire::json::Caps;

/// The page whose script sends what is captured, below the base of the platform.
pub const PAGE: &str = "/business/creativecenter/inspiration/popular/creator/pc/en";
/// A part of the path of what it sends.
pub const SENDS: &str = "/creative_radar_api/v1/popular_trend/";

const LIST: &str = "creator/list?page=1&limit=20&sort_by=follower&creator_country=US";
/// What anybody sees.
const ANYBODY: usize = 3;
/// Where redirects may lead.
const DOMAINS: &[&str] = &["tiktok.com"];

/// Who asks.
#[derive(Debug)]
pub struct Asker<'a> {
    /// The cookies, as a header.
    pub cookies: &'a Secret<String>,
    /// Headers that were captured beside them, in small letters.
    pub headers: &'a BTreeMap<String, Secret<String>>,
    /// The way out.
    pub client: &'a Client,
}

/// Asks for a page of creators; fine when more comes than anybody would see.
pub async fn prove(base: &str, asker: Asker<'_>, now: Millis) -> Result<(), Refusal> {
    let Asker { cookies, headers, client } = asker;
    let header = |name: &str| headers.get(name).map(|value| value.reveal().as_str());
    // Where no id was captured, any will do: it only has to agree with the signature.
    let id = header("anonymous-user-id").unwrap_or("00000000000040008000000000000000");
    let timestamp = u64::try_from(now.0 / 1000).unwrap_or(0);
    let sign = UserSign::sign(&UserSignInput { web_id: header("web-id"), anonymous_user_id: id, timestamp });
    let ask = Ask::get(format!("{base}{SENDS}{LIST}")).within(DOMAINS).secret("cookie", cookies);
    let ask = ask.header("anonymous-user-id", id).header("timestamp", &timestamp.to_string());
    let ask = ask.header("user-sign", &sign).header("lang", "en").header("referer", &format!("{base}{PAGE}"));
    let ask = header("web-id").into_iter().fold(ask, |ask, id| ask.header("web-id", id));
    let ask = header("user-agent").into_iter().fold(ask, |ask, agent| ask.header("user-agent", agent));
    let answer = client.fetch(ask).await?;
    let ended = judge(&answer).map_err(|(class, why)| answer.refuse(class, why));
    client.tell(ended).await
}

fn judge(answer: &Answer) -> Result<(), (Class, String)> {
    let class = answer.class(Want::Bytes);
    if class != Class::Ok {
        return Err((class, format!("it answers {}", answer.status)));
    }
    let Ok(json) = Json::parse(&answer.body, Caps::default()) else {
        return Err((Class::Risk, "it shows a page where data should be: a challenge for a person".to_owned()));
    };
    let root = json.root();
    let rows = root.get("data").get("creators").items().len();
    let said = root.get("msg").text().unwrap_or_default();
    match root.get("code").whole() {
        Some(0) if rows > ANYBODY => Ok(()),
        Some(0) if said == "deprecated" => Err((Class::Gone, "the list is no more".to_owned())),
        Some(0) => Err((Class::Auth, format!("it shows {rows} creators, as it does to anybody: nobody is logged in"))),
        Some(40_101) => Err((Class::Auth, "it gives no permission (code 40101)".to_owned())),
        code => Err((Class::Schema, format!("it answers with a code that nobody here knows ({code:?})"))),
    }
}
