//! The steps that speak Douyin's language: ids out of messages, and signatures before a judge that is not ours.

use std::collections::BTreeMap;
use std::pin::Pin;

use serde_json::json;

use super::stage::Stage;
use super::trouble::{Outcome, Trouble, expected};
use crate::ambient::Ambient;
use crate::config::{self, Checked, Signing, Sources, check};
use crate::daemon::house::Plan;
use crate::daemon::places::Places;
use crate::domain::{Class, Identity, Secret};
use crate::net::{Answer, Ask, Client};
use crate::observe::{Metrics, Register};
use crate::platform::douyin::link::{BadLink, Resolver};
use crate::platform::douyin::token::{Guests, Holder, Tokens};
use crate::platform::douyin::{Caller, Endpoint as _, Reading, query_of, query_user};
use crate::platform::signer::{Asked, Chain, Native, What};
use crate::sign::SCHEMES;
use crate::sim::short_links;

type Playing<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over by those who have them")]
fn broken(what: impl ToString) -> Trouble {
    expected("a step that holds".into(), what.to_string())
}

/// The way out under the demonstration's own settings.
fn way_out(stage: &Stage) -> Result<(Client, config::Douyin), Trouble> {
    let sources = Sources::read(&stage.recipe.config, BTreeMap::new(), Vec::new());
    let checked: Checked = check(&sources).map_err(broken)?;
    let places = Places { config: stage.recipe.config.clone(), data: stage.recipe.data.clone() };
    let plan = Plan::new(&checked, places, stage.ambient.clone(), Register::default());
    Ok((plan.client().map_err(broken)?, checked.config.douyin))
}

/// Every short link of the simulated site, pasted with the words that people paste around it.
pub(super) fn ids(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let (client, douyin) = way_out(stage)?;
        let links = short_links(stage.sim.seed);
        let pasted = |code: &str| format!("0.53 复制打开抖音 https://v.douyin.com/{code}/ 看看");
        let texts: Vec<String> = links.iter().map(|link| pasted(&link.code)).collect();
        let resolver = Resolver::new(None).asking(client, (&douyin.short, crate::domain::identity::GUEST_AGENT));
        let before = stage.sim.requests();
        let rows = resolver.all(&texts).await;
        let (mut found, mut refused) = (0, Vec::new());
        for (link, row) in links.iter().zip(&rows) {
            match (&row.found, link.kind) {
                (Ok(id), Some(kind)) if id.kind.as_str() == kind && id.id == link.id => found += 1,
                (Err(bad), None) => refused.push(BadLink::code(bad)),
                _ => return Err(expected(format!("{link:?}"), format!("{:?}", row.found))),
            }
        }
        refused.sort_unstable();
        refused.dedup();
        let asked = stage.sim.requests().saturating_sub(before);
        Ok(json!({"found": found, "refused_by_name": refused.join(" "), "requests": asked}))
    })
}

/// Asks the simulated site who we are, signed in both ways; then with something changed behind the signature.
pub(super) fn signatures(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let held = SCHEMES.iter().filter(|(_, holds)| holds()).count();
        if held != SCHEMES.len() {
            return Err(expected(format!("{} recipes that hold", SCHEMES.len()), format!("{held} do")));
        }
        let (client, douyin) = way_out(stage)?;
        let guest = Guests::new(stage.ambient.entropy.clone()).take().map_err(broken)?;
        let tokens = Tokens::new(douyin.clone(), || None, (stage.ambient.clone(), Register::default()));
        let owner = guest.owner();
        let holder = Holder { owner: &owner, cookies: None, identity: &guest.identity, client: &client };
        let mark = tokens.ttwid(&holder).await.map_err(broken)?;
        let ms_token = tokens.ms_token(&holder).await;
        let caller = Caller {
            identity: &guest.identity,
            ms_token: ms_token.value.reveal(),
            verify_fp: &tokens.verify_fp(&holder).await,
        };
        let query = query_of(&query_user::Request, &caller).map_err(broken)?;
        let mut taken = Vec::new();
        for signing in [Signing::Abogus, Signing::Xbogus] {
            let signed = signed(&stage.ambient, signing, (&query, &guest.identity)).await?;
            let url = |query: &str| format!("{}?{query}", query_user::Request::PLACE.url(&douyin));
            let answer = asked(&client, &url(&signed), (&guest.identity.user_agent, &mark)).await?;
            let told = Reading::<query_user::Answer>::of(&answer.body).map_err(broken)?;
            let id = told.content.user_unique_id.as_str().map(std::borrow::Cow::into_owned);
            taken.push(id.ok_or_else(|| expected("an id for the guest".into(), told.raw().to_owned()))?);
            let changed = signed.replacen("browser_language=zh-CN", "browser_language=zh-TW", 1);
            let tampered = asked(&client, &url(&changed), (&guest.identity.user_agent, &mark)).await?;
            let other = asked(&client, &url(&signed), ("Mozilla/5.0 (another browser)", &mark)).await?;
            for (what, refused) in [("a changed query", tampered), ("another browser", other)] {
                if !refused.body.is_empty() {
                    return Err(expected(
                        format!("an empty answer to {what}"),
                        format!("{} bytes", refused.body.len()),
                    ));
                }
            }
        }
        let ids: std::collections::BTreeSet<&String> = taken.iter().collect();
        if ids.len() != 1 {
            return Err(expected("the same guest both times".into(), format!("{ids:?}")));
        }
        let moved = moved(&stage.ambient);
        Ok(json!({"recipes": SCHEMES.len(), "taken": taken.len(), "tampered_refused": 4, "endpoints_moved": moved}))
    })
}

async fn signed(ambient: &Ambient, signing: Signing, (query, identity): (&str, &Identity)) -> Result<String, Trouble> {
    let chain = Chain::new(ambient.clock.clone(), Metrics::new()).then(Native::new(ambient.clone(), move || signing));
    let endpoint = query_user::Request::PLACE.name;
    let signed = chain.sign(&Asked { endpoint, identity, what: What::Query(query, "") }).await.map_err(broken)?;
    signed.query(query).ok_or_else(|| broken("the signature is no parameter"))
}

async fn asked(client: &Client, url: &str, (user_agent, mark): (&str, &Secret<String>)) -> Result<Answer, Trouble> {
    let cookie = Secret::new(format!("ttwid={}", mark.reveal()));
    client.get(Ask::get(url).header("user-agent", user_agent).secret("cookie", &cookie)).await.map_err(broken)
}

/// How many of two endpoints go by another way after one has refused three times in a row.
fn moved(ambient: &Ambient) -> usize {
    let native = |signing| Native::new(ambient.clone(), move || signing);
    let chain = Chain::new(ambient.clock.clone(), Metrics::new());
    let chain = chain.then(native(Signing::Abogus)).then(native(Signing::Xbogus));
    for _ in 0..3 {
        chain.tell("user_post", "abogus/1", Class::Signature);
    }
    chain.tell("user_like", "abogus/1", Class::Signature);
    chain.refused().iter().filter(|refused| refused.passed_over).count()
}
