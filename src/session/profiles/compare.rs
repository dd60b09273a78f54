//! Lets a page of the Creative Center sign for a guest, and compares its headers with ours.

use super::capture::Visit;
use super::who::Profiles;
use crate::browser::{Captured, Page, Trouble, is_at_hand};
use crate::config::Profile;
use crate::domain::Miss;
use crate::platform::creative_radar::{ANY, PAGE, compare};
use crate::platform::signer::Compared;
use crate::session::source::guise_of;

impl Profiles {
    /// Compares our headers with those of a page, which is opened without a login and through the proxy of `profile`.
    pub async fn compare(&self, profile: &Profile) -> Result<Compared, Miss> {
        if !is_at_hand(&self.source()) {
            return Ok(Compared::no_browser());
        }
        if self.prover.ways.wants_login(profile) {
            let why = format!("the proxy of `{}` wants a login, which a browser cannot be given", profile.name);
            return Ok(Compared::Skipped(why));
        }
        let base = self.prover.base(profile.platform);
        let visit = Visit { sends: &ANY, ..Visit::of(&self.prover, &base) };
        let caught = Box::pin(async {
            let turn = self.pool.turn(&self.source()).await?;
            let page = Page::open(turn.browser(), guise_of(profile)).await?;
            let caught = visit.catch(&page).await;
            turn.end(page).await;
            caught
        });
        match self.prover.visiting(profile, &format!("{base}{PAGE}"), caught).await? {
            Ok(Captured { url, headers, .. }) => Ok(compare(&url, &headers)),
            Err(Trouble::LoginRequired(_)) => Ok(Compared::Skipped("its page asks guests to log in".to_owned())),
            Err(trouble) => Err(Miss::new(trouble.class(), format!("no page signed: {trouble}"))),
        }
    }
}
