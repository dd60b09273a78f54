//! What becomes of a login that somebody looked at.

use std::path::PathBuf;

use uuid::Uuid;

use crate::store::captures::Standing;

/// The login in use after somebody looked at it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct InUse {
    /// The profile.
    pub profile: String,
    /// The capture.
    pub id: Uuid,
    /// That it is in use.
    pub standing: Standing,
    /// How many cookies it has, if they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cookies: Option<usize>,
    /// Its file, if it could be written.
    pub file: Option<PathBuf>,
}
