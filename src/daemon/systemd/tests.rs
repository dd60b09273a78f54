//! What systemd would hear, on a real socket; and what its unit says.

use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;

use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

use super::*;
use crate::domain::{Millis, Secret};

/// A name in the temporary folder that no other test uses.
fn place(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("radard-{name}-{}", std::process::id()))
}

/// A notifier for `socket`, and what `act` makes it say to `systemd`.
fn heard(socket: &str, systemd: &UnixDatagram, act: impl FnOnce(&Notifier)) -> String {
    let secrets = Register::default();
    secrets.add(&Secret::new("s3cr3t/value".to_owned()));
    let invitation = Invitation { notify_socket: Some(socket), ..Invitation::default() };
    act(&Notifier::new(&invitation, secrets));
    systemd.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut datagram = [0; 4096];
    let size = systemd.recv(&mut datagram).unwrap();
    String::from_utf8(datagram[..size].to_vec()).unwrap()
}

#[test]
fn systemd_hears_each_step_on_a_socket_with_a_path() {
    let path = place("notify");
    let systemd = UnixDatagram::bind(&path).unwrap();
    let socket = path.to_str().unwrap();
    assert_eq!(heard(socket, &systemd, |n| n.ready("Takes work")), "READY=1\nSTATUS=Takes work");
    assert_eq!(heard(socket, &systemd, |n| n.reloading(12)), "RELOADING=1\nMONOTONIC_USEC=12");
    assert_eq!(heard(socket, &systemd, Notifier::stopping), "STOPPING=1");
    assert_eq!(heard(socket, &systemd, Notifier::watchdog), "WATCHDOG=1");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn systemd_is_asked_to_wait_while_a_long_start_lasts() {
    let name = format!("radard-patience-{}", std::process::id());
    let systemd = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let start = |notifier: &Notifier, takes| {
        let clock = Clock::simulated(Millis(0));
        clock.run(notifier.patient(&clock, clock.sleep(takes))).unwrap();
    };
    let said = heard(&format!("@{name}"), &systemd, |n| start(n, Duration::from_secs(190)));
    assert_eq!(said, "EXTEND_TIMEOUT_USEC=120000000");
    systemd.set_nonblocking(true).unwrap();
    let more = std::iter::from_fn(|| systemd.recv(&mut [0; 64]).ok()).count();
    systemd.set_nonblocking(false).unwrap();
    assert_eq!(more, 8, "every 20 seconds");
    // The control: a short one needs no patience.
    let short = heard(&format!("@{name}"), &systemd, |n| {
        start(n, Duration::from_secs(1));
        n.watchdog();
    });
    assert_eq!(short, "WATCHDOG=1");
}

#[test]
fn systemd_hears_us_on_an_abstract_socket() {
    let name = format!("radard-notify-{}", std::process::id());
    let systemd = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    assert_eq!(heard(&format!("@{name}"), &systemd, |n| n.status("Idle")), "STATUS=Idle");
}

#[test]
fn a_status_is_one_short_line_without_secrets() {
    let name = format!("radard-status-{}", std::process::id());
    let systemd = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let socket = format!("@{name}");
    let said = heard(&socket, &systemd, |n| n.status("a\nWATCHDOG=trigger\r\u{1b} key s3cr3t/value"));
    assert_eq!(said, "STATUS=a WATCHDOG=trigger   key …");
    let said = heard(&socket, &systemd, |n| n.ready(&"é".repeat(5000)));
    assert_eq!(said.chars().count(), "READY=1\nSTATUS=".len() + LONGEST_STATUS);
}

/// Counts the lines that are logged.
struct Count(Arc<AtomicUsize>);

impl<S: tracing::Subscriber> Layer<S> for Count {
    fn on_event(&self, _event: &tracing::Event<'_>, _context: Context<'_, S>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// How many lines are logged when everything is said to `socket`.
fn complaints(socket: Option<&str>) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let subscriber = tracing_subscriber::registry().with(Count(count.clone()));
    tracing::subscriber::with_default(subscriber, || {
        let invitation = Invitation { notify_socket: socket, watchdog_usec: Some("30000000"), watchdog_pid: None };
        let notifier = Notifier::new(&invitation, Register::default());
        notifier.ready("Takes work");
        notifier.clone().watchdog();
        notifier.stopping();
    });
    count.load(Ordering::Relaxed)
}

#[test]
fn a_socket_that_fails_is_mentioned_once_and_no_socket_never() {
    let gone = place("gone");
    assert_eq!(complaints(gone.to_str()), 1);
    assert_eq!(complaints(Some("vsock:2:1234")), 1);
    assert_eq!(complaints(Some(&format!("/{}", "long".repeat(100)))), 1);
    assert_eq!(complaints(None), 0);
}

#[track_caller]
fn interval(usec: Option<&str>, pid: Option<&str>, expected: Option<Duration>) {
    let invitation = Invitation { notify_socket: Some("@radard-nobody"), watchdog_usec: usec, watchdog_pid: pid };
    assert_eq!(Notifier::new(&invitation, Register::default()).watchdog_interval(), expected);
}

#[test]
fn a_sign_of_life_is_due_well_within_half_of_the_limit() {
    let own = std::process::id().to_string();
    interval(Some("30000000"), None, Some(Duration::from_secs(10)));
    interval(Some("30000000"), Some(&own), Some(Duration::from_secs(10)));
}

#[test]
fn without_a_limit_for_this_process_no_sign_of_life_is_due() {
    interval(None, None, None);
    interval(Some("0"), None, None);
    interval(Some("soon"), None, None);
    interval(Some("30000000"), Some("1"), None);
    interval(Some("30000000"), Some("me"), None);
}

#[test]
fn monotonic_time_is_the_kernels_own() {
    let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
    let seconds: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
    let ours = Duration::from_micros(monotonic_usec()).as_secs_f64();
    assert!(ours > 0.0 && ours <= seconds + 60.0, "{ours} beside an uptime of {seconds}");
}

#[test]
fn the_unit_says_what_the_daemon_relies_on() {
    let unit = include_str!("../../../config/systemd/radard.service");
    for line in [
        "Type=notify",
        "NotifyAccess=main",
        "WatchdogSec=30",
        "Restart=on-failure",
        "RestartPreventExitStatus=2 78",
        "TimeoutStopSec=45",
        "KillMode=mixed",
        "User=radard",
        "StateDirectory=radard",
        "StateDirectoryMode=0700",
        "UMask=0077",
        "ExecReload=kill -HUP $MAINPID",
    ] {
        assert!(unit.lines().any(|known| known == line), "{line}");
    }
}
