//! What a person at a terminal sees: tables as wide as it is, one alarm whole, and why a file cannot be read.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::kit::{Daemon, Dir, Extra, QUIET, RADARD, START, change, not_run, run};

const ALARM: &str = "INSERT INTO alarm (id, name, subject, severity, class, detail, first_at, last_at, count)
    VALUES (x'0193a1e0000070008000000000000001', 'jobs_dead', 'download', 'warning', 'local',
    'the file of 夜市直播 has another length than the site said, and so had the five before it; none of them was kept',
    1700000000000, 1700000060000, 7)";
const ID: &str = "0193a1e0-0000-7000-8000-000000000001";

/// A folder with a database in which one alarm is open.
fn with_alarm(name: &str) -> Dir {
    let dir = Dir::new(name);
    assert_eq!(Daemon::start(&dir, QUIET, &Extra::default()).term(START).0, 0);
    assert_eq!(change(&dir.database(), ALARM), 1);
    dir
}

#[test]
fn an_alarm_is_shown_whole_and_an_unknown_one_says_how_to_list_them() {
    let dir = with_alarm("alarm-show");
    let (code, out, err) = run(&dir, &["alarm", "show", ID], None);
    assert_eq!(code, 0, "{err}");
    for part in ["jobs_dead", "download", "warning", "local", "none of them was kept", "retry them", "2023-11-14T22:13"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
    let (code, out, err) = run(&dir, &["--json", "alarm", "show", ID], None);
    let alarm: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, alarm["count"].as_i64(), alarm["closed_at"].is_null()), (0, Some(7), true), "{out}{err}");
    let (code, _, err) = run(&dir, &["alarm", "show", &ID.replace('1', "2")], None);
    assert!(
        code == 1 && err.contains("there is no alarm") && err.contains("`radard alarm list --all`"),
        "{code} {err}"
    );
}

#[test]
fn a_table_is_as_wide_as_the_terminal_and_whole_in_a_pipe() {
    let dir = with_alarm("alarm-width");
    let (code, whole, err) = run(&dir, &["alarm", "list"], None);
    assert!(code == 0 && whole.contains("none of them was kept") && !whole.contains('…'), "{whole}{err}");
    let on_terminal = |columns: u32| {
        let line = format!("stty cols {columns} rows 24 && exec {RADARD} alarm list");
        let mut script = Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).current_dir(dir.path()).stdin(Stdio::null());
        script.output().ok().map(|said| String::from_utf8(said.stdout).unwrap().replace('\r', ""))
    };
    let Some(narrow) = on_terminal(160) else { return not_run("a table on a terminal (needs `script`)") };
    assert!(narrow.contains(ID) && narrow.matches('…').count() == 2 && narrow.contains("夜市"), "{narrow}");
    assert!(narrow.lines().all(|line| line.width() <= 160), "{narrow}");
    let narrow = on_terminal(80).unwrap();
    let (table, left_out) = narrow.trim_end().rsplit_once('\n').unwrap();
    assert!(table.contains(ID) && table.lines().all(|line| line.width() <= 80), "{narrow}");
    assert_eq!(left_out, "(columns left out: FIRST, LAST, COUNT, DETAIL, DO; use a wider terminal, a pipe or --json)");
    assert!(on_terminal(40).unwrap().contains(&format!("{ID}  warning   jobs_dead  download")), "ids stay whole");
}

#[test]
fn a_user_who_may_not_read_the_database_is_told_who_may() {
    let dir = with_alarm("denied");
    let program = dir.path().join("radard");
    if !rustix::process::geteuid().is_root() || std::fs::copy(RADARD, &program).is_err() {
        return not_run("the data folder of another user (needs root)");
    }
    let open_up = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    for path in [dir.path(), &dir.config(), &dir.config().join("radard.toml"), &program] {
        open_up(path, 0o755);
    }
    let other = |arguments: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&program);
        command.arg("--config").arg(dir.config()).arg("--data").arg(dir.data()).args(arguments);
        let said = command.current_dir("/").stdin(Stdio::null()).output().unwrap();
        (said.status.code().unwrap(), String::from_utf8([said.stdout, said.stderr].concat()).unwrap())
    };
    let database = dir.database().display().to_string();
    // A folder that cannot be entered, and one that can, with a file in it that cannot be read.
    for (mode, closed) in [(0o700, dir.data().display().to_string()), (0o711, database.clone())] {
        open_up(&dir.data(), mode);
        let (code, said) = other(&["alarm", "list"]);
        let expected = format!("the user 65534 may not read `{database}`; the user 0 may, who owns `{closed}`");
        assert!(code == 1 && said.contains(&expected), "{code} {said}");
        assert!(said.contains("run the command as the user 0") && !said.contains("no database"), "{said}");
        for command in [&["plan"][..], &["key", "add", "x", "--scope", "jobs:read"], &["migrate"]] {
            let (code, said) = other(command);
            assert!(code == 1 && said.contains(&expected), "{code} {said}");
        }
        let (_, said) = other(&["doctor"]);
        assert!(said.contains(&expected) && !said.contains("there is none yet"), "{said}");
    }
    open_up(&dir.data(), 0o700);
    let (code, said) = other(&["schedule", "list"]);
    assert!(code == 1 && said.contains("65534 may not read") && !said.contains("no daemon runs"), "{code} {said}");
    // For the user whose folder it is, nothing has changed.
    std::fs::remove_file(dir.database()).unwrap();
    assert!(run(&dir, &["alarm", "list"], None).2.contains("there is no database in"));
}

#[test]
fn forgetting_somebody_asks_first_on_a_terminal() {
    let dir = with_alarm("forget-asks");
    let creator = "700123";
    let on_terminal = |answer: &str, more: &str| {
        let mut script = Command::new("script");
        // The last word is the code: `script` says how it ended, and not how the command did.
        script.args(["-qec", &format!("{RADARD} forget creator {creator}{more}; echo code $?"), "/dev/null"]);
        let mut script = script.current_dir(dir.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        script.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
        Some(String::from_utf8(script.wait_with_output().unwrap().stdout).unwrap().replace('\r', ""))
    };
    let Some(no) = on_terminal("no\n", "") else { return not_run("a question on a terminal (needs `script`)") };
    assert!(no.contains("Type `yes`") && no.contains("nothing was done") && no.ends_with("code 1\n"), "{no}");
    let yes = on_terminal("yes\n", "").unwrap();
    assert!(yes.contains("Type `yes`") && yes.contains("nobody of this id") && yes.ends_with("code 0\n"), "{yes}");
    let unasked = on_terminal("", " --yes").unwrap();
    assert!(!unasked.contains("Type `yes`") && unasked.ends_with("code 0\n"), "{unasked}");
    let (code, _, err) = run(&dir, &["forget", "creator", creator], None);
    assert!(code == 0 && !err.contains("Type `yes`"), "a pipe is not asked: {err}");
}
