//! Profiles over the socket of the data directory: logins go in and out here, whole.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::advice;
use crate::domain::{Declined, Platform, Secret};
use crate::session::{Brought, Detail, GivenOut, Login, Overview, headers_of};
use crate::web::app::App;
use crate::web::input::Private;
use crate::web::refusal::Refusal;
use crate::wire::login::{Cookie, StorageState};

/// The body of a request.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Asked {
    List,
    Show {
        name: String,
    },
    Import {
        name: String,
        #[serde(default)]
        platform: Option<Platform>,
        source: String,
        state: Value,
        headers: BTreeMap<String, String>,
        /// How long whoever asks would wait for a free slot within the limits, in milliseconds.
        #[serde(default, deserialize_with = "millis")]
        patience_ms: Option<Duration>,
    },
    Capture {
        name: String,
        #[serde(default, deserialize_with = "millis")]
        patience_ms: Option<Duration>,
    },
    Probe {
        name: String,
        #[serde(default, deserialize_with = "millis")]
        patience_ms: Option<Duration>,
    },
    Rollback {
        name: String,
        to: Option<Uuid>,
        #[serde(default, deserialize_with = "millis")]
        patience_ms: Option<Duration>,
    },
    Export {
        name: String,
    },
    Forget {
        name: String,
    },
}

fn millis<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    Ok(Option::<u64>::deserialize(from)?.map(Duration::from_millis))
}

pub(super) async fn act(State(app): State<App>, Private(asked): Private<Asked>) -> Result<Json<Value>, Refusal> {
    let profiles = app.parts().profiles.by_hand();
    Ok(Json(match asked {
        Asked::List => {
            let items: Vec<_> = profiles.list().await?.iter().map(overview).collect();
            json!({"v": 1, "items": items, "next": null})
        }
        Asked::Show { name } => detail(&profiles.show(&name).await?),
        Asked::Import { name, platform, source, state, headers, patience_ms } => {
            let state = StorageState::of_value(state);
            let state =
                state.ok_or_else(|| Declined::by_us("the state is no object", advice::session::profile_help()))?;
            let login = Login { state, headers: headers_of(headers) };
            json!(profiles.import(Brought { name, platform, source, login }, patience_ms).await?)
        }
        Asked::Capture { name, patience_ms } => json!(profiles.capture(&name, patience_ms).await?),
        Asked::Probe { name, patience_ms } => json!(profiles.probe(&name, patience_ms).await?),
        Asked::Rollback { name, to, patience_ms } => json!(profiles.roll_back(&name, to, patience_ms).await?),
        Asked::Export { name } => given_out(&name, &profiles.export(&name).await?),
        Asked::Forget { name } => json!({"profile": name, "forgotten": profiles.forget(&name).await?}),
    }))
}

fn overview(of: &Overview) -> Value {
    let Overview { profile, versions, active, last, next_at } = of;
    let (active, last) = (active.as_ref(), last.as_ref());
    json!({
        "profile": profile.name, "platform": profile.platform.as_str(), "versions": versions,
        "standing": active.map_or("no login", |it| if it.is_stopped() { "stopped" } else { "active" }),
        "class": last.and_then(|it| it.class), "said": last.and_then(|it| it.said.clone()),
        "source": active.map(|it| it.source.clone()), "cookies": active.map(|it| it.cookies),
        "made_at": active.map(|it| it.made_at), "proved_at": active.and_then(|it| it.proved_at),
        "ends_at": active.and_then(|it| it.ends_at), "next_at": next_at.map(|at| at.0),
    })
}

/// Of values only their lengths are shown.
fn detail(of: &Detail) -> Value {
    let Detail { profile, rules, versions, login, file } = of;
    let cookie = |cookie: &Cookie| {
        json!({
            "name": cookie.name, "length": cookie.value.reveal().len(), "domain": cookie.domain,
            "path": cookie.path, "ends_at": cookie.expires_at().map(|at| at.0),
            "is_login": rules.marks.contains(&cookie.name.as_str()),
        })
    };
    let header = |(name, value): (&String, &Secret<String>)| json!({"name": name, "length": value.reveal().len()});
    let cookies: Vec<_> = login.iter().flat_map(|login| &login.state.cookies).map(cookie).collect();
    let headers: Vec<_> = login.iter().flat_map(|login| &login.headers).map(header).collect();
    json!({
        "v": 1, "profile": profile.name, "platform": profile.platform.as_str(), "file": file, "versions": versions,
        "cookies": cookies, "headers": headers,
    })
}

fn given_out(name: &str, login: &GivenOut) -> Value {
    let headers: BTreeMap<_, _> = login.headers.iter().map(|(name, value)| (name, value.reveal())).collect();
    let state: Value = serde_json::from_str(login.state.reveal()).unwrap_or_default();
    let cookie = login.cookie.as_ref().map(|it| it.reveal().clone());
    json!({"profile": name, "state": state, "cookie": cookie, "headers": headers})
}
