//! Nothing inside is ever reached: a network of its own with addresses of every sort, someone listening on all of them,
//! and a name server that lies. A single connection there, even one that says nothing, is a failure.
//!
//! The story starts this same program again inside the network; what it finds there, it says by its exit.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use radard::ambient::Clock;
use radard::net::{Client, Policy, Proxy};
use serde_json::{Value, json};

use crate::kit::{Daemon, Dir, Extra, QUIET, block_on, clock, env, figure, names, not_run, until, until_it};

/// Says that the network stands around this program.
const WITHIN: &str = "RADARD_WITHIN";

/// The one address that is outside.
const OUTSIDE: &str = "93.184.216.34";

/// Addresses of the network, each of a sort that must not be reached.
const INSIDE: &[&str] = &[
    "10.0.0.7",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "fc00::1",
    "fd00:ec2::254",
    "2001:db8::1",
    "64:ff9b::a00:7",
    "2002:a00:7::1",
];

/// Spellings of addresses inside, as a URL may have them.
const LITERALS: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "①②⑦.⓪.⓪.①",
    "10.0.0.7",
    "0xa.0.0.7",
    "167772167",
    "012.0.0.7",
    "[::ffff:10.0.0.7]",
    "[::ffff:a00:7]",
    "[64:ff9b::10.0.0.7]",
    "[64:ff9b::a00:7]",
    "[2002:a00:7::1]",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "[::ffff:169.254.169.254]",
    "[fd00:ec2::254]",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "198.18.0.1",
    "[fc00::1]",
    "[2001:db8::1]",
];

fn zone() -> names::Zone {
    vec![
        ("outside.test", vec![vec![OUTSIDE]]),
        ("inside.test", vec![vec!["10.0.0.7"]]),
        ("loop.test", vec![vec!["127.0.0.1", "::1"]]),
        ("metadata.test", vec![vec!["169.254.169.254"]]),
        ("mapped.test", vec![vec!["::ffff:10.0.0.7"]]),
        ("translated.test", vec![vec!["64:ff9b::a00:7"]]),
        ("six.test", vec![vec!["fc00::1"]]),
        // One good address condemns nobody and excuses nobody.
        ("mixed.test", vec![vec![OUTSIDE, "10.0.0.7"]]),
        ("mixed-six.test", vec![vec![OUTSIDE, "fc00::1"]]),
        // Outside when it is asked first, inside when it is asked again; an odd number, so that nobody keeps step.
        ("rebind.test", vec![vec![OUTSIDE], vec!["10.0.0.7"], vec![OUTSIDE]]),
        ("rebind-loop.test", vec![vec!["127.0.0.1"], vec![OUTSIDE], vec!["127.0.0.1"]]),
    ]
}

/// Names that lead inside, always or in turns.
const NAMES: &[&str] = &[
    "localhost",
    "inside.test",
    "loop.test",
    "metadata.test",
    "mapped.test",
    "translated.test",
    "six.test",
    "mixed.test",
    "mixed-six.test",
];

/// Who was reached where nobody may be.
type Reached = Arc<Mutex<Vec<SocketAddr>>>;

/// Listens everywhere on `port`. Outside is a server that redirects to what stands behind `/to/`.
fn listen(port: u16, reached: &Reached) {
    for any in ["0.0.0.0", "::"] {
        let listener = match any {
            "::" => v6_only(port),
            _ => TcpListener::bind((any, port)).unwrap(),
        };
        let reached = reached.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let at = stream.local_addr().unwrap();
                if at.ip() == OUTSIDE.parse::<IpAddr>().unwrap() {
                    std::thread::spawn(move || redirect(stream));
                } else {
                    reached.lock().unwrap().push(at);
                }
            }
        });
    }
}

/// A listener for v6 alone, so that one for v4 may stand beside it; other sockets reach v4 through v6 as they always do.
fn v6_only(port: u16) -> TcpListener {
    let switch = "/proc/sys/net/ipv6/bindv6only";
    std::fs::write(switch, "1").unwrap();
    let listener = TcpListener::bind(("::", port)).unwrap();
    std::fs::write(switch, "0").unwrap();
    listener
}

fn redirect(mut stream: TcpStream) {
    while let Some(head) = crate::kit::read_head(&mut stream) {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let answer = match path.strip_prefix("/to/") {
            Some(place) => format!("HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n"),
            None => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
        };
        if stream.write_all(answer.as_bytes()).is_err() {
            break;
        }
    }
}

