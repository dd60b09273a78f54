//! What was refused, as the API says it: a status, and `{error, class, do}`.
//!
//! Every failure of a handler or of a door ends here, so that a script reads one shape. The refusal also travels in the
//! answer's extensions: the layer of the pages finds it there and shows a person a page instead. Only what is our own
//! fault is logged; the rest was answered, and the one who asked knows.

use std::borrow::Cow;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::advice::{self, Advice};
use crate::domain::time::span_millis;
use crate::domain::{Class, Declined, JobId};
use crate::queue::AskError;
use crate::store::jobs::State;
use crate::{store, vault};

/// How long one should wait before asking again when the house is in trouble.
const AGAIN: HeaderValue = HeaderValue::from_static("5");

/// Why a request was not done.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Refusal {
    #[serde(skip)]
    pub(super) status: StatusCode,
    /// What, on what, why.
    pub(super) error: Cow<'static, str>,
    class: Class,
    /// What a person can do about it.
    pub(super) r#do: Advice,
    /// The job that stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<JobId>,
    /// The state that does not allow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    /// After how many milliseconds it may be asked for again.
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_ms: Option<i64>,
    /// What of ours held the request back; in a box, because few refusals have it.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    held: Option<Box<HeldBack>>,
}

/// What of ours held a request back.
#[derive(Debug, Clone, Serialize)]
struct HeldBack {
    held: &'static str,
    /// The limit that has no free slot.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<String>,
    /// After how many milliseconds a free slot is kept for whoever asks again; nothing was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    slot_in_ms: Option<i64>,
}

impl From<Declined> for Refusal {
    fn from(declined: Declined) -> Self {
        let Declined { class, error, advice, wait, held, slot_in } = declined;
        let status = match (&held, class) {
            (Some(held), _) if !held.is_of_site() => StatusCode::TOO_MANY_REQUESTS,
            (_, Class::Local) => StatusCode::BAD_REQUEST,
            (_, _) => StatusCode::BAD_GATEWAY,
        };
        let held = held.map(|held| {
            let (limit, slot_in_ms) = (held.limit().map(str::to_owned), slot_in.map(span_millis));
            Box::new(HeldBack { held: held.as_str(), limit, slot_in_ms })
        });
        Self { held, ..Self::new(status, class, error, advice).until(wait) }
    }
}

impl Refusal {
    /// A refusal in two sentences.
    pub(super) fn new(status: StatusCode, class: Class, error: impl Into<Cow<'static, str>>, advice: Advice) -> Self {
        let (id, state, wait_ms, held) = (None, None, None, None);
        Self { status, error: error.into(), class, r#do: advice, id, state, wait_ms, held }
    }

    /// The same, which may be asked for again after `wait`.
    pub(super) fn until(self, wait: Option<Duration>) -> Self {
        Self { wait_ms: wait.map(span_millis), ..self }
    }

    /// The request cannot be read, or asks for nonsense.
    pub(super) fn bad(error: impl Into<Cow<'static, str>>, advice: Advice) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Class::Schema, error, advice)
    }

    /// There is no such thing.
    pub(super) fn absent(error: impl Into<Cow<'static, str>>, advice: Advice) -> Self {
        Self::new(StatusCode::NOT_FOUND, Class::Gone, error, advice)
    }

    /// The caller may not do this.
    pub(super) fn forbidden(error: impl Into<Cow<'static, str>>, advice: Advice) -> Self {
        Self::new(StatusCode::FORBIDDEN, Class::Auth, error, advice)
    }

    /// Nobody knows the caller.
    pub(super) fn stranger(error: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, Class::Auth, error, advice::web::sign_in())
    }

    /// What is asked for does not fit how things stand.
    pub(super) fn conflict(error: impl Into<Cow<'static, str>>, advice: Advice) -> Self {
        Self::new(StatusCode::CONFLICT, Class::Schema, error, advice)
    }

    /// The state of a job does not allow what was asked for.
    pub(super) fn not_in(id: JobId, state: State, what: &str) -> Self {
        let refusal = Self::conflict(format!("job {id} is `{state}` and cannot be {what}"), advice::web::job_state());
        Self { id: Some(id), state: Some(state), ..refusal }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if self.status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(class = %self.class, "A request failed: {}", self.error);
        }
        let mut answer = (self.status, Json(&self)).into_response();
        let headers = answer.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE) {
            headers.insert(header::RETRY_AFTER, AGAIN);
        }
        answer.extensions_mut().insert(self);
        answer
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        let status = match error {
            store::Error::Full { .. } => StatusCode::INSUFFICIENT_STORAGE,
            store::Error::Busy { .. } | store::Error::Broken { .. } | store::Error::Closed { .. } => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            store::Error::Statement { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.class(), error.to_string(), error.advice())
    }
}

impl From<vault::Error> for Refusal {
    fn from(error: vault::Error) -> Self {
        match error {
            vault::Error::Store(error) => error.into(),
            error => Self::new(StatusCode::CONFLICT, error.class(), error.to_string(), error.advice()),
        }
    }
}

impl From<AskError> for Refusal {
    fn from(error: AskError) -> Self {
        let text = error.to_string();
        match error {
            AskError::Kind { .. } => Self::bad(text, advice::queue::kind()),
            AskError::Payload { .. } => Self::bad(text, advice::queue::payload()),
            AskError::Hopeless { hopeless, .. } => Self::bad(text, hopeless.advice),
            AskError::Key => Self::bad(text, advice::queue::key()),
            AskError::Priority(_) => Self::bad(text, advice::queue::priority()),
            AskError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, Class::Schema, text, advice::queue::too_large())
            }
            AskError::Clash { id, .. } => Self { id: Some(id), ..Self::conflict(text, advice::queue::another_key()) },
            AskError::Store(error) => error.into(),
        }
    }
}
