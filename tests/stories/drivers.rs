//! Drivers that run elsewhere, that lie, that hang and that die: what each is called, and that nothing of any is left.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use radard::ambient::{Ambient, Entropy};
use radard::browser::{Browser, Look, Place, Programs, Shown, Source, Trouble};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::kit::{
    Daemon, Dir, Extra, Outside, RADARD, Raw, ads_state, answer, ask, block_on, chance, figure, listed, living_in,
    login_dir, login_settings, not_run, play, play_nothing, run, size, until,
};

/// A user who owns nothing.
const NOBODY: u32 = 65534;
const WHILE: Duration = Duration::from_secs(90);
/// How a command ends that pace or a challenge refused: it would be let go later.
const REFUSED: i32 = 4;

/// A driver that somebody else has started.
struct Elsewhere {
    child: Child,
    url: String,
}

impl Elsewhere {
    /// Under a user of its own, as its unit has it; as root a browser would have no sandbox, and not start.
    fn start(dir: &Dir) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            not_run("a driver elsewhere (needs root, to be another user)");
            return None;
        }
        if !Command::new("unshare").args(["--user", "true"]).status().is_ok_and(|status| status.success()) {
            not_run("a driver elsewhere (needs user namespaces, which its sandbox is made of)");
            return None;
        }
        let home = dir.path().join("home");
        std::fs::create_dir(&home).unwrap();
        std::os::unix::fs::chown(&home, Some(NOBODY), Some(NOBODY)).unwrap();
        std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let mut command = Command::new("/usr/bin/setpriv");
        let nobody = NOBODY.to_string();
        command.args(["--reuid", &nobody, "--regid", &nobody, "--clear-groups", "--pdeathsig", "KILL"]);
        command.args(["/usr/bin/chromedriver", "--port=0"]).env("TMPDIR", &home).env("HOME", &home);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port =
            lines.find_map(|line| Some(line.rsplit_once("successfully on port ")?.1.trim_end_matches('.').to_owned()));
        std::thread::spawn(move || lines.count());
        Some(Self { child, url: format!("http://127.0.0.1:{}", port.unwrap()) })
    }

    /// The sessions that are open there.
    fn open(&self) -> usize {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        let (_, told) = ask(&mut stream, "GET", "/sessions", None).unwrap();
        told["value"].as_array().unwrap().len()
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _waited = self.child.wait();
    }
}

#[test]
fn a_driver_that_runs_elsewhere_is_used_and_given_back_even_by_a_killed_house() {
    let outside = Outside::start(&[]);
    let (dir, told) = login_dir("driver-elsewhere", &outside);
    let Some(driver) = Elsewhere::start(&dir) else { return };
    let settings =
        login_settings(&outside).replace("[browser]\n", &format!("[browser]\nwebdriver = \"{}\"\n", driver.url));
    dir.save_settings(&settings);
    let (code, out, err) = run(&dir, &["profile", "import", "ads", "-"], Some(&ads_state(&told)));
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = run(&dir, &["profile", "capture", "ads"], None);
    assert_eq!((code, driver.open()), (0, 0), "{out}{err}");
    let (_, out, _) = run(&dir, &["doctor"], None);
    assert!(out.contains(&format!("answers at {}", driver.url)), "{out}");
    // A house is killed while its page is open there.
    play(&outside, "creative_radar.business.schema@1");
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    let wish = json!({"kind": "capture", "key": "k", "payload": {"profile": "ads"}});
    assert_eq!(daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap().0, 201);
    let noted = || std::fs::read_dir(dir.data().join("browser")).map_or(0, Iterator::count);
    until(WHILE, "its session is open", || (driver.open() == 1 && noted() == 1).then_some(()));
    daemon.kill();
    assert_eq!(driver.open(), 1, "the control: the driver does not know");
    play_nothing(&outside);
    let (code, out, err) = run(&dir, &["profile", "capture", "ads"], None);
    assert_eq!((code, driver.open(), noted()), (0, 0, 0), "the next one closes it: {out}{err}");
    // It is gone: that is said by name.
    drop(driver);
    let (code, _, err) = run(&dir, &["profile", "capture", "ads"], None);
    assert!(
        code == 1 && err.contains("no driver for a browser answers at") && err.contains("radard-browser"),
        "{code} {err}"
    );
    let (_, out, _) = run(&dir, &["doctor"], None);
    assert!(out.contains("no driver for a browser answers at"), "{out}");
}

