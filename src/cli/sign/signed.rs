//! What a signer gave, for a person and for a program.

use serde_json::{Map, Value, json};

use crate::cli::out::Answer;
use crate::sign::Version;

/// What came out.
#[derive(Debug)]
pub(super) struct Signed {
    /// By which recipe.
    pub(super) version: Version,
    /// The value that is asked for, for a person.
    pub(super) main: String,
    /// All that went in and is no secret, and all that came out.
    pub(super) all: Value,
}

impl Signed {
    /// As it is told.
    pub(super) fn answer(self) -> Answer {
        let mut object = Map::new();
        object.insert("v".to_owned(), json!(1));
        object.insert("signer".to_owned(), json!(self.version.to_string()));
        if let Value::Object(all) = self.all {
            object.extend(all);
        }
        Answer::shown(Value::Object(object), self.main)
    }
}
