//! Completion: which names fit at the end of a line, and scripts that ask for them.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::super::args::{Args, Command};
use super::super::complete::{Names, PLACES, Wanted};
use super::super::guide;
use super::super::out::Out;

/// What the end of a line asks for.
fn wanted(line: &str) -> Wanted {
    let words = ["radard", "complete", "--"].into_iter().chain(line.split(' '));
    let Command::Complete(complete) = guide::parse(words).unwrap().command else { panic!("{line}") };
    complete.wanted(guide::line())
}

fn script(shell: Shell) -> String {
    let line = ["radard".to_owned(), "completions".to_owned(), shell.to_string()];
    let Command::Completions(completions) = guide::parse(line).unwrap().command else { panic!("{shell}") };
    completions.answer(&Args::command()).to_stdout(Out { json: false, quiet: false, color: false })
}

#[test]
fn names_fit_where_a_command_takes_them() {
    let table = [
        ("target run ", Some(Names::Targets), ""),
        ("target run noo", Some(Names::Targets), "noo"),
        ("--json -c c target run --data d noo", Some(Names::Targets), "noo"),
        ("target run -- ", Some(Names::Targets), ""),
        ("export posts --target ", Some(Names::Targets), ""),
        ("export --target=no", Some(Names::Targets), "no"),
        ("profile show m", Some(Names::Profiles), "m"),
        ("fetch --profile ", Some(Names::Profiles), ""),
        ("job add ", Some(Names::OpenKinds), ""),
        ("job retry --kind d", Some(Names::Kinds), "d"),
        ("job pause --lane douyin/", Some(Names::Lanes), "douyin/"),
        ("schedule run ", Some(Names::Schedules), ""),
        ("alarm ack ", Some(Names::Alarms), ""),
        ("", None, ""),
        ("target ", None, ""),
        ("target run a ", None, ""),
        ("job add --key ", None, ""),
        ("job add capture ", None, ""),
        ("job show ", None, ""),
        ("nothing at all ", None, ""),
    ];
    for (line, names, typed) in table {
        let wanted = wanted(line);
        assert_eq!((wanted.names, wanted.typed.as_str()), (names, typed), "{line}");
    }
    assert_eq!(guide::parse(["radard", "complete"]).map(|_| ()).ok(), Some(()));
}

#[test]
fn a_line_says_which_data_it_is_about() {
    let global = wanted("-c here job --data=there --set a.b=c=d -v list --lane ").global;
    assert_eq!((global.config, global.data), (Some("here".into()), Some("there".into())));
    assert_eq!(global.settings, [("a.b".to_owned(), "c=d".to_owned())]);
}

#[test]
fn every_place_is_an_argument_that_there_is() {
    for (path, id, _) in PLACES {
        let mut command = guide::line();
        for name in path.split(' ') {
            command = command.find_subcommand(name).unwrap().clone();
        }
        assert!(command.get_arguments().any(|arg| arg.get_id() == *id), "{path} {id}");
    }
}

#[test]
fn each_shell_gets_its_script() {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Elvish, Shell::PowerShell] {
        let script = script(shell);
        assert!(script.contains("radard") && script.contains("completions"), "{shell}");
        assert!(!script.contains("complete'") && !script.contains("\"complete\""), "{shell} shows a hidden command");
    }
}

#[test]
fn three_shells_ask_for_names_once_and_first() {
    let (bash, zsh) = (script(Shell::Bash), script(Shell::Zsh));
    assert!(bash.starts_with("_radard() {\n    local line="), "{}", &bash[..200]);
    assert!(zsh.starts_with("#compdef radard\n") && zsh.contains("\n_radard() {\n    local -a names\n"));
    for script in [bash, zsh] {
        assert_eq!(script.matches(" complete -- ").count(), 1);
    }
    let fish = script(Shell::Fish);
    assert_eq!(fish.matches("\"(__radard_names)\"\n").count(), PLACES.len());
    assert!(fish.contains(" -l lane -r -f -a \"(__radard_names)\"\n"));
}
