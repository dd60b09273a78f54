//! Columns that line up, also with Chinese in them.
//!
//! A terminal gives a Chinese character two columns, and a key or an error may hold anything a platform or a person
//! wrote: widths are counted the terminal's way, and control characters are shown, never sent. Long cells are cut;
//! whoever needs them whole asks for JSON.

use std::fmt::Write as _;

/// The widest cell.
const WIDEST: usize = 60;
/// What stands between two columns.
const GAP: usize = 2;

/// Ranges of characters that take two columns: the wide and full-width ones of Unicode's table of widths.
const WIDE: &[(u32, u32)] = &[
    (0x1100, 0x115F),
    (0x231A, 0x231B),
    (0x2E80, 0x303E),
    (0x3041, 0x33FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA000, 0xA4CF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE6F),
    (0xFF00, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x1F300, 0x1F64F),
    (0x1F680, 0x1F6FF),
    (0x1F900, 0x1FAFF),
    (0x20000, 0x3FFFD),
];
/// Ranges of characters that take no column: they combine with the one before, or cannot be seen.
const NARROW: &[(u32, u32)] =
    &[(0x0300, 0x036F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2069), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)];

/// Which edge the cells of a column share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
    /// What is looked for: never cut.
    Whole,
}

/// Rows under headings.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows; a heading that begins with `>` stands over numbers, one with `=` over what is never cut.
    pub(super) fn new(headings: &[&str]) -> Self {
        let align = |heading: &&str| match heading.as_bytes() {
            [b'>', ..] => Align::Right,
            [b'=', ..] => Align::Whole,
            _ => Align::Left,
        };
        let names = headings.iter().map(|heading| heading.trim_start_matches(['>', '=']).to_owned()).collect();
        Self { columns: headings.iter().map(align).collect(), rows: vec![names] }
    }

    /// Adds a row; a missing cell is empty.
    pub(super) fn row<I: IntoIterator<Item = String>>(&mut self, cells: I) {
        let aligned = cells.into_iter().zip(&self.columns);
        let mut row: Vec<String> =
            aligned.map(|(cell, align)| if *align == Align::Whole { clean(&cell) } else { shown(&cell) }).collect();
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
    }

    /// The lines, without a last line break.
    pub(super) fn to_text(&self) -> String {
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| self.rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0))
            .collect();
        let mut text = String::new();
        for (n, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for ((cell, wide), align) in row.iter().zip(&widths).zip(&self.columns) {
                let pad = wide.saturating_sub(width(cell));
                let (before, after) = if *align == Align::Right { (pad, GAP) } else { (0, pad + GAP) };
                let _never_fails = write!(line, "{:before$}{cell}{:after$}", "", "");
            }
            if n > 0 {
                text.push('\n');
            }
            text.push_str(line.trim_end());
        }
        text
    }
}

/// The columns that a terminal gives `text`.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

fn width_of(c: char) -> usize {
    let within = |ranges: &[(u32, u32)]| ranges.iter().any(|(from, to)| (*from..=*to).contains(&u32::from(c)));
    match c {
        ' '..='~' => 1,
        _ if within(NARROW) => 0,
        _ if within(WIDE) => 2,
        _ => 1,
    }
}

/// `cell` as it may go to a terminal: on one line, without control characters, cut where it is too wide.
fn shown(cell: &str) -> String {
    let safe = clean(cell);
    if width(&safe) <= WIDEST {
        return safe;
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in safe.chars() {
        used += width_of(c);
        if used >= WIDEST {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

/// `text` with control characters and marks that turn the writing direction shown instead of sent.
pub(super) fn clean(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.push('\u{fffd}'),
            c if c.is_control() => safe.extend(c.escape_default()),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_chinese_in_them() {
        let mut table = Table::new(&["KIND", "KEY", ">TRIES"]);
        table.row(["fetch", "夜市直播", "3"].map(str::to_owned));
        table.row(["probe_platform", "douyin-main", "12"].map(str::to_owned));
        let text = table.to_text();
        assert_eq!(
            text,
            "KIND            KEY          TRIES\n\
             fetch           夜市直播         3\n\
             probe_platform  douyin-main     12"
        );
        assert_eq!(text.lines().map(width).collect::<Vec<_>>(), [34, 34, 34]);
    }

    #[test]
    fn what_a_platform_wrote_cannot_move_the_cursor() {
        let mut table = Table::new(&["ERROR"]);
        table.row(["\u{1b}[2Jgone\nnext\u{202e}".to_owned()]);
        assert_eq!(table.to_text(), "ERROR\n\\u{1b}[2Jgone\\nnext\u{fffd}");
    }

    #[test]
    fn a_long_cell_is_cut_at_the_same_width_in_every_script() {
        for long in ["x".repeat(200), "字".repeat(200)] {
            let cut = shown(&long);
            assert!(cut.ends_with('…') && (WIDEST - 1..=WIDEST).contains(&width(&cut)), "{cut}");
        }
        assert_eq!(shown("short"), "short");
    }

    #[test]
    fn a_table_without_rows_is_its_headings() {
        assert_eq!(Table::new(&["A", ">B"]).to_text(), "A  B");
    }

    #[test]
    fn combining_marks_take_no_column() {
        assert_eq!((width("e\u{301}"), width("字"), width("ｱ"), width("✓")), (1, 2, 1, 1));
    }
}
