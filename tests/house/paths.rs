//! Which file of `src/` names which: every `use` and every path that begins at `crate`, `super` or `self`.
//!
//! A path is followed to the file that defines its module, also through `super` and modules written in place.
//! `mod x;` is not an import: a parent that lists its children does not use them by that.

use super::lex::{Kind, Token, lex};
use super::tree::Tree;
use std::collections::BTreeMap;

/// A module's path from the crate root, for example `["queue", "claim"]`.
pub(crate) type Module = Vec<String>;

/// One path in one file.
#[derive(Debug)]
pub(crate) struct Import {
    /// The line it stands on.
    pub(crate) line: usize,
    /// The path from the crate root, with the item at its end.
    pub(crate) path: Vec<String>,
    /// The file that defines the longest part of the path that is a module, when there is one.
    pub(crate) file: Option<String>,
}

/// One file of `src/` with what it imports.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path in the repository.
    pub(crate) name: String,
    /// Its path in the crate; `main.rs` stands beside the crate and calls itself that.
    pub(crate) module: Module,
    /// Its imports in order.
    pub(crate) imports: Vec<Import>,
}

impl File {
    /// The room this file stands in.
    pub(crate) fn room(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }

    /// Is this the inside of a test, which may reach for what it tests?
    pub(crate) fn is_test(&self) -> bool {
        self.module.iter().any(|part| part == "tests")
    }
}

/// Reads every file of `src/` but the crate root.
pub(crate) fn files(tree: &Tree) -> Vec<File> {
    let modules: BTreeMap<Module, String> =
        tree.rust(&["src/"]).filter_map(|(name, _)| Some((module(name)?, name.to_owned()))).collect();
    tree.rust(&["src/"])
        .filter_map(|(name, text)| {
            let module = module(name)?;
            let tokens = lex(text);
            let mut reader =
                Reader { tokens: &tokens, at: 0, here: module.clone(), inner: Vec::new(), modules: &modules };
            Some(File { name: name.to_owned(), imports: reader.read(), module })
        })
        .collect()
}

/// The module that a file defines; none for the crate root.
pub(crate) fn module(file: &str) -> Option<Module> {
    let inside = file.strip_prefix("src/")?;
    if inside == "main.rs" {
        return Some(vec![inside.to_owned()]);
    }
    let stem = inside.strip_suffix(".rs")?;
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    (stem != "lib").then(|| stem.split('/').map(str::to_owned).collect())
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    here: Module,
    /// Depth of each brace that closes a module written in place; other braces are `false`.
    inner: Vec<bool>,
    modules: &'a BTreeMap<Module, String>,
}

impl<'a> Reader<'a> {
    fn read(&mut self) -> Vec<Import> {
        let mut imports = Vec::new();
        while let Some(token) = self.peek(0) {
            if token.is("use") && !self.is(1, "<") {
                self.at += 1;
                self.use_tree(&[], &mut imports);
            } else if self.begins_path(token) {
                let words = self.words();
                imports.extend(self.import(token.line, &words, false));
            } else {
                self.brace(token);
                self.at += 1;
            }
        }
        imports
    }

    fn peek(&self, ahead: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn is(&self, ahead: usize, text: &str) -> bool {
        self.peek(ahead).is_some_and(|token| token.is(text))
    }

    fn was(&self, back: usize, text: &str) -> bool {
        self.at.checked_sub(back).and_then(|at| self.tokens.get(at)).is_some_and(|token| token.is(text))
    }

    /// Keeps `here` true while modules written in place open and close.
    fn brace(&mut self, token: Token<'a>) {
        if token.is("{") {
            let named = self.was(2, "mod").then(|| self.at.checked_sub(1).and_then(|at| self.tokens.get(at))).flatten();
            self.here.extend(named.map(|name| name.text.to_owned()));
            self.inner.push(named.is_some());
        } else if token.is("}") && self.inner.pop() == Some(true) {
            self.here.pop();
        }
    }

    /// Does a path from a known place begin here? `pub(in crate::x)` is a fence, not an import.
    fn begins_path(&self, token: Token<'a>) -> bool {
        let root = self.here.first().is_some_and(|room| room == "main.rs") && token.is("radard");
        (root || ["crate", "super", "self"].iter().any(|word| token.is(word)))
            && self.is(1, "::")
            && !self.was(1, "::")
            && !(self.was(1, "in") && self.was(2, "("))
    }

    fn words(&mut self) -> Vec<&'a str> {
        let mut words = Vec::new();
        while let Some(token) = self.peek(0).filter(|token| token.kind == Kind::Word) {
            words.push(token.text);
            self.at += 1;
            if !self.is(0, "::") {
                break;
            }
            self.at += 1;
        }
        words
    }

