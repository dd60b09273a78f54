//! What every request to a platform passes: the clock is held, the ledger written, the proxy and the switches asked.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::platform::Stand;
use super::reply::{Spoil, refusal, server_page};
use crate::domain::Class;

/// Lets a request through to its endpoint, or refuses it as a switch says.
pub(super) async fn pass(State(stand): State<Stand>, mut request: Request, next: Next) -> Response {
    let Stand { platform, world } = stand;
    let _hold = world.clock.hold();
    let now = world.clock.now();
    let seq = world.ledger.arrive(now, platform.name, request.method(), request.uri());
    if let Some(status) = world.proxy.status() {
        world.ledger.settle(seq, status, Some(Class::Network));
        return server_page(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY));
    }
    let path = request.uri().path();
    let first = path.split('/').nth(1).unwrap_or_default();
    let named = (platform.endpoint_at)(path).unwrap_or(first);
    let endpoint = platform.endpoints.iter().find(|endpoint| endpoint.name == named);
    let struck = endpoint.and_then(|endpoint| Some((endpoint, world.switches.strike(platform.name, endpoint.name)?)));
    let class = struck.map(|(_, strike)| strike.class);
    let refused = struck.filter(|(endpoint, strike)| !endpoint.shows.contains(&strike.class));
    let refused = refused.and_then(|(endpoint, strike)| {
        (platform.refuse)(endpoint.name, strike.class).or_else(|| refusal(strike, now, world.wait()))
    });
    let reply = if let Some(refused) = refused {
        refused
    } else {
        request.extensions_mut().insert(Spoil(class));
        next.run(request).await
    };
    world.ledger.settle(seq, reply.status().as_u16(), class);
    reply
}
