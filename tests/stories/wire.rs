//! What really goes over the wire, and what comes back from servers that mean harm: the client against servers that do
//! as they are told, byte by byte.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use radard::ambient::Clock;
use radard::domain::{Class, Secret};
use radard::net::{Ask, Client, Policy, Proxy, Refusal};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::kit::{Raw, answer};

fn client(servers: &[&Raw], policy: Policy) -> (Client, Clock) {
    let (allow_private, clock) = (servers.iter().map(|server| server.pair()).collect(), Clock::real());
    (Client::new(&Policy { allow_private, ..policy }, clock.clone()).unwrap(), clock)
}

fn run<T>(story: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(story)
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn refused<T: std::fmt::Debug>(answered: Result<T, Refusal>) -> (Class, String) {
    let refusal = answered.unwrap_err();
    (refusal.class, refusal.message)
}

#[test]
fn a_query_arrives_byte_for_byte_as_it_was_signed() {
    let server = Raw::start(|_, stream| answer(stream, "200 OK", &[], b"{}"));
    let (client, _) = client(&[&server], Policy::default());
    let signed = "/web/list/?q=%E7%BE%8E+a%20b&e=%2f&s=~!*()-_.&empty=&flag&a_bogus=mX%2Fx%3D%3D/x==";
    run(client.fetch(&server.url(signed))).unwrap();
    let heads = server.heads();
    assert!(heads[0].starts_with(&format!("GET {signed} HTTP/1.1\r\n")), "{heads:?}");
    assert!(heads[0].contains("accept-encoding: gzip, br, deflate\r\n"), "{heads:?}");
    assert_eq!(refused(run(client.fetch(&server.url("/?q=美")))).0, Class::Local);
    assert_eq!(server.heads().len(), 0, "what would be changed on its way does not leave");
}

#[test]
fn secrets_do_not_cross_over_to_another_origin_and_do_not_come_back() {
    let home = Raw::start(|head, stream| match head.split(' ').nth(1).unwrap() {
        path if path.starts_with("/to/") => {
            let place = format!("location: http://{}", &path[4..]);
            answer(stream, "302 Found", &[&place], b"");
        }
        _ => answer(stream, "200 OK", &[], b"home"),
    });
    let at_home = home.pair();
    let other = Raw::start(move |_, stream| {
        let back = format!("location: http://{at_home}/end");
        answer(stream, "307 Temporary Redirect", &[&back], b"");
    });
    let (client, _) = client(&[&home, &other], Policy::default());
    let ask = |url: String| Ask::get(url).header("x-open", "1").secret("cookie", &secret("sid=canary"));
    let body = run(client.fetch(ask(home.url(&format!("/to/{}/away", other.pair()))))).unwrap().body;
    let (there, here) = (other.heads(), home.heads());
    assert_eq!(body, b"home");
    assert!(here[0].contains("cookie: sid=canary") && here[0].contains("x-open: 1"), "{here:?}");
    assert!(!there[0].contains("canary") && there[0].contains("x-open: 1"), "{there:?}");
    assert!(!here[1].contains("canary"), "sent home by a stranger: {here:?}");
    assert_eq!(here.len() + there.len(), 3);
    run(client.fetch(ask(home.url(&format!("/to/{}/end", home.pair()))))).unwrap();
    assert!(home.heads().iter().all(|head| head.contains("canary")), "a redirect at home keeps them");
}

/// `megabytes` of zeros, packed.
fn zeros(megabytes: usize) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let block = vec![0; 1 << 20];
    (0..megabytes).for_each(|_| packer.write_all(&block).unwrap());
    packer.finish().unwrap()
}

