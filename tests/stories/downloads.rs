//! Downloads that are cut, killed, changed on the way, or that bring something else than was asked for.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use radard::ambient::Ambient;
use radard::config::{Config, Current};
use radard::domain::Class;
use radard::media::Claims;
use radard::media::jobs::{Download, Tools};
use radard::net::{Client, Policy};
use radard::queue::{Ask, Kinds, Rules};
use radard::store::jobs::State;
use radard::store::{self, jobs};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::kit::{
    Base, Daemon, Dir, Extra, QUIET, Raw, Rows, START, Works, answer, block_on, change, figure, pause, texts, until,
    until_it,
};

const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isommp41";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
const PAGE: &[u8] = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body></html>";

/// A file of `bytes` bytes that begins as an MP4 does; every version has other bytes.
fn movie(bytes: usize, version: u8) -> Vec<u8> {
    let noise = (0..bytes - MP4.len()).map(|at| u8::try_from(at * 31 % 251).unwrap() ^ version);
    MP4.iter().copied().chain(noise).collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The first byte that a request asks for; `None` when it asks for the whole file.
fn from_of(head: &str) -> Option<usize> {
    let line = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    line.and_then(|range| range.strip_suffix('-')?.parse().ok())
}

/// An answer that announces `length` bytes and sends `body`, which may be less.
struct Reply<'a> {
    status: &'a str,
    headers: &'a [String],
    length: usize,
    body: &'a [u8],
}

/// Answers and hangs up.
fn send(stream: &mut TcpStream, reply: &Reply<'_>) {
    let Reply { status, headers, length, body } = reply;
    let lines = headers.iter().fold(String::new(), |lines, line| lines + line + "\r\n");
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{lines}\r\n");
    let _gone = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// A house that does nothing but download, in this process.
struct Library {
    dir: Dir,
    ambient: Ambient,
    works: Works,
}

impl Library {
    fn run(name: &str, pairs: &[String], tale: impl AsyncFnOnce(&Self)) {
        block_on(async {
            let (dir, ambient) = (Dir::new(name), Ambient::real(Some(1)));
            let base = Base::open(&dir, &ambient).await;
            let policy = Policy { allow_private: pairs.to_vec(), ..Policy::default() };
            let mut config = Config::default();
            config.media.max_bytes = 1 << 30;
            let tools = Tools {
                net: Client::new(&policy, ambient.clock.clone()).unwrap(),
                dir: dir.data().join("media"),
                claims: Claims::default(),
                current: Current::new(config.clone()),
                watch: None,
            };
            (config.queue.backoff_base, config.queue.backoff_cap) =
                (Duration::from_millis(5), Duration::from_millis(10));
            let works = base.with(Rules::of(&config, "story/1"), Kinds::default().with::<Download>(tools));
            let library = Self { dir, ambient, works };
            tale(&library).await;
            library.works.end().await;
        });
    }

    async fn ask(&self, key: &str, payload: Value) {
        let (kind, key) = ("download".to_owned(), key.to_owned());
        self.works.queue.ask(Ask { kind, key, payload, priority: 0, run_at: None }).await.unwrap();
    }

    /// The job `key`, as soon as it stands so.
    async fn stands(&self, key: &str, so: impl Fn(&jobs::Job) -> bool) -> jobs::Job {
        let begun = self.ambient.clock.steady();
        loop {
            let key = key.to_owned();
            let found = self
                .works
                .store
                .read::<_, store::Error, _>(|tx| Box::pin(async move { jobs::find_key(tx, "download", &key).await }));
            let job = found.await.unwrap().unwrap();
            if so(&job) {
                return job;
            }
            assert!(
                self.ambient.clock.steady().saturating_sub(begun) < Duration::from_secs(20),
                "it does not come to stand so: {job:?}"
            );
            self.ambient.clock.sleep(Duration::from_millis(5)).await;
        }
    }

    /// What the job `key` gave.
    async fn result(&self, key: &str) -> Value {
        let job = self.stands(key, |job| matches!(job.state, State::Done | State::Dead)).await;
        assert_eq!(job.state, State::Done, "{job:?}");
        serde_json::from_str(job.result.as_deref().unwrap()).unwrap()
    }

    /// The names in the library.
    fn names(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.dir.data().join("media")) else { return Vec::new() };
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.dir.data().join("media").join(name)).unwrap()
    }
}

