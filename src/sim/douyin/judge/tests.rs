//! The judge before signatures that f2 made, whole and tampered with.

use serde_json::Value;

use super::*;
use crate::domain::Millis;

fn vectors(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap()
}

/// Judges a vector's signature, after `tamper` has changed what was signed.
fn judged(
    vector: &Value,
    parameter: &str,
    name: &str,
    tamper: impl Fn(Signed<'_>) -> Signed<'_>,
) -> Result<(), &'static str> {
    let query = format!("{}&{parameter}={}", text(vector, "params"), text(vector, name));
    let now = vector["end_ms"].as_i64().unwrap_or_else(|| vector["unix_time_s"].as_i64().unwrap() * 1000);
    let body = vector["body"].as_str().unwrap_or_default();
    let signed = Signed { query: "", body, user_agent: text(vector, "user_agent"), now: Millis(now) };
    judge(&query, &tamper(signed)).map(drop)
}

/// Twelve minutes later.
const fn late(signed: Signed<'_>) -> Signed<'_> {
    Signed { now: Millis(signed.now.0 + 720_000), ..signed }
}

#[test]
fn what_f2_signed_as_a_page_does_passes_and_nothing_else_does() {
    let page = |vector: &&Value| {
        let seventeen = text(vector, "fingerprint").split('|').count() == 17;
        seventeen && vector["options"] == serde_json::json!([0, 1, 14])
    };
    let all = vectors(include_str!("../../../../tests/fixtures/vectors/abogus.json"));
    let (of_pages, others): (Vec<&Value>, Vec<&Value>) = all.iter().partition(page);
    assert!(of_pages.len() > 30 && others.len() > 3, "{} and {}", of_pages.len(), others.len());
    for vector in of_pages {
        let name = text(vector, "name");
        assert_eq!(judged(vector, "a_bogus", "a_bogus", |signed| signed), Ok(()), "{name}");
        let other =
            judged(vector, "a_bogus", "a_bogus", |signed| Signed { user_agent: "Mozilla/5.0 (other)", ..signed });
        assert_eq!(other, Err("it is of another user agent"), "{name}");
        let other = judged(vector, "a_bogus", "a_bogus", |signed| Signed { body: "other", ..signed });
        assert_eq!(other, Err("it is of another body"), "{name}");
        assert!(judged(vector, "a_bogus", "a_bogus", late).is_err(), "{name}");
        let mut moved = vector.clone();
        moved["params"] = Value::from(format!("{}&x=1", text(vector, "params")));
        assert_eq!(judged(&moved, "a_bogus", "a_bogus", |signed| signed), Err("it is of another query"), "{name}");
    }
    for vector in others {
        assert!(judged(vector, "a_bogus", "a_bogus", |signed| signed).is_err(), "{}", text(vector, "name"));
    }
}

#[test]
fn no_symbol_of_a_signature_can_be_changed() {
    let all = vectors(include_str!("../../../../tests/fixtures/vectors/abogus.json"));
    let vector = all.iter().find(|vector| text(vector, "name") == "full0").unwrap();
    let signature = text(vector, "a_bogus").to_owned();
    for at in 0..signature.len() {
        let mut changed = signature.clone();
        let other = if &signature[at..=at] == "D" { "k" } else { "D" };
        changed.replace_range(at..=at, other);
        let mut vector = vector.clone();
        vector["a_bogus"] = Value::from(changed);
        // Chance may be any, and so may a fingerprint: but for these every symbol counts.
        let free = at < 16 || (75..signature.len() - 2).contains(&at);
        let passes = judged(&vector, "a_bogus", "a_bogus", |signed| signed).is_ok();
        assert!(!passes || free, "symbol {at}");
    }
}

#[test]
fn the_older_signature_is_judged_as_closely() {
    let all = vectors(include_str!("../../../../tests/fixtures/vectors/xbogus.json"));
    for vector in &all {
        let name = text(vector, "name");
        assert_eq!(judged(vector, "X-Bogus", "x_bogus", |signed| signed), Ok(()), "{name}");
        assert_eq!(judged(vector, "X-Bogus", "x_bogus", late), Err("it is of another time"), "{name}");
        let mut changed = vector.clone();
        changed["x_bogus"] = Value::from(text(vector, "x_bogus").replacen('D', "k", 1));
        assert!(judged(&changed, "X-Bogus", "x_bogus", |signed| signed).is_err(), "{name}");
    }
    let unsigned = Signed { query: "", body: "", user_agent: "", now: Millis(0) };
    assert_eq!(judge("aid=6383&count=1", &unsigned), Err("the last parameter is no signature"));
    assert_eq!(judge("a_bogus=", &unsigned), Err("the query has one parameter"));
}
