//! The step that lists everything of a creator while each page fails in every way, and counts what is missing.

use std::collections::BTreeSet;

use serde_json::json;

use super::douyin::{broken, chain, unwatched, way_out};
use crate::config::Signing;
use crate::demo::figure::Playing;
use crate::demo::stage::Stage;
use crate::demo::trouble::{Trouble, expected};
use crate::domain::identity::Told;
use crate::domain::{Class, Identity, Secret};
use crate::observe::Register;
use crate::platform::douyin::list::{Listing, Walk, Wants};
use crate::platform::douyin::token::{Owner, Tokens, draw_fingerprint};
use crate::platform::douyin::{Douyin, Endpoint, Visitor, post_comment, user_follower, user_mix, user_post};

/// The ways in which a page of the site fails; of a wrong signature it says nothing, which is `risk`.
const WAYS: [Class; 7] =
    [Class::Gone, Class::Private, Class::Auth, Class::Risk, Class::Rate, Class::Schema, Class::Network];

/// The site, and somebody who is logged in there.
pub(in crate::demo) fn at_the_site(stage: &Stage) -> Result<(Douyin, Visitor), Trouble> {
    let (client, settings) = way_out(stage)?;
    let tokens = Tokens::new(settings.clone(), || None, stage.ambient.clone(), Register::default());
    let site = Douyin::new(settings, chain(&stage.ambient, &[Signing::Abogus]), tokens, unwatched(stage));
    let identity = Identity::of(Told::default(), draw_fingerprint(&stage.ambient.entropy)).map_err(broken)?;
    let cookies = Some(Secret::new(stage.sim.login()));
    Ok((site, Visitor { owner: Owner::Profile("demo".to_owned()), cookies, identity, client }))
}

/// Posts, mix, followers and comments of creators of the simulated site.
pub(in crate::demo) fn lists(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let (site, visitor) = at_the_site(stage)?;
        let creators = stage.sim.creators();
        let creator = |at: usize| creators.get(at).cloned().unwrap_or_default();
        let (many, other) = (creator(6), creator(9));
        let asking = Asking { stage, site: &site, visitor: &visitor };
        let posts = asking.through(|| user_post::Request::first(&many)).await?;
        let mix = asking.through(|| user_mix::Request::first("7200000000000000006")).await?;
        let followers = asking.through(|| user_follower::Request::first("", &other)).await?;
        let talked = asking.most_talked(&other).await?;
        let comments = asking.through(|| post_comment::Request::first(&talked)).await?;
        let refused = [&posts, &mix, &followers, &comments].iter().map(|listed| listed.refused).sum::<usize>();
        Ok(json!({
            "posts": posts.ids.len(), "mix": mix.ids.len(), "followers": followers.ids.len(),
            "comments": comments.ids.len(), "refused_on_the_way": refused,
        }))
    })
}

struct Asking<'a> {
    stage: &'a Stage,
    site: &'a Douyin,
    visitor: &'a Visitor,
}

/// What came of a list.
struct Listed {
    ids: Vec<String>,
    refused: usize,
}

impl Asking<'_> {
    /// Goes through a list in peace, then with a failure of every sort on its way: both must bring the same.
    async fn through<L: Listing>(&self, first: impl Fn() -> L) -> Result<Listed, Trouble> {
        let name = <L as Endpoint>::PLACE.name;
        let peaceful = self.all(first()).await?;
        for (class, nth) in WAYS.iter().zip(1..) {
            self.stage.play(&format!("douyin.{name}.{class}@{nth}"))?;
        }
        let troubled = self.all(first()).await?;
        self.stage.sim.calm();
        if peaceful.refused != 0 || troubled.refused != WAYS.len() {
            let got = format!("{} and {}", peaceful.refused, troubled.refused);
            return Err(expected(format!("0 refusals of `{name}`, then {}", WAYS.len()), got));
        }
        if peaceful.ids.is_empty() || peaceful.ids != troubled.ids {
            let (in_peace, in_trouble) = (peaceful.ids.len(), troubled.ids.len());
            return Err(expected(format!("the same {in_peace} of `{name}` twice"), format!("{in_trouble}, or others")));
        }
        Ok(troubled)
    }

    async fn all<L: Listing>(&self, request: L) -> Result<Listed, Trouble> {
        let mut walk = Walk::new(request, Wants::default());
        let (mut ids, mut refused) = (Vec::new(), BTreeSet::new());
        loop {
            match walk.next(self.site, self.visitor).await {
                Ok(Some(leaf)) => ids.extend(leaf.keys()),
                Ok(None) => return Ok(Listed { ids, refused: refused.len() }),
                // Each way once; twice would be another failure.
                Err(refusal) if refused.insert(refusal.class.as_str()) => {}
                Err(refusal) => return Err(broken(refusal)),
            }
        }
    }

    /// The post of a creator below which most was said.
    async fn most_talked(&self, creator: &str) -> Result<String, Trouble> {
        let mut most = (0, String::new());
        for id in self.all(user_post::Request::first(creator)).await?.ids.into_iter().take(12) {
            let said = self.all(post_comment::Request::first(&id)).await?.ids.len();
            most = most.max((said, id));
        }
        Ok(most.1)
    }
}
