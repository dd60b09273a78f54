//! A person at a shell: names are completed, and the examples of the help work as they are written.

use std::path::Path;
use std::process::{Command, Stdio};

use super::commands::{Daemon, Dir, said};

/// What bash offers at the end of a line.
fn offered(dir: &Dir, line: &str) -> Vec<String> {
    let script = r#"
        eval "$("$PROGRAM" completions bash)"
        COMP_LINE=$1 COMP_POINT=${#1}
        read -ra COMP_WORDS <<< "$1"
        [[ $1 == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_WORDS[0]=$PROGRAM
        _radard "$PROGRAM" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let mut bash = Command::new("bash");
    bash.args(["-c", script, "bash", line]).current_dir(&dir.0).env_clear();
    bash.env("PATH", "/usr/bin:/bin").env("HOME", &dir.0).env("PROGRAM", env!("CARGO_BIN_EXE_radard"));
    let (code, stdout, stderr) = said(&bash.output().unwrap());
    assert_eq!((code, stderr.as_str()), (0, ""), "{line}");
    stdout.lines().filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The same; a machine that is busy may need more tries, as an answer that comes late is left out.
fn offered_at_last(dir: &Dir, line: &str) -> Vec<String> {
    let is_name = |names: &Vec<String>| {
        !names.is_empty() && (line.ends_with("--") || !names.iter().any(|name| name.starts_with('-')))
    };
    let mut tries = (0..20).map(|_| offered(dir, line));
    tries.find(is_name).unwrap_or_default()
}

#[test]
fn a_shell_completes_the_names_that_a_running_daemon_knows() {
    let dir = Dir::new();
    dir.settings(
        "[web]\nlisten = \"127.0.0.1:0\"\n[disk]\nlow_water = \"1MiB\"\n\
         [platform.douyin]\nbase = \"http://127.0.0.1:9\"\n[profile.main]\nplatform = \"douyin\"\n",
    );
    let queue =
        "[[target]]\nurl = \"https://www.douyin.com/user/MS4wLjABAAAAkgK83I0p6iNcujW4jt86CHzsCEaxeePBmQozpEDeXXC\"\n";
    std::fs::write(dir.0.join("config/queue.toml"), format!("{queue}name = \"noodles\"\ntake = [\"posts\"]\n"))
        .unwrap();
    let daemon = Daemon::start(&dir);
    assert_eq!(dir.run("job pause --lane download/127.0.0.1:9").0, 0);
    assert_eq!(offered_at_last(&dir, "radard target run "), ["noodles"]);
    assert_eq!(offered_at_last(&dir, "radard export posts --target=noo"), ["noodles"]);
    assert_eq!(offered_at_last(&dir, "radard profile show "), ["main"]);
    assert_eq!(offered_at_last(&dir, "radard schedule run ba"), ["backup"]);
    assert_eq!(
        offered_at_last(&dir, "radard job resume --lane download/127.0.0.1:"),
        ["9"],
        "what stands behind the colon"
    );
    assert!(offered_at_last(&dir, "radard job pause --kind ").contains(&"prune".to_owned()));
    assert!(
        offered_at_last(&dir, "radard job add --").contains(&"--payload".to_owned()),
        "what is fixed is offered as before"
    );
    assert!(offered_at_last(&dir, "radard ta").contains(&"target".to_owned()));

    // The help lists the kinds that the daemon lets people add.
    let kinds = offered_at_last(&dir, "radard job add ");
    let (_, help, _) = dir.run("job add --help");
    let (_, listed) = help.split_once("Kinds, and a payload of each:\n").unwrap();
    let listed: Vec<_> = listed.lines().map_while(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert_eq!(listed, kinds);

    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(offered_at_last(&dir, "radard target run "), ["noodles"], "the database knows it, too");
}

#[test]
fn a_shell_is_told_nothing_where_nothing_is_known() {
    let silent = (0, String::new(), String::new());
    let dir = Dir::new();
    let names = || said(&dir.radard("complete -- target run n", &[("RADARD_SEED", "dice")]).output().unwrap());
    assert_eq!(names(), silent);
    assert_eq!(dir.run("complete -- target run n"), silent);
    dir.settings("[queue]\nworkers = 0\n");
    assert_eq!(dir.run("complete -- job list --lane d"), silent);
    assert!(!dir.0.join("data").exists(), "nothing is made");

    // A daemon that never answers is not waited for.
    dir.settings("");
    std::fs::create_dir(dir.0.join("data")).unwrap();
    let _mute = std::os::unix::net::UnixListener::bind(dir.0.join("data/radard.sock")).unwrap();
    let clock = radard::ambient::Ambient::real(None).clock;
    let before = clock.steady();
    assert_eq!(dir.run("complete -- job list --lane d"), silent);
    let took = clock.steady().saturating_sub(before);
    assert!(took < std::time::Duration::from_secs(2), "{took:?}");
    for line in ["complete", "complete --", "complete -- nothing at all", "complete -- job show 0"] {
        assert_eq!(dir.run(line), silent, "{line}");
    }
}

#[test]
fn examples_that_need_nothing_work_as_they_are_written() {
    let dir = Dir::new();
    std::fs::create_dir_all(dir.0.join(".local/share/bash-completion/completions")).unwrap();
    std::fs::write(dir.0.join("secret.txt"), "s3cret\n").unwrap();
    let folder = Path::new(env!("CARGO_BIN_EXE_radard")).parent().unwrap().display().to_string();
    let signers = ["abogus", "xbogus", "user-sign", "shop", "webcast-stub", "ms-token", "verify-fp", "fingerprint"];
    let signers = signers.map(|signer| format!("sign {signer}"));
    let others = ["init", "check", "id", "completions", "man", "secrets init", "migrate", "backup create", "doctor"];
    for command in others.map(str::to_owned).iter().chain(&signers) {
        let (_, help, _) = dir.run(&format!("{command} --help"));
        let (_, example) = help.split_once("Example:\n  ").unwrap();
        let example = example.lines().next().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", example]).current_dir(&dir.0).env_clear().stdin(Stdio::null());
        let output = shell.env("PATH", format!("{folder}:/usr/bin:/bin")).env("HOME", &dir.0).output().unwrap();
        let (code, stdout, stderr) = said(&output);
        assert_eq!(code, 0, "{example}\n{stdout}{stderr}");
    }
}
