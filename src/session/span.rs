//! What the log says of work that is done in the name of a profile.

use tracing::Span;

/// Each line that is logged in this span names `profile`; a guest has no name.
pub(super) fn of_profile(profile: Option<&str>) -> Span {
    profile.map_or_else(Span::none, |profile| tracing::info_span!("profile", session.profile = profile))
}
