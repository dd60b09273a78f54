//! Arguments have names: no function hides two of them in a tuple, and rooms keep nothing of what opens them.
//!
//! A tuple gets round the limit on arguments without making a call easier to read. What belongs together is a struct.

use super::lex::{Token, lex};
use super::tree::{Problem, Tree};

/// What rooms are opened with, and where it may be named: where a room opens, and where the house is put together.
const BASE: &str = "Base";
const BUILDERS: &[&str] = &["src/base/", "src/daemon/", "src/web/tests/"];

/// No function takes a tuple.
pub(crate) fn are_named(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.rust(&["src/", "tests/"]) {
        let tokens = lex(text);
        for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.is("fn")) {
            let rest = tokens.get(at + 1..).unwrap_or_default();
            if parameters(rest).iter().any(|parameter| is_tuple(parameter)) {
                let name = rest.first().map_or("", |name| name.text);
                let what = format!("`{name}` takes a tuple");
                problems.push(Problem::at(
                    path,
                    token.line,
                    "arguments",
                    what,
                    "give each its own name, or make a struct",
                ));
            }
        }
    }
    problems
}

/// The parameters of a function whose name comes first in `tokens`; none where it is a type of function.
fn parameters<'a, 'b>(tokens: &'b [Token<'a>]) -> Vec<&'b [Token<'a>]> {
    let mut at = 1;
    if tokens.get(at).is_some_and(|token| token.is("<")) {
        at = after_generics(tokens, at);
    }
    if !tokens.get(at).is_some_and(|token| token.is("(")) || tokens.first().is_none_or(|name| name.is("(")) {
        return Vec::new();
    }
    let (mut depth, mut begin, mut found) = (0_usize, at + 1, Vec::new());
    for (here, token) in tokens.iter().enumerate().skip(at) {
        if ["(", "[", "{", "<"].iter().any(|open| token.is(open)) {
            depth += 1;
        } else if [")", "]", "}"].iter().any(|close| token.is(close)) || closes_generics(tokens, here) {
            depth -= 1;
        }
        let ends = depth == 0;
        if ends || (depth == 1 && token.is(",")) {
            found.extend(tokens.get(begin..here));
            begin = here + 1;
        }
        if ends {
            break;
        }
    }
    found
}

/// Whether the token there is a `>` that closes something: that of an arrow does not.
fn closes_generics(tokens: &[Token<'_>], at: usize) -> bool {
    let is_arrow = at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|before| before.is("-"));
    tokens.get(at).is_some_and(|token| token.is(">")) && !is_arrow
}

/// Behind the `>` that closes what opens at `at`.
fn after_generics(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (here, token) in tokens.iter().enumerate().skip(at) {
        if token.is("<") {
            depth += 1;
        } else if closes_generics(tokens, here) {
            depth -= 1;
            if depth == 0 {
                return here + 1;
            }
        }
    }
    tokens.len()
}

/// Whether a parameter is taken apart as a tuple, or is of a tuple's type. The unit is none, nor is what stands in
/// parentheses alone.
fn is_tuple(parameter: &[Token<'_>]) -> bool {
    let opens = |tokens: &[Token<'_>]| {
        let mut tokens = tokens.iter().skip_while(|token| token.is("&") || token.is("mut"));
        let opens = tokens.next().is_some_and(|token| token.is("("));
        opens && tokens.next().is_some_and(|token| ![")", "dyn", "impl"].iter().any(|other| token.is(other)))
    };
    let of_type = parameter.iter().position(|token| token.is(":")).and_then(|colon| parameter.get(colon + 1..));
    opens(parameter) || of_type.is_some_and(opens)
}

/// What rooms are opened with is named where a room opens, and nowhere deeper.
pub(crate) fn base_stays_at_the_door(tree: &Tree) -> Vec<Problem> {
    let is_door = |path: &str| path.ends_with("/mod.rs") && path.split('/').count() == 3;
    tree.rust(&["src/"])
        .filter(|(path, _)| !is_door(path) && !BUILDERS.iter().any(|folder| path.starts_with(folder)))
        .filter_map(|(path, text)| {
            let tokens = lex(text);
            let mut imports = tokens.split(|token| token.is(";"));
            let named = |import: &&[Token<'_>]| {
                import.windows(3).any(|it| matches!(it, [first, _, last] if first.is("crate") && last.is("base")))
                    && import.iter().any(|it| it.is(BASE))
            };
            let line = imports.find(named)?.last()?.line;
            let advice = "take from it what is needed in the `open` of the room";
            Some(Problem::at(path, line, "base", format!("`{BASE}` is named inside a room"), advice))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::{none, one};
    use super::*;

    #[test]
    fn a_tuple_in_the_place_of_arguments_is_refused() {
        let tree = |text: &str| Tree::of(&[("src/a/b.rs", text)]);
        one(
            &are_named(&tree("//! x\nfn f(\n    (a, b): (A, B),\n) {}")),
            "src/a/b.rs:2  [arguments] `f` takes a tuple",
        );
        one(&are_named(&tree("fn g(it: &mut (A, B)) {}")), "`g` takes a tuple");
        one(&are_named(&tree("fn h<T: Fn(A) -> B>(&self, c: C, (a, b): (A, T)) {}")), "`h` takes a tuple");
        none(&are_named(&tree("fn f(a: A, (): &(), act: impl Fn((A, B)) -> C, all: &[(A, B)], e: &(dyn E + 'a)) {}")));
        none(&are_named(&tree("fn f(m: &mut Map<String, (A, B)>, g: impl Fn(A) -> Result<B, (C, D)>) {}")));
        none(&are_named(&tree("type F = fn(&A, (u8, u8)) -> B; struct S(pub fn(A) -> B);")));
    }

    #[test]
    fn a_base_that_is_kept_is_refused() {
        let deep =
            [("src/media/jobs/tools.rs", "use crate::base::Base;"), ("src/media/mod.rs", "use crate::base::Base;")];
        one(&base_stays_at_the_door(&Tree::of(&deep)), "src/media/jobs/tools.rs:1  [base]");
        none(&base_stays_at_the_door(&Tree::of(&[("src/daemon/house.rs", "use crate::base::{Base, Plan};")])));
    }
}
