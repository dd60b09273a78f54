//! The reference file and the list of keys say the same, in both directions.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::super::{CREDENTIALS, Config, Reload, check, init_files, keys};
use super::{check_file, with_file};
use crate::domain::Secret;

fn reference() -> &'static str {
    init_files().iter().find(|(path, _)| *path == "radard.toml").unwrap().1
}

/// Each written key with its value and the comment right above it.
fn written() -> BTreeMap<String, (String, String)> {
    let text = reference();
    let table = DeTable::parse(text).unwrap();
    let mut found = BTreeMap::new();
    collect(text, "", table.get_ref(), &mut found);
    found
}

fn collect(text: &str, prefix: &str, table: &DeTable<'_>, found: &mut BTreeMap<String, (String, String)>) {
    for (name, value) in table {
        let key = format!("{prefix}{}", name.get_ref());
        if let DeValue::Table(inner) = value.get_ref() {
            collect(text, &format!("{key}."), inner, found);
            continue;
        }
        let above = text[..name.span().start].lines().next_back().unwrap();
        let literal = text[value.span()].trim_matches('"').to_owned();
        found.insert(key, (literal, above.trim_start_matches("# ").to_owned()));
    }
}

#[test]
fn the_reference_has_every_key_with_its_default_and_its_sentence() {
    let written = written();
    for key in keys() {
        let mark = if key.reload == Reload::Restart { " (restart)" } else { "" };
        let wanted = (key.default.to_owned(), format!("{}{mark}", key.doc));
        assert_eq!(written.get(key.name), Some(&wanted), "{} in config/radard.toml", key.name);
    }
}

#[test]
fn the_reference_has_no_other_key() {
    let known: Vec<_> = keys().map(|key| key.name).collect();
    let others: Vec<_> = written().into_keys().filter(|key| !known.contains(&key.as_str())).collect();
    assert_eq!(others, Vec::<String>::new(), "take them out of config/radard.toml or add them to sections.rs");
}

#[test]
fn the_reference_as_it_is_changes_nothing() {
    assert_eq!(check_file(reference()).unwrap().config, Config::default());
}

#[test]
fn no_key_is_listed_twice_and_each_has_one_sentence() {
    let mut seen = Vec::new();
    for key in keys() {
        assert!(!seen.contains(&key.name), "{}", key.name);
        assert!(key.doc.ends_with('.') && key.doc.matches(". ").count() == 0, "{}: {}", key.name, key.doc);
        seen.push(key.name);
    }
}

/// What stands in the reference from the example that begins with `first` on, uncommented.
fn examples(first: &'static str) -> String {
    let (_, rest) = reference().split_once(first).unwrap();
    let uncommented = |line: &'static str| line.strip_prefix("# ").unwrap_or(line);
    let lines = first.lines().chain(rest.lines()).map(uncommented).filter(|l| l.contains('=') || l.starts_with('['));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn the_examples_in_the_reference_work_once_uncommented() {
    let rules = examples("# [[pace.rule]]\n");
    let (rule, _) = rules.split_once("[platform]").unwrap();
    assert_eq!(check_file(rule).unwrap().config.pace_rules.len(), 1);
    let mut sources = with_file(&examples("# [[schedule]]\n"));
    for credential in CREDENTIALS {
        let value = if credential.name == "store-url" { "postgres://u:p@h/d" } else { "s3cret" };
        let path = format!("/etc/radard/{}", credential.name);
        assert!(reference().contains(&format!("# # {}\n# {} = \"{path}\"", credential.doc, credential.name)));
        sources.secret_files.insert(path.into(), Ok(Secret::new(value.to_owned())));
    }
    let checked = check(&sources).unwrap();
    assert_eq!(checked.config.schedules.len(), 1);
    assert_eq!(checked.secrets.iter().count(), CREDENTIALS.len());
}
