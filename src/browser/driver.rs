//! The driver as a process of ours, and that nothing of it stays behind.
//!
//! Each driver has a folder of its own for all that it and its browser write, and it is the home of every process of
//! theirs: so what a killed house left is found and ended at the next start. It leads a process group, and it is told to
//! end when we do: by the kernel, for the case that we cannot.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use super::find::Found;
use super::trouble::{Trouble, first_line};
use crate::ambient::Clock;

/// How long it may take to say where it listens.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it has to leave by itself.
const GRACE: Duration = Duration::from_secs(3);
/// How often it is looked for what still runs, and how long between two looks.
const LOOKS: u32 = 60;
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Ends what it runs when whoever started it ends; part of every Debian.
const SETPRIV: &str = "/usr/bin/setpriv";
/// More drivers than this are never at work at once.
const MOST: u32 = 1000;

/// A driver that runs. Dropped, it and its browsers are killed.
#[derive(Debug)]
pub struct Driver {
    child: Child,
    group: Option<Pid>,
    port: u16,
    folder: PathBuf,
    clock: Clock,
    /// Reads what it goes on to say, so that it can go on saying it.
    listener: JoinSet<()>,
}

impl Driver {
    /// Starts one whose folder lies in `among`.
    pub async fn start(found: &Found, among: &Path, (clock, display): (&Clock, Option<&str>)) -> Result<Self, Trouble> {
        let name = found.driver.display().to_string();
        let failed = |source| Trouble::Start(name.clone(), source);
        let folder = make_folder(among).map_err(failed)?;
        let mut command = command(found, &folder);
        if let Some(display) = display {
            command.env("DISPLAY", display);
        }
        let mut child = command.spawn().map_err(failed)?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let mut driver = Self { child, group, port: 0, folder, clock: clock.clone(), listener: JoinSet::new() };
        let Some((out, err)) = out.zip(err) else { return Err(Trouble::Silent(name, "it has no output".to_owned())) };
        let mut lines = BufReader::new(out).lines();
        driver.listener.spawn(async move { drain(BufReader::new(err).lines()).await });
        let heard = clock.limit(PATIENCE, hear_port(&mut lines)).await;
        match heard {
            Ok(Ok(port)) => driver.port = port,
            Ok(Err(said)) => return Err(Trouble::Silent(name, said)),
            Err(late) => return Err(Trouble::Silent(name, late.to_string())),
        }
        driver.listener.spawn(drain(lines));
        Ok(driver)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address())
    }

    /// The same as host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Asks it to leave, and makes it.
    pub async fn stop(mut self) {
        if let Some(pid) = self.group {
            let _already_gone = rustix::process::kill_process(pid, Signal::TERM);
        }
        let _late = self.clock.limit(GRACE, self.child.wait()).await;
        self.kill();
        let _late = self.clock.limit(GRACE, self.child.wait()).await;
        // Helpers of a browser that lead groups of their own see its end a moment later.
        for _ in 0..LOOKS {
            if end_all(&self.folder) == 0 {
                break;
            }
            self.clock.sleep(LOOK_EVERY).await;
        }
    }

    fn kill(&self) {
        if let Some(group) = self.group {
            let _already_gone = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.kill();
        end_all(&self.folder);
        let _already_gone = std::fs::remove_dir_all(&self.folder);
    }
}

/// Ends what drivers of a killed house left in `among`, and removes their folders; gives how many there were.
pub fn sweep(among: &Path) -> usize {
    let folders = std::fs::read_dir(among).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut swept = 0;
    for folder in folders.filter(|folder| folder.is_dir()) {
        end_all(&folder);
        swept += usize::from(std::fs::remove_dir_all(&folder).is_ok());
    }
    swept
}

/// Kills every process whose home is `folder`, which nobody else was given; gives how many there were.
fn end_all(folder: &Path) -> usize {
    let home = format!("HOME={}", folder.display()).into_bytes();
    let is_ours = |path: &Path| {
        let environment = std::fs::read(path.join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == home)
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbered = processes.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())));
    let ours = numbered.filter(|(_, path)| is_ours(path)).filter_map(|(pid, _)| Pid::from_raw(pid));
    let mut ended = 0;
    for pid in ours {
        let _already_gone = rustix::process::kill_process(pid, Signal::KILL);
        ended += 1;
    }
    ended
}

