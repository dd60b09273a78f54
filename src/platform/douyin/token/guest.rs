//! Guests: browsers that nobody logged in with.
//!
//! The site lets one mark into one live room at a time. So a room takes a guest and gives it back when it is left; who
//! comes next gets one that is free, or a new one.

use std::sync::{Arc, Mutex, PoisonError};

use super::tokens::Owner;
use crate::ambient::Entropy;
use crate::config::Profile;
use crate::domain::Identity;
use crate::domain::identity::{NotAnAgent, Told};
use crate::sign::{Fingerprint, FingerprintInput, Scheme as _};

/// The fingerprint of a browser on a system, by the browser's name for it, and on a screen of this size.
pub fn draw_fingerprint(chance: &Entropy) -> impl FnOnce(&str, (u32, u32)) -> String {
    |system, (width, height)| Fingerprint::sign(&FingerprintInput::drawn(system, width, height, chance))
}

/// What the browser of a profile looks like.
pub fn identity_of(profile: &Profile, chance: &Entropy) -> Result<Identity, NotAnAgent> {
    let told = Told {
        user_agent: profile.user_agent.as_deref(),
        language: profile.locale.as_deref(),
        timezone: profile.timezone.as_deref(),
    };
    Identity::of(told, draw_fingerprint(chance))
}

/// All guests of this process; clones share them.
#[derive(Debug, Clone)]
pub struct Guests(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    chance: Entropy,
    yard: Mutex<Yard>,
}

#[derive(Debug, Default)]
struct Yard {
    idle: Vec<(u32, Identity)>,
    made: u32,
}

/// A guest that is in use; given back when it is dropped.
#[derive(Debug)]
pub struct Guest {
    /// What its browser looks like.
    pub identity: Identity,
    number: u32,
    home: Arc<Inner>,
}

impl Guests {
    /// Nobody yet.
    pub fn new(chance: Entropy) -> Self {
        Self(Arc::new(Inner { chance, yard: Mutex::default() }))
    }

    /// A guest that nobody else has.
    pub fn take(&self) -> Result<Guest, NotAnAgent> {
        let mut yard = self.0.yard.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, identity) = if let Some(idle) = yard.idle.pop() {
            idle
        } else {
            let identity = Identity::of(Told::default(), draw_fingerprint(&self.0.chance))?;
            yard.made += 1;
            (yard.made, identity)
        };
        Ok(Guest { identity, number, home: self.0.clone() })
    }
}

impl Guest {
    /// Whose tokens it uses.
    pub const fn owner(&self) -> Owner {
        Owner::Guest(self.number)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut yard = self.home.yard.lock().unwrap_or_else(PoisonError::into_inner);
        yard.idle.push((self.number, self.identity.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_is_in_one_room_at_a_time_and_comes_back_as_it_was() {
        let guests = Guests::new(Entropy::pinned(1));
        let (one, two) = (guests.take().unwrap(), guests.take().unwrap());
        assert_ne!(one.owner(), two.owner());
        assert_ne!(one.identity.fingerprint, two.identity.fingerprint);
        let (owner, identity) = (one.owner(), one.identity.clone());
        drop(one);
        let again = guests.take().unwrap();
        assert_eq!((again.owner(), &again.identity), (owner, &identity));
        assert_ne!(guests.take().unwrap().owner(), two.owner());
    }
}
