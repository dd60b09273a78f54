//! The systemd units: how closed they are, and whether the real programs still work inside.
//!
//! systemd's score counts options and cannot see a program that they break. So the options are also set up around the
//! real daemon, and around a real browser where there is one; and what they forbid is tried.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

use crate::kit::{
    Confined, Daemon, Dir, Extra, Outside, QUIET, START, ads_state, ask, figure, listed, login_dir, login_settings,
    not_run, run, units, until,
};

const CORE: &str = "radard.service";
const BROWSER: &str = "radard-browser.service";

/// Tries what the core has no business doing, each in a way that changes nothing where it succeeds, and says how it went.
const ATTEMPTS: &str = r#"
import ctypes, errno, mmap, os, socket, sys, time
libc = ctypes.CDLL(None, use_errno=True)

def call(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))

def attempt(name, act):
    try:
        act()
        print(name, "done")
    except OSError as error:
        print(name, errno.errorcode[error.errno])

outside, state = sys.argv[1:]
attempt("state", lambda: open(state + "/file", "w").close())
attempt("mount", lambda: call(libc.mount(b"none", b"/mnt", b"tmpfs", 0, None)))
attempt("write", lambda: open(outside + "/file", "w").close())
attempt("usr", lambda: open("/usr/file-of-a-test", "w").close() or os.remove("/usr/file-of-a-test"))
attempt("code", lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC))
attempt("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
attempt("inet", lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
attempt("suid", lambda: os.chmod(state + "/file", 0o4700))
attempt("personality", lambda: call(libc.personality(0x0040000)))
attempt("home", lambda: os.listdir("/root"))
attempt("kernel", lambda: open("/proc/sys/kernel/ostype").close())
attempt("chown", lambda: os.chown(state + "/file", os.getuid(), os.getgid()))
attempt("namespace", lambda: call(libc.unshare(0x10000000)))
"#;

/// Each thing that was tried, with `done` or the name of the error.
fn attempts(confined: &Confined<'_>, dir: &Dir) -> Vec<(String, String)> {
    let outside = dir.path().join("outside");
    std::fs::create_dir_all(&outside).unwrap();
    // Open to everybody, so that only the unit can be what refuses.
    std::fs::set_permissions(&outside, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let (outside, state) = (outside.display().to_string(), dir.data().display().to_string());
    let out = confined.command(&["/usr/bin/python3", "-c", ATTEMPTS, &outside, &state]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let said = String::from_utf8(out.stdout).unwrap();
    said.lines().map(|line| line.split_once(' ').unwrap()).map(|(name, end)| (name.into(), end.into())).collect()
}

/// Saves `text` as the unit `name` in the story's folder.
fn save(dir: &Dir, name: &str, text: &str) -> PathBuf {
    let file = dir.path().join(name);
    std::fs::write(&file, text).unwrap();
    file
}

fn read(name: &str) -> String {
    std::fs::read_to_string(units().join(name)).unwrap()
}

/// Whether systemd finds the unit at most as exposed as `threshold` tenths, and its figure; `None` without its tool.
fn exposure(unit: &Path, threshold: u32) -> Option<(bool, f64)> {
    let threshold = format!("--threshold={threshold}");
    let mut analyze = Command::new("systemd-analyze");
    let scored = analyze.args(["security", "--no-pager", "--offline=true", &threshold]).arg(unit).output().ok()?;
    let text = String::from_utf8_lossy(&scored.stdout).into_owned();
    let (_, level) = text.rsplit_once("Overall exposure level for ").unwrap();
    let level = level.split_once(": ").unwrap().1.split(' ').next().unwrap();
    Some((scored.status.success(), level.parse().unwrap()))
}

#[test]
fn the_units_are_closed_and_the_measure_can_tell() {
    let dir = Dir::new("exposure");
    for (name, threshold) in [(CORE, 15), (BROWSER, 25)] {
        let Some((passed, score)) = exposure(&units().join(name), threshold) else {
            return not_run("the score of the units (needs systemd-analyze)");
        };
        assert!(passed, "{name}: exposure {score}");
        let (open, _locks) =
            read(name).split_once("\nNoNewPrivileges=yes").map(|(a, b)| (a.to_owned(), b.len())).unwrap();
        let (passed, without) = exposure(&save(&dir, name, &open), threshold).unwrap();
        assert!(!passed, "the control: without its locks {name} still scores {without}");
        figure(&format!("unit={name} exposure={score} without_locks={without}"));
    }
}

/// What systemd has to say about a unit; nothing when it is fine, `None` without its tool.
fn complaints(dir: &Dir, name: &str, text: &str) -> Option<String> {
    // It looks for the programs, which are not installed here.
    let text = text.replace("/usr/bin/radard ", "/bin/true ").replace("/usr/bin/chromedriver ", "/bin/true ");
    let out = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(save(dir, name, &text)).output().ok()?;
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    // What it says about units that this machine brings along is not ours.
    Some(said.lines().filter(|line| line.contains("radard")).collect::<Vec<_>>().join("\n"))
}

#[test]
fn systemd_understands_every_line() {
    let dir = Dir::new("verify");
    let example = dir.path().join("radard.service.d");
    std::fs::create_dir_all(&example).unwrap();
    std::fs::copy(units().join("vault-key.conf"), example.join("vault-key.conf")).unwrap();
    for name in [CORE, BROWSER] {
        let Some(said) = complaints(&dir, name, &read(name)) else {
            return not_run("the check of the units' lines (needs systemd-analyze)");
        };
        assert_eq!(said, "", "{name}");
        let said = complaints(&dir, name, &read(name).replace("RestartSec=", "RestartSeconds=")).unwrap();
        assert!(said.contains("Unknown key 'RestartSeconds'"), "the control: {said}");
    }
}

#[test]
fn users_and_folders_are_made_as_the_units_need_them() {
    use std::os::unix::fs::MetadataExt as _;
    let dir = Dir::new("users");
    let root = format!("--root={}", dir.path().display());
    std::fs::create_dir_all(dir.path().join("etc")).unwrap();
    let run = |tool: &str, file: &str, more: &[&str]| {
        Command::new(tool).arg(&root).args(more).arg(units().join(file)).output()
    };
    let Ok(users) = run("systemd-sysusers", "radard.sysusers.conf", &[]) else {
        return not_run("users and folders (needs systemd)");
    };
    assert!(users.status.success(), "{}", String::from_utf8_lossy(&users.stderr));
    let passwd = std::fs::read_to_string(dir.path().join("etc/passwd")).unwrap();
    let number = |user: &str| {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(user));
        let line = line.unwrap_or_else(|| panic!("no {user} in {passwd}"));
        assert!(line.ends_with(&format!(":/var/lib/{user}:/usr/sbin/nologin")), "{line}");
        line.split(':').nth(2).unwrap().parse::<u32>().unwrap()
    };
    let expected = [("radard", number("radard")), ("radard-browser", number("radard-browser"))];
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return not_run("the owners of the folders (needs root, to give them away)");
    }
    let folders = run("systemd-tmpfiles", "radard.tmpfiles.conf", &["--create"]).unwrap();
    assert!(folders.status.success(), "{}", String::from_utf8_lossy(&folders.stderr));
    for (name, user) in expected {
        let seen = std::fs::metadata(dir.path().join("var/lib").join(name)).unwrap();
        assert_eq!((seen.mode() & 0o7777, seen.uid()), (0o700, user), "{name}");
    }
}

#[test]
fn the_daemon_works_under_every_option_of_its_unit() {
    let dir = Dir::new("unit");
    let Some(confined) = Confined::new(&dir, units().join(CORE)) else { return };
    let outside = Outside::start(&[]);
    let settings = &outside.config;
    let extra = Extra { under: confined.under(), program: Some(confined.radard()), ..Extra::default() };
    let mut daemon = Daemon::start(&dir, &format!("{QUIET}{settings}\n"), &extra);

    // The socket wants the daemon's own user, so a command of that user asks, under the same restrictions.
    let config = ["--config".to_owned(), dir.config().display().to_string()];
    let data = ["--data".to_owned(), dir.data().display().to_string(), "--json".to_owned()];
    let radard = confined.radard().display().to_string();
    let ask = |line: &[&str]| {
        let flags = config.iter().chain(&data).map(String::as_str);
        let line: Vec<_> = [radard.as_str()].into_iter().chain(line.iter().copied()).chain(flags).collect();
        let out = confined.command(&line).output().unwrap();
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success(), "{line:?}: {said}{}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_str::<serde_json::Value>(&said).unwrap()
    };
    ask(&["job", "add", "probe_platform", "--key", "look", "--payload", r#"{"platform":"douyin"}"#]);
    let (job, _) = until(START, "the probe is done", || {
        let listed = ask(&["job", "list"]);
        let job = listed["items"].as_array().unwrap().iter().find(|job| job["key"] == "look").cloned();
        job.filter(|job| job["state"] != "queued" && job["state"] != "running")
    });
    assert_eq!((job["state"].as_str(), job["class"].as_str()), (Some("done"), Some("ok")), "{job}");
    let copy = ask(&["backup", "create"]);
    assert!(copy["bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{copy}");
    figure(&format!("unit={CORE} ready_ms={}", daemon.took.as_millis()));
    assert_eq!(daemon.term(START).0, 0, "{}", daemon.log());
}

#[test]
fn what_the_core_must_not_do_is_refused() {
    let dir = Dir::new("forbidden");
    let Some(confined) = Confined::new(&dir, units().join(CORE)) else { return };
    let expected = [
        ("state", "done"),
        ("mount", "EPERM"),
        ("write", "EROFS"),
        ("usr", "EROFS"),
        ("code", "EPERM"),
        ("packet", "EAFNOSUPPORT"),
        ("netlink", "EAFNOSUPPORT"),
        ("inet", "done"),
        ("suid", "EPERM"),
        ("personality", "EPERM"),
        ("home", "EACCES"),
        ("kernel", "ENOENT"),
        ("chown", "EPERM"),
        ("namespace", "EPERM"),
    ];
    let expected: Vec<(String, String)> = expected.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
    assert_eq!(attempts(&confined, &dir), expected);

    // The control: where the unit forbids nothing, all of it goes through.
    let open = save(&dir, "open.service", "[Service]\nExecStart=/bin/true\n");
    let free = attempts(&Confined::new(&dir, open).unwrap().by_root(), &dir);
    let stopped: Vec<_> = free.iter().filter(|(_, end)| end != "done").collect();
    assert!(stopped.is_empty() && free.len() == expected.len(), "{stopped:?}");
}

#[test]
fn a_line_that_nobody_tries_is_refused() {
    let dir = Dir::new("unknown");
    for line in ["ProtectTheFuture=yes", "ProtectSystem=full", "RestrictAddressFamilies=AF_CAN"] {
        let unit = save(&dir, CORE, &format!("{}\n[Service]\n{line}\n", read(CORE)));
        let Some(confined) = Confined::new(&dir, unit) else { return };
        let out = confined.command(&["true"]).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success() && said.contains("known here"), "{line}: {said}");
    }
}

/// A driver as its unit starts it, on a free port; gone with its browsers.
struct Driver {
    child: Child,
    port: u16,
    /// What it says further; it would stumble over a pipe without a reader.
    _said: BufReader<ChildStdout>,
}

impl Driver {
    /// `None` when it does not get as far as a port.
    fn start(confined: &Confined<'_>, unit: &str) -> Option<Self> {
        let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
        let line = line.replace("--port=9515", "--port=0");
        let line: Vec<_> = line.split(' ').collect();
        let mut child = confined.command(&line).process_group(0).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let port =
            said.by_ref().lines().map_while(Result::ok).find_map(|line| {
                line.rsplit_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
            });
        let driver = Self { child, port: port.unwrap_or_default(), _said: said };
        (driver.port != 0).then_some(driver)
    }

    /// Asks the driver; gives the value of its answer.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(2))).unwrap();
        ask(&mut stream, method, path, body).unwrap().1["value"].take()
    }

    /// Opens a browser; gives what the driver says about it.
    fn open(&self) -> Value {
        let options = json!({"args": ["--headless=new"]});
        let wish = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}});
        self.ask("POST", "/session", Some(&wish))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Everything it started, as the unit's control group would be.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _already_gone = kill_process_group(group, Signal::KILL);
        }
        let _waited = self.child.wait();
    }
}

