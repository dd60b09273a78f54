//! The simulated platforms as a process of their own.

use std::io::BufRead as _;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::RADARD;

/// They are gone with the story.
pub(crate) struct Outside {
    child: Child,
    /// The settings that lead there.
    pub(crate) config: String,
    /// Where they are told what to do.
    pub(crate) control: String,
}

impl Outside {
    /// Starts them with these fault switches.
    pub(crate) fn start(faults: &[&str]) -> Self {
        let mut command = Command::new(RADARD);
        command.args(["--json", "sim"]).stdout(Stdio::piped());
        for fault in faults {
            command.args(["--fault", fault]);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let facts: Value = serde_json::from_str(&line).unwrap();
        let config = facts["config"].as_str().unwrap().to_owned();
        let control = facts["control"].as_str().unwrap().to_owned();
        Self { child, config, control }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _waited = self.child.wait();
    }
}
