//! Records as a table, with the columns that people look for.

use serde_json::Value;

use crate::cli::table::Table;
use crate::platform::douyin::mode::Mode;

/// A column: its heading, and the field that stands below it.
type Column = (&'static str, &'static str);

const POSTS: &[Column] = &[
    ("ID", "aweme_id"),
    ("CREATED", "create_time"),
    ("TYPE", "aweme_type"),
    ("~BY", "nickname_raw"),
    ("~TEXT", "desc_raw"),
];
const PEOPLE: &[Column] =
    &[("~NAME", "nickname_raw"), (">WORKS", "aweme_count"), ("SEC_UID", "sec_uid"), ("~SAYS", "signature_raw")];
const COMMENTS: &[Column] = &[
    ("ID", "comment_id"),
    ("CREATED", "create_time"),
    (">LIKES", "digg_count"),
    (">REPLIES", "reply_comment_total"),
    ("~BY", "nickname_raw"),
    ("~TEXT", "comment_text_raw"),
];

const fn columns(mode: Mode) -> &'static [Column] {
    match mode {
        Mode::Profile | Mode::One | Mode::Live => &[],
        Mode::Following | Mode::Follower => PEOPLE,
        Mode::Comments | Mode::Replies => COMMENTS,
        Mode::Collects => &[("ID", "collects_id"), ("~NAME", "collects_name_raw"), (">WORKS", "total_number")],
        Mode::Music => &[("ID", "music_id"), ("~TITLE", "title_raw"), ("~BY", "author_raw"), (">SECONDS", "duration")],
        Mode::Suggest => &[("~WORDS", "suggest_word")],
        Mode::FollowingLives => {
            &[("ROOM", "web_rid"), ("~TITLE", "live_title_raw"), ("~BY", "nickname_raw"), (">WATCHING", "user_count")]
        }
        _ => POSTS,
    }
}

/// A table that grows.
#[derive(Debug)]
pub(super) struct Shown {
    columns: &'static [Column],
    table: Table,
}

impl Shown {
    /// An empty one for records of `mode`.
    pub(super) fn new(mode: Mode) -> Self {
        let columns = columns(mode);
        let headings: Vec<&str> = columns.iter().map(|(heading, _)| *heading).collect();
        let alone: &[&str] = &["FIELD", "~VALUE"];
        Self { columns, table: Table::new(if columns.is_empty() { alone } else { &headings }) }
    }

    /// Adds a record: a row, or a row for each field when it stands alone.
    pub(super) fn add(&mut self, record: &Value) {
        if self.columns.is_empty() {
            let fields = record.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
            let shown: Vec<[String; 2]> = fields.map(|(name, value)| [name.clone(), cell(name, value)]).collect();
            for row in shown {
                self.table.row(row);
            }
            return;
        }
        let row: Vec<String> = self
            .columns
            .iter()
            .map(|(_, name)| record.get(name).map_or_else(String::new, |value| cell(name, value)))
            .collect();
        self.table.row(row);
    }

    /// The lines, for a terminal of so many columns.
    pub(super) fn to_text(&self, terminal: Option<usize>) -> String {
        self.table.to_text(terminal)
    }
}

fn cell(name: &str, value: &Value) -> String {
    match (name, value) {
        (_, Value::Null) => String::new(),
        ("aweme_type", Value::Number(number)) if number.as_i64() == Some(68) => "album".to_owned(),
        ("aweme_type", Value::Number(number)) if matches!(number.as_i64(), Some(0 | 4 | 55 | 61 | 109 | 201)) => {
            "video".to_owned()
        }
        (_, Value::String(text)) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        (_, other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_a_row_and_one_alone_is_a_row_for_each_field() {
        let mut posts = Shown::new(Mode::Post);
        posts
            .add(&json!({"aweme_id": "7", "create_time": "2026-01-01 10-00-00", "aweme_type": 68, "desc_raw": "a\nb"}));
        let text = posts.to_text(None);
        assert!(text.starts_with("ID  CREATED") && text.ends_with("7   2026-01-01 10-00-00  album      a b"), "{text}");
        let mut room = Shown::new(Mode::Live);
        room.add(&json!({"room_id": "9", "cover": null}));
        assert_eq!(room.to_text(None), "FIELD    VALUE\nroom_id  9");
    }
}
