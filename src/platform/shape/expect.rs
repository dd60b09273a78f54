//! What is read of an answer, and whether it is there.

use crate::wire::json::{Found, Path, Value};

/// A field and where it is read from.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in views.
    pub name: &'static str,
    /// Its place, from the record's own or, with `$`, from the root.
    pub place: &'static str,
}

/// The fields of one record, or of each record of a list.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// Where the record stands, or the list.
    pub base: Path,
    /// Whether it is a list.
    pub is_list: bool,
    /// What is read there.
    pub fields: &'static [Field],
}

impl Expected {
    /// Each place, named from the root, with what an answer says of it; one of which it says nothing is left out.
    pub(super) fn look<'e>(&'e self, root: Value<'e>) -> impl Iterator<Item = (String, bool)> + 'e {
        let base = self.base.as_str();
        let whole = (!base.is_empty()).then(|| (base.to_owned(), self.base.find(root, 0))).into_iter();
        let each =
            self.fields.iter().map(move |field| (self.name(field.place), self.find(Path::new(field.place), root)));
        whole.chain(each).filter_map(|(place, found)| match found {
            Found::There => Some((place, true)),
            Found::Missing => Some((place, false)),
            Found::Unsaid => None,
        })
    }

    /// A place of it, from the root.
    fn name(&self, place: &str) -> String {
        match (place.strip_prefix("$."), self.base.as_str()) {
            (Some(place), _) => place.to_owned(),
            (None, "") => place.to_owned(),
            (None, base) => format!("{base}{}.{place}", if self.is_list { "[]" } else { "" }),
        }
    }

    /// Among the records of a list, one that has it is enough.
    fn find(&self, place: Path, root: Value<'_>) -> Found {
        let here = self.base.follow(root, 0);
        if !self.is_list {
            return place.find(here, 0);
        }
        let rows = here.items().enumerate().map(|(at, row)| place.find(row, at));
        rows.max().unwrap_or(Found::Unsaid)
    }
}
