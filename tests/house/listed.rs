//! What exists is used: every fixture is named by a test, every SQL statement stands in its file's list.
//!
//! A fixture that nobody reads proves nothing and rots. A statement that is missing from its list is never prepared
//! against both databases, and fails on the one that nobody tried.

use super::lex::{Kind, Token, lex};
use super::tree::{Problem, Tree};

const FIXTURES: &str = "tests/fixtures/";
/// A list that a file keeps, and what belongs into it.
type List = (&'static str, fn(&[Token<'_>]) -> bool);
const LISTS: [List; 2] = [("STATEMENTS", is_statement), ("BATCHES", is_batch)];
const VERBS: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];

/// Every fixture is named by code in `src/` or `tests/`: itself, or a folder that holds it as `fixtures/<folder>`.
pub(crate) fn fixtures_are_used(tree: &Tree) -> Vec<Problem> {
    let code: Vec<&str> = tree.rust(&["src/", "tests/"]).map(|(_, text)| text).collect();
    let mut problems = Vec::new();
    for (path, _) in tree.files() {
        let Some(inside) = path.strip_prefix(FIXTURES) else { continue };
        let (folders, name) = inside.rsplit_once('/').unwrap_or(("", inside));
        let named = code.iter().any(|text| text.contains(name) || names_folder(text, folders));
        if !named && name != "README.md" {
            let advice = "use it in a test, or remove it";
            problems.push(Problem::at(path, 0, "fixtures", "no test names this file".to_owned(), advice));
        }
    }
    problems
}

/// Every file that `README.md` points at is there; its pictures lie in `tests/fixtures/readme`.
pub(crate) fn readme_points_at_files(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Some(readme) = tree.text("README.md") else { return problems };
    for (at, line) in readme.lines().enumerate() {
        for rest in line.split("](").skip(1) {
            let Some((link, _)) = rest.split_once(')') else { continue };
            let outside = link.contains("://") || link.starts_with('#');
            if !outside && tree.text(link).is_none() {
                let what = format!("`{link}` is not there");
                problems.push(Problem::at("README.md", at + 1, "readme", what, "fix the link, or add the file"));
            }
        }
    }
    problems
}

/// Does `text` name `folders` or one of the folders above it?
fn names_folder(text: &str, folders: &str) -> bool {
    let ends = folders.match_indices('/').map(|(at, _)| at).chain([folders.len()]);
    ends.filter_map(|end| folders.get(..end))
        .any(|folder| !folder.is_empty() && text.contains(&format!("fixtures/{folder}")))
}

/// Every `const` of `src/store/` that holds SQL is named in the `STATEMENTS` of its file, a batch in its `BATCHES`.
pub(crate) fn statements_are_listed(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.rust(&["src/store/"]) {
        let tokens = lex(text);
        let constants: Vec<(&Token<'_>, &[Token<'_>])> =
            tokens.iter().enumerate().filter_map(|(at, token)| constant(token, tokens.get(at + 1..)?)).collect();
        for (list, belongs) in LISTS {
            let listed = constants.iter().find(|(name, _)| name.is(list)).map(|(_, value)| *value).unwrap_or_default();
            for (name, _) in constants.iter().filter(|(_, value)| belongs(value)) {
                if !listed.iter().any(|listed| listed.is(name.text)) {
                    let what = format!("`{}` is not in this file's `{list}`", name.text);
                    let advice = "add it to that list, so that both databases prepare it in a test";
                    problems.push(Problem::at(path, name.line, "statements", what, advice));
                }
            }
        }
    }
    problems
}

/// The name and the value of the `const` that begins at `token`.
fn constant<'a>(token: &Token<'_>, after: &'a [Token<'a>]) -> Option<(&'a Token<'a>, &'a [Token<'a>])> {
    let name = after.first().filter(|name| token.is("const") && name.kind == Kind::Word)?;
    let end = after.iter().position(|token| token.is(";"))?;
    let begin = after.iter().position(|token| token.is("=")).filter(|begin| *begin < end)?;
    Some((name, after.get(begin + 1..end)?))
}

/// A value that is one text, or a macro around one, beginning with a verb of SQL.
fn is_statement(value: &[Token<'_>]) -> bool {
    let text = match value {
        [text] => text,
        [_, mark, open, text, ..] if mark.is("!") && open.is("(") => text,
        _ => return false,
    };
    let verb = text.text.split_whitespace().next().unwrap_or_default();
    text.kind == Kind::Text && VERBS.iter().any(|known| verb.eq_ignore_ascii_case(known))
}

fn is_batch(value: &[Token<'_>]) -> bool {
    value.first().is_some_and(|word| word.is("Batch"))
}

#[cfg(test)]
mod tests {
    use super::super::tree::{none, one};
    use super::*;

    #[test]
    fn a_fixture_nobody_names_is_refused() {
        let used = ("tests/a.rs", "include_str!(\"fixtures/a.json\"); read(\"fixtures/frames\")");
        let fixtures =
            [("tests/fixtures/a.json", ""), ("tests/fixtures/frames/1.bin", ""), ("tests/fixtures/mix/2.bin", "")];
        let tree: Vec<_> = fixtures.into_iter().chain([used]).collect();
        one(&fixtures_are_used(&Tree::of(&tree)), "tests/fixtures/mix/2.bin");
    }

    #[test]
    fn a_statement_outside_the_list_is_refused() {
        let file = "const A: &str = \"SELECT 1\";\nconst B: &str = concat!(\"WITH x\", \"y\");\nconst NAME: &str = \"selected\";\n\
                    pub(super) const STATEMENTS: &[(&str, &str)] = &[(\"A\", A)];";
        one(&statements_are_listed(&Tree::of(&[("src/store/a.rs", file)])), "src/store/a.rs:2  [statements] `B`");
        none(&statements_are_listed(&Tree::of(&[("src/web/a.rs", file)])));
    }

    #[test]
    fn a_batch_outside_the_list_is_refused() {
        let file = "const A: Batch = Batch { rows: &[] };\nconst B: Batch = Batch::of_both(&[], \"SELECT 1\");\n\
                    pub(super) const BATCHES: &[Batch] = &[A];";
        one(&statements_are_listed(&Tree::of(&[("src/store/a.rs", file)])), "src/store/a.rs:2  [statements] `B`");
    }

    #[test]
    fn a_file_with_statements_and_no_list_is_refused() {
        let file = "const A: &str = \"\n  DELETE FROM x\";\nconst LIMIT: [u8; 2] = [1, 2];";
        one(&statements_are_listed(&Tree::of(&[("src/store/deep/a.rs", file)])), "`A`");
    }

    #[test]
    fn a_readme_that_points_nowhere_is_told() {
        let readme = "![p](tests/fixtures/readme/p.png) [x](https://a.test) [gone](src/gone.rs)";
        let tree = Tree::of(&[("README.md", readme), ("tests/fixtures/readme/p.png", "")]);
        one(&readme_points_at_files(&tree), "`src/gone.rs` is not there");
    }
}
