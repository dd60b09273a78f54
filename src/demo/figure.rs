//! How steps are written, and figures of theirs.

use std::pin::Pin;
use std::time::Duration;

use super::trouble::Outcome;

/// A step under way.
pub(super) type Playing<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

pub(super) fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
