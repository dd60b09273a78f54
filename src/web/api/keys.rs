//! Keys and one-time links over the API. What opens a door is shown once, in the answer that makes it, and never kept.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use uuid::Uuid;

use super::listing::{Listing, whole};
use crate::advice;
use crate::domain::words::repeatable;
use crate::store;
use crate::store::keys::{self, Pass};
use crate::web::app::App;
use crate::web::auth::{Caller, LINK, Scopes};
use crate::web::input::{Body, Named};
use crate::web::refusal::Refusal;
use crate::web::{paths, token};

/// The longest name of a key.
const NAME: usize = 64;

/// A key as a listing shows it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: Uuid,
    name: String,
    scopes: Scopes,
    created_at: i64,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl From<keys::Key> for Shown {
    fn from(key: keys::Key) -> Self {
        let keys::Key { id, name, scopes, created_at, used_at, revoked_at } = key;
        Self { id, name, scopes: Scopes::stored(&scopes), created_at, used_at, revoked_at }
    }
}

pub(super) async fn list(State(app): State<App>) -> Result<Json<Listing<Shown>>, Refusal> {
    let keys = app.store().read::<_, store::Error, _>(|tx| Box::pin(keys::list(tx))).await?;
    Ok(whole(keys.into_iter().map(Shown::from).collect()))
}

/// A key to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    name: String,
    scopes: Vec<String>,
}

pub(super) async fn add(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Body(Add { name, scopes }): Body<Add>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    check_name(&name)?;
    let scopes = Scopes::read(scopes.iter().map(String::as_str));
    let scopes = scopes.map_err(|error| Refusal::bad(error, advice::web::scopes()))?;
    if scopes.is_empty() {
        return Err(Refusal::bad("a key needs at least one scope", advice::web::one_scope()));
    }
    if let Some(scope) = caller.scopes.missing(&scopes) {
        let error = format!("this key cannot give `{}`, which it does not have", scope.as_str());
        return Err(Refusal::forbidden(error, advice::web::ask_the_owner_to_add()));
    }
    let key = format!("{}{}", token::KEY_PREFIX, token::fresh(&app.parts().ambient.entropy));
    let (row, hash, stored) = (name.clone(), token::digest(&key), scopes.to_store());
    let kept = app
        .store()
        .write::<_, store::Error, _>(move |tx| Box::pin(async move { keys::add(tx, &row, &hash, &stored).await }));
    let Some(id) = kept.await? else {
        let error = format!("a key named `{name}` is in use");
        return Err(Refusal::conflict(error, advice::web::another_name()));
    };
    Ok((StatusCode::CREATED, Json(json!({ "id": id, "name": name, "scopes": scopes, "key": key }))))
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !name.is_empty() && name.len() <= NAME && name.chars().all(fits) {
        return Ok(());
    }
    let error = format!("the name of a key has 1 to {NAME} letters, digits, dots, dashes and underscores");
    Err(Refusal::bad(error, advice::web::key_name()))
}

pub(super) async fn revoke(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Named(name): Named<String>,
) -> Result<Json<Value>, Refusal> {
    let all = app.store().read::<_, store::Error, _>(|tx| Box::pin(keys::list(tx))).await?;
    let key = all.into_iter().find(|key| key.name == name && key.revoked_at.is_none());
    let absent =
        || Refusal::absent(format!("there is no key named `{}` in use", repeatable(&name)), advice::web::keys());
    let key = key.ok_or_else(absent)?;
    if let Some(scope) = caller.scopes.missing(&Scopes::stored(&key.scopes)) {
        let error = format!("this key cannot revoke `{name}`, which has `{}`", scope.as_str());
        return Err(Refusal::forbidden(error, advice::web::ask_the_owner_to_revoke()));
    }
    let id = key.id;
    let gone = app.store().write::<_, store::Error, _>(move |tx| Box::pin(async move { keys::revoke(tx, id).await }));
    if gone.await? { Ok(Json(json!({ "name": name, "revoked": true }))) } else { Err(absent()) }
}

/// Makes a link that signs one browser in, once.
pub(super) async fn open(State(app): State<App>, Extension(caller): Extension<Caller>) -> Result<Json<Value>, Refusal> {
    let link = token::fresh(&app.parts().ambient.entropy);
    let hash = token::digest(&link);
    let made = app.store().write::<_, store::Error, _>(move |tx| {
        Box::pin(async move {
            keys::prune(tx).await?;
            let until = tx.now() + LINK;
            keys::begin(tx, keys::New { pass: Pass::Link, hash: &hash, until, opened_by: caller.key }).await?;
            Ok(until)
        })
    });
    let until = made.await?;
    let path = paths::enter(&link);
    let url = format!("http://{}{path}", reachable(app.parts().listen));
    Ok(Json(json!({ "path": path, "url": url, "until": until })))
}

/// Links that were not used, and browsers that are signed in.
pub(super) async fn opened(State(app): State<App>) -> Result<Json<Listing<keys::Opened>>, Refusal> {
    Ok(whole(app.store().read::<_, store::Error, _>(|tx| Box::pin(keys::opened(tx))).await?))
}

/// Ends all of them.
pub(super) async fn end_all(State(app): State<App>) -> Result<Json<Value>, Refusal> {
    let ended = app.store().write::<_, store::Error, _>(|tx| Box::pin(keys::end_all(tx))).await?;
    tracing::info!("Every sign-in was ended");
    Ok(Json(json!({ "ended": ended })))
}

/// The address to type: a listener on every address is reached by loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