const SIZE: usize = 700_000;
/// Where the first answer is cut.
const CUT: usize = 400_000;

/// What the server does after it cut its first answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    GivesTheRest,
    CutsAgain,
    HasChanged,
    IgnoresIfRange,
    IgnoresRange,
    SendsAnotherRange,
    SendsAnotherTotal,
    SendsNoPlace,
    SendsNoValidator,
    SendsLess,
    RefusesRanges,
}

/// One way in which a file changes, or does not, while it is fetched.
struct Case {
    validator: &'static [&'static str],
    then: Then,
    /// The version that is fetched in the end, and how many of its requests ask for a part.
    expected: (u8, usize),
}

fn serve(case: &Case, head: &str, nth: usize, stream: &mut TcpStream) {
    let (old, new) = (movie(SIZE, 1), movie(SIZE, 2));
    let headers: Vec<String> = case.validator.iter().map(|line| (*line).to_owned()).collect();
    if nth == 0 {
        return send(stream, &Reply { status: "200 OK", headers: &headers, length: SIZE, body: &old[..CUT] });
    }
    let has_changed = matches!(case.then, Then::HasChanged | Then::IgnoresIfRange);
    let (now, headers) = if has_changed { (&new, vec!["etag: \"2\"".to_owned()]) } else { (&old, headers) };
    let Some(from) = from_of(head) else {
        return send(stream, &Reply { status: "200 OK", headers: &headers, length: SIZE, body: now });
    };
    let part = |first: usize, total: usize, validator: &[String], body: &[u8]| {
        let place = format!("content-range: bytes {first}-{}/{total}", total - 1);
        ([&[place], validator].concat(), body.len(), body.to_vec())
    };
    let (headers, length, body) = match case.then {
        Then::GivesTheRest | Then::IgnoresIfRange => part(from, SIZE, &headers, &now[from..]),
        Then::CutsAgain => {
            let (headers, length, _) = part(from, SIZE, &headers, &now[from..]);
            (headers, length, now[from..SIZE.min(from + 90_000)].to_vec())
        }
        Then::HasChanged | Then::IgnoresRange => {
            return send(stream, &Reply { status: "200 OK", headers: &headers, length: SIZE, body: now });
        }
        Then::SendsAnotherRange => part(from - 1, SIZE, &headers, &now[from - 1..]),
        Then::SendsAnotherTotal => part(from, SIZE + 1, &headers, &[&now[from..], b"x"].concat()),
        Then::SendsNoPlace => (headers, SIZE - from, now[from..].to_vec()),
        Then::SendsNoValidator => part(from, SIZE, &[], &now[from..]),
        Then::SendsLess => part(from, SIZE, &headers, &now[from..SIZE - 1]),
        Then::RefusesRanges => {
            return send(stream, &Reply { status: "416 Range Not Satisfiable", headers: &[], length: 0, body: b"" });
        }
    };
    send(stream, &Reply { status: "206 Partial Content", headers: &headers, length, body: &body });
}

