//! The repository as a map from path to text, and a problem as one line a person can act on.
//!
//! Every rule is a function from such a map to a list of problems, so a rule is tried on three made-up lines just
//! as it is run on the whole house. A file that is not text is kept by name with no content.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// Folders that hold what machines made or people left, never the project.
const NOT_OURS: &[&str] = &["target", "data", ".git"];

/// Path relative to the repository → text.
#[derive(Debug, Default)]
pub(crate) struct Tree(BTreeMap<String, String>);

impl Tree {
    /// Reads the repository this test was compiled in.
    pub(crate) fn here() -> io::Result<Self> {
        let mut tree = Self::default();
        tree.walk(Path::new(env!("CARGO_MANIFEST_DIR")), "")?;
        Ok(tree)
    }

    /// Makes a small tree up.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    /// All files, in order of path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// All Rust files below one of `folders`.
    pub(crate) fn rust<'a>(&'a self, folders: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files().filter(|(path, _)| is_rust(path) && folders.iter().any(|folder| path.starts_with(folder)))
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                let skip = NOT_OURS.contains(&path.as_str())
                    || prefix == "sessions/"
                    || entry.path().join("CACHEDIR.TAG").exists();
                if !skip {
                    self.walk(&entry.path(), &format!("{path}/"))?;
                }
            } else if entry.file_type()?.is_file() {
                self.0.insert(path, String::from_utf8(fs::read(entry.path())?).unwrap_or_default());
            }
        }
        Ok(())
    }
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "rs")
}

/// One broken rule: where, which, what is wrong, what to do.
#[derive(Debug)]
pub(crate) struct Problem {
    file: String,
    line: usize,
    rule: &'static str,
    what: String,
    advice: &'static str,
}

impl Problem {
    /// Makes a problem at `file:line`; line 0 means the file as a whole.
    pub(crate) fn at(file: &str, line: usize, rule: &'static str, what: String, advice: &'static str) -> Self {
        Self { file: file.to_owned(), line, rule, what, advice }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, rule, what, advice } = self;
        if *line == 0 {
            writeln!(f, "{file}  [{rule}] {what}")?;
        } else {
            writeln!(f, "{file}:{line}  [{rule}] {what}")?;
        }
        write!(f, "  do: {advice}")
    }
}

/// Fails the test with every problem, each on its own lines.
#[track_caller]
pub(crate) fn none(problems: &[Problem]) {
    assert!(problems.is_empty(), "{} broken\n{}", problems.len(), lines(problems));
}

/// The positive control of a rule: exactly one problem, whose text holds `part`.
#[track_caller]
pub(crate) fn one(problems: &[Problem], part: &str) {
    assert_eq!(problems.len(), 1, "wanted one problem:\n{}", lines(problems));
    let text = lines(problems);
    assert!(text.contains(part), "wanted `{part}` in:\n{text}");
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
