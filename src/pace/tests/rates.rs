//! P35: the most that a server sees, and how much of a limit is used.

use std::collections::VecDeque;
use std::time::Duration;

use super::harness::*;
use crate::ambient::Ambient;
use crate::config::Tolerance;
use crate::domain::Millis;
use crate::pace::{Pace, Sending};
use crate::store::kit::{BEGIN, Fresh, one_of_each, soak};
use crate::store::{Access, Store};

/// How long the simulated senders work.
fn span() -> Duration {
    if soak() { Duration::from_hours(10) } else { Duration::from_mins(90) }
}

/// The share of a limit that was used over `span`, in percent.
fn used(server: &Server, at_most: u32, span: Duration) -> f64 {
    let all = f64::from(at_most) * span.as_secs_f64() / MINUTE.as_secs_f64();
    f64::from(u32::try_from(server.count()).unwrap()) / all * 100.0
}

#[expect(clippy::print_stderr, reason = "figures are for people")]
fn figure(text: &str) {
    eprintln!("figure: P35 {text}");
}

#[test]
fn a_server_never_sees_more_than_the_limit_and_the_limit_is_used() {
    for fresh in one_of_each() {
        for at_most in [6, 600] {
            let server = Server::default();
            fresh.live(async |store| {
                let rules = with(vec![per_account(&format!("posts-{at_most}"), at_most, MINUTE)]);
                let pace = Pace::open(store, &rules, fresh.ambient.clone()).await.unwrap();
                let span = if at_most > 6 { span() / 9 } else { span() };
                crowd(span, 8, &fresh.ambient, &server, &pace).await;
                let (most, used) = (server.most_in_any(MINUTE), used(&server, at_most, span));
                figure(&format!("limit={at_most}/min most={most} used={used:.1}% requests={}", server.count()));
                assert!(most <= usize::try_from(at_most).unwrap(), "{most} of {at_most} in a minute");
                assert!(used >= 90.0, "{used:.1} % used");
            });
        }
    }
}

#[test]
fn limiters_that_are_known_to_fail_do_fail_here() {
    let fresh = Fresh::sqlite();
    let worst = |limiter: &dyn Fn(&Ambient) -> Box<dyn Known>| {
        let server = Server::default();
        fresh.live(async |_| limiter(&fresh.ambient).run(&fresh.ambient, &server).await);
        server.most_in_any(MINUTE)
    };
    let bucket = worst(&|ambient| Box::new(Bucket(ambient.clone(), 6, MINUTE, VecDeque::new())));
    let fixed = worst(&|ambient| Box::new(FixedWindow(ambient.clone(), 6, MINUTE, (0, 0))));
    let bare = worst(&|ambient| Box::new(BareLog(ambient.clone(), 6, MINUTE, VecDeque::new())));
    figure(&format!("control limit=6/min bucket={bucket} fixed_window={fixed} log_without_margin={bare}"));
    assert!(bucket > 6 && fixed > 6 && bare > 6, "bucket {bucket}, fixed window {fixed}, bare log {bare}");
}

/// A limiter of any kind at work.
trait Known {
    fn run<'a>(
        self: Box<Self>,
        ambient: &'a Ambient,
        server: &'a Server,
    ) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;
}

impl<L: Limiter> Known for L {
    fn run<'a>(
        mut self: Box<Self>,
        ambient: &'a Ambient,
        server: &'a Server,
    ) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(async move { send_for(span(), ambient, server, &mut *self).await })
    }
}

#[test]
fn a_day_has_its_limit_whatever_is_done_to_the_clock() {
    let day = Duration::from_hours(24);
    let fresh = Fresh::sqlite();
    let server = Server::default();
    fresh.live(async |store| {
        let rules = || with(vec![per_account("minute", 6, MINUTE), per_account("day", 15, day)]);
        // Ahead and back, as operators, NTP and a change of zone do it; and a restart after each.
        for step_h in [0_i64, 2, -3, 1, 24, -24] {
            fresh.ambient.clock.step(step_h * 3_600_000);
            let pace = Pace::open(store.clone(), &rules(), fresh.ambient.clone()).await.unwrap();
            crowd(Duration::from_hours(6), 3, &fresh.ambient, &server, &pace).await;
            fresh.ambient.clock.step(-step_h * 1_800_000);
            crowd(Duration::from_hours(6), 3, &fresh.ambient, &server, &pace).await;
        }
    });
    let most = server.most_in_any(day);
    figure(&format!("days=3 limit=15/day most={most} requests={}", server.count()));
    assert_eq!(most, 15);
    assert!(server.count() >= 45, "{} in three days", server.count());
}

#[test]
fn two_processes_share_a_limit_also_when_one_is_killed_each_hour() {
    for fresh in one_of_each().into_iter().filter(Fresh::is_shared) {
        let (server, hours) = (Server::default(), if soak() { 10 } else { 2 });
        fresh.live(async |store| {
            let rules = || with(vec![per_account("posts", 60, MINUTE)]);
            let hour = Duration::from_hours(1);
            for _ in 0..hours {
                let other = Store::open(&fresh.place, Access::Write, fresh.ambient.clone()).await.unwrap().0;
                let steady = Pace::open(store.clone(), &rules(), fresh.ambient.clone()).await.unwrap();
                let killed = Pace::open(other, &rules(), fresh.ambient.clone()).await.unwrap();
                let (one, two) = (
                    crowd(hour, 2, &fresh.ambient, &server, &steady),
                    crowd(hour / 2, 2, &fresh.ambient, &server, &killed),
                );
                tokio::join!(one, two);
            }
        });
        let (most, used) = (server.most_in_any(MINUTE), used(&server, 60, Duration::from_hours(hours)));
        figure(&format!("processes=2 kills={hours} limit=60/min most={most} used={used:.1}%"));
        assert!(most <= 60, "{most} in a minute");
        assert!(used >= 80.0, "{used:.1} % used");
    }
}

