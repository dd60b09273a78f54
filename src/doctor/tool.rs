//! Programs of the machine that are asked what they are.

use std::io;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

use crate::ambient::{Clock, Timeout};

/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What `tool` says, in time.
pub(super) async fn hear(tool: &mut Command, clock: &Clock) -> Result<io::Result<Output>, Timeout> {
    clock.limit(PATIENCE, tool.stdin(Stdio::null()).kill_on_drop(true).output()).await
}
