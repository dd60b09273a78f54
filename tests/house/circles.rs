//! No two files import each other, however long the way round.
//!
//! A circle means that none of its files can be read, tried or moved alone. Rooms cannot form one, since the table
//! points downward; this rule keeps the files inside a room in order too.

use super::paths::files;
use super::tree::{Problem, Tree};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// File → the files it imports, each with the line of its first import.
type Graph = BTreeMap<String, BTreeMap<String, usize>>;

/// Finds each group of files that import each other, once, by its shortest way round.
pub(crate) fn are_absent(tree: &Tree) -> Vec<Problem> {
    let graph = graph(tree);
    let mut told = BTreeSet::new();
    let mut problems = Vec::new();
    for start in graph.keys() {
        let Some(way) = way_round(&graph, start) else { continue };
        if !way.iter().any(|file| told.contains(file)) {
            told.extend(way.iter().cloned());
            let line = way.get(1).or(way.first()).and_then(|next| graph.get(start)?.get(next)).copied().unwrap_or(0);
            let what = format!("{} → {start}", way.join(" → "));
            let advice = "move what both need into a third file, or pass it in";
            problems.push(Problem::at(start, line, "circles", what, advice));
        }
    }
    problems
}

fn graph(tree: &Tree) -> Graph {
    let mut graph = Graph::new();
    for file in files(tree) {
        let targets = graph.entry(file.name.clone()).or_default();
        for import in file.imports {
            if let Some(target) = import.file.filter(|target| *target != file.name) {
                targets.entry(target).or_insert(import.line);
            }
        }
    }
    graph
}

/// The shortest way from `start` back to itself: the files on it, `start` first.
fn way_round(graph: &Graph, start: &str) -> Option<Vec<String>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(file) = waiting.pop_front() {
        for next in graph.get(file).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut way = vec![file.to_owned()];
                let mut at = file;
                while let Some(before) = came_from.get(at) {
                    way.push((*before).to_owned());
                    at = before;
                }
                way.reverse();
                return Some(way);
            }
            if !came_from.contains_key(next.as_str()) {
                came_from.insert(next, file);
                waiting.push_back(next);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tree::{none, one};
    use super::*;

    #[test]
    fn a_circle_of_three_is_told_once() {
        let tree = Tree::of(&[
            ("src/a/x.rs", "\nuse super::y::Y;"),
            ("src/a/y.rs", "use crate::a::z::Z;"),
            ("src/a/z.rs", "fn f() { super::x::g() }"),
        ]);
        one(&are_absent(&tree), "src/a/x.rs:2  [circles] src/a/x.rs → src/a/y.rs → src/a/z.rs → src/a/x.rs");
    }

    #[test]
    fn a_list_of_children_is_not_a_circle() {
        let folder = ("src/a/mod.rs", "mod x; mod y; mod tests; pub use x::X;");
        let tests = ("src/a/tests.rs", "use super::*;");
        none(&are_absent(&Tree::of(&[folder, tests, ("src/a/x.rs", "use super::y::Y;"), ("src/a/y.rs", "")])));
    }
}
