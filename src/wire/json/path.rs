//! A place in an answer, written as documents write it: `author.avatar_thumb.url_list[0]`.
//!
//! It is read while the program is built: a path with a mistake in it does not compile, and following one costs what
//! following the fields by hand would.

use super::value::Value;

/// No path is longer.
const STEPS: usize = 8;

#[derive(Debug, Clone, Copy)]
enum Step {
    /// The member of this name.
    Key(&'static str),
    /// The item at this place.
    At(usize),
    /// The item of the row that is read.
    Row,
    /// No further step.
    End,
}

/// What an answer says of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// Nothing: what holds it is not there itself, is empty, or is `null`.
    Unsaid,
    /// What holds it is there, and has no such member.
    Missing,
    /// It is there, be it `null`.
    There,
}

/// Where a value stands, from the root (`$.…`) or from the thing that is read.
#[derive(Debug, Clone, Copy)]
pub struct Path {
    text: &'static str,
    from_root: bool,
    steps: [Step; STEPS],
}

impl Path {
    /// Reads `text`.
    ///
    /// # Panics
    /// On a mistake in `text`, while the program is built.
    #[expect(clippy::indexing_slicing, reason = "it runs while the program is built, where a mistake stops the build")]
    pub const fn new(text: &'static str) -> Self {
        let (mut steps, mut count) = ([Step::End; STEPS], 0);
        let mut rest = text;
        let from_root = !text.is_empty() && text.as_bytes()[0] == b'$';
        if from_root {
            rest = rest.split_at(1).1;
        }
        while !rest.is_empty() {
            let bytes = rest.as_bytes();
            let (step, length) = match bytes[0] {
                b'[' => index(bytes),
                b'.' => {
                    let length = key_length(bytes, 1);
                    (Step::Key(rest.split_at(1).1.split_at(length - 1).0), length)
                }
                _ => {
                    assert!(count == 0, "a point stands between two names");
                    let length = key_length(bytes, 0);
                    (Step::Key(rest.split_at(length).0), length)
                }
            };
            assert!(count < STEPS, "a path of so many steps");
            steps[count] = step;
            count += 1;
            rest = rest.split_at(length).1;
        }
        Self { text, from_root, steps }
    }

    /// The path as it was written.
    pub const fn as_str(&self) -> &'static str {
        self.text
    }

    /// Whether something stands there, seen from `here` in row `row`.
    pub fn find(&self, here: Value<'_>, row: usize) -> Found {
        let mut at = if self.from_root { here.root() } else { here };
        for step in &self.steps {
            let next = match step {
                Step::Key(name) => at.get(name),
                Step::At(place) => at.at(*place),
                Step::Row => at.at(row),
                Step::End => break,
            };
            if !next.exists() {
                // Nothing has no members, and a list without items says nothing of what they would have.
                let is_silent = at.is_nothing() || (at.is_list() && !matches!(step, Step::Key(_)));
                return if is_silent { Found::Unsaid } else { Found::Missing };
            }
            at = next;
        }
        if at.exists() { Found::There } else { Found::Unsaid }
    }

    /// The value that stands there, seen from `here` in row `row`; one that is not there when any step leads nowhere.
    pub fn follow<'d>(&self, here: Value<'d>, row: usize) -> Value<'d> {
        let mut at = if self.from_root { here.root() } else { here };
        for step in &self.steps {
            at = match step {
                Step::Key(name) => at.get(name),
                Step::At(place) => at.at(*place),
                Step::Row => at.at(row),
                Step::End => break,
            };
        }
        at
    }
}

/// Where the name that begins at `from` ends.
#[expect(clippy::indexing_slicing, reason = "the loop ends with the bytes")]
const fn key_length(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() && bytes[at] != b'.' && bytes[at] != b'[' {
        at += 1;
    }
    assert!(at > from, "a name stands between two points");
    at
}

/// `[0]` or `[*]`, and how long it is.
#[expect(
    clippy::as_conversions,
    reason = "a digit fits everywhere, and nothing else converts while a program is built"
)]
#[expect(clippy::indexing_slicing, reason = "the length is asserted, and a mistake stops the build")]
const fn index(bytes: &[u8]) -> (Step, usize) {
    assert!(bytes.len() >= 3 && bytes[2] == b']', "an index is one digit or a star");
    match bytes[1] {
        b'*' => (Step::Row, 3),
        digit => {
            assert!(digit.is_ascii_digit(), "an index is one digit or a star");
            (Step::At((digit - b'0') as usize), 3)
        }
    }
}
