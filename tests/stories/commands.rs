//! A person and a script at the command line: the real program, in a directory of its own, without a daemon and with one.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// A directory that goes away with the story.
pub(crate) struct Dir(pub(crate) PathBuf);

impl Dir {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("radard-commands-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    /// Puts the settings file down.
    pub(crate) fn settings(&self, text: &str) {
        std::fs::create_dir_all(self.0.join("config")).unwrap();
        std::fs::write(self.0.join("config/radard.toml"), text).unwrap();
    }

    /// The program, with an environment of `env` alone.
    pub(crate) fn radard(&self, line: &str, env: &[(&str, &str)]) -> Command {
        let mut radard = Command::new(env!("CARGO_BIN_EXE_radard"));
        radard.args(line.split_whitespace()).current_dir(&self.0).env_clear().stdin(Stdio::null());
        radard.env("PATH", "/usr/bin:/bin").env("HOME", &self.0).envs(env.iter().copied());
        radard
    }

    /// Runs a line; gives the exit code, stdout and stderr.
    pub(crate) fn run(&self, line: &str) -> (i32, String, String) {
        said(&self.radard(line, &[]).output().unwrap())
    }

    /// Runs a line for a program; gives the exit code and the one object on stdout.
    fn json(&self, line: &str) -> (i32, Value) {
        let (code, stdout, _) = self.run(&format!("{line} --json"));
        assert_eq!(stdout.lines().count(), 1, "{stdout}");
        (code, serde_json::from_str(&stdout).unwrap())
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_broken_configuration_is_told_whole_with_its_places() {
    let dir = Dir::new();
    dir.settings("[queue]\nworkers = 0\n\n[web]\nlisten = \"nowhere\"\nlissten = 1\n");
    let (code, stdout, stderr) = dir.run("check");
    assert_eq!((code, stderr.as_str()), (78, ""));
    for part in ["config/radard.toml:2:11  queue.workers is `0`", "config/radard.toml:5:10", "config/radard.toml:6:1"] {
        assert!(stdout.contains(part), "{part} in\n{stdout}");
    }
    assert_eq!(stdout.matches("\n  do: ").count(), 3, "{stdout}");
    let (code, json) = dir.json("check");
    assert_eq!((code, json["ok"].clone(), json["problems"][0]["line"].clone()), (78, json!(false), json!(2)));
}

#[test]
fn other_commands_refuse_a_broken_configuration_too() {
    let dir = Dir::new();
    dir.settings("[queue]\nworkers = 0\n");
    let (code, stdout, stderr) = dir.run("job list");
    assert_eq!((code, stdout.as_str()), (78, ""));
    assert!(stderr.starts_with("radard: the configuration has a problem\nconfig/radard.toml:2:11  "), "{stderr}");
    let (code, json) = dir.json("run");
    assert_eq!(
        (code, json["class"].clone(), json["problems"][0]["key"].clone()),
        (78, json!("local"), json!("queue.workers"))
    );
}

#[test]
fn a_sound_configuration_says_where_each_value_came_from() {
    let dir = Dir::new();
    dir.settings("[queue]\nworkers = 3\n");
    assert_eq!(dir.run("check"), (0, "config/radard.toml is fine\n".to_owned(), String::new()));
    assert_eq!(dir.run("check -q"), (0, String::new(), String::new()));
    let checked = dir.radard("check --origins --set disk.reserve=32MiB", &[("RADARD_QUEUE__LEASE", "90s")]);
    let (code, stdout, _) = said(&{ checked }.output().unwrap());
    let from = |key: &str| {
        let line = stdout.lines().find(|line| line.starts_with(key)).unwrap();
        line.split("  ").filter(|part| !part.is_empty()).map(|part| part.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(code, 0);
    assert_eq!(from("queue.workers "), ["queue.workers", "3", "config/radard.toml:2"]);
    assert_eq!(from("queue.lease "), ["queue.lease", "\"90s\"", "environment RADARD_QUEUE__LEASE"]);
    assert_eq!(from("disk.reserve "), ["disk.reserve", "\"32MiB\"", "flag"]);
    assert_eq!(from("queue.sweep "), ["queue.sweep", "\"15s\"", "default"]);
}

#[test]
fn init_writes_what_is_missing_and_nothing_else() {
    let dir = Dir::new();
    dir.settings("# mine\n");
    let (code, stdout, _) = dir.run("init");
    assert_eq!(code, 0);
    assert!(stdout.contains("left config/radard.toml as it is"), "{stdout}");
    // Every file that stands in the sources, so that none is forgotten.
    for unit in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/config/systemd")).unwrap() {
        let wrote = format!("wrote config/systemd/{}", unit.unwrap().file_name().to_string_lossy());
        assert!(stdout.contains(&wrote), "{wrote} in {stdout}");
    }
    assert_eq!(std::fs::read_to_string(dir.0.join("config/radard.toml")).unwrap(), "# mine\n");
    let mode = |path: &str| std::fs::metadata(dir.0.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("config/systemd"), mode("config/systemd/radard.service")), (0o755, 0o644));
    let (code, json) = dir.json("init fresh");
    assert_eq!((code, json["written"][0].clone(), json["left"].clone()), (0, json!("fresh/radard.toml"), json!([])));
    assert_eq!(dir.run("check -c fresh --data data").0, 0);
}

#[test]
fn a_wrong_line_is_2_in_words_and_in_json() {
    let dir = Dir::new();
    let (code, stdout, stderr) = dir.run("room");
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("`radard` has no command `room`"), "{stderr}");
    let (code, json) = dir.json("job add fetch --key k --payload [1]");
    assert_eq!((code, json["class"].clone()), (2, json!("schema")));
    assert!(json["error"].as_str().unwrap().contains("it must be a JSON object in braces"), "{json}");
}

#[test]
fn without_a_database_a_listing_says_so() {
    let dir = Dir::new();
    dir.settings("");
    let (code, _, stderr) = dir.run("job list");
    assert_eq!(code, 1);
    assert!(stderr.contains("there is no database in `data/radard.db` yet\n  do: start `radard run`"), "{stderr}");
    assert!(!dir.0.join("data").exists(), "a listing must not make anything");
}

#[test]
fn before_the_first_run_a_plan_tells_what_it_would_add_and_makes_nothing() {
    let dir = Dir::new();
    dir.settings("");
    let url = "https://www.douyin.com/user/MS4wLjABAAAAu3kh43Ey2FtiNYrPZRMFsSx0VNQYdNBwNyqNgU6CJ_8";
    let target = format!("[[target]]\nname = \"noodles\"\nurl = \"{url}\"\ntake = [\"profile\"]\n");
    std::fs::write(dir.0.join("config/queue.toml"), target).unwrap();
    let before = std::fs::read_dir(&dir.0).unwrap().count();
    let temp = dir.0.to_str().unwrap();
    let planned = dir.radard("plan --exit-code --json", &[("TMPDIR", temp)]).output().unwrap();
    let (code, out, err) = said(&planned);
    let plan: Value = serde_json::from_str(&out).unwrap();
    let items = json!([{"target": "noodles", "change": "add", "requests": 1, "unknown": []}]);
    assert_eq!((code, &plan["items"]), (3, &items), "{err}");
    assert_eq!(std::fs::read_dir(&dir.0).unwrap().count(), before, "nothing is left of it");
}

#[test]
fn without_a_daemon_a_command_works_by_itself() {
    let dir = Dir::new();
    dir.settings("");
    let add = "job add probe_platform --key k --payload {\"platform\":\"douyin\"}";
    let (code, added) = dir.json(add);
    assert_eq!((code, added["new"].clone()), (0, json!(true)));
    let (code, again) = dir.json(add);
    assert_eq!((code, &again["id"], again["new"].clone()), (0, &added["id"], json!(false)));
    let (code, clash) = dir.json("job add probe_platform --key k --payload {\"platform\":\"tiktok\"}");
    assert_eq!((code, &clash["id"]), (1, &added["id"]));
    assert_eq!(dir.json("job add nothing --key k").0, 2);
    let (_, listed) = dir.json("job list --state queued");
    assert_eq!((listed["v"].clone(), &listed["items"][0]["id"]), (json!(1), &added["id"]));
    let id = added["id"].as_str().unwrap();
    assert_eq!(dir.run(&format!("job cancel {id}")), (0, format!("job {id} is cancelled\n"), String::new()));
    assert_eq!(dir.run(&format!("job cancel {id}")).0, 1);
    assert_eq!(dir.json("job pause --kind probe_platform").0, 0);
    assert_eq!(dir.json("job list --lanes").1["items"][0]["paused"], json!(true));
    assert_eq!(dir.json("alarm list").1["items"], json!([]));
}

#[test]
fn a_key_is_shown_once() {
    let dir = Dir::new();
    dir.settings("");
    let (code, key, note) = dir.run("key add ci --scope jobs:write");
    assert!(code == 0 && key.starts_with("rk_") && note.contains("once"), "{key}{note}");
    let (_, listed, _) = dir.run("key list --json");
    assert!(listed.contains("\"ci\"") && !listed.contains(key.trim()), "{listed}");
    assert_eq!(dir.run("key revoke ci").0, 0);
    assert_eq!(dir.run("key revoke ci").0, 1);
}

#[test]
fn a_link_needs_a_running_daemon() {
    let dir = Dir::new();
    dir.settings("");
    let (code, json) = dir.json("open");
    assert_eq!((code, json["error"].clone()), (1, json!("no daemon runs on the data directory `data`")));
}

#[test]
fn a_database_is_made_copied_lost_and_put_back() {
    let dir = Dir::new();
    dir.settings("");
    let (code, json) = dir.json("migrate");
    assert_eq!((code, json["from"].clone()), (0, json!(0)));
    assert_eq!(dir.json("migrate").1["from"], json["to"]);
    let mode = std::fs::metadata(dir.0.join("data")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);

    let copy = dir.0.join("copy.db");
    std::fs::copy(dir.0.join("data/radard.db"), &copy).unwrap();
    assert_eq!(dir.json("backup verify copy.db").1["step"], json["to"]);
    std::fs::write(dir.0.join("data/radard.db"), "lost").unwrap();
    let (code, _, stderr) = dir.run("backup verify");
    assert!(code == 1 && stderr.contains("do: run `radard backup create`"), "{stderr}");
    std::fs::remove_file(dir.0.join("data/radard.db")).unwrap();
    let (code, restored) = dir.json("backup restore copy.db");
    assert_eq!((code, restored["restored"]["jobs"].clone()), (0, json!(0)));
    assert_eq!(dir.json("migrate").1["from"], json["to"]);
}

#[test]
fn a_damaged_copy_is_never_put_back() {
    let dir = Dir::new();
    dir.settings("");
    std::fs::write(dir.0.join("copy.db"), "this is no database").unwrap();
    let (code, _, stderr) = dir.run("backup restore copy.db");
    assert_eq!(code, 1);
    assert!(stderr.contains("is not a sound copy") && stderr.contains("do: use another copy"), "{stderr}");
    assert!(!dir.0.join("data/radard.db").exists());
}

#[test]
fn a_held_directory_is_75() {
    let dir = Dir::new();
    dir.settings("");
    let data = dir.0.join("data");
    std::fs::create_dir(&data).unwrap();
    let lock = radard::store::DirLock::take(&data).unwrap();
    let (code, json) = dir.json("migrate");
    assert_eq!((code, json["class"].clone()), (75, json!("local")));
    let (_, json) = dir.json("doctor");
    let daemon = json["items"].as_array().unwrap().iter().find(|row| row["name"] == "daemon").unwrap();
    assert_eq!(daemon["ok"], json!(false));
    assert!(daemon["detail"].as_str().unwrap().contains(&std::process::id().to_string()), "{daemon}");
    drop(lock);
    assert_eq!(dir.run("migrate").0, 0);
}

#[test]
fn the_doctor_finds_what_was_broken_and_only_that() {
    let dir = Dir::new();
    dir.settings("[disk]\nlow_water = \"1MiB\"\n");
    let ill = |line: &str| -> Vec<String> {
        let (code, json) = dir.json(line);
        let rows = json["items"].as_array().unwrap();
        let ill: Vec<_> = rows.iter().filter(|row| row["ok"] == json!(false)).collect();
        assert!(ill.iter().all(|row| row["do"].is_string()), "{json}");
        assert_eq!(code, i32::from(!ill.is_empty()), "{json}");
        ill.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ill("doctor"), ["data"]);
    dir.run("migrate");
    assert_eq!(ill("doctor"), Vec::<String>::new());
    assert_eq!(ill("doctor --set disk.low_water=1024TiB"), ["disk"]);
    open_to_all(&dir.0.join("data"));
    assert_eq!(ill("doctor"), ["data"]);
    std::fs::write(dir.0.join("data/radard.db"), "nonsense".repeat(2000)).unwrap();
    assert_eq!(ill("doctor"), ["data", "database"]);
    let (_, stdout, _) = dir.run("doctor");
    assert!(stdout.contains("✗ database  damaged: "), "{stdout}");
}

fn open_to_all(dir: &Path) {
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let dir = Dir::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = dir.radard("completions bash", &[]).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(said(&output), (0, String::new(), String::new()));
}

#[test]
fn an_output_that_cannot_be_written_is_a_failure() {
    let dir = Dir::new();
    let mut full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert!(full.write_all(b"x").and_then(|()| full.flush()).is_err(), "the control: this disk is full");
    let output = dir.radard("man", &[]).stdout(full).output().unwrap();
    let (code, _, stderr) = said(&output);
    assert!(code == 1 && stderr.starts_with("radard: cannot write the output"), "{code} {stderr}");
}

#[test]
fn variables_that_mean_nothing_are_refused() {
    let dir = Dir::new();
    dir.settings("");
    let (code, stdout, _) = said(&dir.radard("check", &[("RADARD_QUEUE__WORKRES", "4")]).output().unwrap());
    assert!(code == 78 && stdout.contains("queue.workers"), "{stdout}");
    let (code, _, stderr) = said(&dir.radard("doctor", &[("RADARD_SEED", "dice")]).output().unwrap());
    assert!(code == 78 && stderr.contains("RADARD_SEED is `dice`"), "{stderr}");
}

/// A daemon in a directory, until the story lets go of it.
pub(crate) struct Daemon(std::process::Child);

impl Daemon {
    /// Starts it and waits until it says that it is ready.
    pub(crate) fn start(dir: &Dir) -> Self {
        let ear = std::os::unix::net::UnixDatagram::bind(dir.0.join("notify")).unwrap();
        ear.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
        let notify = dir.0.join("notify").display().to_string();
        let log = std::fs::File::create(dir.0.join("log")).unwrap();
        let mut run = dir.radard("run", &[("NOTIFY_SOCKET", &notify)]);
        let daemon = Self(run.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let mut letter = [0; 4096];
        let got = ear.recv(&mut letter).unwrap();
        let said = String::from_utf8(letter[..got].to_vec()).unwrap();
        assert!(said.starts_with("READY=1"), "{said}");
        daemon
    }

    /// Asks it to leave; gives its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.0), Signal::TERM).unwrap();
        self.0.wait().unwrap().code()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _already_gone = self.0.kill();
        let _already_gone = self.0.wait();
    }
}

#[test]
fn a_running_daemon_is_asked_over_its_socket() {
    let dir = Dir::new();
    dir.settings("[web]\nlisten = \"127.0.0.1:0\"\n[disk]\nlow_water = \"1MiB\"\n");
    let daemon = Daemon::start(&dir);
    let (code, link) = dir.json("open");
    assert!(code == 0 && link["url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{link}");
    assert_eq!(dir.json("job add probe_platform --key k --payload {\"platform\":\"douyin\"}").1["new"], json!(true));
    assert_eq!(dir.json("migrate").1["daemon"], json!(true));
    let (code, copy) = dir.json("backup create");
    assert!(code == 0 && copy["jobs"].as_i64() >= Some(1), "{copy}");
    assert_eq!(dir.run("backup verify").0, 0);
    assert_eq!(dir.json(&format!("backup restore {}", copy["file"].as_str().unwrap())).0, 75);
    let (code, seen) = dir.json("doctor");
    assert_eq!(
        (code, seen["items"][2]["name"].clone(), seen["items"][2]["ok"].clone()),
        (0, json!("daemon"), json!(true))
    );
    let (code, _, stderr) = dir.run("run");
    assert!(code == 75 && stderr.contains("another radard holds"), "{stderr}");
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(dir.json("open").0, 1);
    assert_eq!(dir.json("job list").0, 0);
}

#[test]
fn the_simulated_platforms_say_where_they_are() {
    use std::io::BufRead as _;
    let dir = Dir::new();
    let mut sim = dir.radard("--json sim --seed 7 --fault douyin.probe.risk@2", &[]);
    let mut sim = sim.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufReader::new(sim.stdout.take().unwrap()).read_line(&mut line).unwrap();
    kill_process(Pid::from_child(&sim), Signal::INT).unwrap();
    assert_eq!(sim.wait().unwrap().code(), Some(130));
    let facts: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(facts["seed"], json!(7));
    dir.settings(facts["config"].as_str().unwrap());
    assert_eq!(dir.run("check").0, 0);
    assert_eq!(dir.run("sim --fault douyin.probe.ok").0, 2);
}
