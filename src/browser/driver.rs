//! The driver as a process of ours, and that nothing of it stays behind.
//!
//! Each driver has a folder of its own for all that it and its browser write, and it is the home of every process of
//! theirs; where it lies is written down beside our data. So what a killed house left is found and ended at the next
//! start. It lies below `/tmp`, because a browser makes sockets in it, whose paths may not be long. The driver leads a
//! process group, and it is told to end when we do: by the kernel, for the case that we cannot.

use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use super::find::Found;
use super::place::Shown;
use super::screen::Screen;
use super::tied::tied;
use super::trouble::{Trouble, first_line};
use crate::ambient::Clock;
use crate::domain::Display;

/// How long it may take to say where it listens.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it has to leave by itself.
const GRACE: Duration = Duration::from_secs(3);
/// More drivers than this are never at work at once.
const MOST: u32 = 1000;
/// How often it is looked for who still lives in a folder that is to go, and how long is waited for the death of each.
const TRIES: u32 = 8;
const DEATH: Timespec = Timespec { tv_sec: 0, tv_nsec: 250_000_000 };
/// Where their folders lie, and how those are called.
const BELOW: &str = "/tmp";
const PREFIX: &str = "radard-b-";

/// A driver that runs. Dropped, it and its browsers are killed.
#[derive(Debug)]
pub(super) struct Driver {
    child: Child,
    group: Option<Pid>,
    port: u16,
    /// What its browser shows itself on, when that is ours.
    _screen: Option<Screen>,
    home: Option<Home>,
    clock: Clock,
    /// Reads what it goes on to say, so that it can go on saying it.
    listener: JoinSet<()>,
}

impl Driver {
    /// Starts one whose folder is written down in `among`.
    pub(super) async fn start(found: &Found, among: &Path, clock: &Clock, shown: &Shown) -> Result<Self, Trouble> {
        let name = found.driver.display().to_string();
        let failed = |source| Trouble::Start(name.clone(), source);
        let home = Home::make(among).map_err(failed)?;
        let mut command = command(found, &home.folder);
        let screen = match shown {
            Shown::ToNobody => Some(Screen::start(&home.folder, clock).await?),
            Shown::Nowhere | Shown::On(_) => None,
        };
        let display = match (&screen, shown) {
            (Some(screen), _) => Some(&screen.display),
            (None, Shown::On(None)) => return Err(Trouble::NoSeat),
            (None, Shown::On(display)) => display.as_ref(),
            (None, _) => None,
        };
        if let Some(Display { name, authority }) = display {
            command.env("DISPLAY", name).envs(authority.as_ref().map(|file| ("XAUTHORITY", file)));
        }
        let mut child = command.spawn().map_err(failed)?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let mut driver = Self {
            child,
            group,
            port: 0,
            _screen: screen,
            home: Some(home),
            clock: clock.clone(),
            listener: JoinSet::new(),
        };
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
    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address())
    }

    /// The same as host and port.
    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Asks it to leave, and makes it.
    pub(super) async fn stop(mut self) {
        if let Some(pid) = self.group {
            let _already_gone = rustix::process::kill_process(pid, Signal::TERM);
        }
        let _late = self.clock.limit(GRACE, self.child.wait()).await;
        self.kill();
        let _late = self.clock.limit(GRACE, self.child.wait()).await;
        // Helpers of a browser that lead groups of their own are ended with the folder.
        let home = self.home.take();
        let _cannot_fail = tokio::task::spawn_blocking(move || drop(home)).await;
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
    }
}

/// A folder that is new and ours alone, and the file that says where it is. Dropped, whoever lives in it is ended.
#[derive(Debug)]
struct Home {
    folder: PathBuf,
    note: PathBuf,
}

impl Home {
    fn make(among: &Path) -> std::io::Result<Self> {
        let mut private = std::fs::DirBuilder::new();
        private.mode(0o700).recursive(true).create(among)?;
        private.recursive(false);
        for n in 0..MOST {
            let name = format!("{PREFIX}{}-{n}", std::process::id());
            let (folder, note) = (Path::new(BELOW).join(&name), among.join(&name));
            if note.exists() || folder.exists() {
                continue;
            }
            // The note is first: whenever we are killed, no folder is left that nobody knows of.
            std::fs::write(&note, folder.as_os_str().as_encoded_bytes())?;
            match private.create(&folder) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => std::fs::remove_file(&note)?,
                Err(error) => {
                    std::fs::remove_file(&note)?;
                    return Err(error);
                }
                Ok(()) => {
                    private.create(folder.join("tmp"))?;
                    return Ok(Self { folder, note });
                }
            }
        }
        Err(std::io::Error::other("there are too many folders of browsers in /tmp"))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        remove(&self.folder, &self.note);
    }
}

