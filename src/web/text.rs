//! What each alarm is called and asks for.

use crate::config::Language;

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
}
