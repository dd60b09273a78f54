//! The whole product against the simulated platforms, before the viewer's eyes.
//!
//! The platforms run in this process; the daemon is a real child process on real time, because it is killed and must
//! come back. Steps run in order, each proves one thing by asking the daemon's own API, and gives figures. Time jumps
//! in one step, which says so. A new step is a function in
//! the file of its room and a line in `STEPS`.

mod apart;
mod child;
mod daemon;
mod figure;
mod media;
mod pace;
mod platform;
mod queue;
mod session;
mod setup;
mod stage;
mod store;
mod target;
mod trouble;
mod vault;
mod view;

use serde_json::{Map, Value, json};

use figure::Playing;
use stage::Stage;

pub use setup::{Curtain, DemoError, DemoSetup, Event};
pub use view::lines;

type Step = for<'a> fn(&'a mut Stage) -> Playing<'a>;

/// Every step: its name, what the viewer reads, what it does.
const STEPS: &[(&str, &str, Step)] = &[
    ("daemon", "start the daemon and wait until it says that it is ready", daemon::daemon),
    ("probe", "probe five platforms through the queue", platform::probe),
    ("ids", "find the ids in messages, ask short links where they lead, refuse the bad ones by name", platform::ids),
    (
        "signatures",
        "sign as Douyin's pages do, before a judge that shares no line with the signers; then change what was signed",
        platform::signatures,
    ),
    (
        "lists",
        "list posts, a mix, followers and comments, each page failing in every way, and compare with peaceful lists",
        platform::lists,
    ),
    (
        "form",
        "let the site call a field something else, and see it missed by its old name and found by its new one",
        platform::form,
    ),
    (
        "targets",
        "edit queue.toml while the daemon runs: targets are followed, a mistake is refused, posts come through a failure and leave as a workbook",
        target::targets,
    ),
    ("classes", "let a platform refuse in every way and see each way told apart", platform::classes),
    ("lane", "a sign of risk closes one lane and no other; a person opens it again", pace::lane),
    ("download", "download a file, cut in the middle the first time, and compare every byte", media::download),
    ("same_key", "ask twice for the same work, and for other work under its key", queue::same_key),
    ("kill", "kill the daemon in the middle of work and count what is lost", daemon::kill),
    ("settings", "save a mistake into the settings, see it refused, fix it", daemon::settings),
    ("schedule", "let a year pass in a moment: every slot once, through daylight saving", queue::schedule),
    (
        "rates",
        "send at the limit for two hours in a moment; count any minute of it, and compare the forecast",
        pace::rates,
    ),
    ("breaker", "meet a sign of risk, be silent for hours, let one request try, and go on", pace::breaker),
    (
        "logins",
        "let a browser capture a login, lose it, refuse what is none, meet a challenge, go back; log in by a code that is scanned",
        session::logins,
    ),
    ("leaks", "put secrets into every place for them, work, then hunt for them in all that was written", vault::leaks),
    ("backup", "copy the database while it is in use and check the copy", store::backup),
    ("stop", "stop the daemon in the middle of work and see it leave nothing half done", daemon::stop),
];

/// Names and sentences of the steps, for `--list`.
pub fn list() -> impl Iterator<Item = (&'static str, &'static str)> {
    STEPS.iter().map(|(name, sentence, _)| (*name, *sentence))
}

/// Runs every step; gives one object with a key per step, and how it ended.
pub async fn demo(setup: DemoSetup) -> Result<(Value, Curtain), DemoError> {
    let mut stage = Stage::build(&setup)?;
    let (mut report, mut all_ok) = (Map::new(), true);
    // The last step stops the daemon: a viewer who stays keeps it until Ctrl-C, which stops it, too.
    let (last, first) = STEPS.split_last().map_or((None, STEPS), |(last, first)| (Some(last), first));
    let interrupt = stage.interrupt();
    for step in first {
        tokio::select! {
            biased;
            () = interrupt.cancelled() => break,
            ok = play(step, &mut stage, &setup, &mut report) => all_ok &= ok,
        }
    }
    if !setup.once && !interrupt.is_cancelled() {
        (setup.tell)(Event::Stays);
        interrupt.cancelled().await;
    }
    let cut_short = interrupt.is_cancelled();
    if let Some(step) = last.filter(|_| !cut_short) {
        all_ok &= play(step, &mut stage, &setup, &mut report).await;
    }
    stage.strike().await;
    let curtain = match (cut_short, all_ok) {
        (true, _) => Curtain::CutShort,
        (false, true) => Curtain::AllHeld,
        (false, false) => Curtain::SomeFailed,
    };
    Ok((Value::Object(report), curtain))
}

async fn play(
    step: &(&'static str, &'static str, Step),
    stage: &mut Stage,
    setup: &DemoSetup,
    report: &mut Map<String, Value>,
) -> bool {
    let (name, sentence, act) = *step;
    (setup.tell)(Event::Begin { name, sentence });
    let began = setup.ambient.clock.steady();
    let outcome = act(stage).await;
    let took = setup.ambient.clock.steady().saturating_sub(began);
    let row = match &outcome {
        Ok(figures) => {
            let mut row = json!({"ok": true, "ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX)});
            if let (Some(row), Some(figures)) = (row.as_object_mut(), figures.as_object()) {
                row.extend(figures.clone());
            }
            row
        }
        Err(trouble) => json!({"ok": false, "error": trouble.to_string()}),
    };
    report.insert(name.to_owned(), row);
    let ok = outcome.is_ok();
    (setup.tell)(Event::End { name, outcome: outcome.map_err(|trouble| trouble.to_string()), took });
    if ok
        && name == "daemon"
        && let Ok(link) = stage.link().await
    {
        (setup.tell)(Event::Page { link });
    }
    ok
}
