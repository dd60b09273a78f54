//! What radard keeps up to date: the `[[target]]` entries of the queue file, laid over its `[defaults]`.
//!
//! The file is the user's and never written. It is taken whole or refused whole, so every mistake in it is told at once,
//! with its place. What a link leads to is not known here: the room that crawls judges that.

use std::collections::HashMap;
use std::time::Duration;

use jiff::civil::Time;
use toml::de::{DeArray, DeTable};

use super::draft::Draft;
use super::entries::{self, Entry, Shape};
use super::forms::{INTERVAL, LINE, NAME, NAME_OR_NONE, TIME, WINDOW, ZONE};
use super::kind::{Form, Kind};
use super::place::{Place, Said, Text};
use super::sections::Profile;
use super::value::{Value, words};
use super::window::{parse_time, parse_window};
use crate::advice::{self, Advice};
use crate::domain::Take;
use crate::domain::interval::Interval;
use crate::domain::words::{did_you_mean, meant};

/// One entry: what is taken of whom, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name, unique in the file.
    pub name: String,
    /// The page that it is about; nothing for the lists of a login.
    pub url: Option<String>,
    /// The words that are looked for.
    pub query: Option<String>,
    /// What is taken.
    pub take: Vec<Take>,
    /// How often, unless [`Self::at`] says when.
    pub every: Duration,
    /// At which times of day.
    pub at: Vec<Time>,
    /// Only within these hours.
    pub windows: Vec<(Time, Time)>,
    /// The time zone of both, by its name.
    pub timezone: String,
    /// Only what was made within.
    pub between: Option<Interval>,
    /// At most so many records in a run.
    pub max: Option<std::num::NonZeroU64>,
    /// What goes first; 100 is the most.
    pub priority: i64,
    /// In whose name, by any of these profiles; none means as a guest.
    pub profiles: Vec<String>,
    /// From which end lists of people are read.
    pub order: Order,
    /// Whether it is held back.
    pub paused: bool,
    /// What a person wrote beside it.
    pub note: String,
}

words! {
    /// From which end a list is read.
    Order {
        /// The newest first.
        "new" => New;
        /// The oldest first.
        "old" => Old;
    }
}

/// Where a target stands, for whoever finds something wrong with it later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetPlaces {
    /// The key of the entry, such as `target[0]`.
    pub key: String,
    /// Its first line.
    pub entry: Place,
    /// What it says of the page.
    pub url: Place,
    /// What it says of what is taken.
    pub take: Place,
}

/// What is not built yet: words that would be taken, and keys that would mean something.
const LATER_TAKES: [&str; 2] = ["danmaku", "recording"];
const LATER_KEYS: [&str; 5] = ["media", "template", "folderize", "quality", "codec"];

const TAKE: Form = Form {
    wanted: "one of profile posts likes collection collects music mix following followers comments related friend follow feed following_lives search live",
    open: true,
    read: |word| match meant(word, names()) {
        Some(known) => Ok(Value::Text(known.to_owned())),
        None if meant(word, LATER_TAKES).is_some() => Err("this radard does not record live shows yet".to_owned()),
        None => Err(match did_you_mean(word, names()) {
            Some(near) => format!("it is none of the known words; did you mean `{near}`?"),
            None => "it is none of the known words".to_owned(),
        }),
    },
};

fn names() -> impl Iterator<Item = &'static str> {
    Take::ALL.iter().map(|take| take.as_str())
}

const SHAPE: Shape = Shape {
    list: "target",
    fields: &[
        ("name", Kind::Text(NAME), None),
        ("url", Kind::Text(LINE), Some("")),
        ("query", Kind::Text(LINE), Some("")),
        ("take", Kind::List(TAKE), None),
        ("every", Kind::Span("1m", "90d"), Some("6h")),
        ("at", Kind::List(TIME), Some("[]")),
        ("windows", Kind::List(WINDOW), Some("[]")),
        ("timezone", Kind::Text(ZONE), Some("Asia/Shanghai")),
        ("between", Kind::Text(INTERVAL), Some("all")),
        ("max", Kind::Count(0, 1_000_000_000), Some("0")),
        ("priority", Kind::Level(-100, 100), Some("0")),
        ("profile", Kind::Text(NAME_OR_NONE), Some("")),
        ("profiles", Kind::List(NAME), Some("[]")),
        ("order", Kind::Choice(Order::NAMES, &[]), Some("new")),
        ("paused", Kind::Flag, Some("false")),
        ("note", Kind::Text(LINE), Some("")),
    ],
    others: &LATER_KEYS,
};

/// What a target alone can say.
const OWN: [&str; 4] = ["name", "url", "query", "note"];

/// Takes `[defaults]` and the entries of the file, which go in the name of profiles that are `known`.
pub(super) fn lay(
    defaults: Option<&DeTable<'_>>,
    items: &DeArray<'_>,
    known: &[Profile],
    text: &Text<'_>,
    draft: &mut Draft,
) -> Vec<(Target, TargetPlaces)> {
    let base = defaults.map(|table| {
        refuse_own(table, text, draft);
        refuse_later("defaults", table, text, draft);
        entries::given(SHAPE, "defaults", table, text, draft)
    });
    let base = base.unwrap_or_default();
    let mut names: HashMap<String, Place> = HashMap::new();
    let profiles: Vec<&str> = known.iter().map(|profile| profile.name.as_str()).collect();
    let mut targets = Vec::with_capacity(items.len());
    for (entry, table) in entries::read_over(SHAPE, &base, items, text, draft) {
        let before = draft.problems.len();
        refuse_later(&entry.key, table, text, draft);
        let target = match build(&entry) {
            Ok(target) => target,
            Err(field) => {
                draft.unheld(&format!("{}.{field}", entry.key), &entry.place);
                continue;
            }
        };
        let is_alone = entry.is_alone(&target.name, names.get(&target.name), draft);
        names.entry(target.name.clone()).or_insert_with(|| entry.place.clone());
        for (field, (message, advice)) in wrong(&target, table, &profiles) {
            let place = entry.values.place(field);
            let place = if place == Place::Default { &entry.place } else { &place };
            draft.problem(place, &format!("{}.{field}", entry.key), message, advice);
        }
        if is_alone && draft.problems.len() == before {
            let [url, take] = ["url", "take"].map(|field| entry.values.place(field));
            targets.push((target, TargetPlaces { key: entry.key, entry: entry.place, url, take }));
        }
    }
    targets
}

