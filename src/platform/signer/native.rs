//! Signs here, with the recipes of this build.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::way::{Asked, Signer, Signing, Unsigned, Way, What};
use crate::ambient::Ambient;
use crate::config;
use crate::sign::{Abogus, AbogusAgent, AbogusInput, Scheme as _, Version, Xbogus, XbogusAgent, XbogusInput};

/// How many user agents are remembered; there are as many as profiles.
const MOST: usize = 256;

/// The recipes of this build.
pub struct Native {
    ambient: Ambient,
    choice: Box<dyn Fn() -> config::Signing + Send + Sync>,
    /// What each user agent lends to its signatures.
    agents: Mutex<HashMap<String, (AbogusAgent, XbogusAgent)>>,
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Native({})", self.recipe())
    }
}

impl Native {
    /// Signs as `choice` says at the time.
    pub fn new(ambient: Ambient, choice: impl Fn() -> config::Signing + Send + Sync + 'static) -> Self {
        Self { ambient, choice: Box::new(choice), agents: Mutex::default() }
    }

    fn recipe(&self) -> Version {
        match (self.choice)() {
            config::Signing::Xbogus => Xbogus::VERSION,
            config::Signing::Abogus | config::Signing::Page => Abogus::VERSION,
        }
    }

    fn agent(&self, user_agent: &str) -> (AbogusAgent, XbogusAgent) {
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = agents.get(user_agent) {
            return *known;
        }
        if agents.len() >= MOST {
            agents.clear();
        }
        let made = (AbogusAgent::of(user_agent), XbogusAgent::of(user_agent));
        agents.insert(user_agent.to_owned(), made);
        made
    }

    fn way(&self, asked: &Asked<'_>) -> Result<Way, Unsigned> {
        let What::Query(params, body) = asked.what else {
            return Err(Unsigned::NotHere(self.recipe().to_string()));
        };
        let (abogus, xbogus) = self.agent(&asked.identity.user_agent);
        let now = u64::try_from(self.ambient.clock.now().0).unwrap_or(0);
        match (self.choice)() {
            config::Signing::Page => Err(Unsigned::NotHere(self.recipe().to_string())),
            config::Signing::Xbogus => {
                let input = XbogusInput { params, agent: xbogus, unix_time_s: now / 1000 };
                Ok(Way::Parameter("X-Bogus", Xbogus::sign(&input)))
            }
            config::Signing::Abogus => {
                let chance = &self.ambient.entropy;
                let throw = || u32::try_from(chance.below(AbogusInput::THROWS)).unwrap_or(0);
                let input = AbogusInput {
                    params,
                    body,
                    agent: abogus,
                    fingerprint: &asked.identity.fingerprint,
                    start_ms: now,
                    // A page takes a moment to sign.
                    end_ms: now + chance.below(4),
                    rd: [throw(), throw(), throw()],
                    options: AbogusInput::OPTIONS,
                };
                Ok(Way::Parameter("a_bogus", Abogus::sign(&input)))
            }
        }
    }
}

impl Signer for Native {
    fn version(&self) -> String {
        self.recipe().to_string()
    }

    fn sign<'a>(&'a self, asked: &'a Asked<'a>) -> Signing<'a> {
        Box::pin(async { self.way(asked) })
    }
}
