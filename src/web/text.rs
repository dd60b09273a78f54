//! Every sentence of the pages, and what each alarm is called and asks for: the one catalogue of what people read.
//!
//! A line is a key and its text; a page asks for `t.key`, so a text that is missing does not compile. Another language
//! is another text on each line, and the macro refuses a line without it. `{n}` and the like are filled in by [`fill`].

use crate::config::Language;

/// Writes the catalogue: a field of [`Texts`] for each line.
macro_rules! catalogue {
    ($($key:ident: $en:literal;)*) => {
        /// The texts of the pages in one language.
        #[derive(Debug)]
        pub(super) struct Texts {
            $(pub(super) $key: &'static str,)*
        }

        const EN: Texts = Texts { $($key: $en,)* };

        /// Every key with its text, for those who check the catalogue.
        #[cfg(test)]
        const ALL: &[(&str, &str)] = &[$((stringify!($key), $en)),*];
    };
}

catalogue! {
    lang: "en";
    product: "radard";
    sign_out: "Sign out";
    node: "node";
    version: "version";
    up: "up";
    skip: "Skip to the content";

    works: "Everything works";
    works_noted: "Everything works; one note is open";
    known_one: "One thing is known and waits for a person";
    known_many: "{n} things are known and wait for a person";
    needs_one: "One thing needs you";
    needs_many: "{n} things need you";
    closed: "New work is refused";
    jobs_running: "running";
    jobs_waiting: "waiting";
    jobs_done: "done";
    jobs_dead: "dead";

    parts: "Parts that need a look";
    alarms: "Alarms";
    no_alarms: "No alarm is open.";
    since: "since";
    seen_once: "seen once";
    seen_often: "seen {n} times";
    last_seen: "last";
    acked: "acknowledged";
    ack: "Acknowledge";
    to_do: "To do";
    critical: "critical";
    warning: "warning";
    notice: "notice";

    targets: "Targets";
    no_targets: "None yet. Write what you want to follow into `queue.toml`; it is taken over as soon as it is saved.";
    more_targets: "{n} more: `radard target list` shows all.";
    target_silent: "silent";
    target_missed: "missed";
    target_doubted: "doubted";
    target_needs_login: "needs a login";
    target_needs_person: "needs you";
    target_running: "running";
    waits: "waits";
    waits_network: "waits for the network";
    waits_lane: "its lane is paused";
    waits_posts: "waits for the posts";
    page: "page {n}";
    page_of: "page {n} of about {m}";
    next_request: "next request";
    target_new: "new";
    target_ok: "well";
    silent_since: "nothing since";
    next_round: "Next";
    last_round: "Last";
    found: "Found";
    fresh: "New";
    run_now: "Run now";

    queue: "Queue";
    no_jobs: "No job has been asked for yet. Queue one with `radard job add`, and it shows here.";
    kind: "Kind";
    total: "All";
    queued: "Queued";
    running: "Running";
    snoozed: "Snoozed";
    failed: "Failed";
    done: "Done";
    dead: "Dead";
    cancelled: "Cancelled";
    unknown: "Unknown";
    pause: "Pause";
    resume: "Resume";
    open_now: "Open now";
    paused: "paused";

    lanes: "Lanes";
    no_lanes: "No job waits and no lane is closed.";
    lane: "Lane";
    waiting: "Waiting";
    drained: "Drained";
    state: "State";
    open: "open";
    closed_until: "closed, opens";

    trouble: "Failed and dead jobs";
    no_trouble: "None. What fails or dies shows here with its last error.";
    job: "Job";
    attempts: "Attempts";
    last_error: "Last error";
    changed: "Changed";
    retry: "Retry";
    cancel: "Cancel";

    tasks: "Tasks";
    no_tasks: "No task runs.";
    task: "Task";
    task_since: "Since";
    restarts: "Restarts";
    task_running: "running";
    task_waiting: "starts again";
    task_done: "ended";
    task_failed: "failed";

    back: "Status";
    id: "Id";
    key: "Key";
    target: "Target";
    priority: "Priority";
    run_at: "Not before";
    crashes: "Crashes";
    snoozes: "Snoozes";
    class: "Class";
    lease: "Held by";
    until: "until";
    asked_wait: "Wait asked for";
    gives_up: "Given up";
    created: "Made";
    payload: "Payload";
    result: "Result";

    enter_title: "Sign in to radard";
    enter_text: "This link works once and for ten minutes. It signs this browser in for seven days, or until it has not been used for twelve hours.";
    enter_button: "Sign in";
    used_title: "This link no longer works";
    used_text: "It was used before, or it is older than ten minutes.";
    new_link: "Run `radard open` on the machine where radard runs. It prints a new link that works once.";

    stranger_title: "Please sign in";
    stranger_text: "This page is for the people who run radard.";
    refused_title: "This was not allowed";
    absent_title: "There is nothing here";
    conflict_title: "This does not fit any more";
    busy_title: "radard cannot answer right now";
    broken_title: "Something went wrong";
    bad_title: "This could not be read";
    home: "Go to the status page";
}

impl Texts {
    /// The texts of `language`.
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
        }
    }
}

