//! A made-up answer of every endpoint, and what is read from it: `tests/fixtures/douyin/<endpoint>.json`.
//!
//! Vectors pin the fields that other implementations read too; these pin all of them, and that none is taken for granted.
//! A new endpoint brings its answer; what is read from it is said by the first failure, to be checked and pasted.

use std::collections::BTreeSet;

use radard::platform::douyin::{ENDPOINTS, Listed, Method};
use serde_json::{Map, Value, json};

const FOLDER: &str = "tests/fixtures/douyin";

/// Fields of which every answer says nothing, by endpoint, and why.
const NOTHING: &[(&str, &[&str])] = &[
    // Read from the list of the followed, as f2 does; an answer has but the one list.
    ("user_follower", &["secondary_priority", "secondary_text_raw"]),
    // It stands in the place of the list that an answer without an error has.
    ("user_live_status", &["error_msg"]),
    // Only a code that is not 0 comes with it.
    ("query_user", &["status_code", "status_msg"]),
];

/// Every endpoint that answers, with its fixture.
fn answered() -> impl Iterator<Item = (&'static Listed, Value)> {
    let answers = ENDPOINTS.iter().filter(|listed| listed.place.method != Method::Socket);
    answers.map(|listed| {
        let path = format!("{FOLDER}/{}.json", listed.place.name);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}")).unwrap();
        (listed, serde_json::from_str(&text).unwrap())
    })
}

fn read(listed: &Listed, answer: &Value) -> Value {
    (listed.read)(answer.to_string().as_bytes()).unwrap()
}

#[test]
fn every_endpoint_reads_its_made_up_answer_as_it_is_written_down() {
    for (listed, fixture) in answered() {
        let got = read(listed, &fixture["answer"]);
        let apart =
            got.as_object().into_iter().flatten().find(|(name, value)| fixture["read"].get(name) != Some(*value));
        assert!(got == fixture["read"], "{}: `read` should be {got}\nfirst apart: {apart:?}", listed.place.name);
    }
}

#[test]
fn a_made_up_answer_has_every_field_that_is_read() {
    for (listed, fixture) in answered() {
        let name = listed.place.name;
        let nothing = NOTHING.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, fields)| fields);
        let says = |value: &Value| match value {
            Value::Array(column) => column.iter().any(|value| !value.is_null() && *value != json!([])),
            value => !value.is_null(),
        };
        let fields = fixture["read"].as_object();
        let missing: Vec<_> =
            fields.into_iter().flatten().filter(|(_, value)| !says(value)).map(|(name, _)| name).collect();
        assert_eq!(missing, *nothing, "`{name}` has nothing of these");
    }
}

#[test]
fn no_answer_lies_here_that_no_endpoint_reads() {
    let files = std::fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let known: BTreeSet<_> = answered().map(|(listed, _)| format!("{}.json", listed.place.name)).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), known);
}

/// Calls `with` on the answer once for each of its members, which is handed over to be changed.
fn each_member(answer: &Value, change: impl Fn(&mut Map<String, Value>, &str), with: &mut impl FnMut(&str, &Value)) {
    fn places(value: &Value, place: &str, all: &mut Vec<String>) {
        for (name, below) in value.as_object().into_iter().flatten() {
            let place = format!("{place}/{name}");
            places(below, &place, all);
            all.push(place);
        }
        for (at, below) in value.as_array().into_iter().flatten().enumerate() {
            places(below, &format!("{place}/{at}"), all);
        }
    }
    let mut all = Vec::new();
    places(answer, "", &mut all);
    for place in all {
        let (parent, name) = place.rsplit_once('/').unwrap();
        let mut changed = answer.clone();
        change(changed.pointer_mut(parent).unwrap().as_object_mut().unwrap(), name);
        with(&place, &changed);
    }
}

/// Whether a field is read from below `place`, a pointer; which item of a list is meant does not matter.
fn is_below(listed: &Listed, field: &str, place: &str) -> bool {
    let place: Vec<_> = place.split('/').filter(|part| !part.is_empty() && part.parse::<u32>().is_err()).collect();
    let fields = listed.expected.iter().flat_map(|expected| expected.fields.iter().map(move |field| (expected, field)));
    let read = fields.filter(|(_, known)| field == known.name || field.strip_suffix("_raw") == Some(known.name));
    read.into_iter().any(|(expected, known)| {
        let whole = match known.place.strip_prefix("$.") {
            Some(place) => place.to_owned(),
            None => format!("{}.{}", expected.base.as_str(), known.place),
        };
        let parts = whole
            .split(['.', '[', ']'])
            .filter(|part| !part.is_empty() && *part != "*" && part.parse::<u32>().is_err());
        let parts: Vec<_> = parts.collect();
        let list: Vec<_> = expected.base.as_str().split('.').collect();
        parts.starts_with(&place) || place.starts_with(&parts) || expected.is_list && list.starts_with(&place)
    })
}

#[test]
fn an_answer_is_missing_a_field_and_costs_no_other() {
    let mut tried = 0;
    for (listed, fixture) in answered() {
        let (answer, whole) = (&fixture["answer"], &fixture["read"]);
        let remove = |members: &mut Map<String, Value>, name: &str| drop(members.remove(name));
        each_member(answer, remove, &mut |place, changed| {
            let got = read(listed, changed);
            tried += 1;
            let mut apart =
                got.as_object().into_iter().flatten().filter(|(name, value)| whole.get(*name) != Some(*value));
            let strange = apart.find(|(name, _)| !is_below(listed, name, place));
            assert_eq!(strange, None, "{}: without {place}", listed.place.name);
        });
    }
    assert!(tried > 1500, "{tried}");
}

#[test]
fn an_answer_has_something_else_in_the_place_of_a_field_and_is_read_all_the_same() {
    let others = [Value::Null, json!("text"), json!([[{}]]), json!({"a": {}})];
    for (nth, (listed, fixture)) in answered().enumerate() {
        // Works stand in many answers, and have another of these in each.
        let other = |name: &str| others[(name.len() + nth) % others.len()].clone();
        let replace = |members: &mut Map<String, Value>, name: &str| drop(members.insert(name.to_owned(), other(name)));
        each_member(&fixture["answer"], replace, &mut |_, changed| drop(read(listed, changed)));
    }
}