#[test]
fn a_browser_works_under_every_option_of_its_unit_and_keeps_its_own_sandbox() {
    let there = |tool: &str| Path::new("/usr/bin").join(tool).exists();
    if !there("chromium") || !there("chromedriver") {
        return not_run("the browser in its unit (needs chromium and chromium-driver)");
    }
    if !Command::new("unshare").args(["--user", "true"]).status().is_ok_and(|status| status.success()) {
        return not_run("the browser in its unit (needs user namespaces, which its sandbox is made of)");
    }
    let dir = Dir::new("browser");
    let unit = read(BROWSER);
    let Some(confined) = Confined::new(&dir, units().join(BROWSER)) else { return };
    let driver = Driver::start(&confined, &unit).unwrap();
    let session = driver.open();
    let id = session["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {session}"));
    let visit = |url: &str| driver.ask("POST", &format!("/session/{id}/url"), Some(&json!({"url": url})));
    let run_there = |script: &str| {
        driver.ask("POST", &format!("/session/{id}/execute/sync"), Some(&json!({"script": script, "args": []})))
    };
    visit("data:text/html,<title>page</title><script>document.title += 6 * 7</script>");
    assert_eq!(run_there("return document.title"), "page42", "the page was read and its script ran");
    visit("chrome://sandbox");
    let sandbox = run_there("return document.body.innerText");
    assert!(sandbox.as_str().is_some_and(|said| said.contains("You are adequately sandboxed")), "{sandbox}");
    let profile = session["capabilities"]["chrome"]["userDataDir"].as_str().unwrap();
    let tmp = dir.data().join("tmp");
    assert!(Path::new(profile).starts_with(&tmp), "the profile lies where the unit says: {profile}");
    assert!(std::fs::read_dir(&tmp).unwrap().next().is_none(), "and nobody outside sees it");
    driver.ask("DELETE", &format!("/session/{id}"), None);

    // And it captures a login there, as the core of the two units does.
    let outside = Outside::start(&[]);
    let (house, told) = login_dir("browser-core", &outside);
    let there = format!("[browser]\nwebdriver = \"http://127.0.0.1:{}\"\n", driver.port);
    house.save_settings(&login_settings(&outside).replace("[browser]\n", &there));
    assert_eq!(run(&house, &["profile", "import", "ads", "-"], Some(&ads_state(&told))).0, 0);
    let (code, out, err) = run(&house, &["profile", "capture", "ads"], None);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(listed(&house, "ads")["source"], "browser");
    drop(driver);

    // The control: what Chromium cannot do without is noticed when the unit takes it.
    let closed = unit.replace("RestrictNamespaces=user pid net", "RestrictNamespaces=yes");
    assert_ne!(closed, unit);
    let confined = Confined::new(&dir, save(&dir, BROWSER, &closed)).unwrap();
    let refused = Driver::start(&confined, &unit).map(|driver| driver.open());
    assert!(refused.is_none_or(|said| said["error"] == "session not created"), "a browser without its sandbox");
}
