//! The help: groups of commands, options that are explained once, lists of what can be said.

use clap::CommandFactory as _;

use super::super::args::Args;
use super::super::guide::{GROUPS, line};

/// The help of a command, such as `job add`.
fn help(path: &str) -> String {
    let mut command = &mut line();
    for name in path.split(' ') {
        command = command.find_subcommand_mut(name).unwrap();
    }
    command.render_help().to_string()
}

#[test]
fn every_command_stands_in_one_group() {
    let line = Args::command();
    let visible = line.get_subcommands().filter(|command| !command.is_hide_set());
    let visible: Vec<_> = visible.map(|command| command.get_name().to_owned()).collect();
    let grouped: Vec<_> = GROUPS.iter().flat_map(|(_, members)| *members).map(|name| (*name).to_owned()).collect();
    assert_eq!(visible, grouped, "the enum and the groups list the same commands in the same order");
}

#[test]
fn the_help_of_radard_fits_a_narrow_terminal() {
    let help = line().term_width(80).render_help().to_string();
    let wide: Vec<_> = help.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn options_of_all_commands_are_explained_once() {
    fn look(parent: &mut clap::Command, above: &str) {
        // The one that clap adds only says how to get help.
        let own = |command: &&mut clap::Command| !command.is_hide_set() && command.get_name() != "help";
        for command in parent.get_subcommands_mut().filter(own) {
            let path = format!("{above} {}", command.get_name());
            let help = command.render_long_help().to_string();
            assert_eq!(help.matches("\nOptions of all commands: -c, --data,").count(), 1, "{path}: {help}");
            assert!(!help.contains("Configuration directory [default") && !help.contains("No colours"), "{help}");
            assert_eq!(help.matches("Example:\n  radard ").count(), 1, "{path}: {help}");
            look(command, &path);
        }
    }
    let mut line = line();
    assert_eq!(line.render_help().to_string().matches("No colours").count(), 1);
    look(&mut line, "radard");
}

#[test]
fn what_a_job_and_a_key_can_be_is_listed() {
    insta::assert_snapshot!(help("job add"));
    insta::assert_snapshot!(help("key add"));
    insta::assert_snapshot!(help("run"));
}
