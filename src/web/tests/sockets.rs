//! Listeners: real sockets, the owner's own, and an end that lets answers finish.

use super::*;
use crate::supervise::Stop;
use crate::web::serve::{Terms, serve_people, serve_tcp, serve_unix};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    // A connection that was turned away is closed or reset, perhaps before it is written to; all read as nothing.
    let _closed = stream.write_all(request.as_bytes()).await;
    let mut text = String::new();
    let _reset = stream.read_to_string(&mut text).await;
    text
}

fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[test]
fn people_need_a_key_and_the_owner_at_the_socket_needs_none() {
    run(async |house| {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let socket = house.dir.join("radard.sock");
        let unix = UnixListener::bind(&socket).unwrap();
        let stop = Stop::default();
        let story = async {
            let people = talk(TcpStream::connect(address).await.unwrap(), "/api/v1/tasks").await;
            assert!(people.starts_with("HTTP/1.1 401 "), "{people}");
            let owner = talk(UnixStream::connect(&socket).await.unwrap(), "/api/v1/tasks").await;
            assert!(owner.starts_with("HTTP/1.1 200 "), "{owner}");
            // A connection that is kept open does not keep the house from leaving.
            let idle = TcpStream::connect(address).await.unwrap();
            stop.ask();
            idle
        };
        let (people, owner, _idle) = tokio::join!(
            serve_tcp(tcp, house.app.clone(), stop.clone()),
            serve_unix(unix, house.app.clone(), uid(), stop.clone()),
            story
        );
        people.and(owner).unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "nobody is accepted after the stop");
    });
}

#[test]
fn another_user_is_turned_away_from_the_socket() {
    run(async |house| {
        let socket = house.dir.join("radard.sock");
        let unix = UnixListener::bind(&socket).unwrap();
        let stop = Stop::default();
        let story = async {
            let answer = talk(UnixStream::connect(&socket).await.unwrap(), "/healthz").await;
            stop.ask();
            answer
        };
        let (served, answer) = tokio::join!(serve_unix(unix, house.app.clone(), uid() + 1, stop.clone()), story);
        served.unwrap();
        assert_eq!(answer, "");
    });
}

/// Asks the owner's socket for a job and stops before its body; gives the stream once the handler waits for the rest.
async fn half_a_request(socket: &std::path::Path, body: &str) -> UnixStream {
    let mut stream = UnixStream::connect(socket).await.unwrap();
    let head = format!(
        "POST /api/v1/jobs HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[test]
fn an_answer_that_is_being_made_when_the_house_stops_is_finished() {
    run(async |house| {
        let socket = house.dir.join("radard.sock");
        let unix = UnixListener::bind(&socket).unwrap();
        let stop = Stop::default();
        let story = async {
            let body = json!({ "kind": "look", "key": "a", "payload": { "at": "sky" } }).to_string();
            let mut stream = half_a_request(&socket, &body).await;
            stop.ask();
            stream.write_all(body.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let (served, answer) = tokio::join!(serve_unix(unix, house.app.clone(), uid(), stop.clone()), story);
        served.unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    });
}

#[test]
fn a_halt_drops_what_is_being_answered() {
    run(async |house| {
        let socket = house.dir.join("radard.sock");
        let unix = UnixListener::bind(&socket).unwrap();
        let stop = Stop::default();
        let story = async {
            let mut stream = half_a_request(&socket, "{}").await;
            stop.halt();
            let mut answer = String::new();
            let _reset = stream.read_to_string(&mut answer).await;
            answer
        };
        let (served, answer) = tokio::join!(serve_unix(unix, house.app.clone(), uid(), stop.clone()), story);
        served.unwrap();
        assert_eq!(answer, "");
    });
}

const SOON: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_mins(1);

/// A connection to `there` whose other end is seen as `from`.
async fn connect(from: &str, there: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    // What is not read fills little of the machine's memory.
    socket.set_recv_buffer_size(4096).unwrap();
    socket.bind(SocketAddr::new(from.parse().unwrap(), 0)).unwrap();
    socket.connect(there).await.unwrap()
}

/// Serves on `terms` while `story` runs.
async fn served<T>(house: &House, terms: Terms, story: impl AsyncFnOnce(SocketAddr) -> T) -> T {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (there, stop) = (tcp.local_addr().unwrap(), Stop::default());
    let story = async {
        let told = story(there).await;
        stop.halt();
        told
    };
    tokio::join!(serve_people(tcp, house.app.clone(), stop.clone(), terms), story).1
}

/// Fills the way back with answers and takes none: gives the stream once no further request is taken.
async fn deaf(from: &str, there: SocketAddr) -> TcpStream {
    let mut stream = connect(from, there).await;
    let ask = b"GET /style.css HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(64);
    while tokio::time::timeout(SOON, stream.write_all(&ask)).await.is_ok_and(|sent| sent.is_ok()) {}
    stream
}

async fn is_answered(from: &str, there: SocketAddr, within: Duration) -> bool {
    let asked = async { talk(connect(from, there).await, "/healthz").await };
    tokio::time::timeout(within, asked).await.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

#[test]
fn a_peer_that_never_reads_takes_its_own_places_only_and_those_for_a_while() {
    run(async |house| {
        let terms = Terms { most: 4, per_peer: 2, stall: LONG, ..Terms::default() };
        served(&house, terms, async |there| {
            let _deaf = (deaf("127.0.0.2", there).await, deaf("127.0.0.2", there).await);
            let mut third = String::new();
            connect("127.0.0.2", there).await.read_to_string(&mut third).await.unwrap();
            let (head, said) = third.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("retry-after: 10"), "{head}");
            assert!(head.contains(&format!("content-length: {}", said.len())), "{third}");
            assert!(is_answered("127.0.0.1", there, LONG).await, "another peer has its own places");
        })
        .await;
        assert!(house.app.parts().metrics.render().contains("\nradard_http_turned_away_total 1\n"));
        // The control: without places of one's own, those who never read keep everybody out.
        let open_to_all = Terms { most: 2, per_peer: 2, ..terms };
        served(&house, open_to_all, async |there| {
            let _deaf = (deaf("127.0.0.2", there).await, deaf("127.0.0.2", there).await);
            assert!(!is_answered("127.0.0.1", there, SOON).await);
        })
        .await;
        // And with a limit on how long an answer may lie there, they do so for that long only.
        let impatient = Terms { stall: SOON, ..open_to_all };
        served(&house, impatient, async |there| {
            let _deaf = (deaf("127.0.0.2", there).await, deaf("127.0.0.2", there).await);
            assert!(is_answered("127.0.0.1", there, LONG).await);
        })
        .await;
    });
}

#[test]
fn an_old_connection_ends_after_the_request_that_it_has() {
    run(async |house| {
        let terms = Terms { age: SOON, headers: LONG * 10, ..Terms::default() };
        let ended = served(&house, terms, async |there| {
            let mut idle = connect("127.0.0.1", there).await;
            idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
            let mut answer = String::new();
            tokio::time::timeout(LONG, idle.read_to_string(&mut answer)).await.map(|_| answer)
        });
        assert!(ended.await.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 ")));
    });
}
