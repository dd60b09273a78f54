//! What people read about each alarm: what is wrong, and what to do about it.

use crate::config::Language;
use crate::domain::{AlarmName, Stored};

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

/// What an alarm of a later version is called.
const OTHER: AlarmText =
    AlarmText { title: "Something needs a look", advice: "Read what it says; this version knows no advice for it." };

/// What people read about the alarm `name`.
pub fn alarm_text(language: Language, name: &Stored<AlarmName>) -> AlarmText {
    match (language, name) {
        (Language::En, Stored::Known(name)) => english(*name),
        (Language::En, Stored::Other(_)) => OTHER,
    }
}

const fn english(name: AlarmName) -> AlarmText {
    match name {
        AlarmName::AnswersChanged => AlarmText {
            title: "A site no longer sends what is read from its answers",
            advice: "What was read from these fields is empty since then. Update radard; if there is no newer one, send us what `radard diagnose` packs.",
        },
        AlarmName::BackupFailed => AlarmText {
            title: "A backup failed",
            advice: "Look at the free space and the rights of the folder for backups, then run `radard backup create`.",
        },
        AlarmName::BackupOverdue => AlarmText {
            title: "Backups of the database are missing",
            advice: "Look at the jobs of kind backup with `radard job list --kind backup`, then run `radard backup create`.",
        },
        AlarmName::ClockJumped => AlarmText {
            title: "The clock jumped",
            advice: "Check the time of this machine, or of the database server. Nothing is deleted by age until the clock is stable for an hour; then the alarm closes by itself.",
        },
        AlarmName::ClockSkew => AlarmText {
            title: "The clocks of this machine and the database differ",
            advice: "Let both machines take their time from the network, with systemd-timesyncd or chrony.",
        },
        AlarmName::ConfigRefused => AlarmText {
            title: "The changed configuration was refused",
            advice: "Run `radard check` and fix what it names. The old configuration stays in force.",
        },
        AlarmName::DiskFull => AlarmText {
            title: "The disk is full",
            advice: "Free some space. New work is refused until then. What was accepted is safe; radard goes on by itself.",
        },
        AlarmName::DiskLow => AlarmText {
            title: "The disk is nearly full",
            advice: "Free some space, or lower `disk.low_water`. Downloads wait until then, and go on by themselves.",
        },
        AlarmName::DiskUnknown => AlarmText {
            title: "The disk cannot be checked",
            advice: "Look whether the data directory is mounted, and whether radard may read and write it. Until then radard goes by the free space that it saw last.",
        },
        AlarmName::HostUnreachable => AlarmText {
            title: "A host cannot be reached",
            advice: "Check the network, the name server and the proxy of this machine. Jobs for this host wait and spend no attempt. One request tries again every few minutes; the alarm closes when one gets through.",
        },
        AlarmName::JobsDead => AlarmText {
            title: "Jobs are dead",
            advice: "Read their last error, fix the cause, then retry them. Retrying keeps their keys.",
        },
        AlarmName::LaneClosed => AlarmText {
            title: "A lane is closed after a sign of risk",
            advice: "Open the site in a browser as this account and answer what it asks. Then run `radard job resume --lane LANE`, or wait: the lane opens by itself. Until then nothing is sent.",
        },
        AlarmName::ListShrank => AlarmText {
            title: "A list suddenly shows much less than before",
            advice: "Nothing is deleted. radard reads the list again and closes this alarm when the rows are back or the loss is confirmed. If it stays open, open the page in a browser and compare.",
        },
        AlarmName::LoginChallenged => AlarmText {
            title: "A site wants a person before it goes on with a profile",
            advice: "Look at challenge.png in the folder of the profile, open the site as that account and answer what it asks, then log in again: `radard profile login NAME`.",
        },
        AlarmName::LoginLost => AlarmText {
            title: "A profile is no longer logged in",
            advice: "Nothing is asked in its name until a person logs in again: `radard profile login NAME`, or `radard profile import NAME FILE`.",
        },
        AlarmName::NeedsPerson => AlarmText {
            title: "Work waits for a person",
            advice: "A login is missing or has expired. Log in again; the work goes on by itself within the hour.",
        },
        AlarmName::NoSpace => AlarmText {
            title: "Downloads wait for disk space",
            advice: "Free some space, lower `disk.low_water`, or cancel the jobs. They go on by themselves once there is space.",
        },
        AlarmName::QueueRefused => AlarmText {
            title: "The saved queue file was refused",
            advice: "Run `radard check` and fix what it names. The targets stay as they were until then.",
        },
        AlarmName::SecretShut => AlarmText {
            title: "A sealed secret does not open",
            advice: "It counts as not given. Set it anew with `radard secrets set`, or bring back a copy of the database.",
        },
        AlarmName::SignatureDiffers => AlarmText {
            title: "A site signs its requests in another way than radard",
            advice: "The platform may refuse requests soon. Update radard. Until then a browser can sign for Douyin: set `platform.douyin.sign = \"page\"`.",
        },
        AlarmName::TargetSilent => AlarmText {
            title: "A target finds nothing any more",
            advice: "Look at its page: it may be empty, closed, or moved. `radard target show NAME` tells how its rounds ended; it closes by itself when something is found.",
        },
        AlarmName::TaskRestarting => AlarmText {
            title: "A task keeps ending",
            advice: "Read its last error below and in the log. Everything else goes on; send `radard diagnose` if it stays.",
        },
        AlarmName::WalLarge => AlarmText {
            title: "The write-ahead log of the database is large",
            advice: "Look for a program that holds the database open for long, such as a copy or a shell, and end it.",
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_alarm_has_a_title_and_advice_of_its_own() {
        let text = |name| alarm_text(Language::En, &Stored::Known(name));
        for name in AlarmName::ALL {
            assert!(!text(name).title.ends_with('.') && text(name).advice.ends_with('.'), "{name}");
        }
        let titles: BTreeSet<_> = AlarmName::ALL.into_iter().map(|name| text(name).title).collect();
        assert_eq!(titles.len(), AlarmName::ALL.len());
        let later = Stored::Other("of_a_later_version".to_owned());
        assert_eq!(alarm_text(Language::En, &later), OTHER);
        let advice = |name, subject| text(name).advice_about(subject);
        assert!(advice(AlarmName::LaneClosed, "main/posts").contains("`radard job resume --lane main/posts`"));
        assert!(advice(AlarmName::TargetSilent, "c/posts").contains("`radard target show c`"));
        assert!(advice(AlarmName::LoginLost, "main").contains("`radard profile login main`"));
    }
}
