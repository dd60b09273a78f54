//! Columns that line up, also with Chinese in them.
//!
//! A terminal gives a Chinese character two columns, and a key or an error may hold anything a platform or a person
//! wrote: widths are counted the terminal's way, and control characters are shown, never sent. A table that is wider
//! than the terminal has its longest texts shortened. Where that is not enough, columns are left out and named below;
//! a pipe or a file gets all of them.
//!
//! Why no crate: `comfy-table` 8.0 wraps long texts where we leave columns out, and brings five crates (`cargo tree`).

use std::borrow::Cow;
use std::fmt::Write as _;

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

/// How a column is laid out.
#[derive(Debug, Clone, Copy)]
struct Column {
    align: Align,
    /// Left out on a terminal that is too narrow.
    is_optional: bool,
}

/// A column that is shown, and how wide.
struct Fitted {
    at: usize,
    width: usize,
}

/// Rows under headings.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows. A heading that begins with `>` stands over numbers, one with `~` over texts that may be
    /// shortened. A `?` before that marks a column that a narrow terminal does without: the first of them goes first.
    pub(super) fn new(headings: &[&str]) -> Self {
        let column = |heading: &&str| {
            let (is_optional, heading) = heading.strip_prefix('?').map_or((false, *heading), |rest| (true, rest));
            let align = match heading.as_bytes() {
                [b'>', ..] => Align::Right,
                [b'~', ..] => Align::Text,
                _ => Align::Left,
            };
            Column { align, is_optional }
        };
        let names = headings.iter().map(|heading| heading.trim_start_matches(['?', '>', '~']).to_owned()).collect();
        Self { columns: headings.iter().map(column).collect(), rows: vec![names] }
    }

    /// Adds a row; a missing cell is empty.
    pub(super) fn row<I: IntoIterator<Item = String>>(&mut self, cells: I) {
        let mut row: Vec<String> = cells.into_iter().map(|cell| clean(&cell)).collect();
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
    }

    /// The lines, without a last line break; no wider than `terminal` if shorter texts or fewer columns can do that.
    pub(super) fn to_text(&self, terminal: Option<usize>) -> String {
        let all = || (0..self.columns.len()).map(|at| Fitted { at, width: self.widest(at) }).collect();
        let (shown, left_out) = terminal.map_or_else(|| (all(), Vec::new()), |terminal| self.fit(terminal));
        let mut text = String::new();
        for (n, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for Fitted { at, width: wide } in &shown {
                let (Some(cell), Some(column)) = (row.get(*at), self.columns.get(*at)) else { continue };
                let cell = cut(cell, *wide);
                let pad = wide.saturating_sub(width(&cell));
                let (before, after) = if column.align == Align::Right { (pad, GAP) } else { (0, pad + GAP) };
                line.extend([&" ".repeat(before), cell.as_ref(), &" ".repeat(after)]);
            }
            if n > 0 {
                text.push('\n');
            }
            text.push_str(line.trim_end());
        }
        if !left_out.is_empty() {
            let names = left_out.join(", ");
            let _never_fails = write!(text, "\n(columns left out: {names}; use a wider terminal, a pipe or --json)");
        }
        text
    }

    fn heading(&self, at: usize) -> &str {
        self.rows.first().and_then(|names| names.get(at)).map_or("", String::as_str)
    }

    /// The widest cell of a column.
    fn widest(&self, at: usize) -> usize {
        self.rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0)
    }

    /// How narrow a column may become.
    fn narrowest(&self, at: usize) -> usize {
        let is_text = self.columns.get(at).is_some_and(|column| column.align == Align::Text);
        let least = if is_text { width(self.heading(at)).max(NARROWEST) } else { usize::MAX };
        self.widest(at).min(least)
    }

    /// Whether a column has a heading and nothing below it.
    fn is_blank(&self, at: usize) -> bool {
        self.rows.iter().skip(1).filter_map(|row| row.get(at)).all(String::is_empty)
    }

    /// The columns that a terminal of `terminal` columns shows, and the headings of those for which it is too narrow.
    fn fit(&self, terminal: usize) -> (Vec<Fitted>, Vec<&str>) {
        let mut kept: Vec<usize> = (0..self.columns.len()).collect();
        let least = |kept: &[usize]| kept.iter().map(|at| self.narrowest(*at)).sum::<usize>() + gaps(kept.len());
        let is_optional = |at: &usize| self.columns.get(*at).is_some_and(|column| column.is_optional);
        let mut left_out = Vec::new();
        while least(&kept) > terminal {
            let blank = kept.iter().position(|at| is_optional(at) && self.is_blank(*at));
            let Some(next) = blank.or_else(|| kept.iter().position(is_optional)) else { break };
            let at = kept.remove(next);
            if blank.is_none() {
                left_out.push(self.heading(at));
            }
        }
        (self.shorten(kept, terminal), left_out)
    }

    /// The widths of these columns on a terminal of `terminal` columns: the widest texts are shortened first. All stay
    /// as they are where that is not enough.
    fn shorten(&self, kept: Vec<usize>, terminal: usize) -> Vec<Fitted> {
        let whole = |at| Fitted { at, width: self.widest(at) };
        let mut shown: Vec<_> = kept.iter().copied().map(whole).collect();
        let mut over =
            (shown.iter().map(|column| column.width).sum::<usize>() + gaps(kept.len())).saturating_sub(terminal);
        while over > 0 {
            let shrinking = shown.iter_mut().filter(|column| column.width > self.narrowest(column.at));
            let Some(widest) = shrinking.max_by_key(|column| column.width) else {
                return kept.into_iter().map(whole).collect();
            };
            // Texts that are wider than the terminal need no steps down to it.
            let step = widest.width.saturating_sub(terminal.max(self.narrowest(widest.at))).clamp(1, over);
            widest.width -= step;
            over -= step;
        }
        shown
    }
}

/// What the gaps between so many columns take.
fn gaps(columns: usize) -> usize {
    GAP * columns.saturating_sub(1)
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
    fn a_narrow_terminal_does_without_columns_and_says_which() {
        let mut table = Table::new(&["ID", "?>TRIES", "?KNOWN", "?~ERROR", "~ABOUT"]);
        table.row(["0193a1e0-0000", "3", "", "no connection in time", "夜市夜市夜市夜市"].map(str::to_owned));
        assert_eq!(
            table.to_text(Some(50)),
            "ID             TRIES  ERROR          ABOUT\n0193a1e0-0000      3  no connectio…  夜市夜市夜市…",
            "a column without cells is not missed"
        );
        assert_eq!(
            table.to_text(Some(42)),
            "ID             ERROR          ABOUT\n0193a1e0-0000  no connectio…  夜市夜市夜…\n\
             (columns left out: TRIES; use a wider terminal, a pipe or --json)"
        );
        let narrow = table.to_text(Some(30));
        assert!(narrow.starts_with("ID             ABOUT\n") && narrow.contains("left out: TRIES, ERROR;"), "{narrow}");
        assert!(table.to_text(None).starts_with("ID             TRIES  KNOWN  ERROR"), "a pipe gets all of them");
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
