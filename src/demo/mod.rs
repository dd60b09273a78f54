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

/// A step of the demonstration.
struct Step {
    name: &'static str,
    /// What the viewer reads.
    shows: &'static str,
    act: for<'a> fn(&'a mut Stage) -> Playing<'a>,
}

/// Every step: its name, what the viewer reads, what it does.
const STEPS: &[Step] = &[
    Step { name: "daemon", shows: "start the daemon and wait until it says that it is ready", act: daemon::daemon },
    Step { name: "probe", shows: "probe five platforms through the queue", act: platform::probe },
    Step {
        name: "ids",
        shows: "find the ids in messages, ask short links where they lead, refuse the bad ones by name",
        act: platform::ids,
    },
    Step {
        name: "signatures",
        shows: "sign as Douyin's pages do, before a judge that shares no line with the signers; then change what was signed",
        act: platform::signatures,
    },
    Step {
        name: "lists",
        shows: "list posts, a mix, followers and comments, each page failing in every way, and compare with peaceful lists",
        act: platform::lists,
    },
    Step {
        name: "form",
        shows: "let the site call a field something else, and see it missed by its old name and found by its new one",
        act: platform::form,
    },
    Step {
        name: "targets",
        shows: "edit queue.toml while the daemon runs: targets are followed, a mistake is refused, posts come through a failure and leave as a workbook",
        act: target::targets,
    },
    Step {
        name: "classes",
        shows: "let a platform refuse in every way and see each way told apart",
        act: platform::classes,
    },
    Step {
        name: "lane",
        shows: "a sign of risk closes one lane and no other; a person opens it again",
        act: pace::lane,
    },
    Step {
        name: "download",
        shows: "download a file, cut in the middle the first time, and compare every byte",
        act: media::download,
    },
    Step {
        name: "same_key",
        shows: "ask twice for the same work, and for other work under its key",
        act: queue::same_key,
    },
    Step { name: "kill", shows: "kill the daemon in the middle of work and count what is lost", act: daemon::kill },
    Step { name: "settings", shows: "save a mistake into the settings, see it refused, fix it", act: daemon::settings },
    Step {
        name: "schedule",
        shows: "let a year pass in a moment: every slot once, through daylight saving",
        act: queue::schedule,
    },
    Step {
        name: "rates",
        shows: "send at the limit for two hours in a moment; count any minute of it, and compare the forecast",
        act: pace::rates,
    },
    Step {
        name: "breaker",
        shows: "meet a sign of risk, be silent for hours, let one request try, and go on",
        act: pace::breaker,
    },
    Step {
        name: "logins",
        shows: "let a browser capture a login, lose it, refuse what is none, meet a challenge, go back; log in by a code that is scanned",
        act: session::logins,
    },
    Step {
        name: "leaks",
        shows: "put secrets into every place for them, work, then hunt for them in all that was written",
        act: vault::leaks,
    },
    Step { name: "backup", shows: "copy the database while it is in use and check the copy", act: store::backup },
    Step {
        name: "stop",
        shows: "stop the daemon in the middle of work and see it leave nothing half done",
        act: daemon::stop,
    },
];

/// Names and sentences of the steps, for `--list`.
pub fn list() -> impl Iterator<Item = (&'static str, &'static str)> {
    STEPS.iter().map(|step| (step.name, step.shows))
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

async fn play(step: &Step, stage: &mut Stage, setup: &DemoSetup, report: &mut Map<String, Value>) -> bool {
    let Step { name, shows, act } = step;
    (setup.tell)(Event::Begin { name, sentence: shows });
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
    report.insert((*name).to_owned(), row);
    let ok = outcome.is_ok();
    (setup.tell)(Event::End { name, outcome: outcome.map_err(|trouble| trouble.to_string()), took });
    if ok
        && *name == "daemon"
        && let Ok(link) = stage.link().await
    {
        (setup.tell)(Event::Page { link });
    }
    ok
}
