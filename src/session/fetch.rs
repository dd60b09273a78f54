//! Asks Douyin for a page on somebody's word: as a guest or as a profile, by its way out, under the limits of the house.
//!
//! One page a call, and what is needed to go on goes back to whoever asked: so nothing is kept here between two pages, a
//! long list holds nobody up, and every page counts in the limits like any other request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::Instrument as _;

use super::book::Book;
use super::rules::rules;
use super::shapes::Shapes;
use super::span::of_profile;
use crate::advice;
use crate::ambient::Ambient;
use crate::config::{Current, Profile, host_of};
use crate::domain::identity::GUEST_AGENT;
use crate::domain::{Class, Declined, Miss, Secret};
use crate::net::{Refusal, Ways, line_of};
use crate::observe::{Metrics, Register};
use crate::pace::{Rank, Sending};
use crate::platform::douyin::link::{BadLink, Kind, Resolver};
use crate::platform::douyin::list::Wants;
use crate::platform::douyin::mode::{Haul, Mode, Order, Sheet, Standing, haul, sheet};
use crate::platform::douyin::token::{Guest, Guests, Owner, Tokens, identity_of};
use crate::platform::douyin::{Douyin, Visitor, user_collects};
use crate::platform::shape::Watch;
use crate::platform::signer::{Chain, Command, Compared, Native, Page};
use crate::store::{Error, Store};
use crate::vault::Credentials;

/// A cheap handle; clones share the guests, the tokens, and what is known of the signatures.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
    site: Douyin,
    shapes: Shapes,
    guests: Guests,
    ways: Ways,
    current: Current,
    credentials: Credentials,
    book: Book,
    ambient: Ambient,
    register: Register,
    /// Who asks in the name of which profile: another waits.
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// What it works with.
pub(super) struct Asks {
    pub(super) ambient: Ambient,
    pub(super) register: Register,
    pub(super) metrics: Metrics,
    pub(super) current: Current,
    pub(super) ways: Ways,
    pub(super) credentials: Credentials,
    pub(super) store: Store,
    pub(super) book: Book,
}

/// A page that a person wants.
#[derive(Debug)]
pub struct Wish {
    /// Of what.
    pub order: Order,
    /// How much of it.
    pub wants: Wants,
    /// Where it stands.
    pub standing: Standing,
    /// In whose name; a guest's when in nobody's.
    pub profile: Option<String>,
}

impl Fetcher {
    /// Puts it together; nobody is asked for anything.
    pub(super) fn new(asks: Asks, page: Arc<dyn Page>) -> Self {
        let Asks { ambient, register, metrics, current, ways, credentials, store, book } = asks;
        let settings = current.now().douyin.clone();
        let held = credentials.clone();
        let report = move || held.now().get("douyin-device-report").cloned();
        let tokens = Tokens::new(settings.clone(), report, ambient.clone(), register.clone());
        let choice = current.clone();
        let native = Native::new(ambient.clone(), move || choice.now().douyin.sign);
        let chain = Chain::new(ambient.clock.clone(), metrics.clone()).then(native);
        let chain = match Command::new(&settings.sign_command, ambient.clock.clone()) {
            Some(command) => chain.then(command),
            None => chain,
        };
        let watch = Watch::new("douyin", ambient.clock.clone(), metrics);
        Self(Arc::new(Inner {
            shapes: Shapes::new(watch.clone(), store),
            site: Douyin::new(settings, chain, tokens, watch).through(page),
            guests: Guests::new(ambient.entropy.clone()),
            ways,
            current,
            credentials,
            book,
            ambient,
            register,
            turns: Mutex::default(),
        }))
    }

    /// Takes up what was learned before the house was opened.
    pub async fn load(&self) -> Result<(), Error> {
        self.0.shapes.load().await
    }

    /// The next page of what a person wishes.
    pub async fn fetch(&self, wish: Wish) -> Result<Sheet, Declined> {
        let span = of_profile(wish.profile.as_deref());
        self.sheet_of(wish).instrument(span).await
    }

