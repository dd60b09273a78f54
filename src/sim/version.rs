//! The version of the scripts of the simulated pages.

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

/// What a new version of the pages' scripts signs in another way: members of `changed` in the scripts, as JSON.
#[derive(Debug, Default)]
pub(super) struct PageScript(Mutex<Map<String, Value>>);

impl PageScript {
    /// From now on; nothing for the script as it was.
    pub(super) fn change(&self, members: Map<String, Value>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = members;
    }

    /// What is different now, as JSON.
    pub(super) fn changed(&self) -> String {
        Value::Object(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).to_string()
    }

    /// Whether the script is a new version.
    pub(super) fn is_changed(&self) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}
