//! One file of vectors: read, judged vector by vector, counted.

use std::fmt::Debug;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A vector that does not come out.
pub(crate) type Wrong = String;

/// Judges every vector of `name` with `check`. With another folder the file may be absent.
#[track_caller]
pub(crate) fn each<V: DeserializeOwned>(name: &str, check: impl Fn(&V) -> Result<(), Wrong>) {
    each_with(name, |_: &Value, vector: &V| check(vector));
}

/// The same for files that say something for all of their vectors, which `check` sees as the file's head.
#[track_caller]
pub(crate) fn each_with<V: DeserializeOwned>(name: &str, check: impl Fn(&Value, &V) -> Result<(), Wrong>) {
    let Some(file) = read(name) else {
        say(&format!("{name}: not run (0)"));
        return;
    };
    let (count, wrong) = judge(&file, check);
    assert!(count > 0, "{name} holds no vector");
    assert!(wrong.is_empty(), "{name}: {} of {count} wrong\n{}", wrong.len(), wrong.join("\n"));
    say(&format!("{name}: {count} vectors"));
}

/// How many vectors a file has, and what is wrong with which.
fn judge<V: DeserializeOwned>(file: &Value, check: impl Fn(&Value, &V) -> Result<(), Wrong>) -> (usize, Vec<Wrong>) {
    let vectors = file["vectors"].as_array().unwrap();
    let judge = |(at, vector): (usize, &Value)| {
        let read = V::deserialize(vector).map_err(|error| error.to_string());
        read.and_then(|vector| check(file, &vector)).err().map(|wrong| format!("[{at}] {wrong}"))
    };
    (vectors.len(), vectors.iter().enumerate().filter_map(judge).collect())
}

/// Whether what came out is what was expected.
#[expect(clippy::needless_pass_by_value, reason = "what was computed is handed over and compared")]
pub(crate) fn same<T: PartialEq + Debug>(what: &str, got: T, expected: T) -> Result<(), Wrong> {
    if got == expected { Ok(()) } else { Err(format!("{what}\n  got      {got:?}\n  expected {expected:?}")) }
}

#[expect(clippy::disallowed_methods, reason = "a test has no command line to be told the folder on")]
fn read(name: &str) -> Option<Value> {
    let elsewhere = std::env::var_os("RADARD_VECTORS").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let folder = elsewhere.as_ref().map_or_else(|| PathBuf::from("tests/fixtures/vectors"), Clone::clone);
    let path = folder.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).unwrap()),
        Err(_) if elsewhere.is_some() => None,
        missing => Some(serde_json::from_slice(&missing.unwrap()).unwrap()),
    }
}

#[expect(clippy::print_stdout, reason = "a test says what it ran")]
fn say(line: &str) {
    println!("{line}");
}

#[derive(serde::Deserialize)]
struct MadeUp {
    text: String,
}

#[test]
fn a_wrong_vector_is_told_with_its_place() {
    let file = json!({"length": 2, "vectors": [{"text": "ab"}, {"text": "abc"}, {"txt": ""}]});
    let (count, wrong) =
        judge(&file, |file, MadeUp { text }| same("length", json!(text.len()), file["length"].clone()));
    assert_eq!(count, 3);
    assert_eq!(wrong, ["[1] length\n  got      Number(3)\n  expected Number(2)", "[2] missing field `text`"]);
}
