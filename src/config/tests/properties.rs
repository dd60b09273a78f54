//! What holds for all inputs: nothing makes the checker fall over, and what it shows it reads again.

use proptest::prelude::*;

use super::super::{Checked, Kind, Sources, check, keys};
use super::check_file;

/// Some value that each kind takes, from a number.
fn some_value(kind: Kind, n: u64) -> Option<String> {
    let pick = |words: &[&str]| words.get(usize::try_from(n).unwrap() % words.len()).map(|word| (*word).to_owned());
    match kind {
        Kind::Flag => Some(n.is_multiple_of(2).to_string()),
        Kind::Count(least, most) => Some((least + n % (most - least + 1)).to_string()),
        Kind::Level(least, most) => pick(&[&least.to_string(), &most.to_string(), "0"]),
        Kind::Days(least, most) => pick(&[least, most, "48h", "7"]),
        Kind::Span(least, most) => pick(&[least, most, "1s", "60s", "1m"]),
        Kind::Size(least, most) => pick(&[least, most, "1024KiB", "64MiB"]),
        Kind::Choice(words, _) => pick(words),
        Kind::Text(_) | Kind::List(_) => None,
    }
}

/// The configuration as a settings file: each key with the value that the origins show.
fn render(checked: &Checked) -> String {
    let settings = checked.origins.iter().filter(|origin| !origin.key.starts_with("schedule."));
    settings.map(|origin| format!("{} = {}", origin.key, origin.value)).collect::<Vec<_>>().join("\n")
}

proptest! {
    #[test]
    fn a_shown_configuration_reads_back(picks in proptest::collection::vec(any::<u16>(), 64)) {
        let flags = keys().zip(picks.into_iter().cycle()).filter_map(|(key, n)| {
            Some((key.name.to_owned(), some_value(key.kind, u64::from(n))?))
        });
        let mut sources = Sources { flags: flags.collect(), ..Sources::default() };
        sources.flags.push(("queue.backoff_cap".to_owned(), "7d".to_owned()));
        let checked = check(&sources).unwrap();
        let again = check_file(&render(&checked)).unwrap();
        prop_assert_eq!(again.config, checked.config);
    }

    #[test]
    fn no_bytes_make_the_checker_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut sources = Sources::default();
        sources.files.insert("radard.toml".to_owned(), Ok(bytes));
        let _ = check(&sources).map(|_| ()).map_err(|problems| problems.to_string());
    }

    #[test]
    fn no_toml_like_text_makes_the_checker_panic(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("[queue]\n"), Just("[[schedule]]\n"), Just("[secrets]\n"), Just("[platform"), Just("]"),
                Just("workers"), Just("name"), Just("at"), Just(" = "), Just("\""), Just("'''"), Just("{"), Just("}"),
                Just("[1, "), Just("\n"), Just("0 4 * * *"), Just("-1"), Just("1e400"), Just("."), Just("é"), Just("\0"),
                Just("payload = { a = nan }\n"), Just("url = \"postgres://\"\n"),
            ],
            0..40,
        ),
        value in ".{0,40}",
    ) {
        let text: String = parts.concat();
        let mut sources = super::with_file(&text);
        sources.flags = keys().map(|key| (key.name.to_owned(), value.clone())).collect();
        sources.env.insert(format!("RADARD_{value}__X"), text);
        if let Err(problems) = check(&sources) {
            prop_assert!(problems.items.iter().all(|p| !p.message.is_empty() && !p.advice.to_string().is_empty()));
            prop_assert_eq!(problems.to_string().matches("\n  do: ").count(), problems.items.len());
        }
    }
}

#[test]
fn every_word_of_every_choice_is_taken() {
    for key in keys() {
        if let Kind::Choice(words, _) = key.kind {
            for word in words {
                let flags = vec![(key.name.to_owned(), (*word).to_owned())];
                assert!(check(&Sources { flags, ..Sources::default() }).is_ok(), "{} = {word}", key.name);
            }
        }
    }
}
