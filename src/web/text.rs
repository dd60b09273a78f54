//! Every sentence of the pages: the one catalogue of what people read there.
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

#[cfg(test)]
mod tests {
    use super::*;

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
