//! The known name nearest to a wrong one.
//!
//! A mistyped key is nearly always one slip of a finger, or a right key in the wrong section. The distance counts
//! slips (a letter too many, too few, wrong, or two swapped). The beginning of a name costs one, and a right last part in a wrong section two.

/// The name of `known` that is nearest to `given`; the first of several equally near ones.
pub fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let given = fold(given);
    known.min_by_key(|name| distance(&given, &fold(name)))
}

/// Whether `name` is so near to `given` that a slip or two explain it.
pub fn is_near(given: &str, name: &str) -> bool {
    let (given, name) = (fold(given), fold(name));
    distance(&given, &name) <= (1 + given.len() / 4).min(2)
}

fn distance(given: &[char], name: &[char]) -> usize {
    if !given.is_empty() && name.starts_with(given) {
        return 1;
    }
    let whole = slips(given, name);
    match slips(last_part(given), last_part(name)) {
        near @ 0..=1 => whole.min(near + 2),
        _ => whole,
    }
}

/// Small letters and one kind of dash, at most 64 of them: what a slip is measured on.
fn fold(name: &str) -> Vec<char> {
    name.chars().take(64).map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
}

fn last_part(name: &[char]) -> &[char] {
    name.rsplit(|c| *c == '.').next().unwrap_or(name)
}

/// Edit distance with swaps of neighbours (optimal string alignment).
fn slips(a: &[char], b: &[char]) -> usize {
    let mut older: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut before_a = None;
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        let mut before_b = None;
        for (j, y) in b.iter().enumerate() {
            let cell = |cells: &[usize], at: usize| cells.get(at).copied().unwrap_or(usize::MAX - 1);
            let mut best = (cell(&last, j) + usize::from(x != y)).min(cell(&last, j + 1) + 1).min(cell(&row, j) + 1);
            if before_a == Some(y) && before_b == Some(x) {
                best = best.min(cell(&older, j - 1) + 1);
            }
            row.push(best);
            before_b = Some(y);
        }
        older = std::mem::replace(&mut last, row);
        before_a = Some(x);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_count_letters_and_swaps() {
        let count = |a: &str, b: &str| slips(&fold(a), &fold(b));
        assert_eq!(count("workers", "workers"), 0);
        assert_eq!(count("wrokers", "workers"), 1);
        assert_eq!(count("worker", "workers"), 1);
        assert_eq!(count("Keep-Done", "keep_done"), 0);
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("abc", ""), 3);
    }

    #[test]
    fn a_right_key_in_a_wrong_section_is_found() {
        let known = ["daemon.drain", "queue.workers", "queue.lease"];
        assert_eq!(nearest("daemon.workers", known.into_iter()), Some("queue.workers"));
        assert_eq!(nearest("queue.w", known.into_iter()), Some("queue.workers"));
        assert_eq!(nearest("queue.laese", known.into_iter()), Some("queue.lease"));
        assert_eq!(nearest("x", std::iter::empty()), None);
    }
}
