//! What a job finds before it begins, and goes by until it ends: what is edited meanwhile counts from the next round on.

use super::leg::About;
use crate::domain::Take;
use crate::platform::douyin::link::Kind;
use crate::store::crawl::targets::{Course, CourseName};
use crate::target::Spec;

/// What a round is about, and what is known before it.
#[derive(Debug)]
pub(super) struct Brief {
    /// The key of the job.
    pub(super) key: String,
    pub(super) target: String,
    pub(super) profile: String,
    pub(super) spec: Spec,
    pub(super) take: Take,
    pub(super) page: Option<(Kind, String)>,
    pub(super) course: Course,
    /// Whether all of the list is to be read this time.
    pub(super) is_full_due: bool,
    /// Posts that may be looked up one by one.
    pub(super) most_checks: u64,
}

impl Brief {
    /// The name of the course that it is a round of.
    pub(super) fn name(&self) -> CourseName<'_> {
        CourseName { target: &self.target, take: self.take.as_str() }
    }

    pub(super) fn about(&self) -> About<'_> {
        let page = self.page.as_ref().map(|(kind, id)| (*kind, id.as_str()));
        About { take: self.take, page, profile: &self.profile, spec: &self.spec }
    }

    /// Whether this round stops at rows that are known, without knowing when they were made.
    pub(super) fn stops_at_known_rows(&self) -> bool {
        self.known().is_some() && self.about().is_newest_first()
    }

    /// What of it is known, when that may be relied on.
    pub(super) fn known(&self) -> Option<&Course> {
        Some(&self.course).filter(|_| !self.is_full_due && self.course.full_at.is_some())
    }
}
