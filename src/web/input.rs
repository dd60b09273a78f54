//! What a request carries, read into types at the door: body, query, a part of the path.
//!
//! Our own extractors, so that whatever is wrong is refused in the one shape of the API, with a limit on size and time
//! and with unknown fields named. A body must say that it is JSON: a form on another site cannot.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Form, FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::app::App;
use super::refusal::Refusal;
use crate::advice;
use crate::domain::Class;
use crate::domain::amount::roughly_long;

/// The largest body; a payload has a smaller limit of its own, which is a setting.
const BODY: usize = 1024 * 1024;
/// The largest login, with all that its pages stored.
const LOGIN: usize = 32 << 20;
/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);

/// A JSON body.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        says_json(request.headers())?;
        let bytes = read(request, app, BODY).await?;
        let value = serde_json::from_slice(&bytes);
        value.map(Self).map_err(|error| Refusal::bad(format!("cannot read the body: {error}"), advice::web::object()))
    }
}

/// A JSON body with a login in it: it may be large, and a refusal repeats nothing of it.
pub(super) struct Private<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Private<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        says_json(request.headers())?;
        let bytes = read(request, app, LOGIN).await?;
        let value = serde_json::from_slice(&bytes);
        value
            .map(Self)
            .map_err(|_| Refusal::bad("the request about a profile cannot be read", advice::session::profile_help()))
    }
}

/// The form behind a button.
pub(super) struct Pressed<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Pressed<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let head = Request::from_parts(parts.clone(), body);
        let arrived = Request::from_parts(parts, read(head, app, BODY).await?.into());
        let form = Form::<T>::from_request(arrived, app).await;
        form.map(|Form(form)| Self(form)).map_err(|error| {
            Refusal::bad(format!("cannot read the form: {}", error.body_text()), advice::web::press_again())
        })
    }
}

/// The bytes of a body, `most` at the most, which arrive in time.
async fn read(request: Request, app: &App, most: usize) -> Result<axum::body::Bytes, Refusal> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > most) {
        return Err(too_large(most));
    }
    match app.parts().ambient.clock.limit(ARRIVAL, to_bytes(request.into_body(), most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(too_large(most)),
        Err(out) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            Class::Network,
            format!("the body {out}"),
            advice::web::send_faster(),
        )),
    }
}

fn too_large(most: usize) -> Refusal {
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        Class::Schema,
        format!("the body is larger than {}, or was cut off", roughly_long(most)),
        advice::web::reference(),
    )
}

fn says_json(headers: &HeaderMap) -> Result<(), Refusal> {
    if is_json(headers) {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Class::Schema,
        "the body does not say that it is JSON",
        advice::web::json(),
    ))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// The query of a URL.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let all = Query::<Vec<(String, String)>>::from_request_parts(parts, app).await;
        for (name, text) in all.map(|Query(all)| all).unwrap_or_default() {
            plain(&name, &text)?;
        }
        let read = Query::<T>::from_request_parts(parts, app).await;
        read.map(|Query(asked)| Self(asked)).map_err(|error| {
            Refusal::bad(format!("cannot read the query: {}", error.body_text()), advice::web::query())
        })
    }
}

/// The one part of a path that is filled in.
pub(super) struct Named<T>(pub(super) T);

impl<T: FromStr> FromRequestParts<App> for Named<T>
where
    T::Err: Display,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let advice = advice::web::copy_from_listing;
        let Path(text) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|error| Refusal::bad(format!("cannot read the path: {}", error.body_text()), advice()))?;
        plain("the path", &text)?;
        let named = text.parse();
        named.map(Self).map_err(|error| Refusal::bad(format!("cannot read `{text}` in the path: {error}"), advice()))
    }
}

/// Refuses a text with control characters: nothing that is looked up by name has any, and a database may refuse them.
pub(super) fn plain(field: &str, text: &str) -> Result<(), Refusal> {
    if !text.contains(char::is_control) {
        return Ok(());
    }
    Err(Refusal::bad(
        format!("`{}` holds a control character", field.escape_debug()),
        advice::web::no_control_character(),
    ))
}

/// Reads a parameter that may be absent or empty.
pub(super) fn blank<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: Display,
{
    let text = Option::<String>::deserialize(from)?.filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

/// A page of a listing: `limit` from 1 to 1000, 100 when it is absent.
pub(super) fn limit(asked: Option<u32>) -> Result<u32, Refusal> {
    match asked.unwrap_or(100) {
        limit @ 1..=1000 => Ok(limit),
        other => Err(Refusal::bad(format!("limit {other} is not between 1 and 1000"), advice::web::less())),
    }
}