fn make_folder(among: &Path) -> std::io::Result<PathBuf> {
    let mut private = std::fs::DirBuilder::new();
    private.mode(0o700).recursive(true).create(among)?;
    let taken = |n: &u32| !among.join(n.to_string()).exists();
    let folder = among.join((0..MOST).find(taken).unwrap_or(MOST).to_string());
    private.recursive(false).create(&folder)?;
    private.create(folder.join("tmp"))?;
    Ok(folder)
}

fn command(found: &Found, folder: &Path) -> Command {
    let mut command = if Path::new(SETPRIV).exists() {
        let mut command = Command::new(SETPRIV);
        command.args(["--pdeathsig", "TERM", "--"]).arg(&found.driver);
        command
    } else {
        Command::new(&found.driver)
    };
    if found.is_firefox {
        command.args(["--port", "0", "--websocket-port", "0", "--host", "127.0.0.1"]);
    } else {
        command.arg("--port=0");
    }
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LANG", "C.UTF-8");
    command.env("HOME", folder).env("TMPDIR", folder.join("tmp"));
    command.env("XDG_CONFIG_HOME", folder).env("XDG_CACHE_HOME", folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    command
}

/// The port, from the line that says it; else what was said instead.
async fn hear_port<R: AsyncRead + Unpin>(lines: &mut Lines<BufReader<R>>) -> Result<u16, String> {
    let mut last = "it said nothing".to_owned();
    while let Ok(Some(line)) = lines.next_line().await {
        let known = ["started successfully on port ", "Listening on 127.0.0.1:"];
        let port = known.iter().find_map(|known| line.split_once(known)).map(|(_, rest)| rest);
        let digits = port.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
        if let Some(port) = digits.and_then(|digits| digits.parse().ok()) {
            return Ok(port);
        }
        last = first_line(&line);
    }
    Err(last)
}

async fn drain<R: AsyncRead + Unpin>(mut lines: Lines<BufReader<R>>) {
    while let Ok(Some(_)) = lines.next_line().await {}
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn hear(said: &str) -> Result<u16, String> {
        hear_port(&mut BufReader::new(said.as_bytes()).lines()).await
    }

    #[tokio::test]
    async fn both_drivers_say_where_they_listen() {
        let chrome = "Starting ChromeDriver 156\nOnly local connections are allowed.\nChromeDriver was started successfully on port 41233.\n";
        assert_eq!(hear(chrome).await, Ok(41_233));
        assert_eq!(hear("1763\tgeckodriver\tINFO\tListening on 127.0.0.1:4444\n").await, Ok(4444));
        assert_eq!(hear("bind() failed: Cannot assign\n").await, Err("bind() failed: Cannot assign".to_owned()));
        assert_eq!(hear("").await, Err("it said nothing".to_owned()));
    }

    #[test]
    fn what_a_killed_house_left_is_swept_and_strangers_are_left_alone() {
        let among = std::env::temp_dir().join(format!("radard-sweep-{}", std::process::id()));
        let ours = make_folder(&among).unwrap();
        assert_eq!(make_folder(&among).unwrap(), among.join("1"));
        let start = |home: &Path| {
            let mut command = std::process::Command::new("/bin/sleep");
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
            command.arg("600").env("HOME", home).spawn().unwrap()
        };
        let (mut left, mut stranger) = (start(&ours), start(Path::new("/elsewhere")));
        assert_eq!(sweep(&among), 2);
        assert!(!left.wait().unwrap().success(), "it was killed");
        assert_eq!(stranger.try_wait().unwrap(), None, "who lives elsewhere is none of ours");
        stranger.kill().unwrap();
        stranger.wait().unwrap();
        assert_eq!(sweep(&among), 0);
        std::fs::remove_dir_all(among).unwrap();
    }
}
