//! The names of the alarms: what a person should know.
//!
//! A new alarm is a new name here. The compiler then asks for its texts, and for whether the queue closes it.

use std::fmt;
use std::str::FromStr;

/// What an alarm is called in SQL, JSON and logs. Its subject says what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlarmName {
    /// A site no longer sends fields that are read from its answers; about an endpoint.
    AnswersChanged,
    /// A backup failed.
    BackupFailed,
    /// Two backups in a row are missing.
    BackupOverdue,
    /// The clock jumped and is not trusted yet.
    ClockJumped,
    /// The clocks of this machine and the database differ.
    ClockSkew,
    /// Changed settings were refused.
    ConfigRefused,
    /// Nothing is left on the disk but the reserve.
    DiskFull,
    /// The disk has less space than `disk.low_water`.
    DiskLow,
    /// The free space of the disk cannot be read.
    DiskUnknown,
    /// A host cannot be reached; about the host.
    HostUnreachable,
    /// Jobs are dead; about their kind.
    JobsDead,
    /// A lane is closed after a sign of risk; about the lane.
    LaneClosed,
    /// A list shrank more than is plausible; about `target/take`.
    ListShrank,
    /// A site wants a person before it goes on; about a profile.
    LoginChallenged,
    /// A profile is no longer logged in; about the profile.
    LoginLost,
    /// Jobs wait for a login; about their kind.
    NeedsPerson,
    /// Jobs wait for space on the disk; about their kind.
    NoSpace,
    /// A saved queue file was refused.
    QueueRefused,
    /// A sealed secret does not open; about its slot.
    SecretShut,
    /// A site signs its requests in another way; about the platform.
    SignatureDiffers,
    /// What used to find something finds nothing any more; about `target/take`.
    TargetSilent,
    /// A task keeps ending; about the task.
    TaskRestarting,
    /// The write-ahead log of the database is large.
    WalLarge,
}

impl AlarmName {
    /// Every name.
    pub const ALL: [Self; 23] = [
        Self::AnswersChanged,
        Self::BackupFailed,
        Self::BackupOverdue,
        Self::ClockJumped,
        Self::ClockSkew,
        Self::ConfigRefused,
        Self::DiskFull,
        Self::DiskLow,
        Self::DiskUnknown,
        Self::HostUnreachable,
        Self::JobsDead,
        Self::LaneClosed,
        Self::ListShrank,
        Self::LoginChallenged,
        Self::LoginLost,
        Self::NeedsPerson,
        Self::NoSpace,
        Self::QueueRefused,
        Self::SecretShut,
        Self::SignatureDiffers,
        Self::TargetSilent,
        Self::TaskRestarting,
        Self::WalLarge,
    ];

    /// The word in SQL, JSON and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnswersChanged => "answers_changed",
            Self::BackupFailed => "backup_failed",
            Self::BackupOverdue => "backup_overdue",
            Self::ClockJumped => "clock_jumped",
            Self::ClockSkew => "clock_skew",
            Self::ConfigRefused => "config_refused",
            Self::DiskFull => "disk_full",
            Self::DiskLow => "disk_low",
            Self::DiskUnknown => "disk_unknown",
            Self::HostUnreachable => "host_unreachable",
            Self::JobsDead => "jobs_dead",
            Self::LaneClosed => "lane_closed",
            Self::ListShrank => "list_shrank",
            Self::LoginChallenged => "login_challenged",
            Self::LoginLost => "login_lost",
            Self::NeedsPerson => "needs_person",
            Self::NoSpace => "no_space",
            Self::QueueRefused => "queue_refused",
            Self::SecretShut => "secret_shut",
            Self::SignatureDiffers => "signature_differs",
            Self::TargetSilent => "target_silent",
            Self::TaskRestarting => "task_restarting",
            Self::WalLarge => "wal_large",
        }
    }
}

impl AsRef<str> for AlarmName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for AlarmName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is the name of no alarm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of an alarm")]
pub struct UnknownAlarm(pub String);

impl FromStr for AlarmName {
    type Err = UnknownAlarm;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|name| name.as_str() == word).ok_or_else(|| UnknownAlarm(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alarm_reads_back_what_it_writes() {
        for name in AlarmName::ALL {
            assert_eq!(name.as_str().parse(), Ok(name));
        }
        assert_eq!("fine".parse::<AlarmName>(), Err(UnknownAlarm("fine".into())));
    }
}