/// Puts `value` where `text` has `{n}`.
pub(super) fn fill(text: &str, value: &impl ToString) -> String {
    text.replace("{n}", &value.to_string())
}

/// What people read about an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmText {
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// What a person can do about it.
    pub advice: &'static str,
}

impl AlarmText {
    /// The advice for an alarm about `subject`. LANE stands for all of it, NAME for what comes before a slash: what
    /// alarms about targets name is followed by what is taken of them.
    pub(super) fn advice_about(self, subject: &str) -> String {
        let name = subject.split('/').next().unwrap_or(subject);
        self.advice.replace("LANE", subject).replace("NAME", name)
    }
}

/// The name of each alarm that the house may raise, with its texts.
const ALARMS: &[(&str, AlarmText)] = &[
    (
        "lane_closed",
        AlarmText {
            title: "A lane is closed after a sign of risk",
            advice: "Open the site in a browser as this account and answer what it asks. Then run `radard job resume --lane LANE`, or wait: the lane opens by itself. Until then nothing is sent.",
        },
    ),
    (
        "host_unreachable",
        AlarmText {
            title: "A host cannot be reached",
            advice: "Check the network, the name server and the proxy of this machine. Jobs for this host wait and spend no attempt. One request tries again every few minutes; the alarm closes when one gets through.",
        },
    ),
    (
        "jobs_dead",
        AlarmText {
            title: "Jobs are dead",
            advice: "Read their last error, fix the cause, then retry them. Retrying keeps their keys.",
        },
    ),
    (
        "needs_person",
        AlarmText {
            title: "Work waits for a person",
            advice: "A login is missing or has expired. Log in again; the work goes on by itself within the hour.",
        },
    ),
    (
        "disk_low",
        AlarmText {
            title: "The disk is nearly full",
            advice: "Free some space, or lower `disk.low_water`. Downloads wait until then, and go on by themselves.",
        },
    ),
    (
        "disk_full",
        AlarmText {
            title: "The disk is full",
            advice: "Free some space. New work is refused until then. What was accepted is safe; radard goes on by itself.",
        },
    ),
    (
        "no_space",
        AlarmText {
            title: "Downloads wait for disk space",
            advice: "Free some space, lower `disk.low_water`, or cancel the jobs. They go on by themselves once there is space.",
        },
    ),
    (
        "config_refused",
        AlarmText {
            title: "The changed configuration was refused",
            advice: "Run `radard check` and fix what it names. The old configuration stays in force.",
        },
    ),
    (
        "queue_refused",
        AlarmText {
            title: "The saved queue file was refused",
            advice: "Run `radard check` and fix what it names. The targets stay as they were until then.",
        },
    ),
    (
        "target_silent",
        AlarmText {
            title: "A target finds nothing any more",
            advice: "Look at its page: it may be empty, closed, or moved. `radard target show NAME` tells how its rounds ended; it closes by itself when something is found.",
        },
    ),
    (
        "list_shrank",
        AlarmText {
            title: "A list suddenly shows much less than before",
            advice: "Nothing is deleted. radard reads the list again and closes this alarm when the rows are back or the loss is confirmed. If it stays open, open the page in a browser and compare.",
        },
    ),
    (
        "backup_failed",
        AlarmText {
            title: "A backup failed",
            advice: "Look at the free space and the rights of the folder for backups, then run `radard backup create`.",
        },
    ),
    (
        "secret_shut",
        AlarmText {
            title: "A sealed secret does not open",
            advice: "It counts as not given. Set it anew with `radard secrets set`, or bring back a copy of the database.",
        },
    ),
    (
        "task_restarting",
        AlarmText {
            title: "A task keeps ending",
            advice: "Read its last error below and in the log. Everything else goes on; send `radard diagnose` if it stays.",
        },
    ),
    (
        "answers_changed",
        AlarmText {
            title: "A site no longer sends what is read from its answers",
            advice: "What was read from these fields is empty since then. Update radard; if there is no newer one, send us what `radard diagnose` packs.",
        },
    ),
    (
        "login_lost",
        AlarmText {
            title: "A profile is no longer logged in",
            advice: "Nothing is asked in its name until a person logs in again: `radard profile login NAME`, or `radard profile import NAME FILE`.",
        },
    ),
    (
        "login_challenged",
        AlarmText {
            title: "A site wants a person before it goes on with a profile",
            advice: "Look at challenge.png in the folder of the profile, open the site as that account and answer what it asks, then log in again: `radard profile login NAME`.",
        },
    ),
    (
        "wal_large",
        AlarmText {
            title: "The write-ahead log of the database is large",
            advice: "Look for a program that holds the database open for long, such as a copy or a shell, and end it.",
        },
    ),
    (
        "clock_skew",
        AlarmText {
            title: "The clocks of this machine and the database differ",
            advice: "Let both machines take their time from the network, with systemd-timesyncd or chrony.",
        },
    ),
    (
        "signature_differs",
        AlarmText {
            title: "A site signs its requests in another way than radard",
            advice: "The platform may refuse requests soon. Update radard. Until then a browser can sign for Douyin: set `platform.douyin.sign = \"page\"`.",
        },
    ),
    (
        "clock_jumped",
        AlarmText {
            title: "The clock jumped",
            advice: "Check the time of this machine, or of the database server. Nothing is deleted by age until the clock is stable for an hour; then the alarm closes by itself.",
        },
    ),
    (
        "backup_overdue",
        AlarmText {
            title: "Backups of the database are missing",
            advice: "Look at the jobs of kind backup with `radard job list --kind backup`, then run `radard backup create`.",
        },
    ),
];

