//! What people read about each alarm: what is wrong, and what to do about it.
//!
//! A title has no full stop. An advice is one or more whole sentences: it stands alone on a page and in a mail.

use super::sentence::sentences;
use crate::domain::{Advice, AlarmName, Language, Stored};

sentences! {
    answers_changed() { en: "What was read from these fields is empty since then. Update radard; if there is no newer one, send us what `radard diagnose` packs." }
    backup_failed() { en: "Look at the free space and the rights of the folder for backups, then run `radard backup create`." }
    backup_overdue() { en: "Look at the jobs of kind backup with `radard job list --kind backup`, then run `radard backup create`." }
    clock_jumped() { en: "Check the time of this machine, or of the database server. Nothing is deleted by age until the clock is stable for an hour; then the alarm closes by itself." }
    clock_skew() { en: "Let both machines take their time from the network, with systemd-timesyncd or chrony." }
    config_refused() { en: "Run `radard check` and fix what it names. The old configuration stays in force." }
    disk_full() { en: "Free some space. New work is refused until then. What was accepted is safe; radard goes on by itself." }
    disk_low() { en: "Free some space, or lower `disk.low_water`. Downloads wait until then, and go on by themselves." }
    disk_unknown() { en: "Look whether the data directory is mounted, and whether radard may read and write it. Until then radard goes by the free space that it saw last." }
    host_unreachable() { en: "Check the network, the name server and the proxy of this machine. Jobs for this host wait and spend no attempt. One request tries again every few minutes; the alarm closes when one gets through." }
    jobs_dead() { en: "Read their last error, fix the cause, then retry them. Retrying keeps their keys." }
    lane_closed(lane: &str) { en: "Open the site in a browser as this account and answer what it asks. Then run `radard job resume --lane {lane}`, or wait: the lane opens by itself. Until then nothing is sent." }
    list_shrank() { en: "Nothing is deleted. radard reads the list again and closes this alarm when the rows are back or the loss is confirmed. If it stays open, open the page in a browser and compare." }
    login_challenged(name: &str) { en: "Look at challenge.png in the folder of the profile, open the site as that account and answer what it asks, then log in again: `radard profile login {name}`." }
    login_lost(name: &str) { en: "Nothing is asked in its name until a person logs in again: `radard profile login {name}`, or `radard profile import {name} FILE`." }
    needs_person() { en: "A login is missing or has expired. Log in again; the work goes on by itself within the hour." }
    no_space() { en: "Free some space, lower `disk.low_water`, or cancel the jobs. They go on by themselves once there is space." }
    queue_refused() { en: "Run `radard check` and fix what it names. The targets stay as they were until then." }
    secret_shut() { en: "It counts as not given. Set it anew with `radard secrets set`, or bring back a copy of the database." }
    signature_differs() { en: "The platform may refuse requests soon. Update radard. Until then a browser can sign for Douyin: set `platform.douyin.sign = \"page\"`." }
    target_silent(name: &str) { en: "Look at its page: it may be empty, closed, or moved. `radard target show {name}` tells how its rounds ended; it closes by itself when something is found." }
    task_restarting() { en: "Read its last error below and in the log. Everything else goes on; send `radard diagnose` if it stays." }
    wal_large() { en: "Look for a program that holds the database open for long, such as a copy or a shell, and end it." }
    of_a_later_version() { en: "Read what it says; this version knows no advice for it." }
}

/// What is wrong, in a few words.
pub(crate) const fn title(language: Language, name: &Stored<AlarmName>) -> &'static str {
    match (language, name) {
        (Language::En, Stored::Known(name)) => english(*name),
        (Language::En, Stored::Other(_)) => "Something needs a look",
    }
}

