//! The shape of files: where they lie, how long they are, how they open, what they are called.
//!
//! Small files with a head can be read by a stranger in one go. The top level is fixed, because a newcomer looks
//! there first; a folder that could hold anything ends up holding everything.

use super::tree::{Problem, Tree};

const LONGEST: usize = 500;
const LONGEST_MAP: usize = 150;
const MAP: &str = "src/lib.rs";
const IGNORED: &str = ".gitignore";
/// Rust that people write.
const CODE: &[&str] = &["src/", "tests/", "build.rs"];
/// What may lie at the top: folders, and files where a tool insists.
const TOP: &[&str] = &[
    "src",
    "protos",
    "sessions",
    "config",
    "tests",
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "askama.toml",
    "build.rs",
    "clippy.toml",
    "deny.toml",
    "rustfmt.toml",
];
/// Names that refuse nothing.
const NAMELESS: &[&str] = &["utils", "util", "helpers", "helper", "common", "types", "misc"];

/// Only the folders and files that were agreed lie at the top. Names with a leading dot belong to tools.
pub(crate) fn top_is_fixed(tree: &Tree) -> Vec<Problem> {
    tree.files()
        .filter(|(path, _)| path.split('/').next().is_some_and(|top| !top.starts_with('.') && !TOP.contains(&top)))
        .map(|(path, _)| {
            let advice = "move it into src, tests, config, protos or sessions";
            Problem::at(path, 0, "top level", "the top level is fixed".to_owned(), advice)
        })
        .collect()
}

/// No file is longer than a reader's patience; the map in `src/lib.rs` stays a map.
pub(crate) fn files_are_short(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.rust(CODE) {
        let lines = text.lines().count();
        if lines > LONGEST {
            let what = format!("{lines} lines, at most {LONGEST}");
            problems.push(Problem::at(path, LONGEST + 1, "length", what, "split it by meaning, not by kind"));
        }
    }
    let map = tree.text(MAP).unwrap_or_default().lines().filter(|line| line.starts_with("//!")).count();
    if map > LONGEST_MAP {
        let what = format!("the map has {map} lines, at most {LONGEST_MAP}");
        problems.push(Problem::at(
            MAP,
            LONGEST_MAP + 1,
            "length",
            what,
            "say it shorter, or in the head of the room it is about",
        ));
    }
    problems
}

/// Every file opens with a head.
pub(crate) fn files_have_heads(tree: &Tree) -> Vec<Problem> {
    tree.rust(CODE)
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| {
            let advice = "open it with `//!`: what this is, why it is shaped so, what it does not do";
            Problem::at(path, 1, "heads", "no head".to_owned(), advice)
        })
        .collect()
}

/// No folder and no file has a name that says nothing.
pub(crate) fn names_say_something(tree: &Tree) -> Vec<Problem> {
    tree.rust(CODE)
        .filter(|(path, _)| path.split('/').any(|part| NAMELESS.contains(&part.trim_end_matches(".rs"))))
        .map(|(path, _)| {
            let advice = "name it after the thing of the field that it is";
            Problem::at(path, 0, "names", "the name refuses nothing".to_owned(), advice)
        })
        .collect()
}

/// No line of `.gitignore` hides a folder of code: the build here would have it, and a clone would not.
pub(crate) fn no_code_is_ignored(tree: &Tree) -> Vec<Problem> {
    let ignored = tree.text(IGNORED).unwrap_or_default();
    let hides = |line: &str| {
        let name = line.trim().trim_end_matches('/');
        tree.rust(CODE).any(|(path, _)| path.split('/').any(|part| part == name))
    };
    ignored
        .lines()
        .enumerate()
        .filter(|(_, line)| hides(line))
        .map(|(at, line)| {
            let what = format!("`{line}` hides a folder of code");
            Problem::at(IGNORED, at + 1, "ignored", what, "begin the line with `/`, so that it means the top only")
        })
        .collect()
}

/// Once settings have a shape they have a reference. That the two agree is tested in the config room, which knows both.
pub(crate) fn settings_have_a_reference(tree: &Tree) -> Vec<Problem> {
    let shape = "src/config/file.rs";
    if tree.text(shape).is_none() || tree.text("config/radard.toml").is_some() {
        return Vec::new();
    }
    let advice = "write config/radard.toml: every key with its default and one sentence";
    vec![Problem::at(shape, 0, "settings", "settings without `config/radard.toml`".to_owned(), advice)]
}

#[cfg(test)]
mod tests {
    use super::super::tree::{none, one};
    use super::*;

    #[test]
    fn a_stranger_at_the_top_is_refused() {
        one(&top_is_fixed(&Tree::of(&[("docs/plan.md", ""), (".ci/run", ""), ("src/lib.rs", "")])), "docs/plan.md");
    }

    #[test]
    fn a_file_of_501_lines_is_refused() {
        one(&files_are_short(&Tree::of(&[("tests/a.rs", &"\n".repeat(501))])), "tests/a.rs:501  [length] 501 lines");
        none(&files_are_short(&Tree::of(&[("tests/a.rs", &"\n".repeat(500)), ("src/a.css", &"\n".repeat(900))])));
    }

    #[test]
    fn a_map_of_151_lines_is_refused() {
        one(&files_are_short(&Tree::of(&[(MAP, &"//!\n".repeat(151))])), "the map has 151 lines");
    }

    #[test]
    fn a_file_without_a_head_is_refused() {
        one(
            &files_have_heads(&Tree::of(&[("src/a.rs", "use x;\n"), ("src/b.rs", "//! Why.\n")])),
            "src/a.rs:1  [heads]",
        );
    }

    #[test]
    fn a_name_that_refuses_nothing_is_refused() {
        let names = Tree::of(&[("src/store/utils.rs", ""), ("src/store/utility_bills.rs", "")]);
        one(&names_say_something(&names), "src/store/utils.rs");
    }

    #[test]
    fn code_that_git_ignores_is_refused() {
        let hidden = [(".gitignore", "*.part\ntarget/\n"), ("src/target/mod.rs", "")];
        one(&no_code_is_ignored(&Tree::of(&hidden)), ".gitignore:2  [ignored] `target/` hides");
        none(&no_code_is_ignored(&Tree::of(&[(".gitignore", "/target/\n"), ("src/target/mod.rs", "")])));
    }

    #[test]
    fn settings_without_a_reference_are_refused() {
        one(&settings_have_a_reference(&Tree::of(&[("src/config/file.rs", "")])), "without `config/radard.toml`");
        none(&settings_have_a_reference(&Tree::of(&[("src/config/file.rs", ""), ("config/radard.toml", "")])));
    }
}
