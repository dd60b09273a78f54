//! What whoever runs the simulated platforms can do to Douyin without control.

use super::change::{Lost, Rename};
use super::state::Douyin;
use crate::sim::running::Running;

impl Running {
    /// Scans the code that a login page shows, as somebody with the app would; false when none is shown.
    pub fn scan(&self) -> bool {
        self.site::<Douyin>().is_some_and(|site| site.codes.shown().last().is_some_and(|says| site.codes.scan(says)))
    }

    /// Changes the site, as `POST /rename` does.
    pub fn rename(&self, rename: Rename) {
        if let Some(site) = self.site::<Douyin>() {
            site.renames.add(rename);
        }
    }

    /// Lets lists lie, or tell the truth again, as `POST /lists` does.
    pub fn lose(&self, lists: Option<Lost>) {
        if let Some(site) = self.site::<Douyin>() {
            site.lists.lead(lists);
        }
    }

    /// Lets the simulated Douyin live from now on: works are made and deleted, people come and go.
    pub fn live(&self) {
        if let Some(site) = self.site::<Douyin>() {
            site.live();
        }
    }

    /// Lets it stand still as it is now.
    pub fn stand(&self) {
        if let Some(site) = self.site::<Douyin>() {
            site.stand();
        }
    }

    /// The cookies of the one login that the simulated Douyin knows.
    pub fn login(&self) -> String {
        self.site::<Douyin>().map(|site| site.cast.login()).unwrap_or_default()
    }

    /// The creators of the simulated Douyin, by the id in the address of their page.
    pub fn creators(&self) -> Vec<String> {
        self.site::<Douyin>().map(|site| site.cast.names().collect()).unwrap_or_default()
    }
}
