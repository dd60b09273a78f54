//! What the simulated Douyin knows and how it stands now.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::cast::Cast;
use super::change::{Lists, Renames};
use super::codes::Codes;
use super::life::Life;
use super::show::Written;
use crate::sim::world::World;

/// The simulated Douyin in its world.
#[derive(Debug)]
pub(super) struct Douyin {
    pub(super) world: Arc<World>,
    /// Who lives there.
    pub(super) cast: Arc<Cast>,
    /// What becomes of them.
    pub(super) life: Life,
    /// What of it has been written down.
    pub(super) written: Written,
    /// What of it has changed.
    pub(super) renames: Renames,
    /// Whether its lists lead nowhere.
    pub(super) lists: Lists,
    /// The codes that were shown to be scanned.
    pub(super) codes: Codes,
    /// The guests' marks that were handed out.
    marks: Mutex<HashSet<String>>,
}

/// What its endpoints are given.
pub(super) type Stand = Arc<Douyin>;

impl Douyin {
    pub(super) fn new(world: Arc<World>) -> Self {
        Self {
            cast: Arc::new(Cast::new(world.seed)),
            world,
            life: Life::default(),
            written: Written::default(),
            renames: Renames::default(),
            lists: Lists::default(),
            codes: Codes::default(),
            marks: Mutex::default(),
        }
    }

    /// Lets it live from now on.
    pub(super) fn live(&self) {
        self.life.begin(&self.cast, self.world.now());
    }

    /// Lets it stand still as it is now.
    pub(super) fn stand(&self) {
        self.life.stand(self.world.now());
    }

    /// Remembers the mark of a guest.
    pub(super) fn give_mark(&self, mark: String) {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).insert(mark);
    }

    /// Whether a guest has this mark.
    pub(super) fn knows_mark(&self, mark: &str) -> bool {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).contains(mark)
    }
}
