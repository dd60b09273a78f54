//! What is asked for over the API.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::capture::headers_of;
use super::who::{Profiles, broken, no_login};
use crate::config::Profile;
use crate::domain::{Class, Declined, Held, Miss, Platform};
use crate::session::book::{Error, is_no};
use crate::session::file::Folder;
use crate::session::login::Login;
use crate::session::plan::next_at;
use crate::store::captures::Capture;
use crate::wire::login::StorageState;

/// What is asked for.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
enum Asked {
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
        #[serde(default)]
        patience_ms: Option<u64>,
    },
    Capture {
        name: String,
        #[serde(default)]
        patience_ms: Option<u64>,
    },
    Probe {
        name: String,
        #[serde(default)]
        patience_ms: Option<u64>,
    },
    Rollback {
        name: String,
        to: Option<Uuid>,
        #[serde(default)]
        patience_ms: Option<u64>,
    },
    Export {
        name: String,
    },
    Forget {
        name: String,
    },
}

impl Asked {
    /// Of which profile.
    fn name(&self) -> Option<&str> {
        match self {
            Self::List => None,
            Self::Show { name }
            | Self::Import { name, .. }
            | Self::Capture { name, .. }
            | Self::Probe { name, .. }
            | Self::Rollback { name, .. }
            | Self::Export { name }
            | Self::Forget { name } => Some(name),
        }
    }
}

impl Profiles {
    /// Does what a person asks.
    pub async fn act(&self, asked: Value) -> Result<Value, Declined> {
        self.of_a_person().do_it(asked).await
    }

    async fn do_it(&self, asked: Value) -> Result<Value, Declined> {
        // What is wrong is not repeated: it may be a login.
        let asked: Asked = serde_json::from_value(asked).map_err(|_| {
            Declined::by_us("this is nothing that is done with a profile", "see `radard profile --help`")
        })?;
        let name = asked.name();
        if name.is_some_and(|name| !Folder::may_hold(name)) {
            return Err(Declined::by_us("this is no name of a profile", "write it as in the settings"));
        }
        match asked {
            Asked::List => self.list().await,
            Asked::Show { name } => self.show(&name).await,
            Asked::Import { name, platform, source, state, headers, patience_ms } => {
                let is_new = self.known(&name).is_err();
                self.make(&name, platform)?;
                // A login for which nobody waits any longer is kept, and proved later.
                match self.await_slot(&name, patience_ms).await {
                    Err(declined) if declined.slot_in.is_some() => {
                        if is_new {
                            self.prover.current.unmake(&name);
                        }
                        return Err(declined);
                    }
                    Ok(()) | Err(_) => {}
                }
                let state = StorageState::of_value(state);
                let state =
                    state.ok_or_else(|| Declined::by_us("the state is no object", "see `radard profile --help`"))?;
                let turn = self.turn(&name);
                let _turn = turn.lock().await;
                self.counted(&name, self.take_in(&name, &source, Login { state, headers: headers_of(headers) }).await)
            }
            Asked::Capture { name, patience_ms } => {
                self.await_slot(&name, patience_ms).await?;
                self.counted(&name, self.capture(&name).await)
            }
            Asked::Probe { name, patience_ms } => {
                self.await_slot(&name, patience_ms).await?;
                self.counted(&name, self.probe(&name).await)
            }
            Asked::Rollback { name, to, patience_ms } => {
                self.await_slot(&name, patience_ms).await?;
                self.roll_back(&name, to).await
            }
            Asked::Export { name } => self.export(&name).await,
            Asked::Forget { name } => self.forget(&name).await,
        }
    }

    /// Refuses whoever has to wait for a free slot within the limits, before anything is done: so nothing is half done if
    /// they leave while they wait. Within their patience the slot is kept for them.
    async fn await_slot(&self, name: &str, patience_ms: Option<u64>) -> Result<(), Declined> {
        let (Ok((profile, _)), Some(patience_ms)) = (self.known(name), patience_ms) else { return Ok(()) };
        let Err(Miss { error, after: Some(wait), held: held @ Some(Held::Limit(_) | Held::Gap), .. }) =
            self.prover.look(&profile).await
        else {
            // What else stands in the way is found out when the platform is asked.
            return Ok(());
        };
        let slot_in = Some(wait).filter(|wait| *wait <= Duration::from_millis(patience_ms));
        let advice = "try again after this wait; nothing was done yet";
        let declined = Declined::by_us(format!("`{name}` has to wait for a free slot: {error}"), advice);
        Err(Declined { class: Class::Rate, wait: Some(wait), held, slot_in, ..declined })
    }

