//! What every request to a platform passes: the clock is held, the ledger written, the proxy and the switches asked.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::douyin;
use super::fault::endpoints;
use super::reply::{Spoil, refusal, server_page};
use super::world::Stand;
use crate::domain::Class;

/// Lets a request through to its endpoint, or refuses it as a switch says.
pub(super) async fn pass(State(stand): State<Stand>, mut request: Request, next: Next) -> Response {
    let Stand { platform, world } = stand;
    let _hold = world.clock.hold();
    let now = world.clock.now();
    let seq = world.ledger.arrive(now, platform, request.method(), request.uri());
    if let Some(status) = world.proxy.status() {
        world.ledger.settle(seq, status, Some(Class::Network));
        return server_page(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY));
    }
    let path = request.uri().path();
    let first = path.split('/').nth(1).unwrap_or_default();
    let named = douyin::name_of(path).filter(|_| platform == "douyin").unwrap_or(first);
    let endpoint = endpoints(platform).iter().find(|(name, _)| *name == named);
    let strike = endpoint.and_then(|(name, _)| world.switches.strike(platform, name));
    let class = strike.map(|strike| strike.class);
    // A page for a person shows what is wrong itself, and who judges signatures says nothing of them.
    let is_list = named == "creative_radar_api" && class == Some(Class::Gone);
    let is_own = ["business", "creative"].contains(&named)
        || is_list
        || (class == Some(Class::Signature) && douyin::name_of(path).is_some());
    let refused = strike.filter(|_| !is_own).and_then(|strike| refusal(platform, named, strike, now, world.wait()));
    let reply = if let Some(refused) = refused {
        refused
    } else {
        request.extensions_mut().insert(Spoil(class));
        next.run(request).await
    };
    world.ledger.settle(seq, reply.status().as_u16(), class);
    reply
}
