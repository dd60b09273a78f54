//! File names.

use std::collections::BTreeMap;

use radard::media::{Template, shorten};
use radard::platform::douyin::clean;
use serde::Deserialize;
use serde_json::{Value, json};

use super::file::{Wrong, each, same};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Vector {
    Sanitize { input: String, expect: String },
    Truncate { input: String, expect: String },
    Format { template: String, fields: BTreeMap<String, String>, custom: BTreeMap<String, String>, expect: Value },
}

impl Vector {
    fn check(&self) -> Result<(), Wrong> {
        match self {
            Self::Sanitize { input, expect } => same(input, clean(input), expect.clone()),
            Self::Truncate { input, expect } => same(input, shorten(input), expect.clone()),
            Self::Format { template, fields, custom, expect } => {
                let more: Vec<&str> = custom.keys().map(String::as_str).collect();
                let value = |name: &str| {
                    let given = if name == "create" { "create_time" } else { name };
                    custom.get(name).or_else(|| fields.get(given)).map(String::as_str)
                };
                let named = Template::parse(template, &more).map(|template| template.name(value));
                let shown = named.map_or_else(|_| json!({"error": "bad_template"}), Value::from);
                same(template, shown, expect.clone())
            }
        }
    }
}

#[test]
fn names() {
    each("filenames.json", Vector::check);
}