    async fn list(&self) -> Result<Value, Declined> {
        let all = self.book.all().await.map_err(|error| broken(&error))?;
        let settings = self.prover.current.now();
        let row = |profile: &Profile| {
            let of: Vec<_> = all.iter().filter(|capture| capture.profile == profile.name).collect();
            let active = of.iter().find(|capture| capture.standing == "active");
            let last = active.or_else(|| of.first());
            json!({
                "profile": profile.name, "platform": profile.platform.as_str(), "versions": of.len(),
                "standing": active.map_or("no login", |it| if it.is_stopped() { "stopped" } else { "active" }), "class": last.and_then(|it| it.class.clone()),
                "said": last.and_then(|it| it.said.clone()), "source": active.map(|it| it.source.clone()),
                "cookies": active.map(|it| it.cookies), "made_at": active.map(|it| it.made_at),
                "proved_at": active.and_then(|it| it.proved_at), "ends_at": active.and_then(|it| it.ends_at),
                "next_at": active.filter(|it| !it.is_stopped()).and_then(|it| next_at(it)).map(|at| at.0),
            })
        };
        let items: Vec<_> = settings.profiles.iter().map(row).collect();
        Ok(json!({"v": 1, "items": items, "next": null}))
    }

    async fn show(&self, name: &str) -> Result<Value, Declined> {
        let (profile, rules) = self.known(name)?;
        let versions = self.book.of(name).await.map_err(|error| broken(&error))?;
        let active = self.book.active(name).await.map_err(|error| broken(&error))?;
        let mut cookies = Vec::new();
        let mut headers = Vec::new();
        if let Some((_, login)) = &active {
            let row = |cookie: &crate::wire::login::Cookie| {
                json!({
                    "name": cookie.name, "length": cookie.value.reveal().len(), "domain": cookie.domain, "path": cookie.path,
                    "ends_at": cookie.expires_at().map(|at| at.0), "is_login": rules.marks.contains(&cookie.name.as_str()),
                })
            };
            cookies = login.state.cookies.iter().map(row).collect();
            let header = |(name, value): (&String, &crate::domain::Secret<String>)| json!({"name": name, "length": value.reveal().len()});
            headers = login.headers.iter().map(header).collect();
        }
        let file = self.folder.state_of(name);
        let file = file.exists().then(|| file.display().to_string());
        Ok(json!({
            "v": 1, "profile": name, "platform": profile.platform.as_str(), "file": file, "versions": versions,
            "cookies": cookies, "headers": headers,
        }))
    }

    /// Goes back to a login from before, if it still is one; where nobody can be asked, only if nothing speaks against it.
    async fn roll_back(&self, name: &str, to: Option<Uuid>) -> Result<Value, Declined> {
        let (profile, _) = self.known(name)?;
        let turn = self.turn(name);
        let _turn = turn.lock().await;
        let all = self.book.of(name).await.map_err(|error| broken(&error))?;
        let active = all.iter().position(|capture| capture.standing == "active");
        // The youngest first: further back is behind the one in use.
        let older = all.iter().skip(active.map_or(0, |at| at + 1)).find(|capture| capture.standing == "kept");
        let target = match to {
            Some(id) => all.iter().find(|capture| capture.id == id && capture.standing == "kept"),
            None => older,
        };
        let Some(target) = target else {
            return Err(Declined::by_us(
                format!("`{name}` has no such capture to go back to"),
                format!("look at `radard profile show {name}`"),
            ));
        };
        let login = self.book.open(target.id).await.map_err(|error| broken(&error))?;
        let is_stopped = |capture: Option<&Capture>| capture.is_some_and(Capture::is_stopped);
        match self.prover.prove(&profile, &login).await {
            Ok(()) => return self.use_proved(name, (target.id, &login)).await,
            Err(miss) if is_no(miss.class) || is_stopped(Some(target)) || is_stopped(all.get(active.unwrap_or(0))) => {
                return Err(self.refuse(target, miss).await);
            }
            Err(miss) => tracing::warn!(session.profile = name, "Nobody could be asked for it: {}", miss.error),
        }
        if !self.book.use_again(name, target.id).await.map_err(|error| broken(&error))? {
            return Err(broken(&Error::Gone(target.id)));
        }
        Ok(json!({"profile": name, "id": target.id, "standing": "active", "file": self.write(name, &login).await}))
    }

    async fn export(&self, name: &str) -> Result<Value, Declined> {
        let (profile, _) = self.known(name)?;
        let Some((_, login)) = self.book.active(name).await.map_err(|error| broken(&error))? else {
            return Err(no_login(name));
        };
        let state = login.state.write(self.prover.ambient.clock.now());
        let header = self.prover.cookies(&profile, &login);
        let headers: BTreeMap<_, _> = login.headers.iter().map(|(name, value)| (name, value.reveal())).collect();
        let state: Value = serde_json::from_str(state.reveal()).unwrap_or_default();
        Ok(json!({"profile": name, "state": state, "cookie": header.map(|it| it.reveal().clone()), "headers": headers}))
    }

    async fn forget(&self, name: &str) -> Result<Value, Declined> {
        let turn = self.turn(name);
        let _turn = turn.lock().await;
        let forgotten = self.book.forget(name).await.map_err(|error| broken(&error))?;
        if forgotten == 0 {
            // One that stands in no settings is known by its captures.
            self.known(name)?;
        }
        let file = self.folder.state_of(name);
        self.folder.forget(name).map_err(|error| {
            let what = format!(
                "the captures of `{name}` are forgotten, and its file `{}` is still there: {error}",
                file.display()
            );
            Declined::by_us(what, "remove it by hand")
        })?;
        self.prover.current.unmake(name);
        Ok(json!({"profile": name, "forgotten": forgotten}))
    }
}
