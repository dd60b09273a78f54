//! A page of a platform over the API: what a person wants now, and does not keep.

use std::num::NonZeroU64;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::advice;
use crate::domain::{Declined, Interval};
use crate::platform::douyin::list::{Progress, Wants};
use crate::platform::douyin::mode::{Order, Sheet, Standing};
use crate::session::Wish;
use crate::web::app::App;
use crate::web::input::Body;
use crate::web::refusal::Refusal;

/// The body of a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    order: Order,
    #[serde(default)]
    most: Option<NonZeroU64>,
    #[serde(default)]
    page: Option<u32>,
    #[serde(default)]
    within: Option<String>,
    #[serde(default)]
    progress: Option<Progress>,
    #[serde(default)]
    raw: bool,
    #[serde(default)]
    profile: Option<String>,
}

/// The page.
#[derive(Debug, Serialize)]
pub(super) struct Fetched {
    v: u8,
    #[serde(flatten)]
    sheet: Sheet,
}

pub(super) async fn fetch(State(app): State<App>, Body(asked): Body<Asked>) -> Result<Json<Fetched>, Refusal> {
    let wrong = |why: &dyn std::fmt::Display| Declined::by_us(why.to_string(), advice::session::fetch_help());
    let Asked { order, most, page, within, progress, raw, profile } = asked;
    let within = within.as_deref().map(Interval::parse).transpose();
    let within = within.map_err(|why| wrong(&format_args!("the interval cannot be read: {why}")))?.flatten();
    let (wants, standing) = (Wants { most, page, within }, Standing { progress, raw });
    let sheet = app.parts().fetcher.fetch(Wish { order, wants, standing, profile }).await?;
    Ok(Json(Fetched { v: 1, sheet }))
}
