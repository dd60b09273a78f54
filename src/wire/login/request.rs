//! A request as developer tools copy it: a line for `curl`, or the entries of a HAR.

use serde_json::Value;

use crate::domain::Secret;

/// The most words that a line is taken for.
const MOST: usize = 2000;

/// A request: where it went, and its headers in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) url: String,
    pub(super) headers: Vec<(String, Secret<String>)>,
}

/// Reads what *Copy as cURL* gives, in the spelling of a Unix shell.
pub(super) fn of_curl(text: &str) -> Option<Sent> {
    let mut words = words(text).into_iter();
    words.next().filter(|first| first == "curl")?;
    let (mut url, mut headers) = (None, Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-H" | "--header" => headers.extend(words.next().and_then(|line| header(&line))),
            "-b" | "--cookie" => headers.extend(words.next().map(|value| ("cookie".to_owned(), Secret::new(value)))),
            "-A" | "--user-agent" => {
                headers.extend(words.next().map(|value| ("user-agent".to_owned(), Secret::new(value))));
            }
            "-e" | "--referer" => headers.extend(words.next().map(|value| ("referer".to_owned(), Secret::new(value)))),
            "--url" => url = words.next(),
            "-X" | "--request" | "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-urlencode" => {
                words.next();
            }
            other if other.starts_with('-') => {}
            other => url = url.or_else(|| Some(other.to_owned())),
        }
    }
    Some(Sent { url: url?, headers })
}

fn header(line: &str) -> Option<(String, Secret<String>)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_ascii_lowercase(), Secret::new(value.trim().to_owned())))
}

/// Splits a line as a shell does: `'…'`, `"…"`, `$'…'`, `\` before anything, and lines that go on behind it.
pub(super) fn words(text: &str) -> Vec<String> {
    let (mut all, mut word) = (Vec::new(), None::<String>);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('\n' | '\r') | None => {}
                Some(plain) => word.get_or_insert_default().push(plain),
            },
            '\'' => word.get_or_insert_default().extend(rest.by_ref().take_while(|c| *c != '\'')),
            '"' => quoted(&mut rest, word.get_or_insert_default(), '"', false),
            '$' if rest.peek() == Some(&'\'') => {
                rest.next();
                quoted(&mut rest, word.get_or_insert_default(), '\'', true);
            }
            c if c.is_whitespace() => all.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
        if all.len() > MOST {
            break;
        }
    }
    all.extend(word);
    all
}

/// Reads up to `end`; in the second sort of quotes a backslash means more than itself.
fn quoted(rest: &mut impl Iterator<Item = char>, word: &mut String, end: char, has_codes: bool) {
    while let Some(c) = rest.next().filter(|c| *c != end) {
        if c != '\\' {
            word.push(c);
            continue;
        }
        match rest.next() {
            Some('n') if has_codes => word.push('\n'),
            Some('t') if has_codes => word.push('\t'),
            Some('u') if has_codes => {
                let digits: String = rest.by_ref().take(4).collect();
                word.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some(plain) => word.push(plain),
            None => {}
        }
    }
}

/// The requests of a HAR, the last first.
pub(super) fn of_har(whole: &Value) -> Vec<Sent> {
    let entries = whole.pointer("/log/entries").and_then(Value::as_array);
    let sent = |entry: &Value| {
        let request = entry.get("request")?;
        let url = request.get("url")?.as_str()?.to_owned();
        let pair = |pair: &Value| {
            let text = |name: &str| pair.get(name)?.as_str().map(str::to_owned);
            Some((text("name")?.to_ascii_lowercase(), Secret::new(text("value")?)))
        };
        let headers = request.get("headers")?.as_array()?.iter().filter_map(pair).collect();
        Some(Sent { url, headers })
    };
    entries.into_iter().flatten().rev().filter_map(sent).collect()
}
