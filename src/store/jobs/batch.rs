//! The places of many rows in one statement.

use std::fmt::Write as _;

/// `($1,$2),($3,$4)…`: the places of `rows` rows of `width` values, counted from `first`.
pub(super) fn places(first: usize, rows: usize, width: usize) -> String {
    let mut text = String::with_capacity(rows * width * 5);
    for n in 0..rows * width {
        let before = match (n, n % width) {
            (0, _) => "(",
            (_, 0) => "),(",
            _ => ",",
        };
        let _never_fails = write!(text, "{before}${}", first + n);
    }
    text.push(')');
    text
}
