//! Every form holds what people wrote as what it is: read again it is the same, and no spreadsheet computes it.

use std::io::{Cursor, Read as _};

use proptest::prelude::*;

use super::csv::{Csv, beginnings, guarded};
use super::jsonl::Jsonl;
use super::xlsx::Workbook;
use crate::store::crawl::export::{Field, Row};
use crate::store::crawl::table::{Column, Form, TABLES};

const COLUMNS: &[Column] = &[
    Column { name: "text", form: Form::Text, says: "" },
    Column { name: "count", form: Form::Number, says: "" },
    Column { name: "is_it", form: Form::Flag, says: "" },
    Column { name: "at", form: Form::Moment, says: "" },
    Column { name: "tags", form: Form::List, says: "" },
];
/// What people may write that a spreadsheet, a shell or a parser could take for something else.
const HOSTILE: &[&str] = &[
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\0=1",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "=HYPERLINK(\"http://a\",\"b\")",
    "a,\"b\"\r\nc",
    "<f>1</f>",
    "&amp;",
    "]]>",
    "\u{1}\u{b}\u{1f}",
    "_x0041_",
    "'=1",
    "a;=1+1;b",
    "a; \"=1\";+1",
    "a;b;c",
    "夜市 😀",
    "\u{feff}a",
    "\u{ffff}",
    "",
];

fn row(text: &str) -> Row {
    let tags = Field::List(vec!["夜市".to_owned(), "b".to_owned()]);
    vec![Field::Text(text.to_owned()), Field::Number(-7), Field::Number(1), Field::Number(1_763_700_000_123), tags]
}

fn csv_of(rows: &[Row], has_bom: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut csv = Csv::begin(&mut bytes, COLUMNS, has_bom).unwrap();
    for row in rows {
        csv.row(row).unwrap();
    }
    csv.end().unwrap();
    bytes
}

/// The files in a workbook, by their names.
fn files_in(book: &[u8]) -> Vec<(String, String)> {
    let number = |at: usize, len: usize| {
        book[at..at + len].iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let end = book.windows(4).rposition(|it| it == b"PK\x05\x06").unwrap();
    let (count, mut at) = (number(end + 10, 2), number(end + 16, 4));
    let mut files = Vec::new();
    for _ in 0..count {
        assert_eq!(&book[at..at + 4], b"PK\x01\x02");
        let (packed, name, more, said, begins) =
            (number(at + 20, 4), number(at + 28, 2), number(at + 30, 2), number(at + 32, 2), number(at + 42, 4));
        let named = String::from_utf8(book[at + 46..at + 46 + name].to_vec()).unwrap();
        let data = begins + 30 + number(begins + 26, 2) + number(begins + 28, 2);
        let mut text = String::new();
        flate2::read::DeflateDecoder::new(&book[data..data + packed]).read_to_string(&mut text).unwrap();
        files.push((named, text));
        at += 46 + name + more + said;
    }
    files
}

fn book_of(rows: &[Row]) -> Vec<(String, String)> {
    let mut book = Workbook::begin(&std::env::temp_dir()).unwrap();
    let mut sheet = book.sheet("posts", COLUMNS).unwrap();
    for row in rows {
        book.row(&mut sheet, row).unwrap();
    }
    book.close(sheet);
    let mut bytes = Cursor::new(Vec::new());
    book.save(&mut bytes).unwrap();
    files_in(&bytes.into_inner())
}

#[test]
fn a_csv_file_is_as_the_rules_say() {
    let rows = [row("a,b"), vec![Field::None, Field::None, Field::Number(0), Field::None, Field::List(Vec::new())]];
    let text = String::from_utf8(csv_of(&rows, false)).unwrap();
    assert_eq!(text, "text,count,is_it,at,tags\r\n\"a,b\",-7,true,2025-11-21T04:40:00.123Z,夜市 b\r\n,,false,,\r\n");
    assert!(csv_of(&rows, true).starts_with(b"\xef\xbb\xbftext,"));
}

#[test]
fn what_would_begin_a_formula_is_guarded_at_the_beginning_of_every_cell() {
    let pairs = [
        ("=1", "'=1"),
        ("a;=1+1;b", "a;'=1+1;b"),
        ("a; \"=1\";+1", "a; \"'=1\";'+1"),
        ("a;b;c", "a;b;c"),
        ("1+1=2", "1+1=2"),
    ];
    for (text, safe) in pairs {
        assert_eq!(guarded(text), safe, "{text}");
    }
}

#[test]
fn a_line_of_json_says_its_version_first_and_keeps_its_order() {
    let mut bytes = Vec::new();
    let mut jsonl = Jsonl::begin(&mut bytes, COLUMNS);
    for text in HOSTILE {
        jsonl.row(&row(text)).unwrap();
    }
    jsonl.row(&vec![Field::None, Field::None, Field::Number(0), Field::None, Field::List(Vec::new())]).unwrap();
    jsonl.row(&vec![Field::None, Field::None, Field::Number(0), Field::None, Field::None]).unwrap();
    jsonl.end().unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.starts_with(
            "{\"v\":2,\"text\":\"=1+1\",\"count\":-7,\"is_it\":true,\"at\":\"2025-11-21T04:40:00.123Z\",\"tags\":[\"夜市\",\"b\"]}\n"
        )
    );
    let last =
        |tags: &str| format!("{{\"v\":2,\"text\":null,\"count\":null,\"is_it\":false,\"at\":null,\"tags\":{tags}}}\n");
    assert!(text.ends_with(&(last("[]") + &last("null"))), "an empty list is not the same as none");
    let read: Vec<String> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(read[..HOSTILE.len()], *HOSTILE);
}

#[test]
fn nothing_that_people_wrote_is_computed_by_a_workbook() {
    let rows: Vec<Row> = HOSTILE.iter().map(|text| row(text)).collect();
    let files = book_of(&rows);
    let of = |name: &str| &files.iter().find(|(known, _)| known == name).unwrap().1;
    let sheet = of("xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "no formula");
    assert!(sheet.contains("&lt;f&gt;1&lt;/f&gt;"), "the control: it stands there as text");
    assert_eq!(
        sheet.matches("t=\"inlineStr\"").count(),
        COLUMNS.len() + 2 * HOSTILE.len() - 1,
        "the empty one is none"
    );
    // A moment is a number that shows as one: 2025-11-21 04:40 in days since the beginning of 1900.
    assert!(sheet.contains("<v>45982.19444"), "{sheet}");
    assert!(of("xl/styles.xml").contains("yyyy-mm-dd hh:mm:ss"));
    let is_clean = |text: &str| text.chars().all(|sign| sign >= ' ' || matches!(sign, '\n' | '\r' | '\t'));
    assert!(files.iter().all(|(_, text)| is_clean(text)), "nothing that XML does not hold");
}

#[test]
fn a_sheet_that_is_full_goes_on_in_another_and_a_cell_holds_what_it_can() {
    let mut book = Workbook::begin(&std::env::temp_dir()).unwrap();
    let mut sheet = book.sheet("posts", COLUMNS).unwrap();
    sheet.most = 3;
    let long = "😀".repeat(40_000);
    for n in 0..7 {
        book.row(&mut sheet, &row(if n == 0 { &long } else { "a" })).unwrap();
    }
    book.close(sheet);
    assert_eq!(book.sheets(), ["posts", "posts 2", "posts 3"]);
    let mut bytes = Cursor::new(Vec::new());
    book.save(&mut bytes).unwrap();
    let files = files_in(&bytes.into_inner());
    let rows = |n: usize| {
        let name = format!("xl/worksheets/sheet{n}.xml");
        files.iter().find(|(known, _)| *known == name).unwrap().1.matches("<row ").count()
    };
    assert_eq!([rows(1), rows(2), rows(3)], [4, 4, 2], "with its headings each");
    let book = &files.iter().find(|(name, _)| name == "xl/workbook.xml").unwrap().1;
    assert!(book.contains("name=\"posts\"") && book.contains("name=\"posts 3\""), "{book}");
    let first = &files.iter().find(|(name, _)| name == "xl/worksheets/sheet1.xml").unwrap().1;
    assert_eq!(first.matches('😀').count(), 16_383, "two units each");
}

#[test]
fn a_cell_holds_whole_addresses_alone() {
    let address = |n: usize| format!("https://a/{n:0>990}");
    let many = Field::List((0..50).map(address).collect());
    let files = book_of(&[vec![Field::None, Field::None, Field::None, Field::None, many]]);
    let sheet = &files.iter().find(|(name, _)| name == "xl/worksheets/sheet1.xml").unwrap().1;
    assert_eq!(sheet.matches("https://a/").count(), 32, "of 1001 signs each");
    assert!(sheet.contains(&format!("{}<", address(31))), "the last is whole");
}

#[test]
fn the_published_columns_have_names_of_their_own() {
    for table in TABLES {
        let mut names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), table.columns.len(), "{}", table.name);
        assert!(table.columns.iter().all(|column| !column.says.is_empty()));
    }
    insta::assert_json_snapshot!("schema", super::schema::schema());
}

proptest! {
    #[test]
    fn whatever_stands_in_a_csv_file_is_read_again_and_computed_by_nobody(text in any::<String>()) {
        for text in HOSTILE.iter().copied().chain([text.as_str()]) {
            let bytes = csv_of(&[row(text), row("end")], false);
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let read: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(read.len(), 2);
            prop_assert_eq!(&read[0][0], guarded(text));
            prop_assert_eq!(beginnings(&read[0][0]).next(), None);
            // Nothing but apostrophes comes in, and only before a sign.
            prop_assert_eq!(guarded(text).len(), text.len() + beginnings(text).count());
        }
    }
}
