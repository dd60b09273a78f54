//! Words that must not stand in the house: promises to do it later, tests that do not test, talk of other places.
//!
//! The words are put together here from halves, so that the list does not find itself.

use super::lex::{Token, lex};
use super::tree::{Problem, Tree};

/// Notes to a later self.
const LATER: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
/// Attributes that take the test out of a test.
const HOLLOW: &[&str] = &["ignore", "should_panic"];
/// Where the house was built concerns nobody who lives in it. Whole words, in any case.
const ELSEWHERE: &[&str] =
    &[concat!("c", "eo"), concat!("sub", "agent"), concat!("cla", "ude"), concat!("anth", "ropic")];
/// The same, as parts of paths.
const ELSEWHERE_PATHS: &[&str] = &[concat!("/wo", "rk/"), concat!("/fa", "rm/"), concat!("../sha", "red/")];

/// Nothing is left for later in what we write.
pub(crate) fn nothing_is_left_for_later(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| ours(path)) {
        for (line, word) in whole_words(text).filter(|(_, word)| LATER.contains(word)) {
            problems.push(Problem::at(path, line, "later", format!("`{word}`"), "do it now, or leave it out"));
        }
    }
    problems
}

/// Written by hand for this house: made-up answers and vendored files may say what they like.
fn ours(path: &str) -> bool {
    let hand =
        ["src/", "tests/", "protos/", "config/"].iter().any(|folder| path.starts_with(folder)) || !path.contains('/');
    hand && !path.starts_with("tests/fixtures/") && !path.contains("/vendor/") && path != "Cargo.lock"
}

/// No test is skipped, wants a panic, or sits and waits.
pub(crate) fn tests_test(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.rust(&["src/", "tests/"]) {
        let tokens = lex(text);
        for (at, token) in tokens.iter().enumerate() {
            let Some(rest) = tokens.get(at..) else { continue };
            if let Some(word) = hollow(rest) {
                let advice = "let the test run everywhere and assert what must hold";
                problems.push(Problem::at(path, token.line, "hollow test", format!("`{word}`"), advice));
            }
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            if path.starts_with("tests/") && naps(before, rest) {
                let advice = "wait for a condition; time passes through ambient::Clock";
                problems.push(Problem::at(path, token.line, "nap", format!("`{}` in a test", token.text), advice));
            }
        }
        for (at, line) in text.lines().enumerate() {
            let fence = line.trim_start().trim_start_matches(['/', '!', ' ']).strip_prefix("```");
            if line.trim_start().starts_with("//") && fence.is_some_and(|fence| fence.contains("ignore")) {
                problems.push(Problem::at(
                    path,
                    at + 1,
                    "hollow test",
                    "an example that never runs".to_owned(),
                    "let it run",
                ));
            }
        }
    }
    problems
}

/// Does an attribute begin here that hollows a test out, openly or behind `cfg_attr`?
fn hollow(tokens: &[Token<'_>]) -> Option<&'static str> {
    let inside = match tokens {
        [hash, open, inside @ ..] if hash.is("#") && open.is("[") => inside,
        _ => return None,
    };
    let reach = if inside.first()?.is("cfg_attr") { inside.len() } else { 1 };
    let inside = inside.iter().take(reach).take_while(|token| !token.is("]"));
    inside.into_iter().find_map(|token| HOLLOW.iter().copied().find(|word| token.is(word)))
}

/// Is this a call of a free `sleep`? A clock's own method is let be: in a story it moves time instead of waiting.
fn naps(before: Option<&Token<'_>>, tokens: &[Token<'_>]) -> bool {
    let [name, open, ..] = tokens else { return false };
    let nap = ["sleep", "sleep_ms", "sleep_until"].iter().any(|word| name.is(word)) && open.is("(");
    nap && !before.is_some_and(|before| before.is(".") || before.is("fn"))
}

/// The text speaks of the product alone.
pub(crate) fn the_text_speaks_of_the_product(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| *path != "Cargo.lock") {
        let words =
            whole_words(text).filter(|(_, word)| ELSEWHERE.iter().any(|other| word.eq_ignore_ascii_case(other)));
        let paths = text.lines().enumerate().flat_map(|(at, line)| {
            ELSEWHERE_PATHS.iter().filter(move |part| line.contains(**part)).map(move |part| (at + 1, *part))
        });
        for (line, word) in words.chain(paths) {
            let advice = "say it without the place where it was written";
            problems.push(Problem::at(path, line, "elsewhere", format!("`{word}`"), advice));
        }
    }
    problems
}

/// Words with their lines; a word is letters, digits and underscores.
fn whole_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(at, line)| {
        line.split(|c: char| c != '_' && !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(move |word| (at + 1, word))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::{none, one};
    use super::*;

    #[test]
    fn a_note_to_a_later_self_is_refused() {
        let note = format!("\n-- {}: index\n", concat!("TO", "DO"));
        one(&nothing_is_left_for_later(&Tree::of(&[("src/store/migrations/0001.sql", &note)])), "0001.sql:2  [later]");
        none(&nothing_is_left_for_later(&Tree::of(&[("tests/fixtures/a.json", &note)])));
    }

    #[test]
    fn a_skipped_test_is_refused() {
        one(
            &tests_test(&Tree::of(&[("src/a.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}")])),
            "src/a.rs:2  [hollow test] `ignore`",
        );
        one(&tests_test(&Tree::of(&[("tests/a.rs", "#[cfg_attr(unix, ignore)]\nfn a() {}")])), "`ignore`");
        none(&tests_test(&Tree::of(&[("tests/a.rs", "#[test]\nfn ignore() {} // #[ignore]")])));
    }

    #[test]
    fn a_wanted_panic_is_refused() {
        one(&tests_test(&Tree::of(&[("src/a.rs", "#[should_panic(expected = \"x\")]")])), "`should_panic`");
    }

    #[test]
    fn an_example_that_never_runs_is_refused() {
        one(&tests_test(&Tree::of(&[("src/a.rs", "/// Adds.\n/// ```rust,ignore\n/// a()\n/// ```")])), "src/a.rs:2");
    }

    #[test]
    fn a_nap_in_a_test_is_refused() {
        one(&tests_test(&Tree::of(&[("tests/a.rs", "fn a() {\n std::thread::sleep(x) }")])), "tests/a.rs:2  [nap]");
        none(&tests_test(&Tree::of(&[("tests/a.rs", "fn a() { clock.sleep(x) } // sleep(x)")])));
    }

    #[test]
    fn talk_of_other_places_is_refused() {
        let word = format!("\nmade by {}", concat!("Cla", "ude"));
        one(&the_text_speaks_of_the_product(&Tree::of(&[("README.md", &word)])), "README.md:2  [elsewhere]");
        let path = format!("see {}x", concat!("../sha", "red/"));
        one(&the_text_speaks_of_the_product(&Tree::of(&[("config/a.toml", &path)])), "config/a.toml:1");
        none(&the_text_speaks_of_the_product(&Tree::of(&[("README.md", "an ocean of frameworks, shared")])));
    }
}
