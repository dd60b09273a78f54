//! Every example that the help shows is a line that the program takes.

use std::collections::BTreeSet;

use super::super::examples::EXAMPLES;
use super::super::guide;

/// The words of a line, as a shell takes them: quotes are read, what is redirected is left out.
fn words(line: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for (at, part) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            parts.push(part.to_owned());
        } else {
            parts.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    parts.into_iter().take_while(|word| word != ">" && word != "<").collect()
}

/// The path of every command below `command`.
fn paths(command: &clap::Command, above: &str) -> Vec<String> {
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    let each = visible.flat_map(|command| {
        let path = format!("{above} {}", command.get_name()).trim().to_owned();
        let below = paths(command, &path);
        std::iter::once(path).chain(below)
    });
    each.collect()
}

#[test]
fn every_command_has_one_example_and_none_is_left_over() {
    let known: BTreeSet<_> = EXAMPLES.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(known.len(), EXAMPLES.len(), "a command stands twice");
    assert_eq!(known, paths(&guide::line(), "").into_iter().collect());
}

#[test]
fn every_example_is_taken_and_is_of_its_command() {
    for (path, line) in EXAMPLES {
        let words = words(line);
        let matches = guide::line().try_get_matches_from(&words).unwrap_or_else(|why| panic!("{line}: {why}"));
        let mut taken = Vec::new();
        let mut below = Some(&matches);
        while let Some((name, matches)) = below.and_then(clap::ArgMatches::subcommand) {
            taken.push(name);
            below = Some(matches);
        }
        assert!(taken.join(" ").starts_with(path), "{path}: {line}");
        assert!(guide::parse(&words).is_ok(), "{line}");
        assert!(!line.contains('…') && line.chars().count() <= 78, "{line} cannot be copied from 80 columns");
    }
}
