//! What texts say about the command line, held against the command line.

use std::path::{Path, PathBuf};

use super::*;
use crate::advice::ROOMS;

/// Flags of other programs that our texts name.
const OF_OTHERS: &[&str] = &["clean", "dbname", "version"];
/// Words for several things: a number before one of them is written by `counted`.
const PLURALS: &[&str] = &[
    "alarms",
    "attempts",
    "backups",
    "browsers",
    "days",
    "files",
    "hours",
    "jobs",
    "keys",
    "minutes",
    "pages",
    "posts",
    "problems",
    "processes",
    "records",
    "requests",
    "rows",
    "seconds",
    "slots",
    "targets",
];
/// Texts with a number that is never one.
const SEVERAL: &[&str] = &[
    "the configuration has {n} problems",
    "there are {n} problems",
    "{} days",
    "{} jobs, {} keys, {done} done in {DAYS} days",
    "{JOBS} jobs",
    "a change noticed within {WITHIN} pages",
    "{BARREN} pages in a row brought nothing new, and it says that there is more",
    "its list has {0} rows, and more than {MOST_ROWS} are not read",
];

/// The files below `folder` with one of `endings`.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
            found.push(path);
        }
    }
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file with lines that go on in the next one put together.
fn read(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let mut whole = String::new();
    for line in text.lines() {
        let line = line.trim();
        let comment = ["//! ", "/// ", "// "].iter().find_map(|mark| line.strip_prefix(mark));
        match whole.strip_suffix('\\') {
            Some(begun) => whole.truncate(begun.len()),
            None => whole.push(if comment.is_some() { ' ' } else { '\n' }),
        }
        whole.push_str(comment.unwrap_or(line));
    }
    whole
}

/// The texts in quotes of a Rust file; those of its tests are left out.
fn literals(path: &Path) -> Vec<String> {
    let whole = read(path);
    let text = whole.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let (mut found, mut literal, mut is_escaped) = (Vec::new(), None::<String>, false);
    for c in text.replace("'\"'", "' '").chars() {
        match (&mut literal, c) {
            (None, '"') => literal = Some(String::new()),
            (Some(_), '"') if !is_escaped => found.extend(literal.take()),
            (Some(begun), c) => begun.push(c),
            (None, _) => {}
        }
        is_escaped = c == '\\' && !is_escaped && literal.is_some();
    }
    found
}

/// The commands that a text names in backticks.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    let spans = text.match_indices("`radard ").filter_map(|(at, _)| text.get(at + 1..));
    spans.filter_map(|rest| rest.split('`').next()).filter(|span| !span.contains('\n'))
}

/// What is wrong with `line` as a command.
fn mistake(line: &str, all: &clap::Command) -> Option<String> {
    let mut command = all;
    for word in line.split_whitespace().skip(1) {
        let word = word.trim_end_matches([',', ';', ')', ']', '"', '\\']).trim_start_matches(['[', '(']);
        if ["|", ">", "<", "&&", "--", "…"].contains(&word) {
            return None;
        }
        if let Some(flag) = word.strip_prefix("--") {
            let flag = flag.split(['=', '[']).next().unwrap_or_default();
            let known = command.get_arguments().any(|arg| arg.get_long() == Some(flag));
            if !known && !["help", "version"].contains(&flag) {
                return Some(format!("`{}` has no --{flag}", command.get_name()));
            }
        } else if let Some(flag) = word.strip_prefix('-').and_then(|flag| flag.chars().next()) {
            if !command.get_arguments().any(|arg| arg.get_short() == Some(flag)) && !['h', 'V'].contains(&flag) {
                return Some(format!("`{}` has no -{flag}", command.get_name()));
            }
        } else if let Some(below) = command.find_subcommand(word) {
            command = below;
        } else if command.get_positionals().next().is_none()
            && command.has_subcommands()
            && word.chars().all(|c| c.is_ascii_lowercase())
        {
            return Some(format!("`{}` has no command `{word}`", command.get_name()));
        }
    }
    None
}

fn built() -> clap::Command {
    let mut command = Args::command();
    command.build();
    command
}

