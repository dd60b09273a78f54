//! Lines as an operator sees them, in each form.

use std::io::Write;
use std::os::unix::net::UnixDatagram;
use std::sync::{Arc, Mutex};

use tracing::{debug, error, info, info_span, warn};

use super::*;
use crate::domain::{Millis, Secret};

/// A stream that remembers what was written.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A setup for tests, at eight in the morning, that knows one secret.
fn setup(format: Format) -> Setup<'static> {
    let secrets = Register::default();
    secrets.add(&Secret::new("s3cr3t/value".to_owned()));
    let clock = Clock::simulated(Millis(1_795_248_000_123));
    Setup { format, level: "info", secrets, clock, no_color: true, journal_stream: None }
}

/// What `story` logs through `out`.
fn told(out: Out, story: impl FnOnce(&Handle)) -> String {
    let paper = Paper::default();
    let (subscriber, level) = assemble(out.onto(paper.clone()), &setup(Format::Json)).unwrap();
    let handle = Handle { level, format: Format::Json };
    tracing::subscriber::with_default(subscriber, || story(&handle));
    String::from_utf8(paper.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn a_console_line_reads_as_a_sentence_with_its_fields() {
    let text = told(Out::console(false), |_| {
        let _job = info_span!("crawl.job", job.id = 7, lane = "douyin-main feed").entered();
        info!(count = 12, "Stored 12 posts of job `7`");
        warn!(target: "sqlx::query", duration_ms = 900, "Slow");
    });
    insta::assert_snapshot!(text, @r#"
    2026-11-21T08:00:00.123Z  INFO Stored 12 posts of job `7`  count=12 job.id=7 lane="douyin-main feed"
    2026-11-21T08:00:00.123Z  WARN sqlx::query: Slow  duration_ms=900 job.id=7 lane="douyin-main feed"
    "#);
}

#[test]
fn a_json_line_is_one_object_with_typed_values() {
    let text = told(Out::json(), |_| {
        let _outer = info_span!("crawl.job", job.id = 7, lane = "outer").entered();
        let _inner = info_span!("platform.fetch", lane = "inner", http.status = tracing::field::Empty).entered();
        tracing::Span::current().record("http.status", 200);
        error!(ok = false, ratio = 0.5, "Failed \"here\"");
        info!("Alone");
    });
    insta::assert_snapshot!(text, @r#"
    {"time":"2026-11-21T08:00:00.123Z","level":"error","message":"Failed \"here\"","source":"radard::observe::log::tests","span":"crawl.job>platform.fetch","ok":false,"ratio":0.5,"lane":"inner","http.status":200,"job.id":7}
    {"time":"2026-11-21T08:00:00.123Z","level":"info","message":"Alone","source":"radard::observe::log::tests","span":"crawl.job>platform.fetch","lane":"inner","http.status":200,"job.id":7}
    "#);
}

#[test]
fn no_form_shows_a_secret_wherever_it_was_put() {
    for out in [Out::console(true), Out::json()] {
        let text = told(out, |_| {
            let cause = std::io::Error::other("at /?key=s3cr3t%2Fvalue");
            let cause: &(dyn std::error::Error + 'static) = &cause;
            let _span = info_span!("web.request", address = "s3cr3t/value").entered();
            error!(error = cause, debug = ?Some("s3cr3t/value"), display = %"s3cr3t/value", "Sent s3cr3t/value");
        });
        assert_eq!(text.matches('…').count(), 5, "{text}");
        assert!(!text.contains("s3cr3t"), "{text}");
    }
}

#[test]
fn a_secret_registered_after_its_span_began_and_a_secret_number_are_hidden() {
    let secrets = Register::default();
    let setup = Setup { secrets: secrets.clone(), ..setup(Format::Json) };
    let paper = Paper::default();
    let (subscriber, _handle) = assemble(Out::json().onto(paper.clone()), &setup).unwrap();
    tracing::subscriber::with_default(subscriber, || {
        let _span = info_span!("web.request", address = "late secret").entered();
        secrets.add(&Secret::new("late secret".to_owned()));
        secrets.add(&Secret::new("1234567890".to_owned()));
        info!(pin = 1_234_567_890, "Now");
    });
    let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains(r#""pin":"…","address":"…""#), "{text}");
}

#[test]
fn a_nickname_cannot_forge_a_line_or_paint_the_terminal() {
    let nickname = "li\n2026 ERROR forged\r\u{1b}[2Jx\u{9b}31m\u{202e}\u{2028}";
    for out in [Out::console(false), Out::json()] {
        let text = told(out, |_| info!(name = nickname, "Saw {nickname}"));
        assert_eq!(text.lines().count(), 1, "{text}");
        let acting = text.trim_end().chars().find(|c| c.is_control() || ('\u{2028}'..='\u{202e}').contains(c));
        assert_eq!(acting, None, "{text}");
    }
    let json = told(Out::json(), |_| info!(name = nickname, "Saw"));
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(read["name"], nickname, "escaped, and still the same");
}

#[test]
fn a_text_of_several_lines_is_one_line_without_an_escaped_line_break() {
    let text = "the file has mistakes:\n  radard.toml:3:1 is no key\r\n\n  do: leave it out.\u{2028}That is all";
    for out in [Out::console(false), Out::console(true), Out::json()] {
        let line = told(out, |_| info!("{text}"));
        let whole = "the file has mistakes: radard.toml:3:1 is no key; do: leave it out. That is all";
        assert!(line.contains(whole) && line.lines().count() == 1 && !line.contains("\\n"), "{line}");
    }
    let line = told(Out::console(false), |_| info!(error = text, "Refused"));
    assert!(
        line.ends_with("error=\"the file has mistakes: radard.toml:3:1 is no key; do: leave it out. That is all\"\n")
    );
    let json = told(Out::json(), |_| info!(error = text, "Refused"));
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(read["error"], text, "a field stays as it is for programs");
}

#[test]
fn a_long_value_is_cut_at_eight_kib() {
    let text = told(Out::json(), |_| info!(body = "é".repeat(50_000), "{}", "x".repeat(50_000)));
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    for part in [&read["body"], &read["message"]] {
        let part = part.as_str().unwrap();
        assert!(part.len() <= 8192 && part.len() > 8180 && part.ends_with('…'), "{}", part.len());
    }
}

#[test]
fn the_level_changes_while_the_log_runs_and_a_bad_one_changes_nothing() {
    let text = told(Out::console(false), |handle| {
        debug!("One");
        handle.set_level("warn, radard::observe=debug").unwrap();
        debug!("Two");
        info!(target: "hyper", "Three");
        assert!(handle.set_level("inof").is_err());
        debug!("Four");
        handle.set_level("off").unwrap();
        error!("Five");
    });
    let words: Vec<_> = text.lines().filter_map(|line| line.split(' ').next_back()).collect();
    assert_eq!(words, ["Two", "Four"]);
}

#[test]
fn a_level_is_read_the_way_it_prints_itself() {
    for level in [tracing::Level::ERROR, tracing::Level::INFO, tracing::Level::TRACE] {
        assert_eq!(parse_level(&level.to_string()).unwrap(), Targets::new().with_default(level));
    }
}

#[test]
fn a_word_that_is_no_level_is_refused() {
    for level in ["", "loud", "1", "info,radard", "radard=loud", "radard=", "=info", "info,,debug"] {
        assert!(matches!(parse_level(level), Err(Error::Level { .. })), "{level:?}");
    }
}

#[test]
fn only_the_journals_own_pipe_counts_as_the_journal() {
    let file = std::fs::File::open("/dev/null").unwrap();
    let stat = rustix::fs::fstat(&file).unwrap();
    assert!(names_file(&format!("{}:{}", stat.st_dev, stat.st_ino), &file));
    for other in ["", "0:0", "8", "a:b"] {
        assert!(!names_file(other, &file), "{other:?}");
    }
}

#[test]
fn the_journal_gets_fields_and_stderr_gets_what_the_journal_refuses() {
    let path = std::env::temp_dir().join(format!("radard-journal-{}", std::process::id()));
    let journal = UnixDatagram::bind(&path).unwrap();
    let out = Out::journal(&path).unwrap();
    let mut datagram = [0; 4096];
    assert_eq!(journal.recv(&mut datagram).unwrap(), 0, "the first one only asks whether somebody is there");
    let stderr = told(out, |_| {
        warn!(job.id = 7, name = "a\nPRIORITY=0", "Key s3cr3t/value");
        std::fs::remove_file(&path).unwrap();
        error!("Nobody home");
    });
    let size = journal.recv(&mut datagram).unwrap();
    insta::assert_snapshot!(std::str::from_utf8(&datagram[..size]).unwrap(), @r"
    MESSAGE=Key …
    PRIORITY=4
    SYSLOG_IDENTIFIER=radard
    RADARD_SOURCE=radard::observe::log::tests
    RADARD_SPAN=
    RADARD_JOB_ID=7
    RADARD_NAME=a; PRIORITY=0
    ");
    assert_eq!(stderr, "<3>2026-11-21T08:00:00.123Z ERROR Nobody home\n");
    assert!(Out::journal(&path).is_err(), "a journal that is not there is not chosen");
}

#[test]
fn every_format_reads_back_what_it_writes() {
    for format in Format::ALL {
        assert_eq!(format.as_str().parse::<Format>().unwrap(), format);
    }
    assert_eq!(
        "xml".parse::<Format>().unwrap_err().to_string(),
        "`xml` is not a log format: one of auto console json journald"
    );
}

#[test]
fn a_panic_is_a_line_and_a_second_log_is_refused() {
    let handle = init(&setup(Format::Json)).unwrap();
    assert_eq!(handle.format(), Format::Json);
    assert!(matches!(init(&setup(Format::Json)), Err(Error::Twice)));
    let ended = told(Out::json(), |_| {
        let _caught = std::panic::catch_unwind(|| std::panic::panic_any("the key is s3cr3t/value"));
    });
    let _default = std::panic::take_hook();
    let read: serde_json::Value = serde_json::from_str(&ended).unwrap();
    let message = read["message"].as_str().unwrap();
    assert!(message.starts_with("Panicked at `src/observe/log/tests.rs:") && message.ends_with("`: the key is …"));
}