fn ip(arguments: &str) {
    let done = Command::new("ip").args(arguments.split(' ')).output().unwrap();
    assert!(done.status.success(), "ip {arguments}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Makes the network; gives where it is noted who was reached.
fn build() -> Reached {
    ip("link set lo up");
    for address in INSIDE.iter().chain([&OUTSIDE]) {
        let length = if address.contains(':') { 128 } else { 32 };
        ip(&format!("addr add {address}/{length} dev lo"));
    }
    let dir = std::env::temp_dir().join(format!("radard-lab-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let files = [("resolv.conf", "nameserver 127.0.0.53\n"), ("nsswitch.conf", "hosts: files dns\n")];
    for (name, text) in files {
        std::fs::write(dir.join(name), text).unwrap();
        let to = format!("/etc/{name}");
        let mounted = Command::new("mount").arg("--bind").arg(dir.join(name)).arg(&to).status().unwrap();
        assert!(mounted.success(), "cannot put our own {to} there");
    }
    // What is mounted stays without its name.
    std::fs::remove_dir_all(&dir).unwrap();
    names::serve("127.0.0.53:53", zone());
    let reached = Reached::default();
    for port in [80, 443, 8080] {
        listen(port, &reached);
    }
    reached
}

/// Every URL that tries to get inside.
fn attempts() -> Vec<String> {
    let hosts: Vec<_> = LITERALS.iter().chain(NAMES).collect();
    let mut urls = Vec::new();
    for host in hosts {
        urls.extend([format!("http://{host}/"), format!("https://{host}/"), format!("http://{host}:8080/")]);
        urls.push(format!("http://outside.test/to/http://{host}/"));
        urls.push(format!("http://outside.test/to/http://outside.test/to/https://{host}/"));
    }
    urls
}

#[test]
fn nothing_inside_is_reached_from_a_network_where_everybody_listens() {
    if env(WITHIN).is_some() {
        return within_the_network();
    }
    let alone = || {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--net", "--mount"]);
        command
    };
    let can = alone().arg("true").output().is_ok_and(|output| output.status.success());
    if !can || Command::new("ip").arg("-V").output().is_err() {
        return not_run("the network with listeners: no `unshare` with user namespaces, or no `ip`");
    }
    let mut again = alone();
    again.arg(std::env::current_exe().unwrap()).env(WITHIN, "1");
    again.args(["inside::nothing_inside_is_reached_from_a_network_where_everybody_listens", "--exact", "--nocapture"]);
    let output = again.output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success() && said.contains("1 passed") && said.contains("figure: control=7"), "{said}");
    said.lines().filter_map(|line| line.strip_prefix("figure: ")).for_each(figure);
}

fn within_the_network() {
    let reached = build();
    let taken = || std::mem::take(&mut *reached.lock().unwrap());

    // The harness hears those who do get in: as many as are let in by somebody without a guard.
    for host in [
        "127.0.0.1",
        "10.0.0.7",
        "169.254.169.254",
        "fc00::1",
        "::ffff:10.0.0.7",
        "inside.test",
        "rebind.test",
        "rebind.test",
    ] {
        let _either = TcpStream::connect((host, 80));
    }
    let mut seen = Vec::new();
    until_it(Duration::from_secs(5), "the control is heard", || {
        seen.extend(taken());
        seen.len() == 7
    });

    let urls = attempts();
    let refused = block_on(async {
        let client =
            Client::new(&Policy { timeout: Duration::from_secs(5), ..Policy::default() }, Clock::real()).unwrap();
        assert!(client.fetch("http://outside.test/").await.is_ok(), "what is outside is reached");
        let mut refused = 0;
        for url in &urls {
            let answered = client.fetch(url).await;
            assert!(answered.is_err(), "{url}: {answered:?}");
            let stream = client.open(url).await;
            assert!(stream.is_err(), "{url}: {stream:?}");
            refused += 2;
        }
        // A name that changes under the hand: each time it is reached outside or not at all.
        for name in ["rebind.test", "rebind-loop.test"] {
            let mut reached_outside = 0;
            for _ in 0..50 {
                let fresh = Client::new(&Policy::default(), Clock::real()).unwrap();
                reached_outside += usize::from(fresh.fetch(&format!("http://{name}/")).await.is_ok());
                refused += usize::from(fresh.dialer().dial(name, 80).await.is_err());
            }
            assert!((1..50).contains(&reached_outside), "{name} was reached {reached_outside} times of 50");
        }
        for host in LITERALS.iter().chain(NAMES).filter(|host| host.is_ascii()) {
            assert!(client.dialer().dial(host, 80).await.is_err(), "{host} by the dialer");
            let proxy = Proxy::new(&format!("http://{host}:8080"), None).unwrap();
            let through = client.through(proxy);
            if let Ok(client) = through {
                assert!(client.fetch("http://outside.test/").await.is_err(), "through a proxy at {host}");
            }
            refused += 2;
        }
        refused
    });
    assert_eq!(taken(), Vec::<SocketAddr>::new(), "by the client");

    let (jobs, took) = by_the_daemon(&urls);
    assert_eq!(taken(), Vec::<SocketAddr>::new(), "by the daemon");
    let (control, ms) = (seen.len(), took.as_millis());
    figure(&format!("control={control} refused={refused} jobs={jobs} connections=0 daemon_ms={ms}"));
}

/// The same by downloads of the real program; gives how many.
fn by_the_daemon(urls: &[String]) -> (usize, Duration) {
    let (dir, begun) = (Dir::new("inside"), clock().steady());
    let profile = "[profile.main]\nplatform = \"douyin\"\nproxy = \"socks5://inside.test:8080\"\n";
    let free = "[[pace.rule]]\nname = \"free\"\nat_most = 100000\nper = \"1s\"\nkeyed_by = \"endpoint\"\n";
    let daemon = Daemon::start(&dir, &format!("{QUIET}{free}{profile}"), &Extra::default());
    let mut refused = 0;
    for (i, url) in urls.iter().enumerate() {
        let wish = json!({"kind": "download", "key": format!("inside-{i}"), "payload": {"url": url}});
        // What says by itself that it is inside is refused at once; a name is tried.
        let (status, said) = daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap();
        assert!([201, 400].contains(&status), "{url}: {status} {said}");
        refused += usize::from(status == 400);
    }
    assert!((1..urls.len()).contains(&refused), "{refused} of {}", urls.len());
    let wish = json!({"kind": "probe_platform", "key": "proxy", "payload": {"platform": "douyin", "profile": "main"}});
    assert_eq!(daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap().0, 201);
    let tried = |job: &Value| job["class"] != Value::Null;
    let (jobs, _) = until(Duration::from_mins(1), "each was tried", || {
        let jobs = daemon.list("/api/v1/jobs");
        jobs.iter().all(tried).then_some(jobs)
    });
    for job in &jobs {
        assert!(["local", "network"].contains(&job["class"].as_str().unwrap()) && job["state"] != "done", "{job}");
    }
    (jobs.len(), clock().steady().saturating_sub(begun))
}