/// P22: whatever changes between two attempts, the file is one single version of the resource, byte for byte.
#[test]
fn a_file_is_one_version_of_what_the_server_has() {
    let strong: &[&str] = &["etag: \"1\""];
    let settled: &[&str] = &["last-modified: Sun, 06 Nov 1994 08:49:37 GMT", "date: Sun, 06 Nov 1994 09:49:37 GMT"];
    let young: &[&str] = &["last-modified: Sun, 06 Nov 1994 08:49:37 GMT", "date: Sun, 06 Nov 1994 08:49:38 GMT"];
    let case = |validator, then, expected| Case { validator, then, expected };
    let cases = [
        case(strong, Then::GivesTheRest, (1, 1)),
        case(settled, Then::GivesTheRest, (1, 1)),
        case(strong, Then::CutsAgain, (1, 4)),
        case(strong, Then::HasChanged, (2, 1)),
        case(strong, Then::IgnoresIfRange, (2, 1)),
        case(strong, Then::IgnoresRange, (1, 1)),
        case(strong, Then::SendsAnotherRange, (1, 1)),
        case(strong, Then::SendsAnotherTotal, (1, 1)),
        case(strong, Then::SendsNoPlace, (1, 1)),
        case(strong, Then::SendsNoValidator, (1, 1)),
        case(strong, Then::SendsLess, (1, 1)),
        case(strong, Then::RefusesRanges, (1, 1)),
        case(&["etag: W/\"1\""], Then::HasChanged, (2, 0)),
        case(&[], Then::HasChanged, (2, 0)),
        case(young, Then::HasChanged, (2, 0)),
    ];
    let count = cases.len();
    let servers: Vec<(Raw, String, (u8, usize))> = cases
        .into_iter()
        .map(|case| {
            let (told, expected) = (format!("{:?} {:?}", case.then, case.validator), case.expected);
            let requests = AtomicUsize::new(0);
            let serve = move |head: &str, stream: &mut TcpStream| {
                serve(&case, head, requests.fetch_add(1, Ordering::Relaxed), stream);
            };
            (Raw::start(serve), told, expected)
        })
        .collect();
    let pairs: Vec<_> = servers.iter().map(|(server, ..)| server.pair()).collect();
    Library::run("versions", &pairs, async |library| {
        library.works.work();
        for (nth, (server, told, (version, parts))) in servers.iter().enumerate() {
            let (key, name) = (format!("k{nth}"), format!("n{nth}.mp4"));
            library.ask(&key, json!({"url": server.url("/v.mp4"), "name": name})).await;
            let (result, whole) = (library.result(&key).await, movie(SIZE, *version));
            assert_eq!(result, json!({"file": name, "bytes": SIZE, "sha256": sha256(&whole)}), "{told}");
            assert!(library.file(&name) == whole, "{told}: spliced");
            let heads = server.heads();
            let asked: Vec<_> = heads.iter().filter_map(|head| from_of(head)).collect();
            assert_eq!(asked.len(), *parts, "{told}: {asked:?}");
            assert!(asked.first().is_none_or(|from| *from == CUT), "{told}: all that came was kept: {asked:?}");
        }
        assert_eq!(library.names().len(), count, "no part is left: {:?}", library.names());
    });
    figure(&format!("P22 variants={count} spliced=0"));
}

/// What is not what was asked for is never a file, whatever the status says.
#[test]
fn a_page_or_another_type_is_never_done() {
    let server = Raw::start(|head, stream| {
        let path = head.split(' ').nth(1).unwrap();
        let (kind, body): (&str, &[u8]) = match path.rsplit('/').next().unwrap().split('.').next().unwrap() {
            "page" => ("text/html", PAGE),
            "sly" => ("video/mp4", PAGE),
            "jpeg" => ("image/jpeg", JPEG),
            "json" => ("application/json", b"{\"error\":1}"),
            "empty" => ("video/mp4", b""),
            _ => ("video/mp4", MP4),
        };
        answer(stream, "200 OK", &[&format!("content-type: {kind}")], body);
    });
    Library::run("types", &[server.pair()], async |library| {
        library.works.work();
        for (nth, (path, name, class)) in [
            ("/page.mp4", None, Class::Network),
            ("/sly.mp4", None, Class::Network),
            ("/page", Some("n.mp4"), Class::Network),
            ("/page", None, Class::Network),
            ("/jpeg.mp4", None, Class::Schema),
            ("/json", Some("n.mp4"), Class::Schema),
            ("/film.jpg", None, Class::Schema),
        ]
        .into_iter()
        .enumerate()
        {
            let key = format!("k{nth}");
            let mut payload = json!({"url": server.url(path)});
            if let Some(name) = name {
                payload["name"] = json!(name);
            }
            library.ask(&key, payload).await;
            let job = library.stands(&key, |job| job.class.is_some()).await;
            assert!(job.class == Some(class) && job.state != State::Done, "{path} {name:?}: {job:?}");
        }
        let job = library.stands("k4", |job| job.state == State::Dead).await;
        let said = format!("`{}`: MP4 was expected, JPEG came, content type `image/jpeg`", server.pair());
        assert!(job.attempts == 5 && job.last_error.as_deref().unwrap().contains(&said), "{job:?}");
        assert!(library.names().is_empty(), "{:?}", library.names());
        // A part that was kept for a job that is dead, or that is not there, is removed; nothing else is.
        let media = library.dir.data().join("media");
        std::fs::create_dir_all(&media).unwrap();
        let (kind, key, payload) = ("download".to_owned(), "later".to_owned(), json!({"url": server.url("/film.mp4")}));
        let run_at = Some(library.ambient.clock.now() + Duration::from_hours(1));
        library.works.queue.ask(Ask { kind, key, payload, priority: 0, run_at }).await.unwrap();
        let waiting = library.stands("later", |_| true).await;
        let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
        for stem in [&job.id.to_string(), unknown, &waiting.id.to_string(), "notes"] {
            std::fs::write(media.join(format!("{stem}.part")), "x").unwrap();
        }
        assert_eq!(radard::media::prune(&library.works.store, &media).await.unwrap(), [("parts", 2)]);
        assert_eq!(library.names(), [format!("{}.part", waiting.id), "notes.part".to_owned()]);
        std::fs::remove_dir_all(&media).unwrap();
        // The controls: what was asked for.
        for (key, path, name) in
            [("film", "/film.mp4", "film.mp4"), ("site", "/page", "page.html"), ("any", "/jpeg", "j")]
        {
            library.ask(key, json!({"url": server.url(path), "name": name})).await;
            assert_eq!(library.result(key).await["file"], name);
        }
        library.ask("empty", json!({"url": server.url("/empty.mp4")})).await;
        assert_eq!(library.stands("empty", |job| job.class.is_some()).await.class, Some(Class::Risk));
    });
}

