//! What an answer means, by the site's own words first.

use crate::domain::Class;
use crate::net::{Answer, Want};
use crate::platform::douyin::read::BadAnswer;
use crate::wire::json::{Caps, Json, Value};

/// Why an answer is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Judged {
    /// How the attempt ended.
    pub(super) class: Class,
    /// Why, for a person.
    pub(super) why: String,
    /// Whether it may have been for the signature: the site says so in no other way than by saying nothing.
    pub(super) is_silent: bool,
}

impl Judged {
    fn new(class: Class, why: impl Into<String>) -> Self {
        Self { class, why: why.into(), is_silent: false }
    }
}

impl From<BadAnswer> for Judged {
    fn from(bad: BadAnswer) -> Self {
        Self::new(Class::Schema, format!("its answer cannot be read: {bad}"))
    }
}

/// Reads an answer that is one, and takes its body; `own` says what the endpoint's own answer means beside its code.
pub(super) fn judge(answer: &mut Answer, own: impl Fn(Value<'_>) -> Option<(Class, String)>) -> Result<Json, Judged> {
    let status = answer.status;
    if status.is_success() && answer.body.trim_ascii().is_empty() {
        return Err(Judged { is_silent: true, ..Judged::new(Class::Risk, format!("it answers {status} and nothing")) });
    }
    let (class, is_page) = (answer.class(Want::Reply), is_page(answer));
    let read = Json::parse(std::mem::take(&mut answer.body), Caps::default());
    // Its own words count whatever the status is.
    if let Some(judged) = read.as_ref().ok().and_then(|json| spoken(json.root())) {
        return Err(judged);
    }
    match (class, read) {
        (Class::Ok, Ok(json)) => match own(json.root()) {
            None => Ok(json),
            Some((class, why)) => Err(Judged::new(class, why)),
        },
        (Class::Ok, Err(_)) if is_page => {
            Err(Judged::new(Class::Risk, "it shows a page where data should be: a challenge for a person"))
        }
        (Class::Ok, Err(bad)) => Err(BadAnswer::from(bad).into()),
        (class, _) => Err(Judged::new(class, format!("it answers {status}"))),
    }
}

/// What the site says in a body of its own form.
fn spoken(root: Value<'_>) -> Option<Judged> {
    let challenge = ["captcha", "verify_center_decision_conf", "verify_ticket"];
    let asks = challenge.into_iter().any(|name| !root.get(name).is_nothing())
        || root.get("search_nil_info").get("search_nil_type").text().as_deref() == Some("verify_check");
    if asks {
        return Some(Judged::new(Class::Risk, "it asks for a captcha, which a person has to solve"));
    }
    let code = root.get("status_code").whole().filter(|code| *code != 0)?;
    let said = root.get("status_msg").text().unwrap_or_default();
    let said: String = said.chars().filter(|c| !c.is_control()).take(120).collect();
    let (class, why) = match code {
        8 => (Class::Auth, "a login is needed, and there is none or it has expired"),
        2096 => (Class::Private, "it is not for us to see"),
        2863 => (Class::Rate, "too much was asked"),
        // The site's code for what is deleted, as users report it (2026-11); f2 does not know it.
        2053 => (Class::Gone, "it is deleted"),
        5 => (Class::Schema, "a parameter is wrong"),
        _ => (Class::Schema, "it answers with a code that nobody here knows"),
    };
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    Some(Judged::new(class, format!("{why} (status_code {code}{said})")))
}

fn is_page(answer: &Answer) -> bool {
    let kind = answer.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("text/html") || answer.body.trim_ascii().starts_with(b"<")
}

#[cfg(test)]
mod tests {
    use crate::net::{HeaderMap, StatusCode};

    use super::*;

    fn answer(status: u16, kind: &'static str, body: &str) -> Answer {
        let headers: HeaderMap = [("content-type".parse().unwrap(), kind.parse().unwrap())].into_iter().collect();
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, headers, body: body.into(), host: "h:1".into(), retry_after: None }
    }

    #[track_caller]
    fn check(status: u16, kind: &'static str, body: &str, expected: Class) {
        let mut answer = answer(status, kind, body);
        let judged = judge(&mut answer, |_| None).map_or_else(|judged| judged.class, |_| Class::Ok);
        assert_eq!(judged, expected, "{status} {body:.60}");
    }

    #[test]
    fn every_row_of_the_sites_answers_has_its_class() {
        let json = "application/json; charset=utf-8";
        check(200, json, r#"{"status_code":0,"aweme_list":[]}"#, Class::Ok);
        check(200, json, r#"{"id":"1"}"#, Class::Ok);
        check(200, json, "", Class::Risk);
        check(200, json, " \n", Class::Risk);
        check(200, json, r#"{"status_code":8,"status_msg":"x"}"#, Class::Auth);
        check(200, json, r#"{"status_code":5}"#, Class::Schema);
        check(200, json, r#"{"status_code":2096}"#, Class::Private);
        check(200, json, r#"{"status_code":2863}"#, Class::Rate);
        check(200, json, r#"{"status_code":2053}"#, Class::Gone);
        check(410, json, r#"{"status_code":2053}"#, Class::Gone);
        check(410, json, r#"{"error":"no such path"}"#, Class::Schema);
        check(404, json, r#"{"status_code":0,"aweme_detail":null}"#, Class::Schema);
        check(404, json, "", Class::Network);
        check(200, json, r#"{"status_code":4711}"#, Class::Schema);
        check(200, "text/html; charset=utf-8", "please wait", Class::Risk);
        check(200, "text/html", r#"{"status_code":0}"#, Class::Ok);
        check(200, "text/plain", r#"{"status_code":8}"#, Class::Auth);
        check(200, "image/png", "\u{89}PNG", Class::Schema);
        check(200, "application/x-protobuf", "\n\u{4}abcd", Class::Schema);
        check(200, json, "<!doctype html>", Class::Risk);
        check(200, json, r#"{"status_code":0,"#, Class::Schema);
        check(200, json, &"[".repeat(200_000), Class::Schema);
        check(200, json, r#"{"captcha":{"id":1}}"#, Class::Risk);
        check(200, json, r#"{"status_code":0,"search_nil_info":{"search_nil_type":"verify_check"}}"#, Class::Risk);
        for (status, class) in [
            (302, Class::Schema),
            (400, Class::Schema),
            (401, Class::Auth),
            (403, Class::Auth),
            (404, Class::Network),
            (410, Class::Network),
            (408, Class::Network),
            (429, Class::Rate),
            (444, Class::Schema),
            (500, Class::Network),
            (503, Class::Network),
        ] {
            check(status, "text/html", "<html></html>", class);
        }
    }

    #[test]
    fn an_endpoints_own_words_are_heard_and_no_control_character_passes() {
        let body = r#"{"status_code":0,"aweme_detail":null}"#;
        let own =
            |root: Value<'_>| root.get("aweme_detail").is_nothing().then(|| (Class::Gone, "it is deleted".to_owned()));
        let mut gone = answer(200, "application/json", body);
        assert_eq!(judge(&mut gone, own).err(), Some(Judged::new(Class::Gone, "it is deleted")));
        let mut elsewhere = answer(404, "application/json", body);
        assert_eq!(
            judge(&mut elsewhere, own).err().map(|judged| judged.class),
            Some(Class::Schema),
            "not the endpoint's"
        );
        let mut loud = answer(200, "application/json", "{\"status_code\":8,\"status_msg\":\"a\\u001b[31mb\"}");
        assert!(judge(&mut loud, |_| None).unwrap_err().why.ends_with("(status_code 8: a[31mb)"));
    }
}
