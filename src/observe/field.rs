//! The names of log fields, each with its meaning: the words that an operator searches for.
//!
//! A field is dotted by thing (`job.id`) or ends in its unit (`duration_ms`). The macros of `tracing` want names as
//! written words, so this is a list to check against, not a set of constants to pass. One idea has one name, and the
//! map in `lib.rs` shows the same list.

/// A log field: its name, and what its value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// As it stands in the line.
    pub name: &'static str,
    /// What the value is, in a few words.
    pub meaning: &'static str,
}

const fn field(name: &'static str, meaning: &'static str) -> Field {
    Field { name, meaning }
}

/// Every field name that the house uses, in alphabetical order.
pub const FIELDS: &[Field] = &[
    field("alarm.class", "what the alarm is about, one of the ten classes"),
    field("alarm.id", "id of an alarm"),
    field("alarm.severity", "how much an alarm matters"),
    field("boot.id", "id of this start of a node"),
    field("class", "how an attempt ended, one of the ten classes"),
    field("config.file", "a configuration file"),
    field("config.key", "a setting in it"),
    field("count", "how many of the thing in the sentence"),
    field("danmaku.count", "how many danmaku"),
    field("delay_ms", "how long until the next try"),
    field("download.name", "name of the file that a download makes"),
    field("duration_ms", "how long it took"),
    field("endpoint.name", "an endpoint of a platform"),
    field("error", "an error and its causes, on one line"),
    field("http.method", "method of a request"),
    field("http.route", "route that answered; never the whole address, which may hold a token"),
    field("http.status", "status of an answer"),
    field("job.attempt", "which attempt this is"),
    field("job.crashes", "how often a process died holding the job"),
    field("job.id", "id of a job"),
    field("job.key", "key of a job, unique per kind"),
    field("job.kind", "kind of a job"),
    field("job.state", "where a job stands"),
    field("key.name", "name of an API key"),
    field("lane.name", "a lane of the queue"),
    field("lease.fence", "number that makes a lost lease harmless"),
    field("lease.owner", "node that holds a lease"),
    field("listen.address", "address that is listened on"),
    field("migration.version", "number of a step of the database"),
    field("node.id", "id of a node"),
    field("panic.place", "file and line of a panic"),
    field("platform.name", "a platform"),
    field("room.id", "id of a live room"),
    field("schedule.name", "name of recurring work"),
    field("schedule.slot", "moment for which it runs"),
    field("session.profile", "profile that a session is for"),
    field("show.id", "id of one broadcast"),
    field("signal.name", "signal that was received"),
    field("size_bytes", "how large the thing in the sentence is"),
    field("store.batch", "how many operations a commit held"),
    field("store.op", "an operation of the store"),
    field("target.name", "a target of the queue file"),
    field("task.name", "name of a task of the house"),
    field("task.restarts", "how often a task was started again"),
];

/// Whether `name` stands in the list.
pub fn is_known(name: &str) -> bool {
    FIELDS.binary_search_by(|field| field.name.cmp(name)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_names_nothing_twice() {
        for (one, next) in FIELDS.iter().zip(FIELDS.iter().skip(1)) {
            assert!(one.name < next.name, "`{}` must come after `{}`", one.name, next.name);
        }
    }

    #[test]
    fn every_name_is_plain_and_has_a_meaning() {
        for Field { name, meaning } in FIELDS {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '.' || c == '_'), "`{name}`");
            assert!(!meaning.is_empty(), "`{name}` means nothing");
            assert!(is_known(name));
        }
        assert!(!is_known("jobid"));
    }

    #[test]
    fn the_map_of_the_house_lists_the_same_names() {
        let map = include_str!("../lib.rs");
        let (_, section) = map.split_once("//! # Field names").expect("a section on field names");
        let (section, _) = section.split_once("//! # ").expect("a section after it");
        let quoted = section.split('`').skip(1).step_by(2).filter(|word| !word.contains("::"));
        let mut listed: Vec<&str> = quoted.collect();
        listed.sort_unstable();
        let known: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
        assert_eq!(listed, known);
    }

    #[test]
    fn no_name_is_one_that_the_line_itself_uses() {
        for own in ["time", "level", "message", "source", "span"] {
            assert!(!is_known(own), "`{own}` is a part of every line");
        }
    }
}
