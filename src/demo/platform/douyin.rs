//! The steps that speak Douyin's language: ids out of messages, and signatures before a judge that is not ours.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::ambient::Ambient;
use crate::base::Plan;
use crate::config::{self, Checked, Places, Signing, Sources, check};
use crate::demo::figure::Playing;
use crate::demo::stage::Stage;
use crate::demo::trouble::{Trouble, expected};
use crate::domain::amount::roughly_long;
use crate::domain::{Class, Secret};
use crate::net::{Answer, Ask, Client, client_of};
use crate::observe::{Metrics, Register};
use crate::platform::douyin::link::{BadLink, Resolver};
use crate::platform::douyin::token::{Guests, Holder, Tokens};
use crate::platform::douyin::{Caller, Douyin, Endpoint as _, Visitor, query_of, query_user};
use crate::platform::shape::Watch;
use crate::platform::signer::{Asked, Chain, Native, What};
use crate::sign::SCHEMES;
use crate::sim::short_links;

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over by those who have them")]
pub(in crate::demo) fn broken(what: impl ToString) -> Trouble {
    expected("a step that holds".into(), what.to_string())
}

/// The way out under the demonstration's own settings.
pub(in crate::demo) fn way_out(stage: &Stage) -> Result<(Client, config::Douyin), Trouble> {
    let sources = Sources::read(&stage.recipe.config, BTreeMap::new(), Vec::new());
    let checked: Checked = check(&sources).map_err(broken)?;
    let places = Places { config: stage.recipe.config.clone(), data: stage.recipe.data.clone() };
    let plan = Plan::new(&checked, places, stage.ambient.clone(), Register::default());
    Ok((client_of(&plan).map_err(broken)?, checked.config.douyin))
}

/// Every short link of the simulated site, pasted with the words that people paste around it.
pub(in crate::demo) fn ids(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let (client, douyin) = way_out(stage)?;
        let links = short_links(stage.sim.seed);
        let pasted = |code: &str| format!("0.53 复制打开抖音 https://v.douyin.com/{code}/ 看看");
        let texts: Vec<String> = links.iter().map(|link| pasted(&link.code)).collect();
        let resolver = Resolver::new(None).asking(client, &douyin.short, crate::domain::identity::GUEST_AGENT);
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
pub(in crate::demo) fn signatures(stage: &mut Stage) -> Playing<'_> {
    Box::pin(async {
        let held = SCHEMES.iter().filter(|(_, holds)| holds()).count();
        if held != SCHEMES.len() {
            return Err(expected(format!("{} recipes that hold", SCHEMES.len()), format!("{held} do")));
        }
        let (client, douyin) = way_out(stage)?;
        let guest = Guests::new(stage.ambient.entropy.clone()).take().map_err(broken)?;
        let tokens = Tokens::new(douyin.clone(), || None, stage.ambient.clone(), Register::default());
        let visitor =
            Visitor { owner: guest.owner(), cookies: None, identity: guest.identity.clone(), client: client.clone() };
        let (mut ids, mut refused) = (BTreeSet::new(), 0);
        for signing in [Signing::Abogus, Signing::Xbogus] {
            let chain = chain(&stage.ambient, &[signing]);
            let site = Douyin::new(douyin.clone(), chain.clone(), tokens.clone(), unwatched(stage));
            let told = site.ask(&visitor, &query_user::Request).await.map_err(broken)?;
            ids.extend(told.content.user_unique_id.as_str().map(std::borrow::Cow::into_owned));
            refused += tampered(&chain, &douyin, &tokens, &visitor).await?;
        }
        if ids.len() != 1 {
            return Err(expected("the same guest both times".into(), format!("{ids:?}")));
        }
        let chain = chain(&stage.ambient, &[Signing::Abogus, Signing::Xbogus]);
        let site = Douyin::new(douyin, chain.clone(), tokens, unwatched(stage));
        for nth in 1..=3 {
            stage.play(&format!("douyin.query_user.risk@{nth}"))?;
        }
        for _ in 0..3 {
            let class =
                site.ask(&visitor, &query_user::Request).await.map_or_else(|refusal| refusal.class, |_| Class::Ok);
            if class != Class::Risk {
                return Err(expected("an empty answer, which is a refusal".into(), class.to_string()));
            }
        }
        site.ask(&visitor, &query_user::Request).await.map_err(broken)?;
        let moved = chain.refused().iter().filter(|refused| refused.passed_over).count();
        Ok(json!({"recipes": held, "taken": 2, "tampered_refused": refused, "endpoints_moved": moved}))
    })
}

/// A watch that nobody reads.
pub(in crate::demo) fn unwatched(stage: &Stage) -> Watch {
    Watch::new("douyin", stage.ambient.clock.clone(), Metrics::new())
}

pub(in crate::demo) fn chain(ambient: &Ambient, recipes: &[Signing]) -> Chain {
    let begin = Chain::new(ambient.clock.clone(), Metrics::new());
    recipes.iter().fold(begin, |chain, recipe| {
        let recipe = *recipe;
        chain.then(Native::new(ambient.clone(), move || recipe))
    })
}

/// Sends what was signed with something changed behind the signature; counts what the site refused, which must be all.
async fn tampered(
    chain: &Chain,
    douyin: &config::Douyin,
    tokens: &Tokens,
    visitor: &Visitor,
) -> Result<usize, Trouble> {
    let Visitor { owner, identity, client, .. } = visitor;
    let holder = Holder { owner, cookies: None, identity, client };
    let mark = tokens.ttwid(&holder).await.map_err(broken)?;
    let (ms_token, verify_fp) = (tokens.ms_token(&holder).await, tokens.verify_fp(&holder).await);
    let caller = Caller { identity, ms_token: ms_token.value.reveal(), verify_fp: &verify_fp };
    let query = query_of(&query_user::Request, &caller).map_err(broken)?;
    let endpoint = query_user::Request::PLACE.name;
    let signed = chain.sign(&Asked { endpoint, identity, what: What::Query(&query, "") }).await.map_err(broken)?;
    let signed = signed.query(&query).ok_or_else(|| broken("the signature is no parameter"))?;
    let changed = signed.replacen("browser_language=zh-CN", "browser_language=zh-TW", 1);
    let url = |query: &str| format!("{}?{query}", query_user::Request::PLACE.url(douyin));
    let sent = [(url(&changed), identity.user_agent.as_str()), (url(&signed), "Mozilla/5.0 (another browser)")];
    for (url, user_agent) in &sent {
        let answer = asked(client, url, user_agent, &mark).await?;
        if !answer.body.is_empty() {
            return Err(expected(format!("an empty answer to {user_agent}"), roughly_long(answer.body.len())));
        }
    }
    Ok(sent.len())
}

async fn asked(client: &Client, url: &str, user_agent: &str, mark: &Secret<String>) -> Result<Answer, Trouble> {
    let cookie = Secret::new(format!("ttwid={}", mark.reveal()));
    client.fetch(Ask::get(url).header("user-agent", user_agent).secret("cookie", &cookie)).await.map_err(broken)
}
