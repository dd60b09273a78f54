//! Who may use whom: rooms by the table, files by standing beside each other, crates by the room that owns them.
//!
//! The arrows point downward and nobody leans on the folder that holds them. A crate that has an owner is seen by
//! its owner alone, so that replacing it is the work of one room.

use super::lex::lex;
use super::paths::{File, files, module};
use super::table::Table;
use super::tree::{Problem, Tree};

/// Crates with an owner, and the rooms that own them.
const OWNED: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("reqwest", &["net"]),
    ("fantoccini", &["browser"]),
    ("prost", &["wire"]),
    ("axum", &["web", "sim", "cli", "daemon"]),
    (FOR_TESTS_TOO, &["cli", "main.rs"]),
];
/// Errors without a type are for those who only print them; a test may do that anywhere.
const FOR_TESTS_TOO: &str = "anyhow";
/// Rooms that compute and nothing else.
const PURE: &[&str] = &["domain", "sign", "wire"];
/// Words that a pure room has no use for.
const IMPURE: &[&str] = &["async", "await", "tokio"];

/// Every import between rooms is allowed by the table.
pub(crate) fn follow_the_table(tree: &Tree) -> Vec<Problem> {
    let table = Table::of(tree);
    let mut problems = Vec::new();
    for file in files(tree) {
        for import in &file.imports {
            let to = import.path.first().map_or("*", String::as_str);
            if !table.knows(to) {
                let advice = "import it from the room that owns it; the crate root holds rooms only";
                problems.push(Problem::at(
                    &file.name,
                    import.line,
                    "imports",
                    format!("`crate::{to}` is not a room"),
                    advice,
                ));
            } else if !table.allows(file.room(), to) {
                let advice = "turn the call round, meet in the store, or let daemon lay a channel; else move the wall in src/lib.rs";
                let what = format!("`{}` may not use `{to}`", file.room());
                problems.push(Problem::at(&file.name, import.line, "imports", what, advice));
            }
        }
    }
    problems
}

/// Nobody imports the module they stand in: siblings import siblings, by file.
pub(crate) fn never_lean_on_the_folder(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files(tree).into_iter().filter(|file| !file.is_test()) {
        for import in &file.imports {
            let Some(target) = import.file.as_deref().filter(|target| holds(target, &file)) else { continue };
            let what =
                format!("`{}` is taken from `{target}`, in whose folder this file stands", import.path.join("::"));
            let advice = "import it from the sibling that defines it, or give it a file of its own";
            problems.push(Problem::at(&file.name, import.line, "folder", what, advice));
        }
    }
    problems
}

/// Does `target` define a folder that `file` stands in?
fn holds(target: &str, file: &File) -> bool {
    module(target).is_some_and(|target| target.len() < file.module.len() && file.module.starts_with(&target))
}

/// A crate with an owner is named by its owner only, and pure rooms stay pure.
pub(crate) fn respect_owners(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, text) in tree.rust(&["src/"]) {
        let Some(room) = module(name).and_then(|module| module.into_iter().next()) else { continue };
        let tokens = lex(text);
        let tests =
            tokens.windows(2).position(|pair| matches!(pair, [word, name] if word.is("mod") && name.is("tests")));
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            let opens = before.is_some_and(|before| before.is("use") || before.is("crate"));
            let path = tokens.get(at + 1).is_some_and(|next| next.is("::"));
            let inner = before.is_some_and(|before| before.is(".") || (before.is("::") && !leads(&tokens, at)));
            let owner = OWNED.iter().find(|(owned, rooms)| token.is(owned) && !rooms.contains(&room.as_str()));
            let owner = owner.filter(|(owned, _)| *owned != FOR_TESTS_TOO || tests.is_none_or(|tests| at < tests));
            if let Some((owned, rooms)) = owner.filter(|_| (opens || path) && !inner) {
                let what = format!("`{room}` names `{owned}`, which belongs to `{}`", rooms.join("`, `"));
                let advice = "ask the owner for what is needed, in the words of the field";
                problems.push(Problem::at(name, token.line, "owners", what, advice));
            }
            if PURE.contains(&room.as_str()) && IMPURE.iter().any(|word| token.is(word)) {
                let what = format!("`{}` in `{room}`, which only computes", token.text);
                problems.push(Problem::at(name, token.line, "owners", what, "move the waiting to the caller"));
            }
        }
    }
    problems
}

