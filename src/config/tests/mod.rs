//! The stories of the configuration; each file tells one side of it.

mod drift;
mod layers;
mod mistakes;
mod properties;
mod queue;
mod secrets;

use super::{Checked, Problems, Sources, check};

/// Sources whose settings file holds `text`.
fn with_file(text: &str) -> Sources {
    let mut sources = Sources { dir: "config".into(), ..Sources::default() };
    sources.files.insert("radard.toml".to_owned(), Ok(text.as_bytes().to_vec()));
    sources
}

/// Checks a settings file alone.
fn check_file(text: &str) -> Result<Checked, Problems> {
    check(&with_file(text))
}

/// All problems of a settings file, as a person reads them.
fn problems_of(text: &str) -> String {
    check_file(text).map(|_| ()).unwrap_err().to_string()
}

/// The name and text of each pair, owned.
fn pairs<C: FromIterator<(String, String)>>(of: &[(&str, &str)]) -> C {
    of.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}