    async fn sheet_of(&self, wish: Wish) -> Result<Sheet, Declined> {
        let Wish { order, wants, standing, profile } = wish;
        order.check().map_err(|why| wrong(&why))?;
        if let Some(name) = profile.as_deref().filter(|name| !self.is_known(name)) {
            return Err(Declined::by_us(format!("there is no profile `{name}`"), advice::session::list()));
        }
        let lane = format!("{}/fetch", profile.as_deref().unwrap_or("douyin"));
        let visitor = self.visitor(&lane, profile.as_deref(), order.mode).await;
        let (visitor, _guest) = visitor.map_err(|miss| Declined { class: miss.class, ..wrong(&miss.error) })?;
        let visitor = Visitor { client: visitor.client.ranked(Rank::Person), ..visitor };
        let fetched = Box::pin(sheet(&self.0.site, &visitor, &order, wants, standing)).await;
        self.0.shapes.save().await;
        fetched.map_err(|refusal| match profile {
            None if refusal.class == Class::Auth => shut_to_guests(&refusal),
            _ => declined(&refusal, &lane),
        })
    }

    /// The next page of `order` for whoever keeps it. In the name of a profile one page is asked for at a time: a person
    /// has one pair of hands.
    pub async fn haul_of(
        &self,
        lane: &str,
        profile: Option<&str>,
        order: &Order,
        wants: Wants,
        standing: Standing,
    ) -> Result<Haul, Miss> {
        let turn = profile.map(|profile| self.turn(profile));
        let _turn = match &turn {
            Some(turn) => Some(turn.lock().await),
            None => None,
        };
        let hauled = async {
            let (visitor, _guest) = self.visitor(lane, profile, order.mode).await?;
            let hauled = Box::pin(haul(&self.0.site, &visitor, order, wants, standing)).await;
            self.0.shapes.save().await;
            Ok(hauled?)
        };
        hauled.instrument(of_profile(profile)).await
    }

    fn is_known(&self, profile: &str) -> bool {
        self.0.current.now().profiles.iter().any(|known| known.name == profile)
    }

    fn turn(&self, profile: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(profile.to_owned()).or_default().clone()
    }

    /// What a short link leads to.
    pub async fn lead(&self, short: &str) -> Result<(Kind, String), Miss> {
        let sending =
            Sending { lane: "douyin/links".to_owned(), endpoint: "douyin.link".to_owned(), ..Sending::default() };
        let client = self.0.ways.of(None, sending)?;
        let settings = self.0.current.now();
        let resolver = Resolver::new(None).asking(client, &settings.douyin.short, GUEST_AGENT);
        let rows = resolver.all(&[short.to_owned()]).await;
        let found = rows.into_iter().next().map(|row| row.found);
        let found = found.unwrap_or(Err(BadLink::NoUrl));
        let found = found.map_err(|bad| Miss::new(bad.class(), format!("the link leads to nothing: {bad}")))?;
        Ok((found.kind, found.id))
    }

    /// How a page of the site signs what we sign, asked as a guest.
    pub async fn compare(&self) -> Result<Compared, Miss> {
        let Inner { guests, ways, site, .. } = &*self.0;
        let (lane, endpoint) = ("douyin/compare".to_owned(), "douyin.compare".to_owned());
        let client = ways.of(None, Sending { lane, endpoint, ..Sending::default() })?;
        let guest = guests.take().map_err(|why| Miss::new(Class::Local, why.to_string()))?;
        let visitor = Visitor { owner: guest.owner(), cookies: None, identity: guest.identity.clone(), client };
        Ok(site.compare(&visitor).await?)
    }

