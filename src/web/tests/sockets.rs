//! Listeners: real sockets, the owner's own, and an end that lets answers finish.

use super::*;
use crate::supervise::Stop;
use crate::web::serve::{serve_tcp, serve_unix};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    // A connection that was turned away is closed or reset; both read as nothing.
    let _reset = stream.read_to_string(&mut text).await;
    text
}

fn uid() -> u32 {
    rustix::process::getuid().as_raw()
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

#[test]
fn an_answer_that_is_being_made_is_finished_and_a_halt_drops_it() {
    run(async |house| {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let stop = Stop::default();
        let story = async {
            let mut half = TcpStream::connect(address).await.unwrap();
            let head = "POST /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\n";
            half.write_all(head.as_bytes()).await.unwrap();
            // Whoever was accepted later proves that the first is being served.
            talk(TcpStream::connect(address).await.unwrap(), "/healthz").await;
            stop.halt();
            half
        };
        let served = house.ambient.clock.limit(Duration::from_secs(5), async {
            tokio::join!(serve_tcp(tcp, house.app.clone(), stop.clone()), story).0
        });
        served.await.expect("a halt does not wait").unwrap();
    });
}
