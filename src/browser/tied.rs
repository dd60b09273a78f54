//! Processes that end when we end, however we end.

use std::path::Path;

use tokio::process::Command;

/// Lets the kernel end what it runs when whoever started it ends; part of every Debian.
const SETPRIV: &str = "/usr/bin/setpriv";

/// A command for `program` that the kernel ends when we end.
pub(super) fn tied(program: &Path) -> Command {
    if !Path::new(SETPRIV).exists() {
        return Command::new(program);
    }
    let mut command = Command::new(SETPRIV);
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    command
}
