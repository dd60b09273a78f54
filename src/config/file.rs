//! The settings file: its syntax, and the walk over what it holds.
//!
//! A slip inside one line (a missing quote, a key written twice) costs that line only. A slip that may change what the
//! following lines mean (a header or a list left open) is a wall: what stands above is checked, what stands below
//! waits, because guesses there would bury the one true problem under false ones.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::draft::Draft;
use super::kind::{Kind, named, shorten};
use super::layers::{find, refuse_key, refuse_section, sections, set_secret};
use super::pace_rule;
use super::place::{Problem, Text};
use super::profile;
use super::schedule;
use super::secrets::SECRET_PATH;
use super::sources::{SETTINGS, Sources};
use crate::advice;

/// Takes what the settings file says; a missing file says nothing.
pub(super) fn lay_file(sources: &Sources, draft: &mut Draft) {
    let file = sources.dir.join(SETTINGS).display().to_string();
    let Some(read) = sources.files.get(SETTINGS) else { return };
    if let Some(source) = text_of(&file, read.as_deref(), draft) {
        lay_text(&Text::new(file, source), source, draft);
    }
}

/// The text of a file; nothing, and a problem noted, when there is none.
pub(super) fn text_of<'a>(file: &str, read: Result<&'a [u8], &String>, draft: &mut Draft) -> Option<&'a str> {
    let bytes = match read {
        Ok(bytes) => bytes,
        Err(why) => {
            let message = format!("the file cannot be read: {why}");
            let advice = advice::config::readable();
            draft.problems.push(Problem::of_file(file.to_owned(), message, advice));
            return None;
        }
    };
    match std::str::from_utf8(bytes) {
        Ok(source) => Some(source),
        Err(broken) => {
            let sound = bytes.get(..broken.valid_up_to()).map(String::from_utf8_lossy).unwrap_or_default();
            let place = Text::new(file.to_owned(), &sound).place(sound.len());
            let advice = advice::config::utf8();
            draft.problem(&place, "", "the file is not UTF-8 from here on".to_owned(), advice);
            None
        }
    }
}

fn lay_text(text: &Text<'_>, source: &str, draft: &mut Draft) {
    let (table, errors) = DeTable::parse_recoverable(source);
    let trust = judge(text, table.get_ref(), &errors, draft);
    Walk { text, trust, sections: sections(), draft }.table("", table.get_ref());
}

/// What of the text may be believed.
pub(super) struct Trust {
    /// Nothing from this byte on.
    pub(super) wall: Option<usize>,
    /// Nothing on these lines.
    bad_lines: BTreeSet<usize>,
}

/// Reports the errors of syntax up to the first wall.
pub(super) fn judge(text: &Text<'_>, table: &DeTable<'_>, errors: &[toml::de::Error], draft: &mut Draft) -> Trust {
    let mut plain_lines = BTreeSet::new();
    note_plain_lines(text, table, &mut plain_lines);
    let said = |error: &toml::de::Error| match (error.message(), error.span()) {
        (DUPLICATE, Some(span)) => first_line(text, table, &span).map_or_else(
            || DUPLICATE.to_owned(),
            |line| format!("{DUPLICATE}: `{}` stands on line {line} already", shorten(text.slice(span).trim())),
        ),
        (said, _) => said.to_owned(),
    };
    let mut found: Vec<_> = errors.iter().map(|e| (e.span().map_or(0, |span| span.start), said(e))).collect();
    found.sort_unstable();
    let mut trust = Trust { wall: None, bad_lines: BTreeSet::new() };
    for (offset, said) in found {
        let line = text.line(offset);
        let wall = !said.starts_with(DUPLICATE) && !plain_lines.contains(&line);
        if trust.bad_lines.insert(line) {
            let advice = if wall { advice::config::fix_line_first() } else { advice::config::fix_line() };
            draft.problem(&text.place(offset), "", format!("the syntax is wrong: {said}"), advice);
        }
        if wall {
            trust.wall = Some(offset);
            break;
        }
    }
    trust
}

