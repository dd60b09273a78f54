//! Folders of settings: the one that `radard sim --write` makes works as it is, what `radard sim` prints can be pasted,
//! and every command judges a file alike.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::kit::{Daemon, Dir, Extra, Outside, RADARD, login_dir, login_settings, run};

/// The simulated platforms, gone with the story.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _already_gone = self.0.kill();
        let _waited = self.0.wait();
    }
}

/// Starts them; gives what they print up to the line that begins with `last`.
fn start(flags: &[&str], last: &str) -> (Running, String) {
    let mut child = Command::new(RADARD).arg("sim").args(flags).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = String::new();
    while !said.lines().last().is_some_and(|line| line.starts_with(last)) {
        said.push_str(&lines.next().unwrap().unwrap());
        said.push('\n');
    }
    (Running(child), said)
}

fn read(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).unwrap()
}

#[test]
fn a_written_folder_works_as_it_is() {
    let dir = Dir::new("sim-folder");
    let config = dir.config();
    let (_running, _) = start(&["--write", config.to_str().unwrap()], "wrote ");
    assert_eq!(run(&dir, &["check"], None).0, 0);
    let (code, out, err) = run(&dir, &["--json", "plan"], None);
    let plan: Value = serde_json::from_str(&out).unwrap();
    assert!(code == 0 && plan["items"].as_array().unwrap().len() == 3, "{out}{err}");
    // The commands of its page, as they stand there.
    let page = read(&config, "README.md");
    let login = page.split("printf '%s' '").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    assert_eq!(run(&dir, &["secrets", "init"], None).0, 0);
    let (code, out, err) = run(&dir, &["profile", "import", "main", "-"], Some(login));
    assert_eq!(code, 0, "{out}{err}");
    let control = page.lines().find_map(|line| line.strip_prefix("curl ")?.strip_suffix("/state")).unwrap();
    let state = crate::kit::ask(
        &mut std::net::TcpStream::connect(control.trim_start_matches("http://")).unwrap(),
        "GET",
        "/state",
        None,
    );
    let (_, told) = state.unwrap();
    let creator = told["creators"][0].as_str().unwrap();
    assert!(page.contains(creator) && read(&config, "queue.toml").contains(creator));
    for played in page.lines().filter_map(|line| line.split(" -d '").nth(1)) {
        let (body, place) = played.split_once("' ").unwrap();
        let mut stream = std::net::TcpStream::connect(control.trim_start_matches("http://")).unwrap();
        let asked =
            crate::kit::ask(&mut stream, "POST", &place[control.len()..], Some(&serde_json::from_str(body).unwrap()));
        assert_eq!(asked.unwrap().0, 200, "{played}");
    }
}

#[test]
fn check_plan_and_the_daemon_agree_on_a_file() {
    let outside = Outside::start(&[]);
    let (dir, told) = login_dir("agree", &outside);
    let login = told["login"].as_str().unwrap();
    let (code, out, err) = run(&dir, &["profile", "import", "team", "--platform", "douyin", "-"], Some(login));
    assert_eq!(code, 0, "{out}{err}");
    let save = |text: &str| std::fs::write(dir.config().join("queue.toml"), text).unwrap();
    let creator = told["creators"][0].as_str().unwrap();
    let codes = || ["check", "plan"].map(|command| run(&dir, &[command], None).0);
    // The profile stands in no settings; a bare id names the creator, and one word is as good as the other.
    let fine = format!("[[target]]\nname = \"a\"\nurl = \"{creator}\"\ntake = [\"follower\"]\nprofile = \"team\"\n");
    save(&fine);
    assert_eq!(codes(), [0, 0]);
    let mut daemon = Daemon::start(&dir, &login_settings(&outside), &Extra::default());
    assert_eq!(daemon.list("/api/v1/targets").len(), 1, "{}", daemon.log());
    assert_eq!(codes(), [0, 0], "the same while it runs");
    save(&fine.replace("\"team\"", "\"nobody\""));
    assert_eq!(codes(), [78, 78]);
    daemon.kill();
    assert_eq!(codes(), [78, 78], "and without it");
    // A pipe keeps nobody waiting.
    std::fs::remove_file(dir.config().join("queue.toml")).unwrap();
    let pipe = dir.config().join("queue.toml");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    assert_eq!(codes(), [78, 78]);
    std::fs::remove_file(&pipe).unwrap();
    save(&fine.replace("follower", "folower"));
    let (code, out, _) = run(&dir, &["check"], None);
    assert!(code == 78 && out.contains("did you mean `followers`?"), "{code} {out}");
}

#[test]
fn settings_of_somebody_else_stay() {
    let dir = Dir::new("sim-theirs");
    dir.save_settings("# mine\n");
    let mut child = Command::new(RADARD)
        .args(["sim", "--write", dir.config().to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(!child.wait().unwrap().success() && said.contains("was not written by `radard sim`"), "{said}");
    assert_eq!(read(&dir.config(), "radard.toml"), "# mine\n");
    assert!(!dir.config().join("README.md").exists(), "and nothing is written beside them");
}

#[test]
fn what_is_printed_can_be_pasted() {
    let dir = Dir::new("sim-paste");
    let (_running, said) = start(&[], "base = \"http://127.0.0.1");
    dir.save_settings(&said);
    let (code, out, err) = run(&dir, &["check"], None);
    assert_eq!(code, 0, "{out}{err}");
}
