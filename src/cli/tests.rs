//! The command line as a whole: what it lists, what it takes, what it says about itself.

mod examples;
mod help;
mod names;
mod slips;

use super::*;

mod advice;

#[test]
fn the_command_line_holds_together() {
    Args::command().debug_assert();
    guide::line().debug_assert();
}

#[test]
fn the_help_lists_what_exists() {
    let help = guide::line().term_width(100).render_help().to_string();
    insta::assert_snapshot!(help);
}

#[test]
fn what_does_not_exist_yet_is_not_listed() {
    let known: Vec<_> = Args::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for later in ["room", "report", "publish", "live", "trend", "affiliate"] {
        assert!(!known.iter().any(|name| name == later), "{later}");
        assert_eq!(guide::parse(["radard", later]).unwrap_err().exit_code(), 2);
    }
}

#[test]
fn flags_for_every_command_stand_before_or_after_it() {
    for line in ["radard --json -c c job list", "radard job list --json -c c", "radard job --json list -c c"] {
        let args = guide::parse(line.split(' ')).unwrap();
        assert!(args.global.json && args.global.config == Some("c".into()), "{line}");
    }
    assert_eq!(guide::parse(["radard", "-q", "-v", "check"]).unwrap_err().exit_code(), 2);
}

#[test]
fn the_manual_holds_every_command_and_every_exit_code() {
    let page = manual::page(Args::command()).unwrap().to_stdout(Out { json: false, quiet: false, color: false });
    for part in
        [".SS \"radard run\"", ".SS \"radard job add\"", ".SS \"radard backup restore\"", "EXIT STATUS", "metrics:read"]
    {
        assert!(page.contains(part), "{part}");
    }
    for code in ["0 done", "1 failed", "2 usage", "4 the", "16 a", "75 another", "78 conf", "130 inter"] {
        assert!(page.contains(code), "{code}");
    }
}

#[test]
fn only_roles_that_there_are_can_be_run() {
    let Command::Run(_) = guide::parse(["radard", "run", "--only", "web,crawl"]).unwrap().command else {
        panic!("no run")
    };
    for wrong in ["live", "report", "publish", "affiliate", "postback", "postback=shop", ""] {
        let refused = guide::parse(["radard", "run", "--only", wrong]).unwrap_err();
        assert_eq!(refused.exit_code(), 2, "{wrong}");
        assert!(refused.to_string().contains("[possible values: web, crawl, session, media, upkeep]"), "{refused}");
    }
}
