//! Rust text cut into words, marks and quoted texts, with comments and numbers left out.
//!
//! The rules look for paths, attributes and constants. A search in the raw text would trip over comments, strings
//! and line breaks; a real parser would be a dependency. This is the least that tells them apart.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or a keyword.
    Word,
    /// `::`, or one character of punctuation.
    Mark,
    /// The inside of a string literal, as written.
    Text,
}

/// One token and the line it begins on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    /// Word, mark or text.
    pub(crate) kind: Kind,
    /// The token itself; for a text, what stands between the quotes.
    pub(crate) text: &'a str,
    /// Counted from one.
    pub(crate) line: usize,
}

impl Token<'_> {
    /// Is this the word or mark `text`?
    pub(crate) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }
}

/// Cuts `text` into tokens. Never fails: what it does not know is a mark.
pub(crate) fn lex(text: &str) -> Vec<Token<'_>> {
    let mut reader = Reader { rest: text, line: 1, tokens: Vec::new() };
    while let Some(first) = reader.rest.chars().next() {
        reader.step(first);
    }
    reader.tokens
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token<'a>>,
}

impl<'a> Reader<'a> {
    fn step(&mut self, first: char) {
        if self.rest.starts_with("//") {
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.skip_block();
        } else if let Some((open, raw)) = quote(self.rest) {
            self.take_text(open, raw);
        } else if first == '\'' {
            self.skip_tick();
        } else if first == '_' || first.is_alphabetic() {
            self.emit(Kind::Word, self.run());
        } else if first.is_ascii_digit() {
            self.take(self.run());
        } else if self.rest.starts_with("::") {
            self.emit(Kind::Mark, 2);
        } else if first.is_whitespace() {
            self.take(first.len_utf8());
        } else {
            self.emit(Kind::Mark, first.len_utf8());
        }
    }

    /// Length of the word or number that the rest begins with.
    fn run(&self) -> usize {
        self.rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(self.rest.len())
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn emit(&mut self, kind: Kind, length: usize) {
        let line = self.line;
        let text = self.take(length);
        self.tokens.push(Token { kind, text, line });
    }

    fn skip_block(&mut self) {
        let mut depth = 0_usize;
        loop {
            if self.rest.starts_with("/*") {
                depth += 1;
                self.take(2);
            } else if self.rest.starts_with("*/") {
                depth -= 1;
                self.take(2);
            } else {
                self.take(self.rest.chars().next().map_or(0, char::len_utf8));
            }
            if depth == 0 || self.rest.is_empty() {
                return;
            }
        }
    }

    /// Takes a string literal: `open` bytes of prefix and quote, and for a raw one its number of hashes.
    fn take_text(&mut self, open: usize, raw: Option<usize>) {
        self.take(open);
        let length = match raw {
            Some(hashes) => self.rest.find(&format!("\"{}", "#".repeat(hashes))),
            None => closing(self.rest),
        };
        self.emit(Kind::Text, length.unwrap_or(self.rest.len()));
        self.take(1 + raw.unwrap_or(0));
    }

    /// Passes over a character literal or a lifetime.
    fn skip_tick(&mut self) {
        self.take(1);
        if self.rest.starts_with('\\') {
            self.take(2);
            self.take(self.rest.find('\'').map_or(0, |end| end + 1));
            return;
        }
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let literal = self.rest.get(first..).is_some_and(|after| after.starts_with('\''));
        self.take(if literal { first + 1 } else { self.run() });
    }
}

/// Where an ordinary string ends, counted from after its opening quote.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at),
            _ => {}
        }
    }
    None
}

/// Does `text` begin with a string literal? Gives the length up to and with the quote, and the hashes of a raw one.
fn quote(text: &str) -> Option<(usize, Option<usize>)> {
    let prefix = ["", "b", "c", "r", "br", "cr"]
        .into_iter()
        .rev()
        .find(|prefix| text.strip_prefix(prefix).is_some_and(|after| after.trim_start_matches('#').starts_with('"')))?;
    let after = text.get(prefix.len()..)?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    match prefix.ends_with('r') {
        true => Some((prefix.len() + hashes + 1, Some(hashes))),
        false if hashes == 0 => Some((prefix.len() + 1, None)),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(lex(text).iter().map(|token| token.text).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn paths_are_words_and_marks() {
        check("use crate::a::{B, c};", "use crate :: a :: { B , c } ;");
    }

    #[test]
    fn comments_are_left_out_even_nested() {
        check("a // crate::b\n/* c /* d */ e */ f", "a f");
    }

    #[test]
    fn strings_are_texts_whatever_their_quotes() {
        check(r##"x("a \" b", r#"c " d"#, b"e")"##, r#"x ( a \" b , c " d , e )"#);
    }

    #[test]
    fn characters_and_lifetimes_do_not_open_a_string() {
        check(r"fn f<'a>(x: &'a u8) { '\'' ; '{' ; b'}' }", "fn f < > ( x : & u8 ) { ; ; b }");
    }

    #[test]
    fn lines_are_counted_through_strings() {
        let lines: Vec<_> = lex("a \"b\nc\"\nd").iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 1, 3]);
    }
}
