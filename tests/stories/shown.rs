//! The demo as a person at a terminal sees it.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;

use crate::kit::{Dir, RADARD, clock, figure};

#[test]
fn ctrl_c_ends_the_demo_with_130_and_without_complaint() {
    let dir = Dir::new("shown");
    let mut command = Command::new(RADARD);
    command.args(["demo", "--keep"]).arg(dir.path().join("kept")).current_dir(dir.path()).process_group(0);
    let mut demo = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = String::new();
    let mut out = BufReader::new(demo.stdout.take().unwrap());
    // A step that needs the daemon is under way.
    while !told.contains("✓ daemon") {
        assert!(out.read_line(&mut told).unwrap() > 0, "it ended early: {told}");
    }
    let group = Pid::from_raw(i32::try_from(demo.id()).unwrap()).unwrap();
    let began = clock().steady();
    kill_process_group(group, Signal::INT).unwrap();
    let (mut rest, mut complaints) = (String::new(), String::new());
    out.read_to_string(&mut rest).unwrap();
    demo.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    let ended = demo.wait().unwrap();
    assert_eq!(ended.code(), Some(130), "{told}{rest}{complaints}");
    assert!(!rest.contains('✗') && !complaints.contains("reset"), "{rest}{complaints}");
    let took = clock().steady().saturating_sub(began);
    assert!(took < Duration::from_secs(40), "{took:?}");
    figure(&format!("demo ctrl_c_ms={}", took.as_millis()));
}

#[test]
fn every_step_of_the_demo_holds() {
    let dir = Dir::new("shown-all");
    let demo = |flags: &[&str]| {
        let mut command = Command::new(RADARD);
        let command = command.args(["--json", "demo"]).args(flags).current_dir(dir.path()).stdin(Stdio::null());
        let out = command.output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let steps = demo(&["--list"]).1;
    let (code, told, complaints) = demo(&["--once"]);
    assert_eq!(code, Some(0), "{told}{complaints}");
    let report: Value = serde_json::from_str(&told).unwrap();
    let held = report.as_object().unwrap().iter().filter(|(_, row)| row["ok"] == true);
    let held: BTreeSet<_> = held.map(|(name, _)| name.as_str()).collect();
    let steps: Value = serde_json::from_str(&steps).unwrap();
    let listed: BTreeSet<_> =
        steps["items"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(held, listed, "{told}");
    assert!(listed.len() > 10, "{listed:?}");
}
