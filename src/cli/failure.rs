//! What a command says when it cannot do what it was asked to.
//!
//! A person reads `radard: what` and `do: advice` on stderr; a program reads one object with the same words on stdout.
//! A reader that has gone away is no failure: nobody is left to tell.

use std::error::Error;
use std::fmt::Write as _;
use std::io;

use serde_json::{Map, Value, json};

use super::exit::Exit;
use crate::advice::{self, Advice};
use crate::config::Problems;
use crate::domain::Class;

/// What of ours can hold a request back.
const HELD: [&str; 3] = ["limit", "gap", "quiet"];

/// How a command begins in an advice.
const COMMAND: &str = concat!("`", "radard ");

/// Why a command ended before it was done.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    what: String,
    advice: Option<String>,
    class: Class,
    /// Lines for a person below the first.
    details: String,
    /// Further fields for a program.
    fields: Map<String, Value>,
    /// Rows may stand on stdout.
    is_beside_rows: bool,
}

impl Failure {
    /// Something of ours went wrong.
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            what: what.into(),
            advice: None,
            class: Class::Local,
            details: String::new(),
            fields: Map::new(),
            is_beside_rows: false,
        }
    }

    /// `error` and its causes on one line.
    pub(super) fn of(error: &dyn Error) -> Self {
        let mut what = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let _never_fails = write!(what, ": {inner}");
            cause = inner.source();
        }
        Self::new(what)
    }

    /// The command line asked for something that is not possible.
    pub(super) fn usage(what: impl Into<String>) -> Self {
        Self { class: Class::Schema, ..Self::new(what).exit(Exit::Usage) }
    }

    /// The configuration has problems.
    pub(super) fn problems(problems: &Problems) -> Self {
        let what = match problems.items.len() {
            1 => "the configuration has a problem".to_owned(),
            n => format!("the configuration has {n} problems"),
        };
        let mut failure = Self::new(what).exit(Exit::Config);
        failure.details = problems.to_string();
        failure.fields.insert("do".to_owned(), String::from(advice::cli::check_again()).into());
        failure.fields.insert("problems".to_owned(), json!(problems.items));
        failure
    }

    /// The API refused: `answer` says why.
    pub(super) fn of_answer(status: u16, answer: Value) -> Self {
        let class = answer.get("class").and_then(Value::as_str).and_then(|word| word.parse().ok());
        let text = |key| answer.get(key).and_then(Value::as_str).map(str::to_owned);
        let what = text("error").unwrap_or_else(|| format!("the daemon answered {status} without a reason"));
        let advice = text("do");
        // What our own limits and quiet hours hold back, no site has refused.
        let is_held = text("held").is_some_and(|held| HELD.contains(&held.as_str()));
        let exit = if is_held { Exit::Failed } else { Exit::of_answer(status, class) };
        let mut failure = Self::new(what).exit(exit);
        failure.class = class.unwrap_or(Class::Local);
        failure.advice = advice;
        if let Value::Object(fields) = answer {
            failure.fields = fields;
        }
        failure
    }

    /// The output could not be written.
    pub(super) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new("").exit(Exit::Done);
        }
        Self::new(format!("cannot write the output: {error}"))
    }

    /// The same with another exit code.
    pub(super) fn exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// The same for somebody who gave these options to find the folders: an advice that is pasted needs them, too.
    pub(super) fn under(mut self, options: &str) -> Self {
        if let Some(advice) = self.advice.take() {
            let is_another = options.is_empty() || advice.contains(&format!("{COMMAND}init"));
            self.advice =
                Some(if is_another { advice } else { advice.replace(COMMAND, &format!("{COMMAND}{options} ")) });
        }
        self
    }

    /// The same after rows may have gone to stdout: a program, too, is told on stderr.
    pub(super) fn beside_rows(self) -> Self {
        Self { is_beside_rows: true, ..self }
    }

    /// Whether rows may stand on stdout.
    pub(super) const fn is_beside_rows(&self) -> bool {
        self.is_beside_rows
    }

    /// The same with what to do about it.
    pub(super) fn advise(self, advice: Advice) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }

    /// The same with what to do about it, when that is known.
    pub(super) fn advise_if(self, advice: Option<Advice>) -> Self {
        match advice {
            Some(advice) => self.advise(advice),
            None => self,
        }
    }

    /// The code to leave with.
    pub(super) const fn code(&self) -> Exit {
        self.exit
    }

    /// For a program: one object with `error`, `do` and `class`, and what else is known.
    pub(super) fn to_json(&self) -> Value {
        let mut fields = self.fields.clone();
        fields.insert("error".to_owned(), self.what.clone().into());
        if let Some(advice) = &self.advice {
            fields.insert("do".to_owned(), advice.clone().into());
        }
        fields.entry("do").or_insert(Value::Null);
        fields.insert("class".to_owned(), self.class.as_str().into());
        Value::Object(fields)
    }

    /// What went wrong, in a line.
    pub(super) fn what(&self) -> &str {
        &self.what
    }

    /// For a person; empty when there is nobody to tell.
    pub(super) fn to_text(&self) -> String {
        if self.what.is_empty() {
            return String::new();
        }
        let mut text = format!("radard: {}", self.what);
        if let Some(advice) = &self.advice {
            let _never_fails = write!(text, "\n  do: {advice}");
        }
        if !self.details.is_empty() {
            let _never_fails = write!(text, "\n{}", self.details);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_and_a_program_read_the_same_words() {
        let failure =
            Failure::new("cannot take `x`").advise(Advice::of_catalogue("give another".into())).exit(Exit::Held);
        assert_eq!(failure.to_text(), "radard: cannot take `x`\n  do: give another");
        assert_eq!(failure.to_json(), json!({"error": "cannot take `x`", "do": "give another", "class": "local"}));
        assert_eq!(failure.code().code(), 75);
    }

    #[test]
    fn an_answer_keeps_what_else_it_says() {
        let answer = json!({"error": "other work has the key", "class": "schema", "do": "take another", "id": "7"});
        let failure = Failure::of_answer(409, answer.clone());
        assert_eq!(failure.to_json(), answer);
        assert_eq!(failure.code(), Exit::Failed);
        let held = |held: &str| {
            let answer = json!({"error": "not now", "class": "rate", "held": held});
            Failure::of_answer(429, answer).code().code()
        };
        assert_eq!(["limit", "gap", "quiet", "stop"].map(held), [1, 1, 1, 4], "4 is for refusals by the site");
        let bare = Failure::of_answer(502, Value::Null);
        assert_eq!(bare.to_text(), "radard: the daemon answered 502 without a reason");
        assert_eq!(bare.to_json()["do"], Value::Null);
    }

    #[test]
    fn an_advice_repeats_the_options_by_which_the_folders_were_found() {
        let advice = || Advice::of_catalogue("run `radard job resume --lane a/b`, or see `radard doctor`".into());
        let failure = || Failure::new("no").advise(advice());
        let said = failure().under("--config site").to_text();
        assert_eq!(said.matches("radard --config site ").count(), 2, "{said}");
        assert_eq!(failure().under("").to_text(), failure().to_text());
    }

    #[test]
    fn causes_stand_on_one_line() {
        let cause = io::Error::other("no room");
        let error = crate::store::LockError::Io { dir: "/d".into(), source: cause };
        assert_eq!(Failure::of(&error).to_text(), "radard: cannot lock the data directory `/d`: no room");
    }

    #[test]
    fn a_reader_that_has_gone_is_no_failure() {
        let gone = Failure::output(&io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((gone.code(), gone.to_text().as_str()), (Exit::Done, ""));
        assert_eq!(Failure::output(&io::Error::from(io::ErrorKind::StorageFull)).code(), Exit::Failed);
    }
}