/// A process died after it remembered the name of its file and before the file had it. Another job's file has that name
/// and that size by now.
#[test]
fn a_file_of_another_job_is_not_taken_for_ones_own() {
    let (ours, theirs) = (movie(5_000, 1), movie(5_000, 2));
    let sent = ours.clone();
    let server = Raw::start(move |_, stream| answer(stream, "200 OK", &["etag: \"1\""], &sent));
    Library::run("names", &[server.pair()], async |library| {
        let media = library.dir.data().join("media");
        std::fs::create_dir_all(&media).unwrap();
        let remember = |key: &str, file: &str| {
            let progress = json!({"file": file, "bytes": 5_000, "sha256": sha256(&ours), "most": 5_000});
            let act = format!("UPDATE job SET progress = '{progress}' WHERE key = '{key}'");
            std::thread::scope(|scope| scope.spawn(|| change(&library.dir.database(), act.leak())).join().unwrap())
        };
        let mut ids = Vec::new();
        for key in ["lost", "part", "own"] {
            let name = format!("{key}.mp4");
            library.ask(key, json!({"url": server.url("/v.mp4"), "name": name})).await;
            assert_eq!(remember(key, &name), 1);
            ids.push(library.stands(key, |_| true).await.id);
            std::fs::write(media.join(&name), if key == "own" { &ours } else { &theirs }).unwrap();
        }
        std::fs::write(media.join(format!("{}.part", ids[1])), &ours).unwrap();
        library.works.work();
        for (nth, key) in ["lost", "part"].into_iter().enumerate() {
            let name = format!("{key}-{}.mp4", ids[nth]);
            let result = library.result(key).await;
            assert_eq!(result, json!({"file": name, "bytes": 5_000, "sha256": sha256(&ours)}), "{key}");
            assert!(library.file(&name) == ours && library.file(&format!("{key}.mp4")) == theirs, "{key}");
        }
        assert_eq!(library.result("own").await["file"], "own.mp4", "the name had been given");
        assert_eq!(server.heads().len(), 1, "only what was lost is fetched again");
        assert_eq!(library.names().len(), 5, "{:?}", library.names());
    });
}

/// The settings of a daemon that may fetch from `server`.
fn settings(server: &Raw) -> String {
    format!("{QUIET}[egress]\nallow_private = [\"{}\"]\n", server.pair())
}

fn ask(daemon: &Daemon, url: &str) {
    let wish = json!({"kind": "download", "key": "k", "payload": {"url": url}});
    assert_eq!(daemon.call("POST", "/api/v1/jobs", Some(&wish)).unwrap().0, 201);
}

