//! A log line before it has a form: its values are gathered, secrets hidden, long ones cut.
//!
//! Everything that can reach an output passes through [`Gather`], so this is where the promises about values are
//! kept: a sentence is one line. Other control characters are left alone here: how they are escaped belongs to each form.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use serde_json::Value;
use tracing::Level;
use tracing::field::{Field, Visit};

use crate::domain::Millis;
use crate::observe::redact::{MARK, Register};

/// Longer values are cut.
pub(super) const LONGEST: usize = 8 * 1024;

/// The field that `tracing` puts the sentence into.
const MESSAGE: &str = "message";

/// The values of an event or a span by name, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    /// Sets a value; one of the same name gives way.
    fn set(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Takes over what `outer` has and this has not. Secrets that were registered since are hidden.
    pub(super) fn inherit(&mut self, outer: &Self, secrets: &Register) {
        for (name, value) in &outer.0 {
            if !self.0.iter().any(|(known, _)| known == name) {
                self.0.push((name, hide(value.clone(), secrets)));
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

/// Everything that one line says.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) at: Millis,
    pub(super) level: Level,
    /// The module that spoke.
    pub(super) source: String,
    pub(super) message: String,
    pub(super) fields: Fields,
    /// The names of the spans around it, outermost first.
    pub(super) spans: Vec<&'static str>,
}

/// Collects the values of an event or a span.
pub(super) struct Gather<'s> {
    secrets: &'s Register,
    pub(super) message: String,
    pub(super) fields: Fields,
}

impl<'s> Gather<'s> {
    pub(super) fn new(secrets: &'s Register) -> Self {
        Self { secrets, message: String::new(), fields: Fields::default() }
    }

    /// Continues with values that were gathered before.
    pub(super) const fn onto(secrets: &'s Register, fields: Fields) -> Self {
        Self { secrets, message: String::new(), fields }
    }

    fn text(&mut self, field: &Field, text: &str) {
        let text = self.secrets.redact(text);
        if field.name() == MESSAGE {
            self.message = cut(one_line(&text));
        } else {
            self.fields.set(field.name(), Value::String(cut(text)));
        }
    }

    fn value(&mut self, field: &Field, value: impl Into<Value>) {
        self.fields.set(field.name(), hide(value.into(), self.secrets));
    }
}

impl Visit for Gather<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        let mut chain = vec![error.to_string()];
        let mut cause = error.source();
        while let Some(inner) = cause {
            chain.push(inner.to_string());
            cause = inner.source();
        }
        self.text(field, &chain.join(": "));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.value(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.value(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.value(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.value(field, value);
    }
}

/// A value that shows no secret; also a number may be one.
fn hide(value: Value, secrets: &Register) -> Value {
    let text = match &value {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        other => Cow::Owned(other.to_string()),
    };
    match secrets.redact(&text) {
        Cow::Owned(clean) => Value::String(clean),
        Cow::Borrowed(_) => value,
    }
}

/// `text` on one line: where a line ended, a semicolon stands, unless something else parts the two already.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    let ends_line = |c: char| matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if !text.contains(ends_line) {
        return Cow::Borrowed(text);
    }
    let mut joined = String::with_capacity(text.len());
    for line in text.split(ends_line).map(str::trim).filter(|line| !line.is_empty()) {
        if !joined.is_empty() {
            let is_parted = joined.ends_with([':', ';', ',', '.', '!', '?']);
            joined.push_str(if is_parted { " " } else { "; " });
        }
        joined.push_str(line);
    }
    Cow::Owned(joined)
}

fn cut(text: Cow<'_, str>) -> String {
    let mut text = text.into_owned();
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST - MARK.len()));
        text.push_str(MARK);
    }
    text
}
