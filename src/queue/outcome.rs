//! How a run can end well.

/// A run that reached its end.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// It worked; the value is kept as the job's result.
    Done(serde_json::Value),
    /// It was sent out and nobody can say whether it arrived: to be looked up, never sent again blindly.
    Unknown(String),
}