#[test]
fn kills_cost_little_of_a_limit() {
    let (kills, hours) = (5, if soak() { 50 } else { 10 });
    let hour = Duration::from_hours(1);
    for at_most in [60, 240] {
        let (fresh, server) = (Fresh::sqlite(), Server::default());
        fresh.live(async |store| {
            // Its requests come one by one, some seconds apart: that is when much in hand would be much lost.
            let rules = with(vec![per_account("posts", at_most, hour)]);
            let sending = Sending { endpoint: "douyin.post".to_owned(), ..of_main() };
            // They come while it sends, not while it waits.
            let between = Duration::from_secs(4);
            let lives = std::iter::repeat_n(between, kills).chain([hour.saturating_sub(between * 5)]);
            for life in std::iter::repeat_n(lives, hours).flatten() {
                // What the one before had in hand died with it.
                let pace = Pace::open(store.clone(), &rules, fresh.ambient.clone()).await.unwrap();
                send_for(life, &fresh.ambient, &server, &mut Paced(pace, sending.clone())).await;
            }
        });
        let all = f64::from(at_most) * f64::from(u32::try_from(hours).unwrap());
        let (most, used) = (server.most_in_any(hour), f64::from(u32::try_from(server.count()).unwrap()) / all * 100.0);
        figure(&format!("kills={kills}/h limit={at_most}/h most={most} used={used:.1}%"));
        assert!(most <= usize::try_from(at_most).unwrap(), "{most} of {at_most} in an hour");
        assert!(used >= 95.0, "{used:.1} % of {at_most} used");
    }
}

#[test]
fn what_was_sent_before_a_kill_counts_after_it() {
    for fresh in one_of_each() {
        fresh.live(async |store| {
            let rules = || with(vec![per_account("posts", 2, MINUTE)]);
            let open = async || Pace::open(store.clone(), &rules(), fresh.ambient.clone()).await.unwrap();
            for _ in 0..2 {
                let permit = open().await.pass(&of_main(), Duration::ZERO).await.unwrap();
                assert!(permit.is_ok_and(|permit| permit.is_fresh()));
            }
            let wait = open().await.pass(&of_main(), Duration::ZERO).await.unwrap().unwrap_err();
            assert_eq!((wait.rule.as_str(), wait.line.as_str()), ("posts", "posts/account:main"));
            assert!(wait.wait > MINUTE && wait.wait <= MINUTE + Duration::from_secs(2), "{:?}", wait.wait);
            assert!(fresh.ambient.clock.now() < Millis(BEGIN.0 + 1000), "nobody waited");
        });
    }
}

#[test]
fn nothing_goes_out_in_quiet_hours() {
    let fresh = Fresh::sqlite();
    fresh.live(async |store| {
        // The story begins at 2027-01-15T08:00:00Z, which is 16:00 in Shanghai.
        let mut config = with(vec![per_account("posts", 6, MINUTE)]);
        config.pace.quiet = vec!["23:30-07:00".to_owned()];
        let (pace, server) = (Pace::open(store, &config, fresh.ambient.clone()).await.unwrap(), Server::default());
        let work = async || crowd(Duration::from_hours(8), 2, &fresh.ambient, &server, &pace).await;
        work().await;
        let evening = *server.arrivals().last().unwrap();
        assert!(evening < Duration::from_hours(7) + Duration::from_mins(31), "{evening:?}");
        let before = server.count();
        fresh.ambient.clock.jump(Duration::from_hours(6));
        let wait = pace.pass(&of_main(), Duration::ZERO).await.unwrap().unwrap_err();
        assert_eq!((wait.rule.as_str(), wait.wait), ("pace.quiet", Duration::from_hours(1)));
        work().await;
        assert!(server.count() > before, "and it goes on in the morning");
        config.pace.quiet.clear();
        pace.set(&config);
    });
}

#[test]
fn an_account_at_a_platform_is_as_slow_as_its_tolerance_says() {
    let fresh = Fresh::sqlite();
    fresh.live(async |store| {
        let mut config = with(Vec::new());
        config.pace.tolerance = Tolerance::Careful;
        let pace = Pace::open(store, &config, fresh.ambient.clone()).await.unwrap();
        let sending = Sending { endpoint: "douyin.post".to_owned(), ..of_main() };
        let (server, begun) = (Server::default(), fresh.ambient.clock.steady());
        let mut senders = Paced(pace, sending);
        send_for(MINUTE * 10, &fresh.ambient, &server, &mut senders).await;
        assert_eq!(server.most_in_any(MINUTE), 6);
        // Six of them with gaps of four to six seconds: the sixth is no earlier than after five gaps.
        let sixth = server.arrivals()[5].saturating_sub(begun);
        assert!(sixth >= Duration::from_secs(19) && sixth <= Duration::from_secs(31), "{sixth:?}");
        assert!(server.count() >= 54, "{} in ten minutes", server.count());
    });
}