#[test]
fn bombs_are_refused_by_what_is_wrong_with_them() {
    let small = zeros(32);
    let twice = {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&small).unwrap();
        packer.finish().unwrap()
    };
    let server = Raw::start(move |head, stream| match head.split(' ').nth(1).unwrap() {
        "/gzip" => answer(stream, "200 OK", &["content-encoding: gzip"], &small),
        "/nested" => answer(stream, "200 OK", &["content-encoding: gzip, gzip"], &twice),
        "/two-lines" => answer(stream, "200 OK", &["content-encoding: gzip", "content-encoding: br"], &twice),
        // Once unpacked it is packed still, and that is what the caller gets: never unpacked further.
        "/inside" => answer(stream, "200 OK", &["content-encoding: gzip"], &twice),
        "/br" => answer(stream, "200 OK", &["content-encoding: br"], include_bytes!("../fixtures/bombs/zeros-64m.br")),
        "/short" => answer(stream, "200 OK", &["content-encoding: gzip"], &small[..small.len() / 2]),
        "/long" => answer(stream, "200 OK", &[], &vec![b' '; 9 << 20]),
        "/says-long" => {
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n");
        }
        "/chunks" => {
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            while stream.write_all(b"2000\r\n").and_then(|()| stream.write_all(&[b' '; 0x2000])).is_ok()
                && stream.write_all(b"\r\n").is_ok()
            {}
        }
        "/headers" => {
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while stream.write_all(format!("x: {}\r\n", "y".repeat(1000)).as_bytes()).is_ok() {}
        }
        "/one-header" => {
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\nx: ");
            while stream.write_all(&[b'y'; 1000]).is_ok() {}
        }
        path => panic!("{path}"),
    });
    let (client, _) = client(&[&server], Policy::default());
    let get = |path: &str| refused(run(client.fetch(&server.url(path))));
    let schema = |path: &str, word: &str| {
        let (class, said) = get(path);
        assert!(class == Class::Schema && said.contains(word), "{path}: {said}");
    };
    schema("/gzip", "more than 200 times what it sent, which is `egress.max_ratio`");
    schema("/br", "`egress.max_ratio`");
    schema("/nested", "packed as `gzip, gzip`, which was not asked for");
    schema("/two-lines", "packed as `gzip, br`");
    schema("/short", "egress.max_ratio");
    schema("/long", "longer than the 8.0 MiB of `egress.max_body`");
    schema("/says-long", "`egress.max_body`");
    schema("/chunks", "`egress.max_body`");
    for path in ["/headers", "/one-header"] {
        let (class, said) = get(path);
        assert_eq!(class, Class::Network, "{path}: {said}");
    }
    let inside = run(client.fetch(&server.url("/inside"))).unwrap().body;
    assert!(inside.starts_with(&[0x1f, 0x8b]), "unpacked once and no more");
}

#[test]
fn whoever_trickles_is_left_when_time_is_up() {
    let server = Raw::start(|_, stream| {
        let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
        // Holds the line until the client has left.
        let _left = stream.read(&mut [0]);
    });
    let (client, _) = client(&[&server], Policy { timeout: Duration::from_millis(300), ..Policy::default() });
    let (class, said) = refused(run(client.fetch(&server.url("/"))));
    assert!(class == Class::Network && said.ends_with("the answer took longer than 300 ms"), "{said}");
}

/// Carries bytes both ways; what ends on one side ends on the other.
fn carry(near: &mut TcpStream, mut far: TcpStream) {
    let (mut here, mut there) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    let back = std::thread::spawn(move || {
        let _ended = std::io::copy(&mut there, &mut here);
        let _closed = here.shutdown(Shutdown::Write);
    });
    let _ended = std::io::copy(near, &mut far);
    let _closed = far.shutdown(Shutdown::Write);
    back.join().unwrap();
}

/// An HTTP proxy that sends everything to `target`, whatever name it is asked for.
fn http_proxy(target: String) -> Raw {
    Raw::start(move |head, near| {
        if !head.to_ascii_lowercase().contains("proxy-authorization: basic bwu6cebzcw==") {
            return answer(near, "407 Proxy Authentication Required", &[], b"");
        }
        let mut far = TcpStream::connect(&target).unwrap();
        if head.starts_with("CONNECT ") {
            near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
        } else {
            far.write_all(head.as_bytes()).unwrap();
        }
        carry(near, far);
    })
}

