//! Columns that line up, also with Chinese in them.
//!
//! A terminal gives a Chinese character two columns, and a key or an error may hold anything a platform or a person
//! wrote: widths are counted the terminal's way, and control characters are shown, never sent. A table that is wider
//! than the terminal has its longest texts shortened; a pipe or a file gets all of them.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr as _;

/// What stands between two columns.
const GAP: usize = 2;
/// A text is not made shorter than this.
const NARROWEST: usize = 12;
/// What a cut ends with.
const MARK: char = '…';
/// The most characters that one column may hold: marks that take no column have no natural end.
const CHARS_PER_COLUMN: usize = 8;
/// The mark that joins two characters into one.
const JOINER: char = '\u{200d}';

/// Which edge the cells of a column share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    /// Names, ids, states and times: never shortened.
    Left,
    /// Numbers: never shortened.
    Right,
    /// Texts: shortened when the terminal is too narrow.
    Text,
}

/// Rows under headings.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows; a heading that begins with `>` stands over numbers, one with `~` over texts that may be
    /// shortened.
    pub(super) fn new(headings: &[&str]) -> Self {
        let align = |heading: &&str| match heading.as_bytes() {
            [b'>', ..] => Align::Right,
            [b'~', ..] => Align::Text,
            _ => Align::Left,
        };
        let names = headings.iter().map(|heading| heading.trim_start_matches(['>', '~']).to_owned()).collect();
        Self { columns: headings.iter().map(align).collect(), rows: vec![names] }
    }

    /// Adds a row; a missing cell is empty.
    pub(super) fn row<I: IntoIterator<Item = String>>(&mut self, cells: I) {
        let mut row: Vec<String> = cells.into_iter().map(|cell| clean(&cell)).collect();
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
    }

    /// The lines, without a last line break; no wider than `terminal` if shorter texts can do that.
    pub(super) fn to_text(&self, terminal: Option<usize>) -> String {
        let widths = terminal.and_then(|terminal| self.fit(terminal)).unwrap_or_else(|| self.widths());
        let mut text = String::new();
        for (n, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for ((cell, wide), align) in row.iter().zip(&widths).zip(&self.columns) {
                let cell = cut(cell, *wide);
                let pad = wide.saturating_sub(width(&cell));
                let (before, after) = if *align == Align::Right { (pad, GAP) } else { (0, pad + GAP) };
                line.extend([&" ".repeat(before), cell.as_ref(), &" ".repeat(after)]);
            }
            if n > 0 {
                text.push('\n');
            }
            text.push_str(line.trim_end());
        }
        text
    }

    /// The widest cell of each column.
    fn widths(&self) -> Vec<usize> {
        let widest =
            |at: usize| self.rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0);
        (0..self.columns.len()).map(widest).collect()
    }

    /// The widths of the columns on a terminal of `terminal` columns: the widest texts are shortened first. Nothing
    /// when that is not enough.
    fn fit(&self, terminal: usize) -> Option<Vec<usize>> {
        let mut widths = self.widths();
        let gaps = GAP * widths.len().saturating_sub(1);
        let mut over = (widths.iter().sum::<usize>() + gaps).saturating_sub(terminal);
        let headings = self.rows.first()?;
        let narrowest = |at: usize| headings.get(at).map_or(0, |heading| width(heading)).max(NARROWEST);
        while over > 0 {
            let texts =
                self.columns.iter().zip(&mut widths).enumerate().filter(|(_, (align, _))| **align == Align::Text);
            let shrinking = texts.filter(|(at, (_, wide))| **wide > narrowest(*at));
            let (at, (_, widest)) = shrinking.max_by_key(|(_, (_, wide))| **wide)?;
            // Texts that are wider than the terminal need no steps down to it.
            let step = widest.saturating_sub(terminal.max(narrowest(at))).clamp(1, over);
            *widest -= step;
            over -= step;
        }
        Some(widths)
    }
}

