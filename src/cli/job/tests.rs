//! Command lines against a router that remembers what it was asked and answers what it is told to.

use clap::Parser as _;
use serde_json::json;

use super::*;
use crate::cli::args::{Args, Command};
use crate::cli::exit::Exit;
use crate::cli::out::Out;
use crate::cli::reach::tests::{answering, asked};

const ID: &str = "0193a1e0-0000-7000-8000-000000000001";
const PERSON: Out = Out { json: false, quiet: false, color: false };

fn parsed(line: &str) -> JobCommand {
    match Args::parse_from(["radard", "job"].into_iter().chain(line.split(' '))).command {
        Command::Job(command) => command,
        other => panic!("{other:?}"),
    }
}

/// What `line` asks for, and what it says when the answer is `status` and `answer`.
async fn spoken(line: &str, status: u16, answer: serde_json::Value) -> (Vec<String>, Result<Answer, Failure>) {
    let (reach, log) = answering(status, answer);
    let said = parsed(line).ask(&reach, Millis(0)).await;
    (asked(&log), said)
}

#[tokio::test]
async fn work_is_asked_for_with_what_was_given() {
    let line = r#"add probe_platform --key k --payload {"platform":"douyin"} --priority -5 --at 7"#;
    let (asked, said) = spoken(line, 201, json!({"id": ID})).await;
    let body = r#"{"key":"k","kind":"probe_platform","payload":{"platform":"douyin"},"priority":-5,"run_at":7}"#;
    assert_eq!(asked, [format!("POST /api/v1/jobs {body}")]);
    assert_eq!(said.unwrap().to_stdout(PERSON), format!("job {ID} is queued"));
}

#[tokio::test]
async fn the_same_work_twice_is_no_failure() {
    let (_, said) = spoken("add fetch --key k", 200, json!({"id": ID})).await;
    let said = said.unwrap();
    assert_eq!((said.code(), said.to_stdout(PERSON)), (Exit::Done, format!("job {ID} was there already")));
}

#[tokio::test]
async fn the_same_work_as_a_dead_job_fails_and_says_how_to_retry_it() {
    let (_, said) = spoken("add fetch --key k", 200, json!({"id": ID, "new": false, "state": "dead"})).await;
    let said = said.unwrap();
    let told = format!("job {ID} was there already and is dead; to run it, use `radard job retry {ID}`");
    assert_eq!((said.code(), said.to_stdout(PERSON)), (Exit::Failed, told));
}

#[tokio::test]
async fn other_work_under_the_key_is_a_failure_that_names_the_job() {
    let refusal = json!({"error": "the key is taken", "class": "schema", "do": "take another", "id": ID});
    let (_, said) = spoken("add fetch --key k", 409, refusal).await;
    let failure = said.unwrap_err();
    assert_eq!((failure.code(), &failure.to_json()["id"]), (Exit::Failed, &json!(ID)));
}

#[tokio::test]
async fn a_list_asks_for_what_was_named() {
    let page = json!({"v": 1, "items": [], "next": null});
    let (asked, _) = spoken("list --state dead --kind fetch --limit 5", 200, page.clone()).await;
    assert_eq!(asked, ["GET /api/v1/jobs?state=dead&kind=fetch&limit=5"]);
    let (asked, _) = spoken("list --lanes", 200, page).await;
    assert_eq!(asked, ["GET /api/v1/lanes"]);
}

#[tokio::test]
async fn one_job_is_shown_whole() {
    let (asked, said) = spoken(&format!("show {ID}"), 200, json!({"id": ID, "kind": "fetch", "attempt": 2})).await;
    assert_eq!(asked, [format!("GET /api/v1/jobs/{ID}")]);
    assert_eq!(said.unwrap().to_stdout(PERSON), format!("id       {ID}\nkind     fetch\nattempt  2"));
}

#[tokio::test]
async fn a_retry_of_several_says_what_became_of_each() {
    let refusal = json!({"error": "no such job", "class": "gone", "do": null});
    let (asked, said) = spoken(&format!("retry {ID} {ID}"), 404, refusal).await;
    assert_eq!(asked.len(), 2);
    let said = said.unwrap();
    let json: serde_json::Value = said.to_stdout(Out { json: true, ..PERSON }).parse().unwrap();
    assert_eq!((said.code(), &json["items"][1]["id"]), (Exit::Failed, &json!(ID)));
    let (asked, said) = spoken("retry --kind fetch", 200, json!({"retried": 3})).await;
    assert_eq!(asked, [r#"POST /api/v1/jobs/retry {"kind":"fetch"}"#]);
    assert_eq!(said.unwrap().to_stdout(PERSON), "3 jobs of kind `fetch` are queued again");
}

#[tokio::test]
async fn a_lane_or_a_kind_is_paused_and_resumed() {
    let (asked, _) = spoken("pause --lane guest/web", 200, json!({})).await;
    let pause = r#"POST /api/v1/gates {"name":"guest/web","paused":true,"scope":"lane"}"#;
    assert_eq!(asked, ["GET /api/v1/lanes", pause]);
    let (asked, said) = spoken("resume --kind fetch", 200, json!({})).await;
    assert_eq!(asked, [r#"POST /api/v1/gates {"name":"fetch","paused":false,"scope":"kind"}"#]);
    assert_eq!(said.unwrap().to_stdout(PERSON), "kind `fetch` goes on");
}

#[tokio::test]
async fn a_job_is_taken_back() {
    let (asked, _) = spoken(&format!("cancel {ID}"), 200, json!({})).await;
    assert_eq!(asked, [format!("POST /api/v1/jobs/{ID}/cancel {{}}")]);
}

#[test]
fn a_line_that_names_nothing_or_too_much_is_refused() {
    for line in ["retry", "pause", "pause --lane a --kind b", "list --state odd", "list --lanes --kind a", "show x"] {
        let line = ["radard", "job"].into_iter().chain(line.split(' '));
        assert_eq!(Args::try_parse_from(line).unwrap_err().exit_code(), 2);
    }
    let both = ["radard", "job", "retry", ID, "--kind", "fetch"];
    assert_eq!(Args::try_parse_from(both).unwrap_err().exit_code(), 2);
}
