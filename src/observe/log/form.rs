//! The three forms of a line: pure functions from a line to its bytes.
//!
//! In each of them one event is one line. Control characters, and the marks that turn writing around, are escaped, so
//! that a nickname can neither forge a line nor paint the terminal.

use serde_json::Value;
use tracing::Level;

use super::line::{Line, one_line};

/// A line for a person: time, level, sentence, then the fields.
pub(super) fn console(line: &Line, colour: bool) -> String {
    let (paint, dim, plain) = if colour { (paint(line.level), "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    let mut parts = vec![format!("{dim}{}{plain} {paint}{:>5}{plain}", line.at, line.level.as_str())];
    if line.level > Level::INFO || !line.source.starts_with("radard") {
        parts.push(format!("{dim}{}:{plain}", escape(&line.source)));
    }
    parts.push(escape(&line.message));
    let fields: Vec<String> = line.fields.iter().map(|(name, value)| format!("{name}={}", quote(value))).collect();
    if !fields.is_empty() {
        parts.push(format!(" {dim}{}{plain}", fields.join(" ")));
    }
    parts.join(" ") + "\n"
}

/// A line as one JSON object: first what every line has, then the fields under their own names.
pub(super) fn json(line: &Line) -> String {
    let level = line.level.as_str().to_ascii_lowercase();
    let own = [
        ("time", Value::String(line.at.to_string())),
        ("level", Value::String(level)),
        ("message", Value::String(line.message.clone())),
        ("source", Value::String(line.source.clone())),
        ("span", Value::String(line.spans.join(">"))),
    ];
    let own = own.iter().map(|(name, value)| (*name, value)).filter(|(name, value)| *name != "span" || **value != "");
    let members: Vec<String> =
        own.chain(line.fields.iter()).map(|(name, value)| format!("{}:{value}", Value::from(name))).collect();
    // The characters below 0x20 are already escaped; the others can stand only inside a string.
    let mut text = escape_with(&members.join(","), |c| format!("\\u{:04x}", u32::from(c)));
    text.insert(0, '{');
    text.push_str("}\n");
    text
}

/// A line as the journal's own protocol wants it: one `NAME=value` a line.
pub(super) fn journal(line: &Line) -> Vec<u8> {
    let own = [
        ("MESSAGE".to_owned(), escape(&line.message)),
        ("PRIORITY".to_owned(), priority(line.level).to_string()),
        ("SYSLOG_IDENTIFIER".to_owned(), "radard".to_owned()),
        (journal_name("source"), escape(&line.source)),
        (journal_name("span"), line.spans.join(">")),
    ];
    let fields = line.fields.iter().map(|(name, value)| (journal_name(name), escape(&show(value))));
    own.into_iter().chain(fields).flat_map(|(name, value)| format!("{name}={value}\n").into_bytes()).collect()
}

/// The syslog number of a level.
pub(super) const fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

const fn paint(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[1;31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        _ => "\x1b[34m",
    }
}

/// `job.id` as `RADARD_JOB_ID`: the journal knows capitals, digits and underscores, 64 at most, and reserves some.
fn journal_name(name: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    "RADARD_".chars().chain(name.chars().map(word)).take(64).collect()
}

fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value as it stands in a console line: quoted when it would not be one word.
fn quote(value: &Value) -> String {
    let text = show(value);
    let shown = escape(&text);
    if text.is_empty() || text.contains([' ', '"', '=']) {
        format!("\"{}\"", shown.replace('"', "\\\""))
    } else {
        shown
    }
}

/// `text` on one line, with nothing in it that acts.
fn escape(text: &str) -> String {
    escape_with(&one_line(text), |c| c.escape_default().to_string())
}

fn escape_with(text: &str, spell: impl Fn(char) -> String) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) { escaped.push_str(&spell(c)) } else { escaped.push(c) }
    }
    escaped
}

/// Whether a character does something instead of being seen: controls, line ends, marks of writing direction.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
