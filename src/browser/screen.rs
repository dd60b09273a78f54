//! A display that nobody sees, for a browser that must not be headless: Xvfb, with a cookie that only we know.
//!
//! It is made for one driver, lives in its folder and ends with it.

use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::tied::tied;
use super::trouble::Trouble;
use crate::ambient::Clock;
use crate::domain::Display;

/// Where Debian has it.
const XVFB: &str = "/usr/bin/Xvfb";
/// What it shows: as large as most screens, in all colours.
const SIZE: &str = "1920x1080x24";
/// How long it may take to say its number.
const PATIENCE: Duration = Duration::from_secs(10);

/// One that runs. Dropped, it is killed.
#[derive(Debug)]
pub(super) struct Screen {
    _child: Child,
    pub(super) display: Display,
}

impl Screen {
    /// Starts one in `folder`.
    pub(super) async fn start(folder: &Path, clock: &Clock) -> Result<Self, Trouble> {
        let failed = |why: &dyn std::fmt::Display| Trouble::NoScreen(why.to_string());
        if !Path::new(XVFB).exists() {
            return Err(failed(&format_args!("there is no {XVFB}")));
        }
        let authority = folder.join("xauthority");
        write_authority(&authority).map_err(|error| failed(&error))?;
        let mut child = command(folder, &authority).spawn().map_err(|error| failed(&error))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or_else(|| failed(&"it has no output"))?).lines();
        let said = clock.limit(PATIENCE, lines.next_line()).await;
        let number = said.ok().and_then(Result::ok).flatten().and_then(|line| line.trim().parse::<u32>().ok());
        let number = number.ok_or_else(|| failed(&"it ended or fell silent before it said its number"))?;
        Ok(Self { _child: child, display: Display { name: format!(":{number}"), authority: Some(authority) } })
    }
}

fn command(folder: &Path, authority: &PathBuf) -> Command {
    let mut command = tied(Path::new(XVFB));
    command.args(["-displayfd", "1", "-screen", "0", SIZE, "-nolisten", "tcp", "-auth"]).arg(authority);
    // Its home tells whose it is when a killed house has left it.
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder).env("TMPDIR", folder.join("tmp"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

/// Writes a new cookie, for whatever number the display gets.
fn write_authority(file: &Path) -> io::Result<()> {
    let mut cookie = [0; 16];
    rustix::rand::getrandom(&mut cookie, rustix::rand::GetRandomFlags::empty())?;
    let mut open = std::fs::OpenOptions::new();
    io::Write::write_all(&mut open.write(true).create_new(true).mode(0o600).open(file)?, &entry(&cookie))
}

/// An entry for any host and any display: each part has its length before it.
fn entry(cookie: &[u8]) -> Vec<u8> {
    let mut entry = vec![0xFF, 0xFF];
    for part in [b"", b"", b"MIT-MAGIC-COOKIE-1".as_slice(), cookie] {
        entry.extend(u16::try_from(part.len()).unwrap_or(0).to_be_bytes());
        entry.extend(part);
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_the_authority_file_has_five_parts() {
        let entry = entry(&[7; 16]);
        let expected = [b"\xFF\xFF\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1\0\x10".as_slice(), &[7; 16]].concat();
        assert_eq!(entry, expected);
    }
}