#[test]
fn a_text_names_no_command_and_no_flag_that_there_is_not() {
    let all = built();
    let ours = files(&root().join("src"), &["rs", "html", "toml"]);
    let mut named = 0;
    for path in ours.into_iter().chain([root().join("README.md")]).filter(|path| !path.ends_with("advice.rs")) {
        let text = read(&path);
        for line in commands(&text) {
            named += 1;
            if let Some(why) = mistake(line, &all) {
                panic!("{}: `{line}`: {why}", path.display());
            }
        }
    }
    assert!(named > 50, "only {named} were found");
    assert_eq!(mistake("radard job list --frob", &all).as_deref(), Some("`list` has no --frob"));
    assert_eq!(mistake("radard job lits", &all).as_deref(), Some("`job` has no command `lits`"));
    assert_eq!(mistake("radard profile import NAME FILE --platform douyin --json", &all), None);
}

/// Every flag of `command` and of those below it.
fn flags(command: &clap::Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned));
    own.chain(command.get_subcommands().flat_map(flags)).collect()
}

#[test]
fn a_flag_that_stands_alone_in_a_text_is_one_of_ours() {
    let known = flags(&built());
    let folders = ["src/cli", "src/daemon", "src/queue", "src/vault", "src/net", "src/session"];
    for path in folders.iter().flat_map(|folder| files(&root().join(folder), &["rs"])) {
        if path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("doctor/look.rs") {
            continue;
        }
        for literal in literals(&path) {
            assert_eq!(foreign_flag(&literal, &known), None, "{}: \"{literal}\"", path.display());
        }
    }
}

/// A flag in `text` that neither we nor the other programs in our texts have.
fn foreign_flag(text: &str, known: &[String]) -> Option<String> {
    let flag = |(at, _): (usize, &str)| -> String {
        let rest = text.get(at + 3..).unwrap_or_default();
        rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect()
    };
    let is_ours = |flag: &String| flag.is_empty() || known.contains(flag) || OF_OTHERS.contains(&flag.as_str());
    text.match_indices(" --").map(flag).find(|flag| !is_ours(flag))
}

#[test]
fn no_number_stands_before_a_plural_that_may_be_one() {
    for path in files(&root().join("src"), &["rs"]) {
        if path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "sim") {
            continue;
        }
        for literal in literals(&path).iter().filter(|literal| !SEVERAL.contains(&literal.as_str())) {
            assert_eq!(plural(literal), None, "{}: write \"{literal}\" with `counted`", path.display());
        }
    }
}

/// A word for several things behind a number in `text`.
fn plural(text: &str) -> Option<&str> {
    let after = text.match_indices("} ").filter_map(|(at, mark)| text.get(at + mark.len()..));
    let word = |rest: &'_ str| rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
    after.map(|rest| rest.split_at(word(rest)).0).find(|word| PLURALS.contains(word))
}

#[test]
fn every_advice_of_the_catalogue_can_be_followed() {
    let (all, known) = (built(), flags(&built()));
    let keys = ROOMS.iter().flat_map(|(room, keys)| keys.iter().map(move |(key, texts)| (room, key, texts)));
    for (room, key, texts) in keys {
        for text in *texts {
            let place = format!("advice::{room}::{key}: \"{text}\"");
            assert!(!text.trim().is_empty() && text.trim() == *text && !text.contains("  "), "{place}");
            // Alarms speak in whole sentences. All others are the rest of a line that begins with `do:`.
            assert_eq!(text.ends_with('.'), *room == "alarm", "{place}");
            assert_eq!(text.starts_with(char::is_uppercase), *room == "alarm", "{place}");
            assert_eq!(text.matches('`').count() % 2, 0, "{place}");
            assert_eq!(commands(text).find_map(|line| mistake(line, &all)), None, "{place}");
            assert_eq!((foreign_flag(text, &known), plural(text)), (None, None), "{place}");
        }
    }
    let mut listed: Vec<_> = ROOMS.iter().map(|(room, _)| format!("{room}.rs")).collect();
    listed.extend(["mod.rs", "sentence.rs"].map(str::to_owned));
    listed.sort();
    let mut there: Vec<_> = files(&root().join("src/advice"), &["rs"])
        .iter()
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .collect();
    there.sort();
    assert_eq!(listed, there, "each file of the catalogue stands in its list");
}
