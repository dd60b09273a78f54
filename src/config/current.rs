//! The settings as they are now, for everyone who must follow a change; and the profiles that people made without them.

use std::sync::{Arc, PoisonError, RwLock};

use super::sections::{Config, Profile};

/// A cheap handle on the current settings; clones share them.
#[derive(Debug, Clone)]
pub struct Current(Arc<RwLock<Now>>);

#[derive(Debug)]
struct Now {
    /// As the file has them.
    written: Config,
    /// Made by hand; one of the same name in the file goes before it.
    made: Vec<Profile>,
    both: Arc<Config>,
}

impl Now {
    fn new(written: Config, made: Vec<Profile>) -> Self {
        let mut both = written.clone();
        let is_new = |made: &&Profile| !written.profiles.iter().any(|known| known.name == made.name);
        both.profiles.extend(made.iter().filter(is_new).cloned());
        Self { both: Arc::new(both), written, made }
    }
}

impl Current {
    /// Begins with `config`.
    pub fn new(config: Config) -> Self {
        Self(Arc::new(RwLock::new(Now::new(config, Vec::new()))))
    }

    /// The settings now.
    pub fn now(&self) -> Arc<Config> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).both.clone()
    }

    /// Puts `config` in their place.
    pub fn replace(&self, config: Config) {
        self.change(|now| Now::new(config, now.made.clone()));
    }

    /// Adds a profile that stands in no file.
    pub fn make(&self, profile: &Profile) {
        self.change(|now| {
            let others = now.made.iter().filter(|made| made.name != profile.name).cloned();
            Now::new(now.written.clone(), others.chain([profile.clone()]).collect())
        });
    }

    /// Whether the profile `name` was made by hand and stands in no file.
    pub fn is_made(&self, name: &str) -> bool {
        let now = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is = |profiles: &[Profile]| profiles.iter().any(|known| known.name == name);
        is(&now.made) && !is(&now.written.profiles)
    }

    /// Takes one of those away.
    pub fn unmake(&self, name: &str) {
        self.change(|now| {
            let others = now.made.iter().filter(|made| made.name != name).cloned();
            Now::new(now.written.clone(), others.collect())
        });
    }

    fn change(&self, change: impl FnOnce(&Now) -> Now) {
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *now = change(&now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Platform;

    #[test]
    fn a_profile_that_was_made_outlives_a_change_of_the_file_and_gives_way_to_one_in_it() {
        let current = Current::new(Config::default());
        let made = Profile::new("main", Platform::Douyin);
        current.make(&made);
        current.make(&made);
        current.replace(Config::default());
        assert_eq!(current.now().profiles, [made]);
        let written = Profile { proxy: Some("http://proxy:1".to_owned()), ..Profile::new("main", Platform::Douyin) };
        current.replace(Config { profiles: vec![written.clone()], ..Config::default() });
        assert_eq!(current.now().profiles, [written]);
        current.unmake("main");
        current.replace(Config::default());
        assert_eq!(current.now().profiles, []);
    }
}
