//! A server that sends the client elsewhere, and one that never answers: each hop is judged, each wait ends.

use std::io::ErrorKind;
use std::time::Duration;

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use radard::ambient::{Ambient, Clock};
use radard::config::{Config, Signing};
use radard::domain::identity::Told;
use radard::domain::{Class, Identity, Secret};
use radard::net::{Ask, Client, Policy};
use radard::observe::{Metrics, Register};
use radard::platform::douyin::token::{Owner, Tokens, draw_fingerprint};
use radard::platform::douyin::{Douyin, Visitor, user_profile};
use radard::platform::shape::Watch;
use radard::platform::signer::{Chain, Native};

use crate::kit::DAWN;

/// Counts down to a page: `/5` redirects to `/4`, and `/0` is the page.
async fn count_down(Path(left): Path<u64>) -> Response {
    match left {
        0 => "arrived".into_response(),
        left => (StatusCode::FOUND, [(LOCATION, format!("/{}", left - 1))]).into_response(),
    }
}

#[derive(serde::Deserialize)]
struct Elsewhere {
    to: String,
}

async fn go(Query(elsewhere): Query<Elsewhere>) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, elsewhere.to)]).into_response()
}

/// Serves on loopback while `story` runs; it gets a client that may go there, the base URL, and the pair
/// of a second listener that nobody may reach.
fn run(timeout: Duration, story: impl AsyncFnOnce(&Client, &str, &str)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let pair = listener.local_addr().unwrap().to_string();
        let inside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        inside.set_nonblocking(true).unwrap();
        let forbidden = inside.local_addr().unwrap().to_string();
        let policy = Policy { allow_private: vec![pair.clone()], timeout, max_body: 1024, ..Policy::default() };
        let client = Client::new(&policy, Clock::real()).unwrap();
        let routes = axum::Router::new()
            .route("/{left}", get(count_down))
            .route("/go", get(go))
            .route("/nowhere", get(|| async { StatusCode::FOUND }))
            .fallback(|| async { (StatusCode::FOUND, [(LOCATION, "https://elsewhere.example/aweme/")]) })
            .route("/silence", get(std::future::pending::<Response>));
        let base = format!("http://{pair}");
        tokio::select! {
            () = story(&client, &base, &forbidden) => {}
            served = async { axum::serve(listener, routes).await } => served.unwrap(),
        }
        let reached = inside.accept().map_err(|none| none.kind());
        assert_eq!(reached.err(), Some(ErrorKind::WouldBlock), "nobody may connect where it is forbidden");
    });
}

#[test]
fn five_redirects_are_followed_and_a_sixth_is_not() {
    run(Duration::from_secs(20), async |client, base, _| {
        assert_eq!(client.fetch(&format!("{base}/5")).await.unwrap().body, b"arrived");
        let refusal = client.fetch(&format!("{base}/6")).await.unwrap_err();
        assert_eq!(refusal.class, Class::Network);
        assert!(refusal.message.ends_with("more than 5 redirects"), "{refusal}");
        let refusal = client.open(&format!("{base}/nowhere")).await.unwrap_err();
        assert!(refusal.message.ends_with("redirects to nowhere"), "{refusal}");
    });
}

#[test]
fn a_redirect_never_leads_inside() {
    run(Duration::from_secs(20), async |client, base, forbidden| {
        let port = forbidden.rsplit(':').next().unwrap();
        let places = [
            (format!("http://{forbidden}/"), Class::Network),
            (format!("http://[::ffff:127.0.0.1]:{port}/"), Class::Network),
            ("http://127.0.0.1/".to_owned(), Class::Local),
            ("http://localhost/".to_owned(), Class::Local),
            ("http://169.254.169.254/latest/meta-data/".to_owned(), Class::Local),
            ("http://1.1.1.1:22/".to_owned(), Class::Network),
            ("file:///etc/passwd".to_owned(), Class::Network),
        ];
        for (place, class) in places {
            let refusal = client.fetch(&format!("{base}/go?to={place}")).await.unwrap_err();
            assert_eq!(refusal.class, class, "{place}: {refusal}");
        }
    });
}

#[test]
fn a_redirect_of_a_platform_leads_to_its_own_domains_alone() {
    run(Duration::from_secs(20), async |client, base, _| {
        let lead = async |place: &str| {
            let ask = Ask::get(format!("{base}/go?to={place}")).within(&["site.example"]);
            client.fetch(ask).await.unwrap_err().message
        };
        for place in
            ["https://elsewhere.example/", "https://mysite.example/", "https://site.example.net/", "https://1.1.1.1/"]
        {
            assert!(lead(place).await.ends_with("which is not its own"), "{place}");
        }
        // Its own is looked for, in vain: nobody has such a name.
        for place in ["https://site.example/", "https://www.site.example/"] {
            assert!(!lead(place).await.contains("not its own"), "{place}");
        }
        let ask = Ask::get(format!("{base}/go?to=/0")).within(&["site.example"]);
        assert_eq!(client.fetch(ask).await.unwrap().body, b"arrived", "where it is it may stay");
    });
}

#[test]
fn what_somebody_else_answers_is_none_of_douyins() {
    run(Duration::from_secs(20), async |client, base, _| {
        let ambient = Ambient::pinned(1, DAWN);
        let mut settings = Config::default().douyin;
        settings.base = base.to_owned();
        let tokens = Tokens::new(settings.clone(), || None, ambient.clone(), Register::default());
        let native = Native::new(ambient.clone(), || Signing::Abogus);
        let chain = Chain::new(ambient.clock.clone(), Metrics::new()).then(native);
        let watch = Watch::new("douyin", ambient.clock.clone(), Metrics::new());
        let site = Douyin::new(settings, chain, tokens, watch);
        let visitor = Visitor {
            owner: Owner::Profile("main".to_owned()),
            cookies: Some(Secret::new("ttwid=1; sessionid=2".to_owned())),
            identity: Identity::of(Told::default(), draw_fingerprint(&ambient.entropy)).unwrap(),
            client: client.clone(),
        };
        let refusal = site.ask(&visitor, &user_profile::Request { sec_user_id: "MS4wLjABAAAAx" }).await.unwrap_err();
        assert_eq!(refusal.class, Class::Network);
        assert!(
            refusal.message.ends_with("it redirects to `elsewhere.example:443`, which is not its own"),
            "{refusal}"
        );
    });
}

#[test]
fn a_silent_server_is_left_after_the_time_limit() {
    run(Duration::from_millis(50), async |client, base, _| {
        for refusal in [
            client.fetch(&format!("{base}/silence")).await.unwrap_err(),
            client.open(&format!("{base}/silence")).await.unwrap_err(),
        ] {
            assert_eq!(refusal.class, Class::Network);
            assert!(refusal.message.ends_with("the answer took longer than 50 ms"), "{refusal}");
        }
    });
}
