//! What the help says beyond the commands themselves: their groups, an example of each, the options of all commands.
//!
//! The groups are one table, from which the help of `radard` is made. The options that every command takes are
//! explained there alone; the help of a command names them in one line and explains only its own.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::builder::StyledStr;
use clap::{CommandFactory as _, FromArgMatches as _};

use super::args::Args;
use super::examples::example;

/// Groups of commands, in the order in which somebody new needs them.
pub(super) const GROUPS: &[(&str, &[&str])] = &[
    ("Start", &["demo", "init", "check", "run", "doctor", "open"]),
    ("Crawl", &["target", "plan", "fetch", "export", "id", "forget"]),
    ("Logins", &["profile"]),
    ("Operate", &["alarm", "job", "schedule", "key", "secrets", "backup", "migrate", "diagnose"]),
    ("Tools", &["sign", "replay", "sim", "completions", "man"]),
];

/// The help of `radard`.
fn template(commands: &clap::Command) -> StyledStr {
    let styles = commands.get_styles();
    let (header, name) = (styles.get_header(), styles.get_literal());
    let width = commands.get_subcommands().map(|command| command.get_name().len()).max().unwrap_or(0);
    let mut text = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    for (group, members) in GROUPS {
        let _never_fails = write!(text, "\n{header}{group}:{header:#}\n");
        for command in members.iter().filter_map(|member| commands.find_subcommand(member)) {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let member = command.get_name();
            let _never_fails = writeln!(text, "  {name}{member:<width$}{name:#}  {about}");
        }
    }
    let _never_fails = write!(text, "\n{header}Options of all commands:{header:#}\n{{options}}{{after-help}}");
    text.into()
}

/// The command line as it is parsed, with what its help says.
pub(super) fn line() -> clap::Command {
    let line = Args::command();
    let template = template(&line);
    let mut line = line.help_template(template);
    // A command takes them as before; only the help of `radard` explains them.
    let everywhere: Vec<_> =
        line.get_arguments().filter(|flag| flag.is_global_set()).map(|flag| flag.clone().hide(true)).collect();
    let names: Vec<String> = everywhere.iter().map(name_of).collect();
    let names = format!("Options of all commands: {}; see `radard --help`", names.join(", "));
    let members: Vec<String> = line.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for member in members {
        line = line.mut_subcommand(&member, |command| dress(command, &member, &everywhere, &names));
    }
    line
}

/// Reads a command line.
pub(super) fn parse(given: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Args, clap::Error> {
    let mut matches = line().try_get_matches_from(given)?;
    Args::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut line()))
}

/// The command at `path` with its example and one line about the options of all commands; so are those below it.
fn dress(mut command: clap::Command, path: &str, everywhere: &[clap::Arg], names: &str) -> clap::Command {
    let members: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    for member in members {
        command = command.mut_subcommand(&member, |below| dress(below, &format!("{path} {member}"), everywhere, names));
    }
    let own = command.get_after_help().map(|own| format!("{own}\n\n")).unwrap_or_default();
    let example = example(path).map(|line| format!("Example:\n  {line}\n\n")).unwrap_or_default();
    command.args(everywhere).after_help(format!("{own}{example}{names}"))
}

/// The shortest name of a flag.
fn name_of(flag: &clap::Arg) -> String {
    let short = flag.get_short().map(|letter| format!("-{letter}"));
    short.unwrap_or_else(|| format!("--{}", flag.get_long().unwrap_or_default()))
}
