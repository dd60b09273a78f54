//! A simulated platform is named in its own folder and in the list of all, and nowhere between.
//!
//! What every platform shares works with that list. Once it names one of them, the next platform changes many files.

use super::lex::{Kind, lex};
use super::tree::{Problem, Tree};
use std::collections::BTreeSet;

/// Where the simulated platforms stand.
const ROOM: &str = "src/sim/";
/// The file with the list of all.
const LIST: &str = "src/sim/mod.rs";

/// No file directly in the room but the list names a platform.
pub(crate) fn are_named_at_home(tree: &Tree) -> Vec<Problem> {
    let names = names(tree);
    if names.is_empty() {
        let advice = "a platform is a folder with a `site.rs`, or a `bare` line of the list";
        return vec![Problem::at(LIST, 0, "platforms", "no platform is found".to_owned(), advice)];
    }
    let mut problems = Vec::new();
    let is_shared = |path: &str| path != LIST && path.strip_prefix(ROOM).is_some_and(|name| !name.contains('/'));
    for (path, text) in tree.rust(&[ROOM]).filter(|(path, _)| is_shared(path)) {
        for token in lex(text).iter().filter(|token| token.kind != Kind::Mark) {
            let written = plain(token.text);
            if let Some(name) = names.iter().find(|name| written.contains(&plain(name))) {
                let what = format!("`{name}` is named in what all platforms share");
                let advice = "let the platform say it: a field of `Platform`, or a method of `Site`";
                problems.push(Problem::at(path, token.line, "platforms", what, advice));
            }
        }
    }
    problems
}

/// The platforms that have a folder, and those in the list that are bare.
fn names(tree: &Tree) -> BTreeSet<&str> {
    let folders = tree.files().filter_map(|(path, _)| path.strip_prefix(ROOM)?.strip_suffix("/site.rs"));
    let tokens = lex(tree.text(LIST).unwrap_or_default());
    let bare = tokens.windows(3).filter_map(|it| match it {
        [call, open, name] if call.is("bare") && open.is("(") && name.kind == Kind::Text => Some(name.text),
        _ => None,
    });
    folders.chain(bare).collect()
}

/// A name without what tells a type's name from a file's.
fn plain(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::tree::{none, one};
    use super::*;

    fn tree(file: &str, text: &str) -> Tree {
        let list =
            (LIST, "mod sea_side; static ALL: [P; 2] = [sea_side::PLATFORM, Platform::bare(\"hill\", \"sim.hill\")];");
        Tree::of(&[
            list,
            ("src/sim/sea_side/site.rs", "fn sea_side() {}"),
            ("src/sim/sea_side/state.rs", ""),
            (file, text),
        ])
    }

    #[test]
    fn a_platform_in_what_all_share_is_refused() {
        let gate = |text| are_named_at_home(&tree("src/sim/gate.rs", text));
        one(&gate("\nuse super::sea_side::f;"), "src/sim/gate.rs:2  [platforms] `sea_side`");
        one(&gate("fn f(it: SeaSide) {}"), "`sea_side`");
        one(&gate("fn f() { g(\"sea_side.probe.rate\") }"), "`sea_side`");
        one(&gate("fn f() { g(\"hill\") }"), "`hill`");
        none(&gate("fn f(it: Sea) { g(\"side\") } // sea_side"));
        none(&are_named_at_home(&tree("src/sim/sea_side/page.rs", "use super::sea_side;")));
        none(&are_named_at_home(&tree("src/sim/gate/tests.rs", "fn f() { g(\"sea_side\") }")));
        none(&are_named_at_home(&tree("src/web/page.rs", "fn f() { g(\"sea_side\") }")));
    }

    #[test]
    fn a_room_without_platforms_is_refused() {
        one(&are_named_at_home(&Tree::of(&[(LIST, "mod gate;"), ("src/sim/gate.rs", "")])), "no platform is found");
    }
}