/// What an alarm is called that the catalogue does not know: one of a later version.
const OTHER: AlarmText =
    AlarmText { title: "Something needs a look", advice: "Read what it says; this version knows no advice for it." };

/// What people read about the alarm `name`.
pub fn alarm_text(language: Language, name: &str) -> AlarmText {
    let Language::En = language;
    ALARMS.iter().find(|(known, _)| *known == name).map_or(OTHER, |(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The alarms that are raised anywhere in the house.
    const RAISED: [&str; 22] = [
        "lane_closed",
        "host_unreachable",
        "jobs_dead",
        "needs_person",
        "disk_low",
        "disk_full",
        "no_space",
        "config_refused",
        "queue_refused",
        "target_silent",
        "list_shrank",
        "backup_failed",
        "secret_shut",
        "task_restarting",
        "answers_changed",
        "login_lost",
        "login_challenged",
        "wal_large",
        "clock_skew",
        "clock_jumped",
        "backup_overdue",
        "signature_differs",
    ];

    #[test]
    fn every_alarm_has_a_title_and_advice_once() {
        for name in RAISED {
            assert_ne!(alarm_text(Language::En, name), OTHER, "{name}");
            assert_eq!(ALARMS.iter().filter(|(known, _)| *known == name).count(), 1, "{name}");
        }
        assert_eq!(ALARMS.len(), RAISED.len(), "no text for an alarm that nobody raises");
        for (name, text) in ALARMS {
            assert!(!text.title.ends_with('.') && text.advice.ends_with('.'), "{name}");
        }
        assert_eq!(alarm_text(Language::En, "of_a_later_version"), OTHER);
        let advice = |name, subject| alarm_text(Language::En, name).advice_about(subject);
        assert!(advice("lane_closed", "main/posts").contains("`radard job resume --lane main/posts`"));
        assert!(advice("target_silent", "c/posts").contains("`radard target show c`"));
        assert!(advice("login_lost", "main").contains("`radard profile login main`"));
    }

    #[test]
    fn every_text_says_something_and_is_used() {
        let pages = [
            include_str!("templates/_frame.html"),
            include_str!("templates/status.html"),
            include_str!("templates/_targets.html"),
            include_str!("templates/job.html"),
            include_str!("templates/enter.html"),
            include_str!("templates/plain.html"),
            include_str!("pages/status.rs"),
            include_str!("pages/job.rs"),
            include_str!("pages/enter.rs"),
            include_str!("pages/plain.rs"),
            include_str!("pages/show.rs"),
            include_str!("pages/targets.rs"),
        ];
        for (key, text) in ALL {
            assert!(!text.trim().is_empty(), "{key} is empty");
            let wanted = format!("t.{key}");
            let ends = |rest: &str| !rest.starts_with(|c: char| c == '_' || c.is_alphanumeric());
            let used =
                pages.iter().any(|page| page.match_indices(&wanted).any(|(at, _)| ends(&page[at + wanted.len()..])));
            assert!(used, "nobody asks for `{key}`");
        }
    }
}
