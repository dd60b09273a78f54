//! The floor table, read from the head of `src/lib.rs`, and what it allows.
//!
//! The table people read is the table that is enforced: there is no second copy to fall behind. It is also judged
//! itself, since a row that points upward would make the rule allow what the drawing forbids.

use super::tree::{Problem, Tree};
use std::collections::BTreeSet;

/// Where the table stands.
const HOME: &str = "src/lib.rs";
/// The rooms that everyone may use. Among themselves they may look only at those that stand further down.
const OPEN: &[&str] = &["domain", "ambient", "advice", "observe"];

/// One room of the house.
#[derive(Debug)]
struct Row {
    floor: u32,
    name: String,
    line: usize,
    all_below: bool,
    may: BTreeSet<String>,
}

/// The rooms from top to bottom.
#[derive(Debug)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    /// Reads the table: lines `//! | floor | module | what it is | may use |`.
    pub(crate) fn of(tree: &Tree) -> Self {
        let text = tree.text(HOME).unwrap_or_default();
        Self(text.lines().enumerate().filter_map(|(at, line)| row(line, at + 1)).collect())
    }

    /// Is there a room of this name?
    pub(crate) fn knows(&self, room: &str) -> bool {
        self.find(room).is_some()
    }

    /// May `from` use `to`? A room may always use itself.
    pub(crate) fn allows(&self, from: &str, to: &str) -> bool {
        if from == to {
            return true;
        }
        let (Some((from_line, row)), Some((to_line, target))) = (self.find(from), self.find(to)) else { return false };
        if OPEN.contains(&to) {
            return !OPEN.contains(&from) || from_line < to_line;
        }
        row.may.contains(to) || (row.all_below && target.floor < row.floor)
    }

    fn find(&self, room: &str) -> Option<(usize, &Row)> {
        self.0.iter().enumerate().find(|(_, row)| row.name == room)
    }
}

fn row(line: &str, number: usize) -> Option<Row> {
    let cells: Vec<&str> =
        line.strip_prefix("//! |")?.trim_end().strip_suffix('|')?.split('|').map(str::trim).collect();
    let [floor, module, _, may] = cells.as_slice() else { return None };
    Some(Row {
        floor: floor.parse().ok()?,
        name: module.trim_matches('`').trim_end_matches('/').to_owned(),
        line: number,
        all_below: may.contains("all below"),
        may: may.split('`').skip(1).step_by(2).flat_map(str::split_whitespace).map(str::to_owned).collect(),
    })
}

/// The table points downward only, names no stranger and no room twice.
pub(crate) fn points_down(tree: &Tree) -> Vec<Problem> {
    let table = Table::of(tree);
    let mut problems = Vec::new();
    let mut say = |line, what| {
        problems.push(Problem::at(
            HOME,
            line,
            "table",
            what,
            "fix the row; rooms use lower floors, and each has one row",
        ));
    };
    if table.0.is_empty() {
        say(0, "the head holds no floor table".to_owned());
    }
    for (at, row) in table.0.iter().enumerate() {
        if table.0.iter().take(at).any(|other| other.name == row.name) {
            say(row.line, format!("`{}` stands twice", row.name));
        }
        for used in &row.may {
            match table.find(used) {
                None => say(row.line, format!("`{}` may use `{used}`, which has no row", row.name)),
                Some((_, used)) if used.floor >= row.floor => {
                    say(
                        row.line,
                        format!(
                            "`{}` on floor {} may use `{}` on floor {}",
                            row.name, row.floor, used.name, used.floor
                        ),
                    );
                }
                Some(_) => {}
            }
        }
    }
    problems
}

/// Every folder and top file of `src/` is a row. A row without a folder is a room still to come.
pub(crate) fn rooms_have_rows(tree: &Tree) -> Vec<Problem> {
    let table = Table::of(tree);
    let rooms: BTreeSet<&str> = tree
        .files()
        .filter_map(|(path, _)| path.strip_prefix("src/")?.split('/').next())
        .filter(|room| *room != "lib.rs")
        .collect();
    rooms
        .into_iter()
        .filter(|room| !table.knows(room) && !table.knows(room.trim_end_matches(".rs")))
        .map(|room| {
            let file = format!("src/{room}");
            let advice = "give the room a row in the table of src/lib.rs, or move the files to the room they belong to";
            Problem::at(&file, 0, "rooms", format!("`{room}` is not in the floor table"), advice)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::{none, one};
    use super::*;

    const HEAD: &str = "//! | floor | module | what it is | may use |\n//! |--:|---|---|---|\n";

    fn tree(rows: &str) -> Tree {
        Tree::of(&[(HOME, &format!("{HEAD}{rows}"))])
    }

    #[test]
    fn a_row_is_read_with_its_remarks_left_out() {
        let table = Table::of(&tree(
            "//! | 5 | `browser/` | driver | `net` (dial only) `config` |\n//! | 4 | `net/` | x | |\n",
        ));
        assert!(table.allows("browser", "net"));
        assert!(!table.allows("net", "browser"));
        assert!(!table.allows("browser", "dial"));
    }

    #[test]
    fn open_rooms_look_down_only() {
        let rows = "//! | 9 | `web/` | x | |\n//! | 0 | `observe/` | x | |\n//! | 0 | `domain/` | x | |\n";
        let table = Table::of(&tree(rows));
        assert!(table.allows("web", "observe"));
        assert!(table.allows("observe", "domain"));
        assert!(!table.allows("domain", "observe"));
    }

    #[test]
    fn all_below_means_lower_floors() {
        let table =
            Table::of(&tree("//! | 3 | `a/` | x | all below |\n//! | 3 | `b/` | x | |\n//! | 2 | `c/` | x | |\n"));
        assert!(table.allows("a", "c"));
        assert!(!table.allows("a", "b"));
    }

    #[test]
    fn a_row_that_points_up_is_refused() {
        one(
            &points_down(&tree("//! | 2 | `a/` | x | |\n//! | 1 | `b/` | x | `a` |\n")),
            "src/lib.rs:4  [table] `b` on floor 1",
        );
    }

    #[test]
    fn a_row_that_names_a_stranger_is_refused() {
        one(&points_down(&tree("//! | 2 | `a/` | x | `ghost` |\n")), "`ghost`, which has no row");
    }

    #[test]
    fn a_room_with_two_rows_is_refused() {
        one(&points_down(&tree("//! | 2 | `a/` | x | |\n//! | 1 | `a/` | x | |\n")), "stands twice");
    }

    #[test]
    fn a_head_without_a_table_is_refused() {
        one(&points_down(&tree("")), "no floor table");
    }

    #[test]
    fn a_folder_without_a_row_is_refused() {
        let text = format!("{HEAD}//! | 1 | `a/` | x | |\n//! | 2 | `main.rs` | x | |\n");
        one(&rooms_have_rows(&Tree::of(&[(HOME, &text), ("src/a/mod.rs", ""), ("src/misc/x.rs", "")])), "`misc`");
        none(&rooms_have_rows(&Tree::of(&[(HOME, &text), ("src/a.rs", ""), ("src/main.rs", "")])));
    }
}