/// What a driver that lies answers with.
fn lying(status: Value, session: Value) -> Raw {
    Raw::start(move |head, stream| {
        let told = if head.starts_with("GET /status") { &status } else { &session };
        let told = json!({"value": told}).to_string();
        let status = if told.contains("\"error\"") { "500 Internal Server Error" } else { "200 OK" };
        answer(stream, status, &["content-type: application/json"], told.as_bytes());
    })
}

fn open(dir: &Dir, place: Place) -> Trouble {
    let source =
        Source { place, look: Look { shown: Shown::Nowhere, is_root: true }, folder: dir.path().join("browser") };
    block_on(async { Browser::open(&source, &Ambient::real(None).clock).await.err() }).unwrap()
}

#[test]
fn a_driver_that_lies_or_is_of_another_time_is_called_by_what_it_is() {
    let dir = Dir::new("driver-lies");
    let there = |raw: &Raw| open(&dir, Place::There(format!("http://{}", raw.pair())));
    let ready = json!({"ready": true, "message": "ready"});
    let old = there(&lying(ready.clone(), json!({"sessionId": "a", "capabilities": {"browserName": "chrome"}})));
    assert!(matches!(old, Trouble::NoBidi), "{old}");
    let wrong = json!({"error": "session not created", "stacktrace": "",
        "message": "session not created: This version of ChromeDriver only supports Chrome version 156\nCurrent browser version is 150.0"});
    let wrong = there(&lying(ready.clone(), wrong));
    assert!(matches!(&wrong, Trouble::Mismatch(why) if why.contains("156") && why.contains("150")), "{wrong}");
    let busy = there(&lying(json!({"ready": false, "message": "all slots are taken"}), Value::Null));
    assert!(busy.to_string().ends_with("it takes no session: all slots are taken"), "{busy}");
    let page = Raw::start(|_, stream| answer(stream, "200 OK", &["content-type: text/html"], b"<html>nginx</html>"));
    assert!(there(&page).to_string().ends_with("what answers there is no WebDriver"));
    let socket = json!({"sessionId": "a", "capabilities": {"webSocketUrl": "ws://127.0.0.1:1/session/a"}});
    let deaf = there(&lying(ready, socket));
    assert!(
        matches!(deaf, Trouble::Socket(_)),
        "it is asked at the driver's own place too, which knows no sockets: {deaf}"
    );
    let script = |name: &str, text: &str| {
        let file = dir.path().join(name);
        std::fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        open(&dir, Place::Here(Programs { binary: None, driver: Some(file) }))
    };
    let mute = script("chromedriver-mute", "echo cannot bind >&1; exit 1");
    assert!(matches!(&mute, Trouble::Silent(_, said) if said == "cannot bind"), "{mute}");
    let gone = script("chromedriver-gone", "echo ChromeDriver was started successfully on port 1.; exec sleep 600");
    assert!(matches!(gone, Trouble::NoSession(_)), "{gone}");
    assert_eq!(std::fs::read_dir(dir.path().join("browser")).unwrap().count(), 0, "nothing of them is left");
}

#[test]
fn a_driver_that_hangs_makes_no_end_longer_than_the_drain() {
    let outside = Outside::start(&[]);
    let (dir, _) = login_dir("driver-hangs", &outside);
    let (asked, is_asked) = std::sync::mpsc::sync_channel(8);
    let hanging = Raw::start(move |head, stream| {
        if head.starts_with("GET /status") {
            let told = json!({"value": {"ready": true, "message": "ready"}}).to_string();
            return answer(stream, "200 OK", &["content-type: application/json"], told.as_bytes());
        }
        let _told = asked.send(());
        let _closed = std::io::copy(stream, &mut std::io::sink());
    });
    let driver = format!("[browser]\nwebdriver = \"http://{}\"\n", hanging.pair());
    let settings = login_settings(&outside).replace("[browser]\n", &driver) + "\n[daemon]\ndrain = \"6s\"\n";
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    std::thread::scope(|scope| {
        scope.spawn(|| run(&dir, &["profile", "capture", "ads"], None));
        is_asked.recv_timeout(Duration::from_secs(20)).expect("a session is asked for");
        let (code, took) = daemon.term(Duration::from_secs(40));
        assert_eq!(code, 0, "{}", daemon.log());
        assert!(took <= Duration::from_secs(6), "{took:?}");
        figure(&format!("P41 exit_ms={} drain_ms=6000 with a driver that hangs", took.as_millis()));
    });
}