/// Ends who lives in `folder` and removes it; what says where it is goes last, so that nothing is ever left unknown.
fn remove(folder: &Path, note: &Path) -> bool {
    for _ in 0..TRIES {
        // Who was killed still writes for a moment: the folder goes once nobody is seen any more.
        if end_all(folder) == 0 {
            let gone = std::fs::remove_dir_all(folder);
            if gone.is_ok() || gone.is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
                let _already_gone = std::fs::remove_file(note);
                return true;
            }
        }
    }
    false
}

/// Ends what drivers of a killed house left that are written down in `among`; gives how many there were.
pub fn sweep(among: &Path) -> usize {
    let notes = std::fs::read_dir(among).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut swept = 0;
    for note in notes {
        let folder = std::fs::read_to_string(&note).map(PathBuf::from);
        // Whatever stands there: nothing but such a folder is touched, and none of somebody who is still at work.
        let Some(folder) = folder.ok().filter(|folder| is_ours(folder) && !is_at_work(folder)) else { continue };
        swept += usize::from(remove(&folder, &note));
    }
    swept
}

fn is_ours(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    folder.parent() == Some(Path::new(BELOW)) && name.starts_with(PREFIX)
}

/// Whether another process made `folder` that is still there.
fn is_at_work(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(PREFIX));
    let maker = name.and_then(|name| name.split('-').next()?.parse().ok());
    maker.is_some_and(|maker| maker != std::process::id() && lives(maker))
}

/// Whether `process` is there and runs the same program as this one: another may have got its number since.
pub(super) fn lives(process: u32) -> bool {
    let program = |of: &str| std::fs::read_link(format!("/proc/{of}/exe")).ok();
    program(&process.to_string()).is_some_and(|theirs| Some(theirs) == program("self"))
}

/// Kills every process that lives in `folder`, which nobody else was given; gives how many there were. The parts of
/// Chromium write their title over their environment, but keep in it where the profile is.
fn end_all(folder: &Path) -> usize {
    let home = format!("HOME={}", folder.display()).into_bytes();
    let profile = format!("--user-data-dir={}/", folder.display());
    let is_ours = |path: &Path| {
        let environment = std::fs::read(path.join("environ")).unwrap_or_default();
        let title = std::fs::read(path.join("cmdline")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == home)
            || String::from_utf8_lossy(&title).contains(&profile)
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbered = processes.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())));
    // Held before it is looked at, so that nobody who has got its number since is meant.
    let held =
        numbered.filter_map(|(pid, path)| Some((pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok()?, path)));
    let ours: Vec<OwnedFd> = held.filter(|(_, path)| is_ours(path)).map(|(process, _)| process).collect();
    for process in &ours {
        let _already_gone = pidfd_send_signal(process, Signal::KILL);
    }
    for process in &ours {
        let _late = poll(&mut [PollFd::new(process, PollFlags::IN)], Some(&DEATH));
    }
    ours.len()
}

fn command(found: &Found, folder: &Path) -> Command {
    let mut command = tied(&found.driver);
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
        let [ours, other] = [Home::make(&among).unwrap(), Home::make(&among).unwrap()];
        let (ours, other) = (std::mem::ManuallyDrop::new(ours), std::mem::ManuallyDrop::new(other));
        assert!(ours.folder != other.folder && ours.folder.starts_with("/tmp"), "{ours:?}");
        let forged = among.join("victim");
        std::fs::create_dir(&forged).unwrap();
        std::fs::write(among.join("forged"), forged.as_os_str().as_encoded_bytes()).unwrap();
        let start = |home: &Path| {
            let mut command = std::process::Command::new("/bin/sleep");
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
            command.arg("600").env("HOME", home).spawn().unwrap()
        };
        let (mut left, mut stranger) = (start(&ours.folder), start(Path::new("/elsewhere")));
        assert_eq!(sweep(&among), 2);
        assert!(!left.wait().unwrap().success(), "it was killed");
        assert_eq!(stranger.try_wait().unwrap(), None, "who lives elsewhere is none of ours");
        stranger.kill().unwrap();
        stranger.wait().unwrap();
        assert_eq!((sweep(&among), ours.folder.exists(), other.folder.exists()), (0, false, false));
        assert!(forged.exists(), "what is written there by others is not believed");
        std::fs::remove_dir_all(among).unwrap();
    }
}
