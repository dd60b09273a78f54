//! `radard id`: the ids in links, and in whatever text people paste around them.
//!
//! A long link is read here and asks nobody. A short one is asked where it leads, a step at a time and never off the
//! platform's hosts; only then are settings and a way out needed.

use serde_json::json;

use super::desk::Desk;
use super::exit::Exit;
use super::failure::Failure;
use super::house;
use super::out::Answer;
use super::table::{Table, clean};
use super::whole::whole;
use crate::domain::{Advice, Class};
use crate::platform::douyin::link::{BadLink, Kind, Link, Resolved, Resolver, UnknownKind, links};

/// Flags of `radard id`.
#[derive(Debug, clap::Args)]
pub(super) struct Id {
    /// Links, or texts with links in them; - reads standard input, a text in a line
    #[arg(required = true, value_name = "URL")]
    texts: Vec<String>,
    /// Take only this: user, work, mix, live (the number of a room) or room (one broadcast)
    #[arg(long, value_name = "KIND", value_parser = kind)]
    want: Option<Kind>,
    /// Ask nobody where a short link leads
    #[arg(long)]
    offline: bool,
}

/// A kind by its name, or by the name that f2's users know.
fn kind(word: &str) -> Result<Kind, String> {
    match word {
        "aweme" => Ok(Kind::Work),
        "webcast" => Ok(Kind::Live),
        word => word.parse().map_err(|unknown: UnknownKind| unknown.to_string()),
    }
}

impl Id {
    /// Finds and tells; the code is 1 when some link gave no id, 4 when the site refused to say where one leads.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let texts = read(&self.texts)?;
        let asks = texts.iter().flat_map(|text| links(text)).any(is_short);
        let resolver = Resolver::new(self.want);
        let resolver = if asks && !self.offline { house::asking(desk, resolver)? } else { resolver };
        Ok(show(&texts, &resolver.all(&texts).await))
    }
}

fn is_short(url: &str) -> bool {
    Link::parse(url).is_ok_and(|link| link.short_code().is_some())
}

/// The texts, with the lines of standard input in the place of `-`.
fn read(given: &[String]) -> Result<Vec<String>, Failure> {
    let mut texts = Vec::new();
    for text in given {
        if text != "-" {
            texts.push(text.clone());
            continue;
        }
        let lines = whole(std::io::stdin().lock());
        let lines = lines.map_err(|error| Failure::usage(format!("cannot read standard input: {error}")))?;
        texts.extend(lines.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
    }
    Ok(texts)
}

/// One row, for a program.
#[derive(serde::Serialize)]
struct Row<'a> {
    input: &'a str,
    url: &'a str,
    kind: Option<&'static str>,
    id: Option<&'a str>,
    error: Option<&'static str>,
    class: Class,
    message: Option<String>,
    #[serde(rename = "do")]
    advice: Option<Advice>,
}

impl<'a> Row<'a> {
    fn of(input: &'a str, resolved: &'a Resolved) -> Self {
        let Resolved { url, found, .. } = resolved;
        let (good, bad) = (found.as_ref().ok(), found.as_ref().err());
        Self {
            input,
            url,
            kind: good.map(|found| found.kind.as_str()),
            id: good.map(|found| found.id.as_str()),
            error: bad.map(BadLink::code),
            class: bad.map_or(Class::Ok, BadLink::class),
            message: bad.map(ToString::to_string),
            advice: bad.map(BadLink::advice),
        }
    }
}

impl Row<'_> {
    fn link(&self) -> &str {
        if self.url.is_empty() { self.input } else { self.url }
    }

    /// Why there is no id, for a person.
    fn remark(&self) -> Option<String> {
        let (message, advice) = self.message.as_ref().zip(self.advice.as_ref())?;
        Some(format!("{}: {message}\n  do: {advice}", clean(self.link())))
    }
}

fn show(texts: &[String], resolved: &[Resolved]) -> Answer {
    // The text itself where one link stands in it; of a text with many, each row shows its own.
    let mut links = vec![0_usize; texts.len()];
    for row in resolved {
        if let Some(count) = links.get_mut(row.text) {
            *count += 1;
        }
    }
    let input = |row: &'_ Resolved| texts.get(row.text).filter(|_| links.get(row.text) == Some(&1));
    let rows: Vec<Row<'_>> =
        resolved.iter().map(|row| Row::of(input(row).map_or(row.url.as_str(), String::as_str), row)).collect();
    let mut table = Table::new(&["KIND", "ID", "~LINK", "~ERROR"]);
    for row in &rows {
        let cells =
            [row.kind.unwrap_or_default(), row.id.unwrap_or_default(), row.link(), row.error.unwrap_or_default()];
        table.row(cells.map(str::to_owned));
    }
    let refuses = |row: &Row<'_>| matches!(row.class, Class::Risk | Class::Rate | Class::Signature);
    let exit = if rows.iter().any(refuses) {
        Exit::Refused
    } else if rows.iter().any(|row| row.error.is_some()) {
        Exit::Failed
    } else {
        Exit::Done
    };
    let answer = Answer::shown(json!({"v": 1, "items": rows, "next": null}), table).exit(exit);
    let remarks: Vec<String> = rows.iter().filter_map(Row::remark).collect();
    if remarks.is_empty() { answer } else { answer.note(remarks.join("\n")) }
}