    /// Reads one branch of a `use`, up to its comma, brace or semicolon.
    fn use_tree(&mut self, prefix: &[&'a str], imports: &mut Vec<Import>) {
        let mut words = prefix.to_vec();
        let mut line = self.peek(0).map_or(0, |token| token.line);
        while let Some(token) = self.peek(0) {
            match token.text {
                "," | "}" | ";" => break,
                "{" => return self.use_group(&words, imports),
                "as" => self.at += 1,
                "::" if words.is_empty() => words.push("::"),
                "::" | "*" => {}
                word => {
                    words.push(word);
                    line = token.line;
                }
            }
            self.at += 1;
        }
        if words.len() > 1 && words.last() == Some(&"self") {
            words.pop();
        }
        imports.extend(self.import(line, &words, true));
    }

    fn use_group(&mut self, words: &[&'a str], imports: &mut Vec<Import>) {
        self.at += 1;
        while self.peek(0).is_some() && !self.is(0, "}") {
            self.use_tree(words, imports);
            if self.is(0, ",") {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    /// Follows `words` from where they stand. None for what lies outside the crate.
    fn import(&self, line: usize, words: &[&str], bare: bool) -> Option<Import> {
        let mut path = self.here.clone();
        let mut words = words.iter().peekable();
        match *words.peek()? {
            &"crate" | &"radard" => path.clear(),
            &"self" | &"super" => {}
            word if bare && self.child(word) => path.push((*word).to_owned()),
            _ => return None,
        }
        if *words.next()? == "super" {
            path.pop();
        }
        for word in words {
            if *word == "super" {
                path.pop();
            } else {
                path.push((*word).to_owned());
            }
        }
        let file = (1..=path.len()).rev().find_map(|length| self.modules.get(path.get(..length)?).cloned());
        Some(Import { line, path, file })
    }

    fn child(&self, word: &str) -> bool {
        let mut path = self.here.clone();
        path.push(word.to_owned());
        self.modules.contains_key(&path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, text: &str, expected: &[&str]) {
        let tree = Tree::of(&[("src/a/mod.rs", ""), ("src/a/b.rs", ""), ("src/a/c/d.rs", ""), (file, text)]);
        let found = files(&tree).into_iter().find(|found| found.name == file);
        let imports = found.map(|found| found.imports).unwrap_or_default();
        let shown: Vec<String> = imports
            .iter()
            .map(|import| format!("{} {}", import.path.join("::"), import.file.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn groups_are_opened() {
        check(
            "src/x.rs",
            "use crate::{a::b::{self, Y as Z}, a::T};",
            &["a::b src/a/b.rs", "a::b::Y src/a/b.rs", "a::T src/a/mod.rs"],
        );
    }

    #[test]
    fn super_is_followed_out_of_modules_written_in_place() {
        check(
            "src/a/b.rs",
            "mod tests { use super::*; } fn f() { super::c::d::g() }",
            &["a::b src/a/b.rs", "a::c::d::g src/a/c/d.rs"],
        );
    }

    #[test]
    fn super_chains_leave_the_room() {
        check("src/a/c/d.rs", "use super::super::super::x::Y;", &["x::Y -"]);
    }

    #[test]
    fn a_bare_name_is_a_child_or_a_stranger() {
        check("src/a/mod.rs", "mod b; pub use b::T; use serde::Serialize; use ::b::T;", &["a::b::T src/a/b.rs"]);
    }

    #[test]
    fn paths_in_code_and_macros_count() {
        check("src/x.rs", "macro_rules! m { () => { $crate::a::b::f() } }", &["a::b::f src/a/b.rs"]);
    }

    #[test]
    fn a_fence_is_not_an_import() {
        check("src/a/b.rs", "pub(in crate::a) fn f() -> impl Sized + use<> {}", &[]);
    }

    #[test]
    fn main_names_the_crate_from_outside() {
        check("src/main.rs", "fn main() { radard::a::b::run() }", &["a::b::run src/a/b.rs"]);
    }
}
