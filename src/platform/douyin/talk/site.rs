//! The site as it is asked: builds, signs, sends, judges.

use std::sync::Arc;

use super::judge::{Judged, judge};
use super::visitor::Visitor;
use crate::config;
use crate::domain::{Class, Secret};
use crate::net::{Answer, Ask, CONTENT_TYPE, HeaderMap, HeaderValue, Refusal, StatusCode};
use crate::platform::douyin::ask::{Body, Caller, Endpoint, Method, Site, query_of};
use crate::platform::douyin::read::{Model as _, Reading};
use crate::platform::douyin::token::Tokens;
use crate::platform::shape::Watch;
use crate::platform::signer::{Asked, Chain, InPage, Page, PageAsk, PageReply, Way, What};

/// Where answers may come from: what redirects elsewhere is answered by somebody else.
const DOMAINS: &[&str] = &["douyin.com", "iesdouyin.com", "amemv.com"];
/// Where every request seems to come from.
const PAGE: &str = "https://www.douyin.com/";

/// A cheap handle on the site; clones share it.
#[derive(Debug, Clone)]
pub struct Douyin(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) settings: config::Douyin,
    chain: Chain,
    pub(super) tokens: Tokens,
    watch: Watch,
    pub(super) page: Option<Arc<dyn Page>>,
}

impl Douyin {
    /// The site of `settings`, for which `chain` signs and `tokens` are asked; `watch` looks at its answers.
    pub fn new(settings: config::Douyin, chain: Chain, tokens: Tokens, watch: Watch) -> Self {
        Self(Arc::new(Inner { settings, chain, tokens, watch, page: None }))
    }

    /// The same site, where a page of a browser signs and sends what nobody else can sign.
    #[must_use]
    pub fn through(self, page: Arc<dyn Page>) -> Self {
        let Inner { settings, chain, tokens, watch, .. } = &*self.0;
        let chain = chain.clone().then(InPage::new(page.clone()));
        let (settings, tokens, watch) = (settings.clone(), tokens.clone(), watch.clone());
        Self(Arc::new(Inner { settings, chain, tokens, watch, page: Some(page) }))
    }

    /// The ways to sign for it.
    pub fn chain(&self) -> &Chain {
        &self.0.chain
    }

    /// What is known of the form of its answers.
    pub fn watch(&self) -> &Watch {
        &self.0.watch
    }

    /// Asks one endpoint on behalf of `visitor`.
    pub async fn ask<E: Endpoint>(&self, visitor: &Visitor, request: &E) -> Result<Reading<E::Answer>, Refusal> {
        let Inner { settings, chain, tokens, watch, .. } = &*self.0;
        let holder = visitor.holder();
        let base = E::PLACE.site.base(settings);
        let (ms_token, verify_fp) = (tokens.ms_token(&holder).await, tokens.verify_fp(&holder).await);
        let caller = Caller { identity: &visitor.identity, ms_token: ms_token.value.reveal(), verify_fp: &verify_fp };
        let local = |why: &dyn std::fmt::Display| Refusal::new(Class::Local, host_of(base), why);
        let query = query_of(request, &caller).map_err(|bad| local(&bad))?;
        let body = request.body();
        // A form is signed with the query; a body in JSON is not looked at.
        let signed_body = if let Body::Form(form) = &body { form.as_str() } else { "" };
        let asked =
            Asked { endpoint: E::PLACE.name, identity: &visitor.identity, what: What::Query(&query, signed_body) };
        let unsigned = |why: &dyn std::fmt::Display| Refusal::new(Class::Signature, host_of(base), why);
        let signed = chain.sign(&asked).await.map_err(|why| unsigned(&why))?;
        let is_sent_by_page = signed.way == Way::InPage;
        if is_sent_by_page && !(E::PLACE.site == Site::Web && matches!(E::PLACE.method, Method::Get)) {
            return Err(unsigned(&"a page does not send this by itself"));
        }
        let query = if is_sent_by_page { Some(query) } else { signed.query(&query) };
        let query = query.ok_or_else(|| unsigned(&"what signs here signs no query"))?;
        let url = format!("{}?{query}", E::PLACE.url(settings));
        let ask = match (E::PLACE.method, body) {
            (Method::Get | Method::Socket, _) => Ask::get(&url),
            (Method::Post, Body::None) => Ask::post(&url, None),
            (Method::Post, Body::Json(text)) => Ask::post(&url, Some(("application/json", text.into()))),
            (Method::Post, Body::Form(text)) => {
                Ask::post(&url, Some(("application/x-www-form-urlencoded", text.into())))
            }
        };
        let ask = ask.within(DOMAINS).header("user-agent", &visitor.identity.user_agent).header("referer", PAGE);
        let ttwid = tokens.ttwid(&holder).await?;
        let cookies = E::cookies(visitor.cookies_with(&ttwid)).map(Secret::new);
        let ask = match &cookies {
            Some(cookies) => ask.secret("cookie", cookies),
            None => ask,
        };
        let mut answer = match self.0.page.as_ref().filter(|_| is_sent_by_page) {
            Some(page) => {
                let cookies = cookies.as_ref().map_or("", |cookies| cookies.reveal().as_str());
                let (profile, user_agent) = (visitor.profile(), visitor.identity.user_agent.as_str());
                let sent = send_by(page.as_ref(), PageAsk { profile, user_agent, cookies, url: &url }, host_of(base));
                visitor.client.fetch_by(ask, sent).await?
            }
            None => visitor.client.fetch(ask).await?,
        };
        let read = judge(&mut answer, |root| request.judge(root)).and_then(|json| {
            let read = Reading::<E::Answer>::of_json(json)?;
            watch.look(E::PLACE.name, E::Answer::EXPECTED, read.root());
            Ok(read)
        });
        match &read {
            Ok(_) => chain.tell(E::PLACE.name, &signed.version, Class::Ok),
            Err(Judged { class, is_silent, .. }) => {
                let told = if *is_silent { Class::Signature } else { *class };
                chain.tell(E::PLACE.name, &signed.version, told);
                if *class == Class::Schema {
                    watch.failed(E::PLACE.name);
                }
                tokens.refused(&visitor.owner, *class, &ttwid, &ms_token).await;
            }
        }
        let ended = read.map_err(|Judged { class, why, .. }| answer.refuse(class, why));
        visitor.client.tell(ended).await
    }
}

/// The answer that came back to a page.
async fn send_by(page: &dyn Page, ask: PageAsk<'_>, host: &str) -> Result<Answer, Refusal> {
    let failed = |why: &dyn std::fmt::Display| Refusal::new(Class::Network, host, format_args!("its page: {why}"));
    let PageReply { status, kind, body, .. } = page.fetch(ask).await.map_err(|why| failed(&why))?;
    let status = StatusCode::from_u16(status).map_err(|why| failed(&why))?;
    let headers = HeaderValue::from_str(&kind).map(|kind| HeaderMap::from_iter([(CONTENT_TYPE, kind)]));
    let (body, host) = (body.into_bytes(), host.to_owned());
    Ok(Answer { status, headers: headers.unwrap_or_default(), body, host, retry_after: None })
}

fn host_of(base: &str) -> &str {
    base.split_once("://").map_or(base, |(_, host)| host)
}