fn exact(stream: &mut TcpStream, n: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; n];
    stream.read_exact(&mut bytes).ok().map(|()| bytes)
}

/// A text behind its length.
fn text(stream: &mut TcpStream) -> Option<String> {
    let n = usize::from(exact(stream, 1)?[0]);
    exact(stream, n).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// One conversation of a SOCKS proxy that wants `me` and `p@ss`; gives the host and the port that it was asked for.
fn socks(near: &mut TcpStream) -> Option<String> {
    let methods = usize::from(exact(near, 2)?[1]);
    let wants_login = exact(near, methods)?.contains(&2);
    near.write_all(&[5, if wants_login { 2 } else { 0xff }]).ok()?;
    exact(near, 1)?;
    let right = [text(near)?, text(near)?] == ["me", "p@ss"];
    near.write_all(&[1, u8::from(!right)]).ok()?;
    let kind = exact(near, 4)?[3];
    let host = if kind == 3 { text(near)? } else { format!("an address of kind {kind}") };
    let port = exact(near, 2)?;
    near.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).ok()?;
    Some(format!("{host}:{}", u16::from_be_bytes([port[0], port[1]])))
}

/// A SOCKS proxy that sends everything to `target`, and tells the hosts that it was asked for.
fn socks_proxy(target: String) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (at, (tell, told)) = (listener.local_addr().unwrap(), sync_channel(16));
    std::thread::spawn(move || {
        for near in listener.incoming() {
            let (mut near, tell, target) = (near.unwrap(), tell.clone(), target.clone());
            std::thread::spawn(move || {
                if let Some(asked) = socks(&mut near) {
                    tell.send(asked).unwrap();
                    carry(&mut near, TcpStream::connect(target).unwrap());
                }
            });
        }
    });
    (at.to_string(), told)
}

fn through(client: &Client, proxy: &str, login: &str) -> Client {
    client.through(Proxy::new(proxy, Some(&secret(login))).unwrap()).unwrap()
}

#[test]
fn names_go_to_the_proxy_and_so_does_everything_else() {
    let target = Raw::start(|_, stream| answer(stream, "200 OK", &[], b"hello"));
    let http = http_proxy(target.pair());
    let (socks, told) = socks_proxy(target.pair());
    let policy = Policy { allow_private: vec![http.pair(), socks.clone()], ..Policy::default() };
    let client = Client::new(&policy, Clock::real()).unwrap();
    // A name that nobody knows here: whoever looked it up on this machine would have failed.
    let url = "http://shop.example.invalid/list?q=%E7%BE%8E";
    for (proxy, login) in [(format!("http://{}", http.pair()), "me:p@ss"), (format!("socks5://{socks}"), "me:p@ss")] {
        let answered = run(through(&client, &proxy, login).fetch(url)).unwrap();
        assert_eq!((answered.status.as_u16(), &answered.body[..]), (200, &b"hello"[..]), "{proxy}");
    }
    assert_eq!(told.recv().unwrap(), "shop.example.invalid:80");
    assert!(http.heads()[0].starts_with("GET http://shop.example.invalid/list?q=%E7%BE%8E HTTP/1.1"));
    assert!(target.heads().iter().all(|head| head.contains("host: shop.example.invalid")));

    let wrong = run(through(&client, &format!("http://{}", http.pair()), "me:wrong").fetch(url)).unwrap();
    assert_eq!(wrong.class(radard::net::Want::Json), Class::Local, "the proxy's own 407");
    let (class, said) = refused(run(through(&client, &format!("socks5://{socks}"), "me:wrong").fetch(url)));
    assert!(class == Class::Network && !said.contains("wrong") && !said.contains("p@ss"), "{said}");
    assert_eq!(target.heads().len(), 0);
}

