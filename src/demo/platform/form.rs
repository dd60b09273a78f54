//! A site that changes its answers without a word, and how soon it is noticed.

use serde_json::json;

use super::douyin::broken;
use super::lists::at_the_site;
use crate::demo::figure::Playing;
use crate::demo::stage::Stage;
use crate::demo::trouble::{Trouble, expected};
use crate::platform::douyin::list::{Walk, Wants};
use crate::platform::douyin::user_post;
use crate::platform::shape::Memory;
use crate::sim::Rename;

/// Pages that are read before the change.
const BEFORE: usize = 40;
/// Pages within which it has to be noticed.
const WITHIN: usize = 60;

/// Lists posts while the site renames a field; the demonstration goes on with the field as it was.
pub(in crate::demo) fn form(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let (site, visitor) = at_the_site(stage)?;
        let creator = stage.sim.creators().swap_remove(0);
        let mut walk = Walk::new(user_post::Request::first(&creator), Wants::default());
        let (mut memory, mut pages) = (Memory::default(), 0);
        let rename = |from: &str, to: &str| {
            stage.sim.rename(Rename { page: "user_post".to_owned(), from: from.to_owned(), to: to.to_owned() });
        };
        while memory.gone().is_empty() && pages < BEFORE + WITHIN {
            if pages == BEFORE {
                rename("aweme_type", "post_type");
            }
            walk.next(&site, &visitor).await.map_err(broken)?;
            memory = site.watch().take_changed().pop().map_or(memory, |kept| kept.memory);
            pages += 1;
        }
        rename("post_type", "aweme_type");
        let gone = memory.gone().pop().map(|gone| gone.place);
        let new = memory.fresh().last().map(|fresh| fresh.place.clone());
        let (Some(gone), Some(new)) = (gone, new) else { return Err(missed(pages)) };
        if pages <= BEFORE || !gone.ends_with("aweme_type") || !new.ends_with("post_type") {
            return Err(expected("aweme_type gone, post_type new".into(), format!("{gone} gone, {new} new")));
        }
        Ok(json!({"gone": gone, "new": new, "noticed_after_pages": pages - BEFORE}))
    })
}

fn missed(pages: usize) -> Trouble {
    expected(format!("a change noticed within {WITHIN} pages"), format!("nothing after {pages}"))
}
