//! The map of what is answered: open paths, pages, the API, and which doors stand before them.
//!
//! The order of the layers is the order of the checks: headers for every answer, then the host, then who calls, then
//! what they may do. The local door has only the last, with a caller who may do everything.

use axum::Router;
use axum::extract::{Extension, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};

use tracing::Instrument as _;

use super::app::App;
use super::auth::{Caller, Scope};
use super::refusal::Refusal;
use super::{api, door, pages, paths};
use crate::advice;
use crate::domain::Class;
use crate::observe::metric;

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// By the listener for people: hosts are checked and a key or a sign-in is asked for.
    Public,
    /// By the socket in the data directory, or called in the process: the owner, who may do everything.
    Local,
}

impl App {
    /// Everything that is answered behind `door`.
    pub fn router(&self, door: Door) -> Router {
        let told =
            Router::new().route(paths::READY, get(pages::open::ready)).route(paths::METRICS, get(pages::open::metrics));
        let told = match door {
            Door::Public => told.layer(from_fn_with_state(self.clone(), door::greet)),
            Door::Local => told.layer(Extension(Caller::owner())),
        };
        let open = told
            .route(paths::HEALTH, get(pages::open::health))
            .route(paths::STYLE, get(pages::open::style))
            .route(paths::ICON, get(pages::open::icon))
            .route(paths::SCRIPT, get(pages::open::script))
            .route(paths::ENTER, get(pages::enter::show).post(pages::enter::enter).layer(from_fn(door::own_forms)));
        let of_the_api = match door {
            Door::Public => api::routes(),
            Door::Local => api::routes().merge(api::for_the_owner()),
        };
        let closed = Router::new()
            .nest(paths::API_V1, of_the_api)
            .merge(pages())
            .fallback(absent)
            .method_not_allowed_fallback(wrong_method);
        let house = match door {
            Door::Public => open
                .merge(closed.layer(from_fn_with_state(self.clone(), door::sign_in)))
                .layer(from_fn_with_state(self.clone(), pages::plain::dress))
                .layer(from_fn_with_state(self.clone(), door::known_host)),
            Door::Local => open.merge(closed.layer(Extension(Caller::owner()))),
        };
        house.layer(from_fn(door::harden)).layer(from_fn_with_state(self.clone(), count)).with_state(self.clone())
    }
}

fn pages() -> Router<App> {
    let all = pages::PAGES.iter().fold(Router::new(), |routes, page| routes.merge((page.routes)()));
    all.route(paths::LEAVE, post(pages::enter::leave))
        .layer(Extension(pages::PAGES))
        .route_layer(from_fn(|request: Request, next: Next| door::need(Scope::Admin, request, next)))
}

async fn absent(request: Request) -> Refusal {
    Refusal::absent(format!("there is nothing at `{}`", request.uri().path()), advice::web::look_again())
}

async fn wrong_method(request: Request) -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        Class::Schema,
        format!("`{}` does not answer to {}", request.uri().path(), request.method()),
        advice::web::method(),
    )
}

/// Counts answers by route, and keeps a simulated clock where it is while one is made.
async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let _hold = app.parts().ambient.clock.hold();
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("web.request", http.method = %request.method(), http.route = route);
    let answer = next.run(request).instrument(span).await;
    app.parts().metrics.add(metric::HTTP_REQUESTS, [&route, answer.status().as_str()], 1_u64);
    answer
}