#[test]
fn a_proxy_inside_is_refused_like_any_other_address_inside() {
    let (listed, other) = (Raw::start(|_, _| {}), Raw::start(|_, _| {}));
    let (client, _) = client(&[&listed], Policy::default());
    let (class, said) = refused(client.through(Proxy::new(&format!("http://{}", other.pair()), None).unwrap()));
    assert!(class == Class::Local && said.contains("this machine"), "{said}");
    let (class, said) = refused(client.through(Proxy::new("http://localhost:1", None).unwrap()));
    assert!(class == Class::Local && said.contains("`localhost` is a name of private networks"), "{said}");
    let open = client.through(Proxy::new(&format!("http://{}", listed.pair()), None).unwrap()).unwrap();
    let (class, said) = refused(run(open.fetch("http://169.254.169.254/latest/meta-data")));
    assert!(class == Class::Local && said.contains("metadata"), "{said}");
    // The proxy would look it up where it stands, in its own network.
    for inside in ["http://localhost/", "http://metadata.internal/", "http://nas/"] {
        let (class, said) = refused(run(open.fetch(inside)));
        assert!(class == Class::Local && said.contains("name of private networks"), "{inside}: {said}");
    }
    assert_eq!(listed.heads().len() + other.heads().len(), 0);
}

#[test]
fn the_dialer_goes_by_the_same_guard_and_the_same_proxy() {
    let target = Raw::start(|_, stream| answer(stream, "200 OK", &[], b"hello"));
    let http = http_proxy(target.pair());
    let (socks, told) = socks_proxy(target.pair());
    let policy = Policy { allow_private: vec![target.pair(), http.pair(), socks.clone()], ..Policy::default() };
    let client = Client::new(&policy, Clock::real()).unwrap();
    let (host, port) =
        target.pair().split_once(':').map(|(host, port)| (host.to_owned(), port.parse().unwrap())).unwrap();
    let speak = async |client: &Client, host: &str, port: u16| {
        let mut stream = client.dialer().dial(host, port).await?;
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await.unwrap();
        Ok::<_, Refusal>(heard)
    };
    let by = |proxy: String| through(&client, &proxy, "me:p@ss");
    assert!(run(speak(&client, &host, port)).unwrap().ends_with("hello"));
    for client in [by(format!("http://{}", http.pair())), by(format!("socks5://{socks}"))] {
        assert!(run(speak(&client, "live.example.invalid", 443)).unwrap().ends_with("hello"));
    }
    assert_eq!(told.recv().unwrap(), "live.example.invalid:443");
    for (host, port) in [("127.0.0.1", 1), ("localhost", port), ("[::ffff:10.0.0.1]", 443)] {
        let (class, said) = refused(run(client.dialer().dial(host, port)));
        assert_eq!(class, Class::Local, "{host}:{port}: {said}");
    }
    let (class, said) =
        refused(run(through(&client, &format!("http://{}", http.pair()), "me:no").dialer().dial("a.example", 443)));
    assert!(class == Class::Network && said.ends_with("it wants another login"), "{said}");
}

