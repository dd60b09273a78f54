//! How long the simulated site has lived, for whatever changes with that.

/// The seconds of an hour.
pub(super) const HOUR: u64 = 60 * 60;

/// How long the site has lived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Age {
    /// The hour in which that began, counted from 1970.
    pub(super) began: u64,
    pub(super) hours: u64,
}

impl Age {
    /// The moment in which something happens after so many hours, in Unix seconds.
    pub(super) fn moment(self, hours: u64) -> u64 {
        (self.began + hours) * HOUR
    }
}
