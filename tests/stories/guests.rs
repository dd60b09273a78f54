//! What a browser is given before it asks: once, when it is needed, and never a second time without need.

use std::time::Duration;

use radard::config::{Config, Signing};
use radard::domain::identity::Told;
use radard::domain::{Class, Identity, Secret};
use radard::net::Refusal;
use radard::observe::{Metrics, Register};
use radard::platform::douyin::token::{Guests, Holder, Owner, Tokens, draw_fingerprint};
use radard::platform::douyin::{Douyin, Visitor, query_user};
use radard::platform::shape::Watch;
use radard::platform::signer::{Chain, Native};

use crate::kit::World;

const TTWID: &str = "/ttwid/union/register/";
const MS_TOKEN: &str = "/mssdk/web/r/token";

/// Tokens of this world, asked for with `report` when there is one; and what must not be shown.
fn tokens(world: &World, report: Option<&'static str>) -> (Tokens, Register) {
    let base = world.running.platforms["douyin"].clone();
    let mut douyin = Config::default().douyin;
    (douyin.ttwid, douyin.webid, douyin.mssdk) = (base.clone(), base.clone(), format!("{base}/mssdk"));
    let register = Register::default();
    let report = move || report.map(|text| Secret::new(text.to_owned()));
    (Tokens::new(douyin, report, world.ambient.clone(), register.clone()), register)
}

fn identity() -> Identity {
    Identity::of(Told::default(), |_, _| "1|2|3".to_owned()).unwrap()
}

fn main() -> Owner {
    Owner::Profile("main".to_owned())
}

#[test]
fn many_who_need_a_mark_at_once_ask_once_and_another_has_its_own() {
    World::run(&[], async |world| {
        let (tokens, register) = tokens(world, None);
        let (identity, main, guest) = (identity(), main(), Owner::Guest(1));
        let holder = |owner| Holder { owner, cookies: None, identity: &identity, client: &world.client };
        assert!(world.asked("douyin").await.is_empty(), "nothing is asked for at a start");
        let (main, guest) = (holder(&main), holder(&guest));
        let (a, b, c) = tokio::join!(tokens.ttwid(&main), tokens.ttwid(&main), tokens.ttwid(&main));
        let first = a.unwrap();
        assert_eq!((&b.unwrap(), &c.unwrap()), (&first, &first));
        assert_ne!(tokens.ttwid(&guest).await.unwrap(), first);
        assert_eq!(world.asked("douyin").await, [TTWID; 2]);
        world.ambient.clock.jump(Duration::from_hours(24 * 90));
        assert_eq!(tokens.ttwid(&main).await.unwrap(), first, "it is kept until it is refused");
        let token = tokens.ms_token(&main).await;
        tokens.refused(main.owner, Class::Rate, &first, &token).await;
        assert_eq!(tokens.ttwid(&main).await.unwrap(), first);
        tokens.refused(main.owner, Class::Risk, &first, &token).await;
        let second = tokens.ttwid(&main).await.unwrap();
        assert_ne!(second, first);
        tokens.refused(main.owner, Class::Risk, &first, &token).await;
        assert_eq!(tokens.ttwid(&main).await.unwrap(), second, "a late answer to the old one takes nothing away");
        assert_eq!(world.asked("douyin").await, [TTWID; 3]);
        assert_eq!(register.redact(&format!("ttwid={}", first.reveal())), "ttwid=…");
    });
}

#[test]
fn what_the_cookies_of_a_profile_hold_is_not_asked_for() {
    World::run(&[], async |world| {
        let (tokens, register) = tokens(world, Some("a report of a browser, long enough"));
        let cookies = Secret::new("ttwid=1%7Cmade-up-mark; msToken=made-up-token==; s_v_web_id=verify_x".to_owned());
        let (identity, owner) = (identity(), main());
        let holder = Holder { owner: &owner, cookies: Some(&cookies), identity: &identity, client: &world.client };
        assert_eq!(tokens.ttwid(&holder).await.unwrap().reveal(), "1%7Cmade-up-mark");
        let token = tokens.ms_token(&holder).await;
        assert_eq!((token.value.reveal().as_str(), token.is_real), ("made-up-token==", true));
        assert_eq!(tokens.verify_fp(&holder).await, "verify_x");
        assert!(world.asked("douyin").await.is_empty());
        assert_eq!(register.redact("made-up-token== 1%7Cmade-up-mark"), "… …");
    });
}

#[test]
fn a_made_up_token_stands_in_until_a_real_one_is_given() {
    World::run(&["douyin.mssdk.risk@1".to_owned()], async |world| {
        let (identity, owner) = (identity(), main());
        let holder = Holder { owner: &owner, cookies: None, identity: &identity, client: &world.client };
        let (without, _) = tokens(world, None);
        let made_up = without.ms_token(&holder).await;
        assert_eq!((made_up.value.reveal().len(), made_up.is_real), (184, false));
        assert!(world.asked("douyin").await.is_empty(), "without a report nobody is asked");

        let (with, register) = tokens(world, Some("a report of a browser, long enough"));
        let stand_in = with.ms_token(&holder).await;
        assert!(!stand_in.is_real, "the first time the site gives nothing");
        assert_eq!(with.ms_token(&holder).await, stand_in, "and is not asked again at once");
        world.ambient.clock.jump(Duration::from_mins(5));
        let real = with.ms_token(&holder).await;
        assert_eq!((real.value.reveal().len(), real.is_real), (184, true));
        world.ambient.clock.jump(Duration::from_mins(59));
        assert_eq!(with.ms_token(&holder).await, real);
        world.ambient.clock.jump(Duration::from_mins(1));
        assert_ne!(with.ms_token(&holder).await, real, "an hour is all that one is good for");
        assert_eq!(world.asked("douyin").await, [MS_TOKEN; 3]);
        assert_eq!(register.redact("a report of a browser, long enough"), "…");

        let (doubtful, _) = tokens(world, Some("a doubtful report of a browser"));
        assert!(!doubtful.ms_token(&holder).await.is_real, "a token of another length is a refusal");
    });
}