const fn english(name: AlarmName) -> &'static str {
    match name {
        AlarmName::AnswersChanged => "A site no longer sends what is read from its answers",
        AlarmName::BackupFailed => "A backup failed",
        AlarmName::BackupOverdue => "Backups of the database are missing",
        AlarmName::ClockJumped => "The clock jumped",
        AlarmName::ClockSkew => "The clocks of this machine and the database differ",
        AlarmName::ConfigRefused => "The changed configuration was refused",
        AlarmName::DiskFull => "The disk is full",
        AlarmName::DiskLow => "The disk is nearly full",
        AlarmName::DiskUnknown => "The disk cannot be checked",
        AlarmName::HostUnreachable => "A host cannot be reached",
        AlarmName::JobsDead => "Jobs are dead",
        AlarmName::LaneClosed => "A lane is closed after a sign of risk",
        AlarmName::ListShrank => "A list suddenly shows much less than before",
        AlarmName::LoginChallenged => "A site wants a person before it goes on with a profile",
        AlarmName::LoginLost => "A profile is no longer logged in",
        AlarmName::NeedsPerson => "Work waits for a person",
        AlarmName::NoSpace => "Downloads wait for disk space",
        AlarmName::QueueRefused => "The saved queue file was refused",
        AlarmName::SecretShut => "A sealed secret does not open",
        AlarmName::SignatureDiffers => "A site signs its requests in another way than radard",
        AlarmName::TargetSilent => "A target finds nothing any more",
        AlarmName::TaskRestarting => "A task keeps ending",
        AlarmName::WalLarge => "The write-ahead log of the database is large",
    }
}

/// What to do about the alarm `name`, which is about `subject`.
pub(crate) fn about(name: &Stored<AlarmName>, subject: &str) -> Advice {
    // What alarms about targets are about is the name of one and, after a slash, what is taken of it.
    let before_slash = subject.split('/').next().unwrap_or(subject);
    match name {
        Stored::Known(AlarmName::AnswersChanged) => answers_changed(),
        Stored::Known(AlarmName::BackupFailed) => backup_failed(),
        Stored::Known(AlarmName::BackupOverdue) => backup_overdue(),
        Stored::Known(AlarmName::ClockJumped) => clock_jumped(),
        Stored::Known(AlarmName::ClockSkew) => clock_skew(),
        Stored::Known(AlarmName::ConfigRefused) => config_refused(),
        Stored::Known(AlarmName::DiskFull) => disk_full(),
        Stored::Known(AlarmName::DiskLow) => disk_low(),
        Stored::Known(AlarmName::DiskUnknown) => disk_unknown(),
        Stored::Known(AlarmName::HostUnreachable) => host_unreachable(),
        Stored::Known(AlarmName::JobsDead) => jobs_dead(),
        Stored::Known(AlarmName::LaneClosed) => lane_closed(subject),
        Stored::Known(AlarmName::ListShrank) => list_shrank(),
        Stored::Known(AlarmName::LoginChallenged) => login_challenged(before_slash),
        Stored::Known(AlarmName::LoginLost) => login_lost(before_slash),
        Stored::Known(AlarmName::NeedsPerson) => needs_person(),
        Stored::Known(AlarmName::NoSpace) => no_space(),
        Stored::Known(AlarmName::QueueRefused) => queue_refused(),
        Stored::Known(AlarmName::SecretShut) => secret_shut(),
        Stored::Known(AlarmName::SignatureDiffers) => signature_differs(),
        Stored::Known(AlarmName::TargetSilent) => target_silent(before_slash),
        Stored::Known(AlarmName::TaskRestarting) => task_restarting(),
        Stored::Known(AlarmName::WalLarge) => wal_large(),
        Stored::Other(_) => of_a_later_version(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_alarm_has_a_title_and_an_advice_of_its_own() {
        for language in Language::ALL {
            let title = |name| title(language, &Stored::Known(name));
            let titles: BTreeSet<_> = AlarmName::ALL.into_iter().map(title).collect();
            let texts: BTreeSet<_> = AlarmName::ALL
                .into_iter()
                .map(|name| about(&Stored::Known(name), "s").text(language).to_owned())
                .collect();
            assert!(titles.iter().all(|title| !title.ends_with('.')), "{titles:?}");
            assert!(texts.iter().all(|text| text.ends_with('.')), "{texts:?}");
            assert_eq!([titles.len(), texts.len()], [AlarmName::ALL.len(); 2]);
        }
    }

    #[test]
    fn an_advice_names_what_the_alarm_is_about() {
        let advice = |name, subject| about(&Stored::Known(name), subject).to_string();
        assert!(advice(AlarmName::LaneClosed, "main/posts").contains("`radard job resume --lane main/posts`"));
        assert!(advice(AlarmName::TargetSilent, "c/posts").contains("`radard target show c`"));
        assert!(advice(AlarmName::LoginLost, "main").contains("`radard profile login main`"));
        let later = Stored::Other("of_a_later_version".to_owned());
        assert_eq!(title(Language::En, &later), "Something needs a look");
        assert_eq!(about(&later, "s"), of_a_later_version());
    }
}