/// Is the `::` before token `at` the first mark of a path, as in `use ::sqlx`?
fn leads(tokens: &[super::lex::Token<'_>], at: usize) -> bool {
    at.checked_sub(2)
        .and_then(|at| tokens.get(at))
        .is_none_or(|token| token.is("use") || token.kind != super::lex::Kind::Word)
}

#[cfg(test)]
mod tests {
    use super::super::tree::{none, one};
    use super::*;

    const TABLE: &str = "//! | 3 | `main.rs` | x | `web` |\n//! | 2 | `web/` | x | `store` |\n//! | 1 | `store/` | x | |\n//! | 0 | `domain/` | x | |\n";

    fn tree(file: &str, text: &str) -> Tree {
        let folder = ("src/store/mod.rs", "mod jobs; pub use jobs::Jobs;");
        Tree::of(&[("src/lib.rs", TABLE), folder, ("src/store/jobs.rs", ""), ("src/web/mod.rs", ""), (file, text)])
    }

    #[test]
    fn an_arrow_upward_is_refused() {
        let upward = tree("src/store/rows.rs", "\nuse crate::{domain::Id, web::Page};");
        one(&follow_the_table(&upward), "src/store/rows.rs:2  [imports] `store` may not use `web`");
        none(&follow_the_table(&tree("src/web/page.rs", "use crate::{domain::Id, store::Jobs};")));
    }

    #[test]
    fn an_arrow_upward_through_super_is_refused() {
        one(&follow_the_table(&tree("src/store/rows.rs", "use super::super::web::Page;")), "`store` may not use `web`");
    }

    #[test]
    fn an_item_of_the_crate_root_is_refused() {
        one(&follow_the_table(&tree("src/web/page.rs", "use crate::Result;")), "`crate::Result` is not a room");
        one(&follow_the_table(&tree("src/web/page.rs", "use crate::*;")), "`crate::*` is not a room");
    }

    #[test]
    fn main_is_a_row_like_any_other() {
        one(
            &follow_the_table(&tree("src/main.rs", "fn main() { radard::store::open() }")),
            "`main.rs` may not use `store`",
        );
        none(&follow_the_table(&tree("src/main.rs", "fn main() { radard::web::serve() }")));
    }

    #[test]
    fn leaning_on_the_own_folder_is_refused() {
        let leaning = tree("src/store/rows.rs", "use super::Jobs;");
        one(
            &never_lean_on_the_folder(&leaning),
            "src/store/rows.rs:1  [folder] `store::Jobs` is taken from `src/store/mod.rs`",
        );
        one(&never_lean_on_the_folder(&tree("src/store/deep/rows.rs", "use crate::store::Jobs;")), "`store::Jobs`");
        none(&never_lean_on_the_folder(&tree(
            "src/store/rows.rs",
            "use super::jobs::Jobs; mod tests { use super::*; }",
        )));
        none(&never_lean_on_the_folder(&tree("src/store/tests.rs", "use super::*;")));
    }

    #[test]
    fn a_crate_outside_its_room_is_refused() {
        one(&respect_owners(&tree("src/web/page.rs", "#[derive(sqlx::FromRow)] struct Row;")), "`web` names `sqlx`");
        one(&respect_owners(&tree("src/web/page.rs", "use reqwest;")), "belongs to `net`");
        one(&respect_owners(&tree("src/web/page.rs", "use ::prost::Message;")), "belongs to `wire`");
        one(
            &respect_owners(&tree("src/web/page.rs", "use anyhow::Context; mod tests { use anyhow::Result; }")),
            "`anyhow`",
        );
        none(&respect_owners(&tree("src/store/rows.rs", "use sqlx::Row;")));
        none(&respect_owners(&tree("src/web/page.rs", "use crate::store::sqlx::x; // sqlx::Row")));
    }

    #[test]
    fn a_pure_room_that_waits_is_refused() {
        one(
            &respect_owners(&tree("src/domain/id.rs", "\npub async fn id() {}")),
            "src/domain/id.rs:2  [owners] `async` in `domain`",
        );
    }
}
