//! The chain over signers that do as they are told, and over the real ones.

use super::*;
use crate::ambient::Ambient;
use crate::config::Signing as Choice;
use crate::domain::Identity;
use crate::domain::identity::Told;
use crate::platform::signer::{Command, InPage, Native, Page, PageAnswer, PageAsk, PageReply, Way, What};

/// A signer that can or cannot.
#[derive(Debug)]
struct Named(&'static str, bool);

impl Signer for Named {
    fn version(&self) -> String {
        self.0.to_owned()
    }

    fn sign<'a>(&'a self, _asked: &'a Asked<'a>) -> crate::platform::signer::Signing<'a> {
        let way = if self.1 {
            Ok(Way::Parameter("a_bogus", self.0.to_owned()))
        } else {
            Err(Unsigned::NotHere(self.0.into()))
        };
        Box::pin(async { way })
    }
}

fn chain(names: &[(&'static str, bool)]) -> (Chain, Ambient) {
    let ambient = Ambient::pinned(1, Millis(1_763_700_000_000));
    let chain = Chain::new(ambient.clock.clone(), Metrics::new());
    (names.iter().fold(chain, |chain, (name, can)| chain.then(Named(name, *can))), ambient)
}

fn identity() -> Identity {
    Identity::of(Told::default(), |_, _| "1|2|3".to_owned()).unwrap()
}

async fn signer_of(chain: &Chain, endpoint: &'static str) -> String {
    let identity = identity();
    let asked = Asked { endpoint, identity: &identity, what: What::Query("aid=6383", "") };
    chain.sign(&asked).await.map_or_else(|why| why.to_string(), |signed| signed.version)
}

#[test]
fn refusals_of_one_endpoint_move_it_alone_and_only_for_an_hour() {
    let (chain, ambient) = chain(&[("own/1", true), ("page/1", true), ("command/1", true)]);
    let clock = ambient.clock.clone();
    clock
        .run(async {
            for _ in 0..2 {
                chain.tell("post", "own/1", Class::Signature);
            }
            chain.tell("post", "own/1", Class::Ok);
            chain.tell("post", "own/1", Class::Signature);
            chain.tell("post", "own/1", Class::Risk);
            assert_eq!(signer_of(&chain, "post").await, "own/1", "two in a row, one that was well, one");
            for _ in 0..2 {
                chain.tell("post", "own/1", Class::Signature);
            }
            assert_eq!(signer_of(&chain, "post").await, "page/1");
            assert_eq!(signer_of(&chain, "like").await, "own/1", "another endpoint stays");
            // What was sent before the move is counted, and moves nothing.
            chain.tell("post", "own/1", Class::Signature);
            for _ in 0..3 {
                chain.tell("post", "page/1", Class::Signature);
            }
            assert_eq!(signer_of(&chain, "post").await, "command/1");
            for _ in 0..9 {
                chain.tell("post", "command/1", Class::Signature);
            }
            assert_eq!(signer_of(&chain, "post").await, "command/1", "there is nothing behind it");
            let refused = chain.refused().into_iter().map(|row| (row.version, row.count, row.passed_over));
            let counted = [("command/1", 9, false), ("own/1", 6, true), ("page/1", 3, true)];
            assert!(refused.eq(counted.map(|(version, count, passed)| (version.to_owned(), count, passed))));
            ambient.clock.sleep(BACK_AFTER).await;
            assert_eq!(signer_of(&chain, "post").await, "own/1");
            let text = chain.metrics.render();
            assert!(text.contains(r#"radard_signatures_refused_total{signer="own/1",endpoint="post"} 6"#), "{text}");
        })
        .unwrap();
}

#[test]
fn who_cannot_sign_is_passed_over() {
    let (some, ambient) = chain(&[("own/1", false), ("page/1", true)]);
    ambient.clock.clone().run(async { assert_eq!(signer_of(&some, "post").await, "page/1") }).unwrap();
    let (none, ambient) = chain(&[("own/1", false)]);
    ambient
        .clock
        .clone()
        .run(async { assert!(signer_of(&none, "post").await.starts_with("nobody can sign for `post`")) })
        .unwrap();
}

/// A page that is open and gives what it was made with.
#[derive(Debug)]
struct Open(&'static str);

impl Page for Open {
    fn is_at_hand(&self) -> bool {
        true
    }

    fn frontier_sign<'a>(&'a self, stub: &'a str) -> PageAnswer<'a, String> {
        Box::pin(async move { if stub == "stub" { Ok(self.0.to_owned()) } else { Err("no such stub".to_owned()) } })
    }

    fn fetch<'a>(&'a self, _ask: PageAsk<'a>) -> PageAnswer<'a, PageReply> {
        Box::pin(async { Err("this page sends nothing".to_owned()) })
    }
}

#[tokio::test]
async fn a_socket_is_signed_by_a_page_and_a_query_is_sent_by_it() {
    let ambient = Ambient::real(None);
    let identity = identity();
    let sign = async |page: &'static str, what| {
        let native = Native::new(ambient.clone(), || Choice::Abogus);
        let chain =
            Chain::new(ambient.clock.clone(), Metrics::new()).then(native).then(InPage::new(Arc::new(Open(page))));
        for _ in 0..3 {
            chain.tell("feed", "abogus/1", Class::Signature);
        }
        let endpoint = if matches!(what, What::Stub(_)) { "live_webcast" } else { "feed" };
        chain.sign(&Asked { endpoint, identity: &identity, what }).await
    };
    let signed = sign("abcdefgh+/012345", What::Stub("stub")).await.unwrap();
    assert_eq!(signed.way, Way::Value("abcdefgh+/012345".to_owned()));
    assert!(sign("too short", What::Stub("stub")).await.unwrap_err().to_string().contains("16 characters"));
    assert!(sign("abcdefgh+/012345", What::Stub("other")).await.unwrap_err().to_string().ends_with("no such stub"));
    assert_eq!(sign("", What::Query("a=1", "")).await.unwrap().way, Way::InPage);
}

/// What a shell script of one line gives when it is asked to sign.
async fn by_script(script: &str, what: What<'_>) -> Result<Way, String> {
    let words = ["/bin/sh", "-c", script].map(str::to_owned);
    let command = Command::new(&words, Ambient::real(None).clock).unwrap();
    let identity = identity();
    let signed = command.sign(&Asked { endpoint: "post", identity: &identity, what }).await;
    signed.map_err(|why| why.to_string())
}

#[tokio::test]
async fn a_program_is_asked_in_json_and_believed_in_nothing() {
    let query = What::Query("aid=6383&count=10", "");
    let told = by_script(r#"read -r asked; case $asked in *'"query":"aid=6383&count=10"'*'"sign":"query"'*) echo '{"a_bogus":"0123456789abcdef/+=="}';; esac"#, query).await;
    assert_eq!(told, Ok(Way::Parameter("a_bogus", "0123456789abcdef/+==".to_owned())));
    let told = by_script(r#"echo '{"signature":"0123456789abcdef"}'"#, What::Stub("0")).await;
    assert_eq!(told, Ok(Way::Value("0123456789abcdef".to_owned())));
    for (script, why) in [
        ("exit 3", "it ended with exit status: 3"),
        ("echo hello", "it wrote something else than one object in JSON"),
        ("echo '[]'", "it wrote something else than one object in JSON"),
        (r#"echo '{"a_bogus":"short"}'"#, "it gave no `a_bogus` or `X-Bogus` that looks like a signature"),
        (
            r#"echo '{"a_bogus":"0123456789abcdef&evil=1"}'"#,
            "it gave no `a_bogus` or `X-Bogus` that looks like a signature",
        ),
        ("yes", "it wrote more than 64.0 KiB"),
    ] {
        let refused = by_script(script, query).await.unwrap_err();
        assert!(refused.ends_with(why), "{script}: {refused}");
    }
    let absent = Command::new(&["/nowhere/signer".to_owned()], Ambient::real(None).clock).unwrap();
    let identity = identity();
    let refused = absent.sign(&Asked { endpoint: "post", identity: &identity, what: query }).await.unwrap_err();
    assert!(refused.to_string().contains("it does not start"), "{refused}");
}
