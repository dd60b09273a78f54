//! One small question that tells whether the way to a platform is open.
//!
//! The simulated platforms answer it with their name, their clock and a counter, or with any class they were asked
//! to play. A real platform has no such page: there the answer only says, by its class, how far a plain request
//! gets. The platform's own codes are read first, the general rules after them.

use serde_json::Value;

use crate::domain::{Class, Millis, Platform};
use crate::net::{Answer, Client, Refusal, Want};

/// What a platform said about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Who was asked.
    pub platform: Platform,
    /// The platform's own time.
    pub now: Millis,
    /// How many probes it has answered, when it counts them.
    pub seq: Option<u64>,
}

/// Asks the platform behind `base` how it is.
pub async fn probe(client: &Client, base: &str, platform: Platform) -> Result<Probe, Refusal> {
    let url = format!("{}/probe", base.trim_end_matches('/'));
    let answer = client.fetch(&url).await?;
    client.tell(understand(&answer, platform)).await
}

/// What an answer of `endpoint` means today: the platform's own words first, where this build knows any.
pub fn read_again(endpoint: &str, answer: &Answer) -> Result<(), Refusal> {
    let probed = endpoint.strip_suffix(".probe").and_then(|platform| platform.parse().ok());
    if let Some(platform) = probed {
        return understand(answer, platform).map(drop);
    }
    match answer.class(Want::Json) {
        Class::Ok => Ok(()),
        class => Err(refuse(answer, class)),
    }
}

fn understand(answer: &Answer, platform: Platform) -> Result<Probe, Refusal> {
    let told: Option<Value> = serde_json::from_slice(&answer.body).ok();
    if let Some(class) = told.as_ref().and_then(own_words) {
        return Err(refuse(answer, class));
    }
    match answer.class(Want::Json) {
        Class::Ok => read(platform, told.as_ref()).ok_or_else(|| refuse(answer, Class::Schema)),
        class => Err(refuse(answer, class)),
    }
}

/// The codes that platforms put into a body: 2053 is "deleted", 2096 "not visible to you", 40101 without a session
/// "badly signed" (protocol notes, sections 4 and A.6, 2026-11).
fn own_words(told: &Value) -> Option<Class> {
    let code = |name: &str| told.get(name).and_then(Value::as_i64);
    match (code("status_code"), code("code")) {
        (Some(2053), _) => Some(Class::Gone),
        (Some(2096), _) => Some(Class::Private),
        (_, Some(40_101)) => Some(Class::Signature),
        _ => None,
    }
}

fn read(platform: Platform, told: Option<&Value>) -> Option<Probe> {
    let told = told?;
    let fine = told.get("ok").and_then(Value::as_bool)?;
    let now = told.get("now").and_then(Value::as_i64).map(Millis)?;
    fine.then(|| Probe { platform, now, seq: told.get("seq").and_then(Value::as_u64) })
}

fn refuse(answer: &Answer, class: Class) -> Refusal {
    let status = answer.status.as_u16();
    let why = match class {
        Class::Risk => format!("it answers {status} and shows a challenge or nothing at all"),
        Class::Schema => format!("it answers {status}, and `ok` or `now` is missing"),
        class => format!("it answers {status}, that is {class}"),
    };
    answer.refuse(class, why)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_that_misses_a_field_is_no_probe() {
        let whole = json!({"ok": true, "platform": "douyin", "now": 5, "seq": 3});
        let read = |told: &Value| read(Platform::Douyin, Some(told));
        assert_eq!(read(&whole), Some(Probe { platform: Platform::Douyin, now: Millis(5), seq: Some(3) }));
        for told in [json!({"ok": true}), json!({"now": 5}), json!({"ok": false, "now": 5}), json!([]), json!(null)] {
            assert_eq!(read(&told), None, "{told}");
        }
    }

    #[test]
    fn the_platforms_own_codes_are_heard() {
        assert_eq!(own_words(&json!({"status_code": 2096})), Some(Class::Private));
        assert_eq!(own_words(&json!({"status_code": 2053})), Some(Class::Gone));
        assert_eq!(own_words(&json!({"code": 40101})), Some(Class::Signature));
        assert_eq!(own_words(&json!({"ok": true, "status_code": 0})), None);
    }
}
