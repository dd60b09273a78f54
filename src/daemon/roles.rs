//! What a process can be limited to: the kinds of a room, and its tasks.
//!
//! Several processes on one PostgreSQL can share the work this way. Jobs of every kind are taken in by each of them; a
//! job is run by a process whose role has its kind.

use super::jobs::{Backup, Prune, Rotate};
use crate::crawl::Crawl;
use crate::media::jobs::Download;
use crate::queue::Job as _;
use crate::session::{Capture, CompareSignatures, ProbePlatform};

/// A part of the work that a process can be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Pages and the API for people, on `web.listen`.
    Web,
    /// Rounds of targets.
    Crawl,
    /// Logins that are kept fresh, and questions to platforms.
    Session,
    /// Downloads.
    Media,
    /// Backups, pruning, and the change of keys.
    Upkeep,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Web, Self::Crawl, Self::Session, Self::Media, Self::Upkeep];

    /// The word on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Crawl => "crawl",
            Self::Session => "session",
            Self::Media => "media",
            Self::Upkeep => "upkeep",
        }
    }

    /// The kinds of its jobs.
    pub(super) const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Web => &[],
            Self::Crawl => &[Crawl::KIND],
            Self::Session => &[Capture::KIND, CompareSignatures::KIND, ProbePlatform::KIND],
            Self::Media => &[Download::KIND],
            Self::Upkeep => &[Backup::KIND, Prune::KIND, Rotate::KIND],
        }
    }
}

/// The roles of one process.
#[derive(Debug, Clone)]
pub(super) struct Roles(Vec<Role>);

impl Roles {
    /// These, or all when none is named.
    pub(super) fn of(only: &[Role]) -> Self {
        Self(if only.is_empty() { Role::ALL.to_vec() } else { only.to_vec() })
    }

    /// Whether the process has this one.
    pub(super) fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether the process runs jobs of `kind`.
    pub(super) fn does(&self, kind: &str) -> bool {
        self.0.iter().any(|role| role.kinds().contains(&kind))
    }

    /// Whether the process runs jobs at all.
    pub(super) fn works(&self) -> bool {
        self.0.iter().any(|role| !role.kinds().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_without_a_limit_does_everything() {
        assert!(Roles::of(&[]).does(Crawl::KIND) && !Roles::of(&[Role::Web]).works());
        assert!(Roles::of(&[Role::Web, Role::Media]).works() && !Roles::of(&[Role::Media]).does(Crawl::KIND));
    }
}