fn refuse_own(defaults: &DeTable<'_>, text: &Text<'_>, draft: &mut Draft) {
    for (name, _) in defaults.iter().filter(|(name, _)| OWN.contains(&name.get_ref().as_ref())) {
        let key = format!("defaults.{}", name.get_ref());
        let message = format!("{key} would be the same for all targets");
        draft.problem(&text.place(name.span().start), &key, message, advice::config::into_the_target());
    }
}

/// A key that means nothing yet is refused, and not accepted and dropped; an empty list of media means nothing anyway.
fn refuse_later(of: &str, table: &DeTable<'_>, text: &Text<'_>, draft: &mut Draft) {
    for (name, given) in table {
        let is_later = LATER_KEYS.contains(&name.get_ref().as_ref());
        let is_empty = given.get_ref().as_array().is_some_and(|items| items.is_empty());
        if is_later && !is_empty {
            let key = format!("{of}.{}", name.get_ref());
            let message = format!("{key} cannot be followed: this radard does not keep media of targets yet");
            draft.problem(&text.place(name.span().start), &key, message, advice::config::take_line_out());
        }
    }
}

/// What does not fit together in a target: of which field, what and what to do.
fn wrong(target: &Target, table: &DeTable<'_>, known: &[&str]) -> Vec<(&'static str, Said)> {
    let mut all = Vec::new();
    let name = &target.name;
    let mut say = |field, what: String, advice: Advice| all.push((field, (what, advice)));
    if target.take.is_empty() {
        say("take", format!("the target `{name}` takes nothing"), advice::config::name_takes());
    }
    let needs = target.take.iter().find(|take| take.needs_url());
    let own = target.take.iter().find(|take| take.is_own());
    match (&target.url, needs, own) {
        (None, Some(take), _) => {
            let what = format!("the target `{name}` has no `url`, and `{}` is about a page", take.as_str());
            say("url", what, advice::config::add_url());
        }
        (Some(_), _, Some(take)) => {
            let what = format!("`{}` is a list of the login itself, whoever the `url` names", take.as_str());
            say("take", what, advice::config::own_target());
        }
        (Some(_), None, None) if !target.take.is_empty() => {
            say("url", format!("nothing that `{name}` takes is about a page"), advice::config::take_url_out());
        }
        _ => {}
    }
    let login = own.filter(|_| target.profiles.is_empty());
    if let Some(take) = login {
        let what = format!("`{}` is a list of a login, and the target `{name}` has none", take.as_str());
        say("take", what, advice::config::add_profile());
    }
    match (target.take.contains(&Take::Search), &target.query) {
        (true, None) => {
            say("query", format!("the target `{name}` has no `query` to search for"), advice::config::add_query());
        }
        (false, Some(_)) => {
            say("query", format!("the target `{name}` does not search"), advice::config::search());
        }
        _ => {}
    }
    if table.contains_key("every") && table.contains_key("at") {
        say("at", format!("the target `{name}` says how often and when"), advice::config::every_or_at());
    }
    if table.contains_key("profile") && table.contains_key("profiles") {
        say("profiles", format!("the target `{name}` names a profile twice"), advice::config::profile_or_profiles());
    }
    if let Some(unknown) = target.profiles.iter().find(|profile| !known.contains(&profile.as_str())) {
        let near = crate::domain::near::nearest(unknown, known.iter().copied());
        let advice = match near {
            Some(near) => advice::config::add_profile_table_or(unknown, near),
            None => advice::config::add_profile_table(unknown),
        };
        let what = format!("the target `{name}` goes in the name of `{unknown}`, which is no profile");
        let field = if table.contains_key("profiles") { "profiles" } else { "profile" };
        say(field, what, advice);
    }
    if target.order == Order::Old && !target.take.contains(&Take::Following) {
        say("order", format!("nothing that `{name}` takes can be read from its old end"), advice::config::leave_out());
    }
    all
}

fn build(entry: &Entry) -> Result<Target, &'static str> {
    let values = &entry.values;
    let texts = |field| values.typed::<Vec<String>>(field);
    let take = texts("take")?.into_iter().filter_map(|word| Take::read(&word));
    let (one, many): (Option<String>, _) = (values.typed("profile")?, texts("profiles")?);
    Ok(Target {
        name: values.typed("name")?,
        url: values.typed("url")?,
        query: values.typed("query")?,
        take: take.collect(),
        every: values.typed("every")?,
        at: texts("at")?.iter().filter_map(|text| parse_time(text)).collect(),
        windows: texts("windows")?.iter().filter_map(|text| parse_window(text)).collect(),
        timezone: values.typed("timezone")?,
        between: Interval::parse(&values.typed::<String>("between")?).ok().flatten(),
        max: std::num::NonZeroU64::new(values.typed("max")?),
        priority: values.typed("priority")?,
        profiles: if many.is_empty() { one.into_iter().collect() } else { many },
        order: values.typed("order")?,
        paused: values.typed("paused")?,
        note: values.typed("note")?,
    })
}