    /// Who asks; the guest is given back when the page is there.
    async fn visitor(&self, lane: &str, profile: Option<&str>, mode: Mode) -> Result<(Visitor, Option<Guest>), Miss> {
        let Inner { guests, ways, current, credentials, book, register, ambient, .. } = &*self.0;
        let endpoint = format!("douyin.{mode}");
        let Some(name) = profile else {
            let sending = Sending { lane: lane.to_owned(), endpoint, ..Sending::default() };
            let client = ways.of(None, sending)?;
            let guest = guests.take().map_err(|why| Miss::new(Class::Local, why.to_string()))?;
            let visitor = Visitor { owner: guest.owner(), cookies: None, identity: guest.identity.clone(), client };
            return Ok((visitor, Some(guest)));
        };
        let settings = current.now();
        let known: Option<&Profile> = settings.profiles.iter().find(|known| known.name == name);
        let known = known.ok_or_else(|| Miss::new(Class::Local, format!("there is no profile `{name}`")))?;
        // What was captured goes before what was written down by hand.
        let captured = book.active(name).await.map_err(|error| Miss::new(Class::Local, error.to_string()))?;
        let host = rules(known.platform).map(|rules| (rules, host_of(&settings.douyin.base).to_owned()));
        if let Some((capture, _)) = captured.as_ref().filter(|(capture, _)| capture.is_stopped()) {
            let said = capture.said.as_deref().unwrap_or("the site wants a person");
            let what = format!(
                "nothing is asked as `{name}` until it is logged in again (`radard profile login {name}`, or `radard profile probe {name}` if you have seen to it): {said}"
            );
            let class = if capture.class == Some(Class::Risk) { Class::Risk } else { Class::Auth };
            return Err(Miss::new(class, what));
        }
        let captured =
            captured.zip(host).and_then(|((_, login), (rules, host))| login.cookies(rules, &host, ambient.clock.now()));
        let cookies = captured.or_else(|| line_of(name, credentials.now().get("douyin-cookies"), register));
        let cookies = cookies.ok_or_else(|| {
            let what = format!("the profile `{name}` has no login: `radard profile import {name} FILE` takes one in");
            Miss::new(Class::Auth, what)
        })?;
        Ok((self.visitor_of(known, cookies, lane, endpoint)?, None))
    }

    /// The browser of a profile that brings these cookies.
    fn visitor_of(
        &self,
        profile: &Profile,
        cookies: Secret<String>,
        lane: &str,
        endpoint: String,
    ) -> Result<Visitor, Miss> {
        let Inner { ways, ambient, .. } = &*self.0;
        let name = &profile.name;
        let sending = Sending { lane: lane.to_owned(), endpoint, ..Sending::default() };
        let client = ways.of(Some(name), sending)?;
        let identity = identity_of(profile, &ambient.entropy).map_err(|why| {
            Miss::new(Class::Local, format!("the user agent of the profile `{name}` makes no browser: {why}"))
        })?;
        Ok(Visitor { owner: Owner::Profile(name.clone()), cookies: Some(cookies), identity, client })
    }

    /// Whether these cookies are those of somebody who is logged in: only such a one has folders of their own.
    pub async fn prove(&self, profile: &Profile, cookies: Secret<String>, rank: Rank) -> Result<(), Miss> {
        let lane = format!("{}/proof", profile.name);
        let visitor = self.visitor_of(profile, cookies, &lane, "douyin.proof".to_owned())?;
        let visitor = Visitor { client: visitor.client.ranked(rank), ..visitor };
        let first = user_collects::Request::first();
        let proved = self.0.site.ask(&visitor, &first).await;
        self.0.shapes.save().await;
        proved.map(drop).map_err(Miss::from)
    }
}

/// What was asked for is wrong.
fn wrong(why: &dyn std::fmt::Display) -> Declined {
    Declined::by_us(why.to_string(), advice::session::fetch_help())
}

/// A guest has no login that could have expired. The site shows this, or the rest of it, to logged-in users only.
fn shut_to_guests(refusal: &Refusal) -> Declined {
    let error = format!("the site shows a guest nothing more of this: {}", refusal.message);
    Declined { class: refusal.class, ..Declined::by_us(error, advice::session::guest()) }
}

/// What a refusal to a request of `lane` means for whoever asked.
fn declined(refusal: &Refusal, lane: &str) -> Declined {
    let advice = |class| match class {
        Class::Risk => advice::session::answer_the_site(lane),
        Class::Auth => advice::session::log_in(),
        Class::Private => advice::session::owner_only(),
        Class::Gone => advice::session::check_the_link(),
        Class::Rate => advice::session::wait(lane),
        Class::Schema => advice::session::check_the_order(),
        Class::Signature => advice::session::doctor(),
        Class::Network => advice::session::check_the_network(),
        Class::Local | Class::Ok => advice::session::fetch_help(),
    };
    let advice = refusal.advice().cloned().unwrap_or_else(|| advice(refusal.class));
    Declined {
        class: refusal.class,
        error: refusal.message.clone(),
        advice,
        wait: refusal.retry_after,
        held: refusal.held.as_deref().cloned(),
        slot_in: None,
    }
}
