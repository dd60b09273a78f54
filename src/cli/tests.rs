//! The command line as a whole: what it lists, what it takes, what it says about itself.

use super::*;

#[test]
fn the_command_line_holds_together() {
    Args::command().debug_assert();
}

#[test]
fn the_help_lists_what_exists() {
    let help = Args::command().term_width(100).render_help().to_string();
    insta::assert_snapshot!(help);
}

#[test]
fn what_does_not_exist_yet_is_not_listed() {
    let known: Vec<_> = Args::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for later in ["room", "report", "publish"] {
        assert!(!known.iter().any(|name| name == later), "{later}");
        assert_eq!(Args::try_parse_from(["radard", later]).unwrap_err().exit_code(), 2);
    }
}

#[test]
fn flags_for_every_command_stand_before_or_after_it() {
    for line in ["radard --json -c c job list", "radard job list --json -c c", "radard job --json list -c c"] {
        let args = Args::parse_from(line.split(' '));
        assert!(args.global.json && args.global.config == Some("c".into()), "{line}");
    }
    assert_eq!(Args::try_parse_from(["radard", "-q", "-v", "check"]).unwrap_err().exit_code(), 2);
}

#[test]
fn each_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let Command::Completions(completions) = Args::parse_from(["radard", "completions", shell]).command else {
            panic!("{shell}");
        };
        let answer = completions.answer(Args::command());
        assert!(answer.to_stdout(Out { json: false, quiet: false, color: false }).contains("radard"), "{shell}");
    }
}

#[test]
fn the_manual_holds_every_command_and_every_exit_code() {
    let page = manual::page(Args::command()).unwrap().to_stdout(Out { json: false, quiet: false, color: false });
    for part in [".SS \"radard run\"", ".SS \"radard job add\"", ".SS \"radard backup restore\"", "EXIT STATUS"] {
        assert!(page.contains(part), "{part}");
    }
    for code in ["0 done", "1 failed", "2 usage", "4 the", "16 a", "75 another", "78 conf", "130 inter"] {
        assert!(page.contains(code), "{code}");
    }
}
