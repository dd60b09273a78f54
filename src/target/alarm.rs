//! The alarms of this room. Each is about `target/take`.

/// What used to find something finds nothing any more.
pub const SILENT: &str = "target_silent";
/// A list shrank more than is plausible; nothing of it is deleted until that is confirmed.
pub const SHRANK: &str = "list_shrank";