#[test]
fn an_id_of_a_browser_and_a_mark_of_a_page_are_made_once() {
    World::run(&[], async |world| {
        let (tokens, _) = tokens(world, None);
        let (identity, owner) = (identity(), main());
        let holder = Holder { owner: &owner, cookies: None, identity: &identity, client: &world.client };
        let id = tokens.web_id(&holder).await.unwrap();
        assert!(id.len() == 19 && id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
        assert_eq!(tokens.web_id(&holder).await.unwrap(), id);
        assert_eq!(world.asked("douyin").await, ["/webid"]);
        let mark = tokens.verify_fp(&holder).await;
        assert!(mark.starts_with("verify_") && mark == tokens.verify_fp(&holder).await, "{mark}");
    });
}

#[test]
fn an_endpoint_that_says_nothing_goes_by_the_next_way_for_an_hour() {
    let faults = (1..=3).map(|nth| format!("douyin.query_user.risk@{nth}")).collect::<Vec<_>>();
    World::run(&faults, async |world| {
        let (tokens, _) = tokens(world, None);
        let native = |signing| Native::new(world.ambient.clone(), move || signing);
        let chain = Chain::new(world.ambient.clock.clone(), Metrics::new());
        let chain = chain.then(native(Signing::Abogus)).then(native(Signing::Xbogus));
        let mut settings = Config::default().douyin;
        settings.base.clone_from(&world.running.platforms["douyin"]);
        settings.ttwid.clone_from(&settings.base);
        let watch = Watch::new("douyin", world.ambient.clock.clone(), Metrics::new());
        let site = Douyin::new(settings, chain.clone(), tokens, watch);
        let identity = Identity::of(Told::default(), draw_fingerprint(&world.ambient.entropy)).unwrap();
        let visitor = Visitor { owner: main(), cookies: None, identity, client: world.client.clone() };
        for _ in 0..3 {
            let refusal = site.ask(&visitor, &query_user::Request).await.unwrap_err();
            assert_eq!(refusal.class, Class::Risk, "an empty answer is never taken for an end");
        }
        let signed_with = async || {
            let fetched = site.ask(&visitor, &query_user::Request).await.unwrap();
            assert!(fetched.raw().starts_with('{') && fetched.raw().contains("user_uid_type"));
            let rows = world.control("/ledger?platform=douyin").await;
            rows["items"].as_array().unwrap().last().unwrap()["path"].as_str().unwrap().to_owned()
        };
        assert!(signed_with().await.contains("&X-Bogus="));
        let moved = chain.refused();
        assert_eq!((moved.len(), moved[0].endpoint, moved[0].count, moved[0].passed_over), (1, "query_user", 3, true));
        world.ambient.clock.jump(Duration::from_mins(59));
        assert!(signed_with().await.contains("&X-Bogus="));
        world.ambient.clock.jump(Duration::from_mins(1));
        assert!(signed_with().await.contains("&a_bogus="), "the first way is tried again");
    });
}

#[test]
fn every_refusal_of_a_token_is_seen_as_what_it_is() {
    // A token is never deleted.
    let played = Class::ALL.into_iter().filter(|class| !matches!(class, Class::Ok | Class::Local | Class::Gone));
    for class in played {
        let faults = ["ttwid", "webid"].map(|name| format!("douyin.{name}.{class}"));
        World::run(&faults, async |world| {
            let (tokens, _) = tokens(world, None);
            let (identity, owner) = (identity(), main());
            let holder = Holder { owner: &owner, cookies: None, identity: &identity, client: &world.client };
            let refusals: [Refusal; 2] =
                [tokens.ttwid(&holder).await.unwrap_err(), tokens.web_id(&holder).await.unwrap_err()];
            // A token comes in a header or in one field: an answer with a code of its own and without it is read by its
            // status, and a body that says "private" has none.
            let seen = if class == Class::Private { Class::Schema } else { class };
            let seen = if class == Class::Signature { Class::Auth } else { seen };
            assert_eq!(refusals.map(|refusal| refusal.class), [seen; 2], "{class}");
        });
    }
}

#[test]
fn a_guest_brings_its_own_mark_into_each_room_and_takes_it_along() {
    World::run(&[], async |world| {
        let (tokens, _) = tokens(world, None);
        let guests = Guests::new(world.ambient.entropy.clone());
        let mark = async |guest: &radard::platform::douyin::token::Guest| {
            let owner = guest.owner();
            let holder = Holder { owner: &owner, cookies: None, identity: &guest.identity, client: &world.client };
            tokens.ttwid(&holder).await.unwrap()
        };
        let (one, two) = (guests.take().unwrap(), guests.take().unwrap());
        let (first, second) = (mark(&one).await, mark(&two).await);
        assert_ne!(first, second);
        drop(one);
        assert_eq!(mark(&guests.take().unwrap()).await, first, "who comes back brings the mark it had");
        assert_eq!(world.asked("douyin").await, [TTWID; 2]);
    });
}
