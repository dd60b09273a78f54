//! A page of either list as its own page asks for it, and what the answer says.

use std::collections::BTreeMap;

use serde_json::json;

use crate::domain::{Class, Millis, Secret};
use crate::net::{Answer, Ask, Client, Refusal, Want};
use crate::sign::{Scheme as _, UserSign, UserSignInput};
use crate::wire::Json;
use crate::wire::json::{Caps, Value};

/// The page whose script sends what is captured, below the base of the platform.
pub const PAGE: &str = "/business/creativecenter/inspiration/popular/creator/pc/en";
/// What it sends: by a part of the path, and by what makes a set with the cookies, without which the others are worth
/// nothing. The page that it leads to where it is retired sends the other.
pub const SENDS: [(&str, &[&str]); 2] =
    [(OLDER, &["timestamp", "user-sign", "anonymous-user-id"]), (NEWER, &["content-type"])];

/// The same requests with whatever headers they have.
pub const ANY: [(&str, &[&str]); 2] = [(OLDER, &[]), (NEWER, &[])];

pub(super) const OLDER: &str = "/creative_radar_api/v1/popular_trend/";
const CREATORS: &str = "creator/list?page=1&limit=20&sort_by=follower&creator_country=US";
const NEWER: &str = "/CreativeOne/KnowledgeAPI/";
const HASHTAGS: &str = "GetHashtagList";
const NEWER_PAGE: &str = "/creative/creativeCenter/trends/hashtag";
/// Where redirects may lead.
const DOMAINS: &[&str] = &["tiktok.com"];

/// How long what a page signed is used again, in seconds.
const GOOD_FOR: u64 = 600;

/// How a question is signed.
#[derive(Debug, PartialEq, Eq)]
struct Signed {
    timestamp: u64,
    sign: String,
    /// The recipe is the page's, as far as anybody knows.
    is_known: bool,
}

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

impl Asker<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.reveal().as_str())
    }

    /// How many creators the older list shows.
    pub(super) async fn creators(&self, base: &str, now: Millis) -> Result<usize, Refusal> {
        // Where no id was captured, any will do: it only has to agree with the signature.
        let id = self.header("anonymous-user-id").unwrap_or("00000000000040008000000000000000");
        let web_id = self.header("web-id");
        let Signed { timestamp, sign, is_known } = self.signed(id, web_id, u64::try_from(now.0 / 1000).unwrap_or(0));
        let ask = Ask::get(format!("{base}{OLDER}{CREATORS}")).within(DOMAINS).secret("cookie", self.cookies);
        let ask = ask.header("anonymous-user-id", id).header("timestamp", &timestamp.to_string());
        let ask = ask.header("user-sign", &sign).header("lang", "en").header("referer", &format!("{base}{PAGE}"));
        let ask = web_id.into_iter().fold(ask, |ask, id| ask.header("web-id", id));
        self.ask(ask, |root| {
            let said = root.get("msg").text().unwrap_or_default();
            let rows = root.get("data").get("creators").items().len();
            match root.get("code").whole() {
                // What a retired list answers (protocol notes, section A.6, 2026-11). A 404 there may be a proxy's.
                Some(0) if said == "deprecated" => Err((Class::Gone, "the list is retired".to_owned())),
                Some(0) => Ok(rows),
                Some(40_101) if !is_known => Err((
                    Class::Signature,
                    "its page signs by a recipe that nobody here knows, and what it signed itself is too old: capture the login anew".to_owned(),
                )),
                Some(40_101) => Err((Class::Auth, "it gives no permission (code 40101)".to_owned())),
                code => Err((Class::Schema, format!("it answers with a code that nobody here knows ({code:?})"))),
            }
        })
        .await
    }

    /// A signature of `now`; where the page turned out to sign by another recipe than ours, its own while that is good.
    fn signed(&self, id: &str, web_id: Option<&str>, now: u64) -> Signed {
        let of = |timestamp| UserSign::sign(&UserSignInput { web_id, anonymous_user_id: id, timestamp });
        let seen = self.header("user-sign").zip(self.header("timestamp").and_then(|at| at.parse().ok()));
        match seen {
            Some((sign, at)) if of(at) != sign => {
                let is_good = now.abs_diff(at) <= GOOD_FOR;
                let (timestamp, sign) = if is_good { (at, sign.to_owned()) } else { (now, of(now)) };
                Signed { timestamp, sign, is_known: is_good }
            }
            _ => Signed { timestamp: now, sign: of(now), is_known: true },
        }
    }

    /// How many hashtags the newer list shows.
    pub(super) async fn hashtags(&self, base: &str) -> Result<usize, Refusal> {
        let wish = json!({"countryCode": "US", "timeRange": 7, "page": 1, "limit": 20}).to_string();
        let ask = Ask::post(format!("{base}{NEWER}{HASHTAGS}"), Some(("application/json", wish.into())));
        let ask =
            ask.within(DOMAINS).secret("cookie", self.cookies).header("origin", base).header("agw-js-conv", "str");
        let ask = ask.header("referer", &format!("{base}{NEWER_PAGE}")).header("x-tt-agw-login", "1");
        let tokens = ["x-csrftoken", "x-secsdk-csrf-token"].into_iter();
        let tokens = tokens.filter_map(|name| Some((name, self.headers.get(name)?)));
        let ask = tokens.fold(ask, |ask, (name, token)| ask.secret(name, token));
        self.ask(ask, |root| match root.get("BaseResp").get("StatusCode").whole() {
            Some(0) => Ok(root.get("items").items().len()),
            code => Err((Class::Schema, format!("it answers with a code that nobody here knows ({code:?})"))),
        })
        .await
    }

    async fn ask(
        &self,
        ask: Ask<'_>,
        read: impl Fn(Value<'_>) -> Result<usize, (Class, String)>,
    ) -> Result<usize, Refusal> {
        let ask = self.header("user-agent").into_iter().fold(ask, |ask, agent| ask.header("user-agent", agent));
        let mut answer = self.client.fetch(ask).await?;
        let ended = data(&mut answer).and_then(|json| read(json.root()));
        self.client.tell(ended.map_err(|(class, why)| answer.refuse(class, why))).await
    }
}

fn data(answer: &mut Answer) -> Result<Json, (Class, String)> {
    let class = answer.class(Want::Reply);
    if class != Class::Ok {
        return Err((class, format!("it answers {}", answer.status)));
    }
    Json::parse(std::mem::take(&mut answer.body), Caps::default())
        .map_err(|_| (Class::Risk, "it shows a page where data should be: a challenge for a person".to_owned()))
}