/// How a parser calls a key that stands there twice.
const DUPLICATE: &str = "duplicate key";

/// The line of the first key that `span` repeats: the last one of its name above it.
fn first_line(text: &Text<'_>, table: &DeTable<'_>, span: &std::ops::Range<usize>) -> Option<usize> {
    let (mut found, mut tables) = (None, vec![table]);
    while let Some(table) = tables.pop() {
        for (key, value) in table {
            if key.get_ref() == text.slice(span.clone()).trim() && key.span().start < span.start {
                found = found.max(Some(key.span().start));
            }
            tables.extend(value.get_ref().as_table());
            let items = value.get_ref().as_array().into_iter().flat_map(|items| items.iter());
            tables.extend(items.filter_map(|item| item.get_ref().as_table()));
        }
    }
    found.map(|at| text.line(at))
}

/// Notes the lines that hold one key and one plain value, whatever is wrong inside it.
fn note_plain_lines(text: &Text<'_>, table: &DeTable<'_>, lines: &mut BTreeSet<usize>) {
    for (key, value) in table {
        match value.get_ref() {
            DeValue::Table(inner) => note_plain_lines(text, inner, lines),
            DeValue::Array(_) => {}
            _ => _ = lines.insert(text.line(key.span().start)),
        }
    }
}

/// The walk over the tables of the file.
struct Walk<'a, 'd> {
    text: &'a Text<'a>,
    trust: Trust,
    sections: BTreeSet<&'static str>,
    draft: &'d mut Draft,
}

impl Walk<'_, '_> {
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (part, value) in table {
            let dot = if prefix.is_empty() { "" } else { "." };
            let name = format!("{prefix}{dot}{}", part.get_ref());
            let above = self.trust.wall.is_none_or(|wall| part.span().start < wall);
            let trusted = above && !self.trust.bad_lines.contains(&self.text.line(part.span().start));
            match value.get_ref() {
                DeValue::Table(inner) if !trusted && self.sections.contains(name.as_str()) => self.table(&name, inner),
                _ if trusted => self.entry(&name, part, value),
                _ => {}
            }
        }
    }

    fn entry(&mut self, name: &str, part: &Spanned<impl AsRef<str>>, value: &Spanned<DeValue<'_>>) {
        let place = self.text.place(part.span().start);
        let whole = self.trust.wall.is_none();
        let dotted = part.get_ref().as_ref().contains('.');
        match value.get_ref() {
            _ if dotted => {
                let message = format!("{} is no key that radard knows: a quoted dot parts nothing", shorten(name));
                self.draft.problem(&place, name, message, advice::config::unquoted());
            }
            DeValue::Array(_) if !whole => {}
            given if let Some(key) = find(name) => {
                let place = self.text.place(value.span().start);
                self.draft.set(key, key.kind.read(given), place);
            }
            DeValue::Array(items) if name == "pace.rule" => pace_rule::lay(items, self.text, self.draft),
            DeValue::Array(items) if name == "schedule" => schedule::lay(items, self.text, self.draft),
            DeValue::Table(paths) if name == "secrets" => self.secrets(paths),
            DeValue::Table(tables) if name == "profile" => profile::lay(tables, self.text, self.draft),
            DeValue::Table(inner) if name != "schedule" && self.sections.contains(name) => self.table(name, inner),
            other if self.sections.contains(name) => {
                let wanted = if name == "schedule" { "[[schedule]]".to_owned() } else { format!("[{name}]") };
                let message = format!("{name} is {} where a section is wanted", named(other));
                self.draft.problem(&place, name, message, advice::config::alone_on_a_line(&wanted));
            }
            DeValue::Table(_) => refuse_section(self.draft, name, &place),
            _ => refuse_key(self.draft, name, &place),
        }
    }

    fn secrets(&mut self, paths: &DeTable<'_>) {
        for (name, path) in paths {
            let place = self.text.place(name.span().start);
            let name = shorten(name.get_ref());
            set_secret(self.draft, &name, Kind::Text(SECRET_PATH).read(path.get_ref()), place);
        }
    }
}