/// How many bytes the only job remembers.
fn grown(dir: &Dir) -> u64 {
    let told = texts(&dir.database(), "SELECT progress FROM job WHERE key = 'k'");
    let told: Option<Value> = told.first().and_then(|told| serde_json::from_str(told).ok());
    told.and_then(|told| told["bytes"].as_u64()).unwrap_or(0)
}

/// P6 and P24: a download that grows is not poison however often the process dies, and a kill costs little of it.
#[test]
fn a_download_that_grows_survives_every_kill() {
    const BYTES: usize = 24 << 20;
    const KILLS: usize = 4;
    let (whole, sent, hurry) = (Arc::new(movie(BYTES, 1)), Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
    let (content, count, fast) = (whole.clone(), sent.clone(), hurry.clone());
    let server = Raw::start(move |head, stream| {
        let from = from_of(head).unwrap_or(0);
        let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
        let place = format!("etag: \"1\"\r\ncontent-range: bytes {from}-{}/{BYTES}", BYTES - 1);
        send(stream, &Reply { status, headers: &[place], length: BYTES - from, body: b"" });
        for piece in content[from..].chunks(64 << 10) {
            if stream.write_all(piece).is_err() {
                return;
            }
            count.fetch_add(piece.len(), Ordering::Relaxed);
            if !fast.load(Ordering::Relaxed) {
                pause(15);
            }
        }
    });
    let (dir, settings) = (Dir::new("grows"), settings(&server));
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    ask(&daemon, &server.url("/v.mp4"));
    let mut last = 0;
    for _ in 0..KILLS {
        last = until(Duration::from_secs(20), "it grows", || Some(grown(&dir)).filter(|bytes| *bytes > last)).0;
        daemon.kill();
        daemon = Daemon::start(&dir, &settings, &Extra::default());
    }
    hurry.store(true, Ordering::Relaxed);
    let (job, _) = until(Duration::from_secs(20), "it is done", || {
        let job = daemon.list("/api/v1/jobs").into_iter().find(|job| job["key"] == "k")?;
        ["done", "dead"].iter().any(|state| job["state"] == *state).then_some(job)
    });
    let expected = json!({"file": "v.mp4", "bytes": BYTES, "sha256": sha256(&whole)});
    assert_eq!((&job["state"], &job["result"], &job["attempt"]), (&json!("done"), &expected, &json!(0)), "{job}");
    let media = dir.data().join("media");
    assert!(std::fs::read(media.join("v.mp4")).unwrap() == *whole, "byte for byte");
    assert_eq!(std::fs::read_dir(&media).unwrap().count(), 1, "no part is left");
    let refetched = sent.load(Ordering::Relaxed) - BYTES;
    assert!(refetched <= KILLS * (2 << 20), "{refetched} bytes were fetched twice");
    figure(&format!("P6 P24 kills={KILLS} bytes={BYTES} refetched={refetched} per_kill={}", refetched / KILLS));
}

/// P6, the other half: what never comes further than before is poison after three kills.
#[test]
fn a_download_that_does_not_grow_is_poison() {
    let begun = Arc::<AtomicUsize>::default();
    let count = begun.clone();
    let server = Raw::start(move |_, stream| {
        // Nothing tells versions apart, so each run begins anew; and none gets further than this.
        send(stream, &Reply { status: "200 OK", headers: &[], length: 1 << 20, body: &movie(300_000, 1) });
        count.fetch_add(1, Ordering::Relaxed);
        while stream.write_all(b"").is_ok() && stream.peek(&mut [0]).is_ok_and(|read| read > 0) {}
    });
    let (dir, settings) = (Dir::new("stuck"), settings(&server));
    let mut daemon = Daemon::start(&dir, &settings, &Extra::default());
    ask(&daemon, &server.url("/v.mp4"));
    for kill in 1..=3 {
        until_it(START, "it runs", || begun.load(Ordering::Relaxed) == kill && (kill > 1 || grown(&dir) > 0));
        daemon.kill();
        daemon = Daemon::start(&dir, &settings, &Extra::default());
    }
    until_it(START, "it is dead", || Rows::read(&dir.database()).unwrap().count("dead") == 1);
    let said = texts(&dir.database(), "SELECT last_error FROM job WHERE key = 'k'");
    assert!(said[0].starts_with("poison: 3 processes died"), "{said:?}");
}
