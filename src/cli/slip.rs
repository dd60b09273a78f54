//! Says in our words what is wrong with a command line.

use std::ffi::OsString;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::failure::Failure;
use super::guide;
use super::table::clean;
use crate::advice::{self, Advice};
use crate::domain::words::repeatable;

/// A longer value is not repeated: it may be a secret that stands in the wrong place.
const LONGEST: usize = 40;

/// What `error` means for whoever typed the line `given`.
pub(super) fn failure(error: &Error, given: &[OsString]) -> Failure {
    let command = command(given);
    let help = || advice::cli::help(&command);
    Failure::usage(what(error, &command)).advise(near(error).unwrap_or_else(help))
}

fn what(error: &Error, command: &str) -> String {
    let arg = one(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = one(error, ContextKind::InvalidValue).unwrap_or_default();
    let names = || list(error, ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument if is_negative(&arg) => {
            format!("`{arg}` is not an option, and numbers here cannot be below 0")
        }
        ErrorKind::UnknownArgument if arg.starts_with('-') => format!("`{command}` has no option `{arg}`"),
        // It may be a secret.
        ErrorKind::UnknownArgument => format!("`{command}` got too many values"),
        ErrorKind::InvalidSubcommand => {
            let name = one(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("`{command}` has no command `{name}`")
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("`{arg}` needs a value"),
        ErrorKind::InvalidValue => format!("`{arg}` cannot be `{value}`"),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(plain).unwrap_or_default();
            format!("`{arg}` cannot be `{value}`: {why}")
        }
        ErrorKind::MissingRequiredArgument => format!("missing: {}", names()),
        ErrorKind::MissingSubcommand => format!("`{command}` needs a command after it"),
        ErrorKind::ArgumentConflict if list(error, ContextKind::PriorArg) == format!("`{arg}`") => {
            format!("`{arg}` was given twice")
        }
        ErrorKind::ArgumentConflict => {
            format!("`{arg}` cannot be used together with {}", list(error, ContextKind::PriorArg))
        }
        ErrorKind::TooManyValues => format!("`{value}` is one value too many for `{arg}`"),
        ErrorKind::InvalidUtf8 => "an argument is no UTF-8 text".to_owned(),
        _ => first_line(error),
    }
}

fn near(error: &Error) -> Option<Advice> {
    let suggested = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    if let Some(near) = suggested.into_iter().find_map(|kind| one(error, kind)) {
        return Some(advice::cli::did_you_mean(&near));
    }
    let valid = list(error, ContextKind::ValidValue);
    (!valid.is_empty()).then(|| advice::cli::one_of(&valid))
}

/// The command that the line begins with, such as `radard job add`.
fn command(given: &[OsString]) -> String {
    let (mut command, mut name) = (guide::line(), "radard".to_owned());
    for word in given.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(below) = command.find_subcommand(word) {
            name = format!("{name} {word}");
            command = below.clone();
        }
    }
    name
}

/// The words of the number parsers of the standard library are not for people.
fn plain(source: &(dyn std::error::Error + 'static)) -> String {
    if source.is::<std::num::ParseIntError>() || source.is::<std::num::ParseFloatError>() {
        return "it must be a number, such as 20".to_owned();
    }
    source.to_string()
}

fn is_negative(arg: &str) -> bool {
    arg.strip_prefix('-').is_some_and(|rest| rest.bytes().next().is_some_and(|byte| byte.is_ascii_digit()))
}

fn one(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(short(text)),
        ContextValue::Strings(all) => all.first().map(|text| short(text)),
        _ => None,
    }
}

fn list(error: &Error, kind: ContextKind) -> String {
    let quoted = |text: &String| format!("`{}`", short(text));
    match error.get(kind) {
        Some(ContextValue::String(text)) => quoted(text),
        Some(ContextValue::Strings(all)) => all.iter().map(quoted).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

fn short(text: &str) -> String {
    if text.chars().count() > LONGEST { "…".to_owned() } else { clean(repeatable(text)) }
}

fn first_line(error: &Error) -> String {
    let text = error.render().to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
