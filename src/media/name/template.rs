//! A name put together from fields: `{create}_{desc}`, with what stands between them.
//!
//! A field may pass filters on its way: `{desc|bytes:80}`, `{nickname|slug}`, `{caption|default:untitled}`,
//! `{uid|lower}`. A brace is written twice. What is wrong with a template is found before anything is named by it.

use super::component::{component, cut};
use super::shorten::shorten;

/// The fields that every post has.
const FIELDS: [&str; 6] = ["nickname", "create", "aweme_id", "desc", "uid", "caption"];
/// No template is longer.
const LONGEST: usize = 1024;

/// A text that is no template. The name that others know it by is `bad_template`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// Nothing stands in it.
    #[error("it is empty")]
    Empty,
    /// It is longer than 1024 bytes.
    #[error("it is longer than 1024 bytes")]
    TooLong,
    /// A brace is open, or closes nothing.
    #[error("a brace at byte {0} has no other half")]
    Brace(usize),
    /// There is no such field.
    #[error("there is no field `{0}`")]
    Field(String),
    /// There is no such filter, or its number is none.
    #[error("there is no filter `{0}`")]
    Filter(String),
    /// A field stands twice in a row, or around another.
    #[error("the field `{0}` stands twice so near that the name says nothing new")]
    Twice(String),
}

/// A template that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(String, Vec<Filter>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Filter {
    Bytes(usize),
    Lower,
    Slug,
    Default(String),
}

impl Template {
    /// Reads a template whose fields are those of a post and `more`.
    pub fn parse(text: &str, more: &[&str]) -> Result<Self, BadTemplate> {
        match text.len() {
            0 => return Err(BadTemplate::Empty),
            length if length > LONGEST => return Err(BadTemplate::TooLong),
            _ => {}
        }
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                plain.push_str(cut(from, 1));
                rest = after;
                continue;
            }
            let open = text.len() - from.len();
            let inside = from.strip_prefix('{').and_then(|inside| inside.split_once('}'));
            let (field, after) = inside.filter(|(field, _)| !field.contains('{')).ok_or(BadTemplate::Brace(open))?;
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(read_field(field, more)?);
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        let template = Self(parts);
        template.repeats().map_or(Ok(()), |name| Err(BadTemplate::Twice(name)))?;
        Ok(template)
    }

    /// The field that stands twice in a row, or around another.
    fn repeats(&self) -> Option<String> {
        let names: Vec<&String> = self
            .0
            .iter()
            .filter_map(|part| match part {
                Part::Field(name, _) => Some(name),
                Part::Text(_) => None,
            })
            .collect();
        let near = names.windows(2).chain(names.windows(3)).find(|near| near.first() == near.last());
        near.and_then(<[_]>::first).map(ToString::to_string)
    }

    /// The name, safe to be one; `value` gives the text of a field, and nothing where there is none.
    pub fn name<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> String {
        let mut name = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Field(field, filters) => {
                    let text = value(field).unwrap_or_default();
                    let text = if field == "desc" { shorten(text) } else { text.to_owned() };
                    name.push_str(&filters.iter().fold(text, |text, filter| filter.apply(text)));
                }
            }
        }
        component(&name)
    }
}

fn read_field(text: &str, more: &[&str]) -> Result<Part, BadTemplate> {
    let mut words = text.split('|');
    let name = words.next().unwrap_or_default();
    if !FIELDS.contains(&name) && !more.contains(&name) {
        return Err(BadTemplate::Field(name.chars().take(60).collect()));
    }
    let filters: Result<_, _> = words.map(Filter::parse).collect();
    Ok(Part::Field(name.to_owned(), filters?))
}

impl Filter {
    fn parse(text: &str) -> Result<Self, BadTemplate> {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        let filter = match name {
            "bytes" => value.parse().ok().filter(|bytes| *bytes > 0).map(Self::Bytes),
            "lower" => Some(Self::Lower),
            "slug" => Some(Self::Slug),
            "default" => Some(Self::Default(value.to_owned())),
            _ => None,
        };
        filter.ok_or_else(|| BadTemplate::Filter(text.chars().take(60).collect()))
    }

    fn apply(&self, text: String) -> String {
        match self {
            Self::Bytes(most) => cut(&text, *most).to_owned(),
            Self::Lower => text.to_lowercase(),
            Self::Slug => {
                let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
                words.collect::<Vec<_>>().join("-").to_lowercase()
            }
            Self::Default(other) if text.trim().is_empty() => other.clone(),
            Self::Default(_) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(field: &str) -> Option<&'static str> {
        match field {
            "nickname" => Some("某 某 Official!"),
            "desc" => Some("Three ways\tto fold dough"),
            "aweme_id" => Some("7856714127684905912"),
            _ => None,
        }
    }

    #[track_caller]
    fn names(template: &str, expected: &str) {
        assert_eq!(Template::parse(template, &["location"]).unwrap().name(values), expected, "{template}");
    }

    #[test]
    fn fields_pass_their_filters_in_turn() {
        names("{desc|bytes:9}_{aweme_id}", "Three way_7856714127684905912");
        names("{nickname|slug}-{caption|default:untitled}", "某-某-official-untitled");
        names("{nickname|bytes:4}", "某");
        names("{desc|lower|bytes:5}", "three");
        names("{{{aweme_id}}}", "{7856714127684905912}");
        names("{location}{uid}", "_");
    }

    #[test]
    fn each_refusal_has_its_name() {
        let why = |template: &str| Template::parse(template, &[]).unwrap_err();
        assert_eq!(why(""), BadTemplate::Empty);
        assert_eq!(why(&"x".repeat(1025)), BadTemplate::TooLong);
        assert_eq!(why("{create"), BadTemplate::Brace(0));
        assert_eq!(why("{create}_}"), BadTemplate::Brace(9));
        assert_eq!(why("{a{create}"), BadTemplate::Brace(0));
        assert_eq!(why("{location}"), BadTemplate::Field("location".into()));
        assert_eq!(why("{desc|upper}"), BadTemplate::Filter("upper".into()));
        assert_eq!(why("{desc|bytes:x}"), BadTemplate::Filter("bytes:x".into()));
        assert_eq!(why("{desc}-{desc}"), BadTemplate::Twice("desc".into()));
        assert_eq!(why("{desc}_{create}_{desc}"), BadTemplate::Twice("desc".into()));
    }

    proptest! {
        #[test]
        fn no_template_breaks_it(text in "([{}|:a-z_]|\\{desc\\}|\\{uid\\|bytes:9\\}|.){0,40}", value in any::<String>()) {
            if let Ok(template) = Template::parse(&text, &[]) {
                let name = template.name(|_| Some(value.as_str()));
                prop_assert_eq!(component(&name), name);
            }
        }
    }
}
