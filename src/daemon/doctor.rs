//! stub
use super::acts::Doctor;
use super::house::House;
use std::sync::Arc;
pub(super) fn of(_: &House) -> Doctor {
    Arc::new(|| Box::pin(async { serde_json::Value::Null }))
}
