//! Mistakes on a command line: what failed, on what, why, and what to do.

use std::ffi::OsString;

use super::super::{guide, slip};

fn said(line: &str) -> String {
    let words: Vec<OsString> = std::iter::once("radard").chain(line.split(' ')).map(OsString::from).collect();
    slip::failure(&guide::parse(&words).unwrap_err(), &words).to_text()
}

#[test]
fn each_mistake_on_a_line_is_said_in_plain_words() {
    let lines = [
        "fetch --max five x",
        "fetch --max -1 x",
        "fetch --maxx 3 x",
        "fetch --max 3 --max 4 x",
        "fetch --format",
        "exprot posts",
        "job lst",
        "job add download",
        "job list --state dad",
        "job show 12",
        "job pause --lane a --kind b",
        "target run",
        "run --only live",
        "export posts --format parquet",
        "profile export main --format txt",
        "job add download --key k --payload nope",
    ];
    let all: Vec<String> = lines.iter().map(|line| format!("$ radard {line}\n{}\n", said(line))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

/// The cookies of a login, given as `-k` after another tool's habit, or in a wrong place.
#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    for line in ["fetch -oksid_guard=1234;sessionid=5678 x", &format!("fetch --max {} x", "s3cr3t".repeat(9))] {
        let said = said(line);
        assert!(!said.contains("sessionid") && !said.contains("s3cr3t"), "{said}");
        assert!(said.contains("`--max <N>` cannot be `…`"), "{said}");
    }
}