/// The captures of a house whose parts are killed, and what has been seen of their browsers.
struct Killing<'a> {
    dir: &'a Dir,
    settings: String,
    daemon: Daemon,
    homes: BTreeSet<String>,
    /// How often it was the daemon, the driver, some part of the browser, and nobody.
    killed: [u32; 4],
}

impl Killing<'_> {
    /// One capture during which somebody may die. Whether it counts: pace may refuse it before there is a browser.
    fn round(&mut self, account: &str, chance: &Entropy) -> bool {
        let mut command = Command::new(RADARD);
        command.args(["profile", "capture", account]).current_dir(self.dir.path());
        let mut capture = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // It is somewhere between its start and its end: whoever shall die is looked for until they are there.
        let (victim, moment) = (chance.below(4), chance.below(60));
        let (mut looks, mut over) = (0, None);
        until(WHILE, "the moment has come", || {
            for note in std::fs::read_dir(self.dir.data().join("browser")).into_iter().flatten().flatten() {
                self.homes.extend(std::fs::read_to_string(note.path()).ok().filter(|home| !home.is_empty()));
            }
            looks += 1;
            over = capture.try_wait().unwrap();
            (over.is_some() || looks >= moment).then_some(())
        });
        if over.is_some_and(|status| status.code() == Some(REFUSED)) {
            return false;
        }
        let mut pids: Vec<i32> =
            living_in(&self.homes).iter().map(|path| path.trim_start_matches("/proc/").parse().unwrap()).collect();
        pids.sort_unstable();
        let kill = |pid: Option<&i32>| {
            pid.and_then(|pid| Pid::from_raw(*pid)).is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok())
        };
        let hit = match victim {
            0 => {
                self.daemon.kill();
                true
            }
            // The oldest is the driver, the youngest some part of the browser.
            1 => kill(pids.first()),
            2 => kill(pids.last()),
            _ => true,
        };
        let code = capture.wait().unwrap().code();
        if victim == 0 {
            self.daemon = Daemon::start(self.dir, &self.settings, &Extra::default());
            assert_eq!(living_in(&self.homes), [""; 0], "the next start ends what a killed one left");
        }
        let counts = code == Some(0) || (code != Some(REFUSED) && !pids.is_empty());
        self.killed[usize::try_from(victim).unwrap()] += u32::from(counts && hit);
        counts
    }
}

#[test]
fn captures_are_killed_at_any_moment_and_nothing_of_them_is_left() {
    let outside = Outside::start(&[]);
    let (dir, told) = login_dir("driver-kills", &outside);
    // Of one account only so many visits a minute would be let go.
    let accounts: Vec<String> = (0..8).map(|n| format!("ads-{n}")).collect();
    for account in &accounts {
        let import = ["profile", "import", account, "-", "--platform", "creative_radar"];
        assert_eq!(run(&dir, &import, Some(&ads_state(&told))).0, 0);
    }
    let (rounds, chance) = (size(20, 200), chance());
    let settings = login_settings(&outside);
    let daemon = Daemon::start(&dir, &settings, &Extra::default());
    let mut killing = Killing { dir: &dir, settings, daemon, homes: BTreeSet::new(), killed: [0; 4] };
    let mut turns = accounts.iter().cycle();
    for _ in 0..rounds {
        // What a killed house had been granted counts as sent, so the next may have to wait for its turn.
        until(WHILE, "a capture is let go", || {
            let account = turns.next().unwrap();
            let went = killing.round(account, &chance);
            assert_eq!(listed(&dir, account)["standing"], "active", "the login that worked is still in use");
            went.then_some(())
        });
    }
    until(WHILE, "after all that it works", || {
        (run(&dir, &["profile", "capture", turns.next().unwrap()], None).0 == 0).then_some(())
    });
    let Killing { mut daemon, homes, killed: [daemons, drivers, browsers, spared], .. } = killing;
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
    let folders = homes.iter().filter(|home| Path::new(home).exists()).count();
    let notes = std::fs::read_dir(dir.data().join("browser")).unwrap().count();
    assert_eq!((living_in(&homes).len(), folders, notes), (0, 0, 0));
    assert!(!homes.is_empty() && drivers + browsers > 0, "the control: there were browsers, and some were killed");
    figure(&format!(
        "P42 captures={rounds} browsers={} killed_daemons={daemons} killed_drivers={drivers} killed_browsers={browsers} spared={spared} strays=0 folders=0",
        homes.len()
    ));
}
