//! From facts to rows: what is well, what is not, and what to do about it.
//!
//! Each failed row names its fix. The limits that turn a fact into a failure stand here and nowhere else.

use std::time::Duration;

use super::facts::{
    Alarms, Answers, Browser, Clock, Daemon, Data, Database, Disk, Facts, Known, Limits, Profiles, Settings, Signers,
    Targets, Unit, Vault,
};
use super::growth;
use super::row::Row;
use crate::domain::amount::roughly_size;
use crate::domain::time::roughly;
use crate::session::shapes::said;
use crate::target::Trouble;

/// How far two clocks may be apart.
const APART: Duration = Duration::from_secs(2);
/// A login that ends sooner should be renewed: three days.
const ENDING_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// The exposure, in tenths, above which a unit has lost locks.
const EXPOSED: u32 = 15;

/// Judges every fact.
pub fn judge(facts: &Facts) -> Vec<Row> {
    vec![
        settings(&facts.settings),
        data(&facts.data),
        daemon(&facts.daemon),
        database(&facts.database),
        vault(&facts.vault),
        limits(&facts.limits),
        signers(&facts.signers, facts.compared.as_deref()),
        answers(&facts.answers),
        profiles(&facts.profiles),
        targets(&facts.targets),
        browser(&facts.browser),
        disk(&facts.disk),
        growth::judge(&facts.growth, &facts.disk),
        clock(facts.clock, facts.doubt.as_deref()),
        alarms(&facts.alarms),
        unit(&facts.unit),
    ]
}

fn signers(seen: &Signers, compared: Option<&str>) -> Row {
    let tried = match seen {
        Signers::Tried(tried) => tried,
        Signers::NotRun(why) => return Row::not_run("signers", why),
    };
    let compared = compared.map(|said| format!("; {said}")).unwrap_or_default();
    let recipes = format!("{} recipes give what they should", tried.recipes);
    match (tried.broken.as_slice(), &tried.command) {
        ([], None) => Row::well("signers", format!("{recipes}{compared}")),
        ([], Some(Ok(()))) => Row::well("signers", format!("{recipes}, and your program signs{compared}")),
        ([], Some(Err(why))) => Row::ill(
            "signers",
            why.clone(),
            "fix the program of `platform.douyin.sign_command`, or empty that setting; it reads one object in JSON and writes one",
        ),
        (broken, _) => {
            let detail = format!("{} no longer gives what it should", broken.join(" and "));
            Row::ill("signers", detail, "this program is damaged: install it again")
        }
    }
}

fn answers(seen: &Answers) -> Row {
    let known = match seen {
        Answers::NotRun(why) => return Row::not_run("answers", why),
        Answers::Known(known) if known.is_empty() => return Row::well("answers", "none was looked at yet"),
        Answers::Known(known) => known,
    };
    let gone: Vec<_> = known.iter().filter(|known| !known.gone.is_empty()).collect();
    if let [first, rest @ ..] = gone.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(", and {} more do the like", rest.len()) };
        let detail = format!("`{}` no longer sends {}{more}", first.endpoint, said(&first.gone));
        let advice =
            "what is read there is empty since then: update radard, or send what `radard diagnose` packs if it is new";
        return Row::ill("answers", detail, advice);
    }
    let told = |what: &str, places: fn(&Known) -> &[String]| {
        let all: Vec<_> =
            known.iter().flat_map(|of| places(of).iter().map(|place| format!("`{}` {place}", of.endpoint))).collect();
        match all.as_slice() {
            [] => String::new(),
            [one] => format!("; {what}: {one}"),
            [first, rest @ ..] => format!("; {what}: {first} and {} more", rest.len()),
        }
    };
    let (new, never) = (told("new of late", |known| &known.fresh), told("never there", |known| &known.never));
    Row::well("answers", format!("endpoints that send what is read: {}{new}{never}", known.len()))
}

fn profiles(seen: &Profiles) -> Row {
    let all = match seen {
        Profiles::NotRun(why) => return Row::not_run("profiles", why),
        Profiles::Known(all) if all.is_empty() => return Row::well("profiles", "there are none"),
        Profiles::Known(all) => all,
    };
    if let Some(without) = all.iter().find(|profile| !profile.has_login) {
        let advice = format!("run `radard profile import {} FILE` with a login of your browser", without.name);
        return Row::ill("profiles", format!("`{}` has no login", without.name), advice);
    }
    if let Some((profile, doubt)) = all.iter().find_map(|profile| Some((profile, profile.doubt.as_ref()?))) {
        let advice = format!("log in again, then `radard profile import {} FILE`", profile.name);
        return Row::ill("profiles", format!("`{}`: {doubt}", profile.name), advice);
    }
    let soon = all.iter().filter_map(|profile| Some((profile, profile.lasts_ms?))).min_by_key(|(_, lasts)| *lasts);
    match soon {
        Some((profile, lasts)) if lasts < ENDING_MS => {
            let when = if lasts <= 0 { "is over".to_owned() } else { format!("ends in {}", roughly(span(lasts))) };
            let advice = format!("log in again, then `radard profile import {} FILE`", profile.name);
            Row::ill("profiles", format!("the login of `{}` {when}", profile.name), advice)
        }
        Some((profile, lasts)) => Row::well(
            "profiles",
            format!("logins: {}; `{}` is the first to end, in {}", all.len(), profile.name, roughly(span(lasts))),
        ),
        None => Row::well("profiles", format!("logins: {}", all.len())),
    }
}

