//! Tasks that fail, panic, linger and leave, on a simulated clock.

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

fn run<T>(story: impl AsyncFnOnce(Supervisor) -> T) -> T {
    let ambient = Ambient::pinned(1, Millis(0));
    let clock = ambient.clock.clone();
    clock.run(story(Supervisor::new(ambient))).unwrap()
}

#[test]
fn a_task_that_panics_is_started_again_and_its_words_are_kept() {
    run(async |house| {
        let lives = Arc::new(AtomicU32::new(0));
        let counted = lives.clone();
        house.spawn("fragile", Restart::OnFailure, move |_| {
            let life = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(life >= 3, "life {life} is too short");
                Ok(())
            }
        });
        house.tasks.close();
        house.tasks.wait().await;
        let [status] = &house.statuses()[..] else { unreachable!() };
        assert_eq!((status.state, status.restarts), (State::Done, 3));
        assert_eq!(status.last_error.as_deref(), Some("it panicked: life 2 is too short"));
        assert_eq!(lives.load(Ordering::SeqCst), 4);
    });
}

#[test]
fn an_essential_task_that_fails_stops_the_house() {
    run(async |house| {
        house.spawn("writer", Restart::Never, |_| async { Err("the disk said no".into()) });
        house.stop().asked().await;
        assert_eq!(house.statuses()[0].state, State::Failed);
        assert_eq!(house.statuses()[0].last_error.as_deref(), Some("the disk said no"));
    });
}

#[test]
fn leaving_waits_for_work_in_hand_and_no_longer_than_the_grace() {
    run(async |house| {
        house.spawn("polite", Restart::Always, |stop| async move {
            stop.asked().await;
            Ok(())
        });
        assert_eq!(house.leave(Duration::from_secs(30)).await, Leave::Drained);
    });
    run(async |house| {
        house.spawn("deaf", Restart::Always, |_| std::future::pending());
        assert_eq!(house.leave(Duration::from_millis(20)).await, Leave::Cut);
    });
}
