//! The only place that speaks to the terminal.
//!
//! A command gives back an [`Answer`] and knows nothing about streams: here it becomes lines for a person or one
//! object for a program, on stdout and nothing else there. Remarks and failures of a person's command go to stderr.
//!
//! Progress is one line that is written again. `indicatif` 0.18 would bring two crates for it.

use std::io::{self, IsTerminal, Write as _};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::termios::tcgetwinsize;
use serde_json::Value;

use super::exit::Exit;
use super::failure::Failure;
use super::table::{clean, cut};
use super::text::Text;

/// How wide a terminal is that does not say.
const USUAL: usize = 80;
/// Takes the line back on which the cursor stands.
const TAKE_BACK: &str = "\r\u{1b}[K";

/// Whether a line about progress stands on the terminal.
static HAS_PROGRESS: AtomicBool = AtomicBool::new(false);

/// How this process speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out {
    /// For a program.
    pub(super) json: bool,
    /// Only what was asked for.
    pub(super) quiet: bool,
    /// With colours.
    pub(super) color: bool,
}

/// What a command found or did.
#[derive(Debug)]
pub(super) struct Answer {
    exit: Exit,
    json: Value,
    text: Text,
    /// The text only confirms what was done.
    confirms: bool,
    /// A remark for a person.
    note: Option<String>,
}

impl Answer {
    /// What was asked for: `json` for a program, `text` for a person.
    pub(super) fn shown(json: Value, text: impl Into<Text>) -> Self {
        Self { exit: Exit::Done, json, text: text.into(), confirms: false, note: None }
    }

    /// A confirmation: a quiet command leaves it out.
    pub(super) fn done(json: Value, text: impl Into<Text>) -> Self {
        Self { confirms: true, ..Self::shown(json, text) }
    }

    /// A text that is the same for everyone.
    pub(super) fn raw(text: String) -> Self {
        Self::shown(Value::Null, text)
    }

    /// Nothing more to say.
    pub(super) fn nothing(exit: Exit) -> Self {
        Self::raw(String::new()).exit(exit)
    }

    /// The same with another exit code.
    pub(super) fn exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// The same for a person, and `json` for a program.
    pub(super) fn told(self, json: Value) -> Self {
        Self { json, ..self }
    }

    /// The same with a remark on stderr.
    pub(super) fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    /// The code to leave with.
    pub(super) const fn code(&self) -> Exit {
        self.exit
    }

    /// What goes to stdout, which may be a terminal of so many columns.
    fn to_stdout_of(&self, out: Out, terminal: Option<usize>) -> String {
        match &self.json {
            Value::Null => self.text.to_lines(terminal),
            json if out.json => json.to_string(),
            _ if out.quiet && self.confirms => String::new(),
            _ => self.text.to_lines(terminal),
        }
    }

    /// What goes to a pipe or a file.
    pub(super) fn to_stdout(&self, out: Out) -> String {
        self.to_stdout_of(out, None)
    }
}

impl Out {
    /// How to speak, given the flags and whether colours are unwanted.
    pub(super) fn new(json: bool, quiet: bool, no_color: bool) -> Self {
        Self { json, quiet, color: !no_color && !json && io::stdout().is_terminal() }
    }

    /// The sign for what is well, what is not, and what nobody looked at.
    pub(super) fn mark(self, ok: Option<bool>) -> String {
        let (mark, color) = match ok {
            Some(true) => ("✓", 32),
            Some(false) => ("✗", 31),
            None => ("–", 2),
        };
        if self.color { format!("\u{1b}[{color}m{mark}\u{1b}[0m") } else { mark.to_owned() }
    }

    /// Tells a person who waits how far it is, on a line that the next one takes back.
    pub(super) fn progress(self, text: &str) {
        let Some(columns) = columns_of(&io::stderr()).filter(|_| !self.quiet) else { return };
        HAS_PROGRESS.store(true, Ordering::Relaxed);
        // Nobody waits there.
        let _gone = write!(io::stderr().lock(), "{}", progress_line(text, columns));
    }