fn targets(seen: &Targets) -> Row {
    match seen {
        Targets::NotRun(why) => Row::not_run("targets", why),
        Targets::Refused(mistake) => {
            Row::ill("targets", mistake.clone(), "fix queue.toml, then `radard check`; what ran before goes on")
        }
        Targets::Known(0, _) => Row::well("targets", "there are none"),
        Targets::Known(count, troubles) => match troubles.as_slice() {
            [] => Row::well("targets", format!("targets: {count}; none of them needs anybody")),
            [Trouble { said, advice }] => Row::ill("targets", said.clone(), advice.clone()),
            [Trouble { said, advice }, rest @ ..] => {
                let advice = format!("{advice}; `radard target list` shows the others");
                Row::ill("targets", format!("{said}, and {} more", rest.len()), advice)
            }
        },
    }
}

fn span(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

fn browser(seen: &Browser) -> Row {
    let major = |said: &str| said.rsplit(' ').next().and_then(|number| number.split('.').next()).map(str::to_owned);
    match seen {
        Browser::NotRun(why) => Row::not_run("browser", why),
        Browser::Missing(what, advice) => Row::ill("browser", what.clone(), *advice),
        Browser::Here(binary, driver) if driver.starts_with("ChromeDriver") && major(binary) != major(driver) => {
            let advice = "upgrade both together: they come from one release (Debian: chromium, chromium-driver)";
            Row::ill("browser", format!("{binary} and {driver} do not fit each other"), advice)
        }
        Browser::Here(binary, driver) => Row::well("browser", format!("{binary}, driven by {driver}")),
        Browser::There(url, version) => Row::well("browser", format!("a driver {version} answers at {url}")),
    }
}

fn settings(seen: &Settings) -> Row {
    let file = &seen.file;
    match (seen.problems, seen.warnings.as_slice()) {
        (0, []) if seen.exists => Row::well("settings", format!("`{file}` is fine")),
        (0, []) => Row::well("settings", format!("there is no `{file}`; the defaults hold (`radard init` writes one)")),
        (0, [first, ..]) => Row::well("settings", format!("fine, though {first}")),
        (1, _) => Row::ill("settings", "there is 1 problem", "run `radard check`, which names it"),
        (n, _) => Row::ill("settings", format!("there are {n} problems"), "run `radard check`, which names each"),
    }
}

fn data(seen: &Data) -> Row {
    match seen {
        Data::There { dir, owner, asking, .. } if *asking != 0 && owner != asking => Row::ill(
            "data",
            format!("`{dir}` belongs to user {owner}, and this is user {asking}"),
            "run the command as that user, or give the directory to this one",
        ),
        Data::There { dir, mode, .. } if mode & 0o077 != 0 => Row::ill(
            "data",
            format!("`{dir}` has mode {mode:04o}, so others than its owner may enter"),
            format!("run `chmod 0700 {dir}`"),
        ),
        Data::There { dir, mode, .. } => Row::well("data", format!("`{dir}`, mode {mode:04o}")),
        Data::Missing(dir) => {
            let advice = "start `radard run`, which makes it; or give --data another directory";
            Row::ill("data", format!("there is no `{dir}`"), advice)
        }
        Data::Unusable(dir, why) => {
            Row::ill("data", format!("cannot look into `{dir}`: {why}"), "give --data a directory of your own")
        }
    }
}

fn daemon(seen: &Daemon) -> Row {
    match seen {
        Daemon::Absent => Row::well("daemon", "none runs on this data directory"),
        Daemon::Ready => Row::well("daemon", "runs and takes work"),
        Daemon::Asking => Row::not_run("daemon", "it is the one that answers; `/readyz` says whether it takes work"),
        Daemon::Unready(why) => {
            Row::ill("daemon", format!("runs and takes no work: {why}"), "fix what it names; it goes on by itself")
        }
        Daemon::Silent(pid, why) => {
            let who = pid.as_ref().map_or_else(|| "a process".to_owned(), |pid| format!("process {pid}"));
            let detail = format!("{who} holds the data directory and does not answer: {why}");
            Row::ill("daemon", detail, "run the command as the user that runs the daemon; else restart it")
        }
    }
}

fn database(seen: &Database) -> Row {
    match seen {
        Database::Fine(step) => Row::well("database", format!("whole, at step {step}")),
        Database::NoneYet => Row::not_run("database", "there is none yet"),
        Database::Behind(found, known) => {
            Row::ill("database", format!("at step {found} of {known}"), "run `radard migrate`, or start the daemon")
        }
        Database::Damaged(why) => {
            let advice = "stop the daemon and run `radard backup restore FILE` with the newest sound copy";
            Row::ill("database", format!("damaged: {why}"), advice)
        }
        Database::Displaced { why, found } => {
            let advice = format!("run `radard backup restore {}`, or restore another copy", found.display());
            Row::ill("database", why, advice)
        }
        Database::Denied(why, advice) => Row::ill("database", why, advice),
        Database::Refused(why) => Row::ill("database", why, "look at `store.url`, and whether the server is up"),
        Database::NotRun(why) => Row::not_run("database", why),
    }
}

fn vault(seen: &Vault) -> Row {
    match seen {
        Vault::NotRun(why) => Row::not_run("vault", why),
        Vault::Unused => Row::well("vault", "nothing is sealed, and there is no key yet"),
        Vault::Refused(why, advice) => Row::ill("vault", why, advice),
        Vault::Sealed { from, values, leaving: None } => Row::well("vault", format!("{from}; sealed values: {values}")),
        Vault::Sealed { from, values, leaving: Some(leaving) } => {
            let what = format!("{from}; sealed values: {values}, {leaving} of them still to be sealed anew");
            Row::well("vault", format!("{what}: `radard secrets rotate` goes on should the rotation rest"))
        }
    }
}

fn limits(seen: &Limits) -> Row {
    match seen {
        Limits::NotRun(why) => Row::not_run("limits", why),
        Limits::Stopped(open, waits) => match (open.as_slice(), waits) {
            ([], 0) => Row::well("limits", "nobody is stopped"),
            ([], waits) => Row::well("limits", format!("{waits} wait as they were asked to")),
            ([(first, advice), rest @ ..], _) => {
                let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
                Row::ill("limits", format!("{first}{more}"), advice.clone())
            }
        },
    }
}

fn disk(seen: &Disk) -> Row {
    match seen {
        Disk::NotRun(why) => Row::not_run("disk", why),
        Disk::Room(free, total, mark) => {
            let (room, low) = (roughly_size(*free), roughly_size(mark.of(*total)));
            if *free < mark.of(*total) {
                let detail = format!("{room} free, below the low water mark of {low}");
                return Row::ill("disk", detail, "free some space, or lower `disk.low_water`");
            }
            Row::well("disk", format!("{room} free; the low water mark is {low}"))
        }
    }
}

fn clock(seen: Clock, doubt: Option<&str>) -> Row {
    match seen {
        Clock::NotRun(why) => Row::not_run("clock", why),
        Clock::Only | Clock::Ahead(_) if doubt.is_some() => {
            let advice = "check the time: `timedatectl`; when it is right, this ends by itself";
            Row::ill("clock", doubt.unwrap_or_default(), advice)
        }
        Clock::Only => Row::well("clock", "this machine's alone counts"),
        Clock::Ahead(ms) => {
            let apart = Duration::from_millis(ms.unsigned_abs());
            let side = if ms < 0 { "ahead of" } else { "behind" };
            let detail = format!("{} {side} the database's", roughly(apart));
            if apart > APART {
                return Row::ill("clock", detail, "turn time synchronisation on: `timedatectl set-ntp true`");
            }
            Row::well("clock", detail)
        }
    }
}

fn alarms(seen: &Alarms) -> Row {
    match seen {
        Alarms::NotRun(why) => Row::not_run("alarms", why),
        Alarms::Open(loud, known) => match (loud.as_slice(), known) {
            ([], 0) => Row::well("alarms", "none"),
            ([], known) => Row::well("alarms", format!("{known} open, acknowledged")),
            ([first, rest @ ..], _) => {
                let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
                let advice = "run `radard alarm list`; `radard alarm ack ID` says that you know";
                Row::ill("alarms", format!("{first}{more}"), advice)
            }
        },
    }
}

fn unit(seen: &Unit) -> Row {
    match seen {
        Unit::NotRun(why) => Row::not_run("unit", why),
        Unit::Exposure(tenths) => {
            let detail = format!("exposure {}.{}", tenths / 10, tenths % 10);
            if *tenths > EXPOSED {
                let advice = "see `systemd-analyze security radard.service`; take back what opened it";
                return Row::ill("unit", format!("{detail}, above 1.5"), advice);
            }
            Row::well("unit", detail)
        }
    }
}
