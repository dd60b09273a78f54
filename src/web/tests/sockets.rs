//! Listeners: real sockets, the owner's own, and an end that lets answers finish.

use super::*;
use crate::supervise::Stop;
use crate::web::serve::{serve_tcp, serve_unix};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

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