    /// Tells a person something while they wait; on stderr, so that stdout stays for the answer.
    pub(super) fn say(self, text: &str) {
        if !self.quiet {
            say_error(text);
        }
    }

    /// The columns of the terminal that the answer goes to; nothing when it goes to a pipe or a file.
    pub(super) fn terminal() -> Option<usize> {
        columns_of(&io::stdout())
    }

    /// Gives the answer and the code to leave with.
    pub(super) fn answer(self, answer: &Answer) -> Exit {
        if let Some(note) = answer.note.as_deref().filter(|_| !self.json && !self.quiet) {
            say_error(note);
        }
        match print(&answer.to_stdout_of(self, Self::terminal())) {
            Ok(()) => answer.code(),
            Err(error) => self.failure(&Failure::output(&error)),
        }
    }

    /// Says why there is no answer, and gives the code to leave with.
    pub(super) fn failure(self, failure: &Failure) -> Exit {
        if self.json && failure.is_beside_rows() && failure.code() != Exit::Done {
            say_error(&failure.to_json().to_string());
        } else if self.json && failure.code() != Exit::Done {
            // The code says it as well, should stdout be gone.
            let _gone = print(&failure.to_json().to_string());
        } else {
            say_error(&failure.to_text());
        }
        failure.code()
    }
}

/// The columns of the terminal `stream`; nothing when it is none.
fn columns_of(stream: &(impl AsFd + IsTerminal)) -> Option<usize> {
    let told = || tcgetwinsize(stream).map_or(0, |size| usize::from(size.ws_col));
    stream.is_terminal().then(|| Some(told()).filter(|columns| *columns > 0).unwrap_or(USUAL))
}

/// What replaces the line about progress. Its last column stays free, where some terminals begin another line.
fn progress_line(text: &str, columns: usize) -> String {
    format!("{TAKE_BACK}{}", cut(&clean(text), columns.saturating_sub(1)))
}

/// Takes the line about progress back, if there is one.
fn clear_progress() {
    if HAS_PROGRESS.swap(false, Ordering::Relaxed) {
        // Nobody waits there.
        let _gone = write!(io::stderr().lock(), "{TAKE_BACK}");
    }
}

/// Writes `text` and a line break to stdout; nothing when it is empty.
pub(super) fn print(text: &str) -> io::Result<()> {
    clear_progress();
    if text.is_empty() {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        stdout.write_all(b"\n")?;
    }
    stdout.flush()
}

/// Writes `text` and a line break to stderr; nothing when it is empty.
fn say_error(text: &str) {
    clear_progress();
    if !text.is_empty() {
        // Nobody could be told.
        let _gone = writeln!(io::stderr().lock(), "{text}");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PERSON: Out = Out { json: false, quiet: false, color: false };

    #[test]
    fn a_program_gets_the_object_and_a_person_the_text() {
        let answer = Answer::shown(json!({"v": 1}), "one");
        assert_eq!(answer.to_stdout(PERSON), "one");
        assert_eq!(answer.to_stdout(Out { json: true, ..PERSON }), r#"{"v":1}"#);
    }

    #[test]
    fn quiet_leaves_out_confirmations_alone() {
        let quiet = Out { quiet: true, ..PERSON };
        assert_eq!(Answer::done(json!({}), "paused").to_stdout(quiet), "");
        assert_eq!(Answer::shown(json!({}), "listed").to_stdout(quiet), "listed");
    }

    #[test]
    fn a_line_about_progress_leaves_nothing_behind_on_a_terminal() {
        let long = format!("post {}: 12 records", "夜市".repeat(60));
        for columns in [20, 79, 80, 81] {
            let line = progress_line(&long, columns);
            let shown = line.strip_prefix(TAKE_BACK).unwrap();
            assert!(super::super::table::width(shown) < columns && shown.ends_with('…'), "{columns}: {shown}");
        }
        assert_eq!(progress_line("one\n", 80), format!("{TAKE_BACK}one\\n"));
    }

    #[test]
    fn a_text_for_everyone_stays_a_text() {
        assert_eq!(Answer::raw(".TH radard".to_owned()).to_stdout(Out { json: true, ..PERSON }), ".TH radard");
    }
}