/// The columns that a terminal gives `text`.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `columns` columns; one that is longer ends with `…`.
pub(super) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let room = columns.saturating_sub(1);
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(room.saturating_mul(CHARS_PER_COLUMN));
    // A prefix never gets narrower when a character is added to it.
    let fitting = ends.map_while(|end| text.get(..end)).take_while(|prefix| width(prefix) <= room);
    let mut short = fitting.last().unwrap_or_default().trim_end_matches(JOINER).to_owned();
    if columns > 0 {
        short.push(MARK);
    }
    Cow::Owned(short)
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
        let text = table.to_text(None);
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
        assert_eq!(table.to_text(None), "ERROR\n\\u{1b}[2Jgone\\nnext\u{fffd}");
    }

    #[test]
    fn a_cut_text_takes_no_more_columns_than_it_may_in_every_script() {
        for long in ["x".repeat(200), "字".repeat(200), "👩‍👩‍👧".repeat(50), "e\u{301}".repeat(200)] {
            for columns in 1..40 {
                let short = cut(&long, columns);
                assert!(short.ends_with('…') && width(&short) <= columns, "{columns}: {short}");
                assert!(width(&short) + 2 > columns, "{columns}: {short}");
            }
        }
        assert_eq!((cut("short", 5), cut("short", 4), cut("short", 0)), ("short".into(), "sho…".into(), "".into()));
    }

    fn alarms() -> Table {
        let mut table = Table::new(&["ID", "~DETAIL", ">COUNT", "~DO"]);
        table.row(["0193a1e0-0000".to_owned(), "夜市".repeat(30), "12".to_owned(), "wait ".repeat(20)]);
        table.row(["0193a1e0-0001".to_owned(), "short".to_owned(), "3".to_owned(), "look".to_owned()]);
        table
    }

    #[test]
    fn a_table_fits_the_terminal_by_shortening_texts_alone() {
        for terminal in [50, 60, 79, 80, 120] {
            let text = alarms().to_text(Some(terminal));
            assert!(text.lines().all(|line| width(line) <= terminal), "{terminal}:\n{text}");
            assert!(text.contains("0193a1e0-0000  夜市") && text.contains("   12  wait"), "{text}");
            assert_eq!(text.matches('…').count(), 2, "{text}");
        }
        insta::assert_snapshot!(alarms().to_text(Some(60)), @r"
        ID             DETAIL              COUNT  DO
        0193a1e0-0000  夜市夜市夜市夜市…      12  wait wait wait wa…
        0193a1e0-0001  short                   3  look
        ");
    }

    #[test]
    fn a_table_stays_whole_where_it_fits_where_nobody_looks_and_where_texts_are_not_enough() {
        let whole = alarms().to_text(None);
        assert!(!whole.contains('…'));
        assert_eq!(alarms().to_text(Some(500)), whole);
        assert_eq!(alarms().to_text(Some(40)), whole, "ids and numbers are never cut");
    }

    #[test]
    fn a_cell_may_be_as_long_as_it_is() {
        let mut table = Table::new(&["~TEXT", "ID"]);
        table.row(["x".repeat(100_000), "1".to_owned()]);
        table.row(["y".to_owned(), "2".to_owned()]);
        assert_eq!(table.to_text(None).lines().map(width).collect::<Vec<_>>(), [100_004, 100_003, 100_003]);
        assert_eq!(table.to_text(Some(20)).lines().map(width).collect::<Vec<_>>(), [20, 19, 19]);
    }

    #[test]
    fn a_table_without_rows_is_its_headings() {
        assert_eq!(Table::new(&["A", ">B"]).to_text(None), "A  B");
    }

    #[test]
    fn combining_marks_take_no_column() {
        assert_eq!(["e\u{301}", "字", "ｱ", "✓", "👩‍👩‍👧", "🎉"].map(width), [1, 2, 1, 1, 2, 2]);
    }
}
