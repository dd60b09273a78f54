//! In which format an export is written: by the ending of its file or by `--format`, and never against one of them.

use std::path::Path;

use clap::ValueEnum;

use crate::advice;
use crate::cli::failure::Failure;
use crate::domain::words::repeatable;

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Csv,
    #[value(alias = "ndjson")]
    Jsonl,
    Xlsx,
}

/// Endings of file names, and what each stands for. The first of a format is the one that is advised.
const ENDINGS: [(&str, Format); 4] =
    [("csv", Format::Csv), ("xlsx", Format::Xlsx), ("jsonl", Format::Jsonl), ("ndjson", Format::Jsonl)];

impl Format {
    /// Its word.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Xlsx => "xlsx",
        }
    }

    /// The format of `file`, when `given` was said.
    pub(super) fn of_file(file: &Path, given: Option<Self>) -> Result<Self, Failure> {
        let name = file.display();
        if file.is_dir() {
            let first = file.join("posts.csv");
            return Err(Failure::new(format!("cannot write the output: `{name}` is a folder"))
                .advise(advice::cli::file_in_folder(first.display())));
        }
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let ending = ending.filter(|ending| !ending.is_empty());
        let known = ending.as_deref().and_then(|ending| ENDINGS.iter().find(|(known, _)| *known == ending));
        match (known, given, ending) {
            (Some((ending, known)), Some(given), _) if *known != given => {
                let what = format!("`{name}` ends in .{ending}, but --format says {}", given.as_str());
                Err(Failure::usage(what).advise(advice::cli::one_format(given.as_str())))
            }
            (Some((_, known)), ..) => Ok(*known),
            (None, Some(given), _) => Ok(given),
            (None, None, Some(ending)) => {
                let what = format!("`{name}` ends in .{ending}, and no export has that format");
                Err(Failure::usage(what).advise(advice::cli::ending(&endings())))
            }
            (None, None, None) => {
                let what = format!("`{}` has no ending that says the format", repeatable(&name.to_string()));
                Err(Failure::usage(what).advise(advice::cli::ending(&endings())))
            }
        }
    }

    /// The format of rows on stdout, when `given` was said; a program that reads JSON is given rows in JSON.
    pub(super) fn of_stdout(given: Option<Self>, is_json: bool) -> Self {
        given.unwrap_or(if is_json { Self::Jsonl } else { Self::Csv })
    }
}

/// The endings as people write them.
fn endings() -> String {
    let [first @ .., last] = ENDINGS.map(|(ending, _)| format!(".{ending}"));
    format!("{} or {last}", first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Exit;

    #[track_caller]
    fn check(name: &str, given: Option<Format>, expected: Result<Format, &str>) {
        let got = Format::of_file(Path::new(name), given);
        match (got, expected) {
            (Ok(got), Ok(expected)) => assert_eq!(got, expected, "{name}"),
            (Err(failure), Err(said)) => {
                assert!(failure.to_text().contains(said), "{}", failure.to_text());
                assert_eq!(failure.code(), Exit::Usage);
            }
            (got, _) => panic!("{name}: {got:?}"),
        }
    }

    #[test]
    fn a_name_says_its_format_or_is_refused() {
        for (name, format) in [
            ("posts.csv", Format::Csv),
            ("a/posts.XLSX", Format::Xlsx),
            ("./posts.jsonl", Format::Jsonl),
            ("posts.v2.ndjson", Format::Jsonl),
        ] {
            check(name, None, Ok(format));
            check(name, Some(format), Ok(format));
        }
        let list = "end it in .csv, .xlsx, .jsonl or .ndjson, or give --format";
        for (name, said) in [
            ("posts.parquet", "`posts.parquet` ends in .parquet"),
            ("posts.csv.gz", "ends in .gz"),
            ("posts", "`posts` has no ending"),
            ("posts.", "has no ending"),
            (".csv", "has no ending"),
        ] {
            check(name, None, Err(said));
            check(name, None, Err(list));
            check(name, Some(Format::Xlsx), Ok(Format::Xlsx));
        }
        check("posts.csv", Some(Format::Xlsx), Err("`posts.csv` ends in .csv, but --format says xlsx"));
        check("posts.ndjson", Some(Format::Csv), Err("leave --format out, or end the name in .csv"));
    }

    #[test]
    fn a_folder_is_refused_with_the_name_of_a_file_in_it() {
        let folder = std::env::temp_dir();
        let failure = Format::of_file(&folder, Some(Format::Csv)).unwrap_err();
        let advice = format!("name a file in it, such as {}", folder.join("posts.csv").display());
        assert!(failure.to_text().contains("is a folder") && failure.to_text().contains(&advice));
    }

    #[test]
    fn rows_on_stdout_are_csv_and_json_for_a_program() {
        assert_eq!(Format::of_stdout(None, false), Format::Csv);
        assert_eq!(Format::of_stdout(None, true), Format::Jsonl);
        assert_eq!(Format::of_stdout(Some(Format::Csv), true), Format::Csv);
    }
}