/// A site whose robots.txt is `said`; everything else is there.
fn site(said: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Raw {
    Raw::start(move |head, stream| match head.split(' ').nth(1).unwrap() {
        "/robots.txt" => said(stream),
        _ => answer(stream, "200 OK", &[], b"{}"),
    })
}

#[test]
fn where_the_operator_wants_it_a_host_is_asked_first() {
    let everyone = |policy: Policy| Policy { robots: vec!["127.0.0.1".to_owned()], ..policy };
    let asked = |said: fn(&mut TcpStream), path: &str| {
        let site = site(said);
        let (client, _) = client(&[&site], everyone(Policy::default()));
        let class = run(client.fetch(&site.url(path))).map_or_else(|refusal| refusal.class, |_| Class::Ok);
        (class, site.heads().len())
    };
    let forbid: fn(&mut TcpStream) =
        |to| answer(to, "200 OK", &[], b"User-agent: radard\nDisallow: /private\nAllow: /private/open\n");
    assert_eq!(asked(forbid, "/private/x"), (Class::Private, 1), "nothing but the question went out");
    assert_eq!(asked(forbid, "/private/open"), (Class::Ok, 2));
    assert_eq!(asked(forbid, "/"), (Class::Ok, 2));
    for status in ["401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone"] {
        let said = move |to: &mut TcpStream| answer(to, status, &[], b"User-agent: *\nDisallow: /\n");
        let site = site(said);
        let (client, _) = client(&[&site], everyone(Policy::default()));
        assert!(run(client.fetch(&site.url("/x"))).is_ok(), "{status} means that there are no rules");
    }
    assert_eq!(asked(|to| answer(to, "500 Internal Server Error", &[], b""), "/x"), (Class::Network, 1));
    assert_eq!(asked(|to| answer(to, "503 Service Unavailable", &["retry-after: 5"], b""), "/x"), (Class::Network, 1));
    assert_eq!(asked(|_| {}, "/x"), (Class::Network, 1), "it hung up");
    assert_eq!(asked(|to| answer(to, "429 Too Many Requests", &["retry-after: 5"], b""), "/x"), (Class::Rate, 1));
    let long: fn(&mut TcpStream) = |to| {
        let text = ["User-agent: *\nDisallow: /x\n".to_owned(), "#".repeat(3 << 20)].concat();
        answer(to, "200 OK", &[], text.as_bytes());
    };
    assert_eq!(asked(long, "/x"), (Class::Private, 1), "the beginning of a long text counts");

    let site = site(forbid);
    let (client, _) = client(&[&site], Policy { robots: vec!["other.example".to_owned()], ..Policy::default() });
    assert!(run(client.fetch(&site.url("/private/x"))).is_ok(), "a host that nobody named is not asked");
}

#[test]
fn what_a_host_said_counts_for_a_day_and_its_silence_for_minutes() {
    let questions = |heads: &[String]| heads.iter().filter(|head| head.contains("/robots.txt")).count();
    for (status, kept) in [("200 OK", 24 * 60), ("500 Internal Server Error", 5)] {
        let site = site(move |to| answer(to, status, &[], b"User-agent: *\nDisallow: /no\n"));
        let (client, clock) = client(&[&site], Policy { robots: vec!["*".to_owned()], ..Policy::default() });
        run(async {
            for _ in 0..3 {
                let _either = client.fetch(&site.url("/yes")).await;
            }
            assert_eq!(questions(&site.heads()), 1, "{status}");
            clock.jump(Duration::from_mins(kept - 1));
            let _either = client.fetch(&site.url("/yes")).await;
            assert_eq!(questions(&site.heads()), 0, "{status}");
            clock.jump(Duration::from_mins(2));
            let _either = client.fetch(&site.url("/yes")).await;
            assert_eq!(questions(&site.heads()), 1, "{status}");
        });
    }
}

#[test]
fn a_redirect_leads_nowhere_that_the_host_there_forbids() {
    let there = site(|to| answer(to, "200 OK", &[], b"User-agent: *\nDisallow: /no\n"));
    let place = format!("location: http://{}/no", there.pair());
    let here = Raw::start(move |head, stream| match head.split(' ').nth(1).unwrap() {
        "/robots.txt" => answer(stream, "404 Not Found", &[], b""),
        _ => answer(stream, "302 Found", &[&place], b""),
    });
    let (client, _) = client(&[&here, &there], Policy { robots: vec!["*".to_owned()], ..Policy::default() });
    assert_eq!(refused(run(client.fetch(&here.url("/go")))).0, Class::Private);
    assert_eq!(there.heads().len(), 1, "only the question");
}
