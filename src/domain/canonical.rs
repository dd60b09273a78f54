//! One spelling for JSON that means the same.
//!
//! Two payloads are equal when their canonical texts are: keys sorted, no white space. Numbers stay as they were
//! written as far as JSON values go, so `1` and `1.0` differ, as they do for whoever reads them.

use std::fmt::Write as _;

use serde_json::Value;

/// Writes `value` with sorted keys and without white space.
///
/// ```
/// use radard::domain::canonical::canonical;
/// let a = serde_json::json!({"b": 1, "a": [true, null]});
/// assert_eq!(canonical(&a), r#"{"a":[true,null],"b":1}"#);
/// ```
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (i, (name, item)) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                let _ = write!(out, "{}:", Value::String(name.clone()));
                write(item, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        plain => {
            let _ = write!(out, "{plain}");
        }
    }
}
