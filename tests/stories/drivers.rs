//! Drivers that run elsewhere, that lie, that hang and that die: what each is called, and that nothing of any is left.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use radard::ambient::Ambient;
use radard::browser::{Browser, Look, Place, Programs, Source, Trouble};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::kit::{
    Daemon, Dir, Extra, Outside, RADARD, Raw, ads_state, answer, ask, block_on, chance, figure, listed, living_in,
    login_dir, login_settings, not_run, play, play_nothing, run, size, until,
};

/// A user who owns nothing.
const NOBODY: u32 = 65534;
const WHILE: Duration = Duration::from_secs(90);

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
        let (_, told) = ask(&mut stream, ("GET", "/sessions"), None).unwrap();
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
    let source = Source { place, look: Look { display: None, is_root: true }, folder: dir.path().join("browser") };
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
    let (mut homes, mut ended) = (BTreeSet::new(), [0_u32; 4]);
    let settings = login_settings(&outside);
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    for (round, account) in (0..rounds).zip(accounts.iter().cycle()) {
        let mut command = Command::new(RADARD);
        command
            .args(["profile", "capture", account])
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut capture = command.spawn().unwrap();
        let victim = chance.below(4);
        // It is somewhere between its start and its end: whoever shall die is looked for until they are there.
        let moment = chance.below(60);
        let mut looks = 0;
        let _found = until(WHILE, "the moment has come", || {
            for note in std::fs::read_dir(dir.data().join("browser")).into_iter().flatten().flatten() {
                homes.extend(std::fs::read_to_string(note.path()).ok().filter(|home| !home.is_empty()));
            }
            looks += 1;
            (capture.try_wait().unwrap().is_some() || looks >= moment).then_some(())
        });
        let mut pids: Vec<String> = living_in(&homes);
        pids.sort_by_key(|path| path.trim_start_matches("/proc/").parse::<u32>().unwrap());
        let pid = |path: Option<&String>| {
            path.and_then(|path| Pid::from_raw(path.trim_start_matches("/proc/").parse().ok()?))
        };
        let hit = match victim {
            0 => {
                daemon.kill();
                true
            }
            // The oldest is the driver, the youngest some part of the browser.
            1 | 2 => {
                let one = if victim == 1 { pids.first() } else { pids.last() };
                pid(one).is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok())
            }
            _ => true,
        };
        ended[usize::try_from(victim).unwrap()] += u32::from(hit);
        let _whatever = capture.wait().unwrap();
        if victim == 0 {
            daemon = Daemon::start(&dir, &settings, &Extra::default());
            assert_eq!(living_in(&homes), [""; 0], "round {round}: the next start ends what a killed one left");
        }
        assert_eq!(listed(&dir, account)["standing"], "active", "round {round}: the login that worked is still in use");
    }
    // What a killed house had been granted counts as sent, so this may have to wait for its turn.
    let works = || (run(&dir, &["profile", "capture", &accounts[0]], None).0 == 0).then_some(());
    let _after = until(WHILE, "after all that it works", works);
    assert_eq!(daemon.term(WHILE).0, 0, "{}", daemon.log());
    let folders = homes.iter().filter(|home| Path::new(home).exists()).count();
    let notes = std::fs::read_dir(dir.data().join("browser")).unwrap().count();
    assert_eq!((living_in(&homes).len(), folders, notes), (0, 0, 0));
    assert!(!homes.is_empty(), "the control: there were browsers");
    let [daemons, drivers, browsers, spared] = ended;
    assert!(drivers + browsers > 0, "the control: some of them were killed");
    figure(&format!(
        "P42 captures={rounds} browsers={} killed_daemons={daemons} killed_drivers={drivers} killed_browsers={browsers} spared={spared} strays=0 folders=0",
        homes.len()
    ));
}
