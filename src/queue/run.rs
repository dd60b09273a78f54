//! One run of one job, from its payload to the row it will leave.
//!
//! A panic is caught and is `local`; a run that takes longer than its kind allows is dropped and is `local` too. What
//! a miss asks for is decided by its class and by nothing here.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::hands::Held;
use super::kinds::Kind;
use super::lease::Lease;
use super::outcome::Settled;
use super::rules::Rules;
use super::settle::{Also, Ended};
use crate::ambient::Ambient;
use crate::domain::time::{span_millis, write_duration};
use crate::domain::{AlarmName, Binds, Class, Millis, Miss, Next};
use crate::store::alarms::{Raise, Severity};
use crate::store::jobs::{Claimed, End, State};
use crate::supervise::Backoff;

/// The shortest: who asks us to come back at once would be asked again in the same moment, for ever.
const WAIT_LEAST: Duration = Duration::from_secs(1);
/// A last error is cut to this many bytes.
const ERROR: usize = 2000;

/// Runs `job` and says how it ended; `None` when it is no longer ours.
pub(super) async fn run(kind: &Kind, job: &Claimed, lease: Lease, ambient: &Ambient) -> Option<Result<Settled, Miss>> {
    let _hold = ambient.clock.hold();
    let lost = lease.lost.clone();
    let work = CatchPanic(Box::pin((kind.run)(job.payload.clone(), lease)));
    tokio::select! {
        biased;
        () = lost.cancelled() => None,
        ended = ambient.clock.limit(kind.limit, work) => Some(match ended {
            Ok(ended) => ended,
            Err(out) => Err(Miss::new(Class::Local, format!("the run {out}, which is all that its kind allows"))),
        }),
    }
}

/// What the end of a run is judged with.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) rules: &'a Rules,
    pub(super) now: Millis,
    pub(super) ambient: &'a Ambient,
}

/// Turns an outcome into the row it leaves.
pub(super) fn end(desk: &Desk<'_>, job: &Claimed, outcome: Result<Settled, Miss>) -> Ended {
    let blank = End::done(job.id, job.fence, job.kind.clone());
    match outcome {
        Ok(Settled::Done(value)) => Ended { end: End { result: Some(value.to_string()), ..blank }, also: None },
        Ok(Settled::Unknown(why)) => {
            let end = End { state: State::Unknown, class: Class::Network, error: Some(cut(&why)), ..blank };
            Ended { end, also: None }
        }
        Err(miss) => {
            let blank = End { class: miss.class, error: Some(cut(&miss.error)), ..blank };
            missed(desk, job, &miss, blank)
        }
    }
}

fn missed(desk: &Desk<'_>, job: &Claimed, miss: &Miss, blank: End) -> Ended {
    let Desk { rules, now, ambient } = *desk;
    let asked = miss.after.map(|wait| wait.max(WAIT_LEAST));
    let later = |state, wait: Duration| End {
        state,
        run_at: Some(now + wait.min(Class::LONGEST_WAIT)),
        capped: asked.filter(|asked| *asked > Class::LONGEST_WAIT).map(span_millis),
        ..blank.clone()
    };
    let snooze = |wait| End { snoozes: 1, ..later(State::Snoozed, wait) };
    let raise = |name, severity| {
        let detail = format!("{}: {}", job.key, cut(&miss.error));
        Some(Also::Raise(Raise { name, subject: job.kind.clone(), severity, class: miss.class, detail }))
    };
    // A stop that holds for the lane closes it, so that no other job has to find out.
    let subject = if let Binds::Subject(subject) = &miss.binds { Some(subject.clone()) } else { None };
    let close = |wait: Duration, subject: Option<String>| {
        let (lane, open_at) = (job.lane.clone(), now + wait.min(Class::LONGEST_WAIT));
        Also::CloseLane { lane, open_at, class: miss.class, reason: cut(&miss.error), subject }
    };
    let growing = || {
        let waits = Backoff::new(Duration::from_secs(30), Duration::from_mins(15));
        let count = u32::try_from(job.snoozes).unwrap_or(u32::MAX).saturating_add(1);
        waits.delay(count.min(8), &ambient.entropy)
    };
    let stopped = |wait| subject.clone().map(|subject| close(wait, Some(subject)));
    match miss.next {
        Next::Wait => {
            let wait = asked.unwrap_or_else(growing);
            Ended { end: snooze(wait), also: stopped(wait) }
        }
        Next::CloseLane => {
            // `pace` already added jitter to the wait of an account.
            let decided = asked.filter(|_| miss.binds != Binds::Job).map(|wait| wait.min(Class::LONGEST_WAIT));
            let wait = decided.unwrap_or_else(|| Class::cool(asked, |bound| ambient.entropy.below(bound)));
            Ended { end: snooze(wait), also: Some(close(wait, subject)) }
        }
        Next::KeepTrying => {
            let since = job.failing_since.map_or(now, Millis);
            let give_up_at = since + rules.retry_for;
            let failing = Some(since);
            if give_up_at <= now {
                let span = write_duration(rules.retry_for);
                let error = format!("it failed for {span}, which is all that queue.retry_for allows: {}", miss.error);
                let end = End { state: State::Dead, error: Some(cut(&error)), failing, ..blank };
                return Ended { end, also: raise(AlarmName::JobsDead, Severity::Warning) };
            }
            let wait = asked.unwrap_or_else(|| rules.backoff.delay_after(now.since(since), &ambient.entropy));
            // The last try is made when it is time to give up, not after it.
            let left = give_up_at.since(now).max(WAIT_LEAST);
            Ended { end: End { failing, ..later(State::Failed, wait.min(left)) }, also: stopped(wait) }
        }
        Next::AwaitSpace => Ended { end: snooze(growing()), also: raise(AlarmName::NoSpace, Severity::Warning) },
        Next::AskPerson => {
            Ended { end: snooze(Duration::from_hours(1)), also: raise(AlarmName::NeedsPerson, Severity::Critical) }
        }
        Next::Retry if job.attempts + 1 < job.attempts_max => {
            let failures = u32::try_from(job.attempts + 1).unwrap_or(u32::MAX);
            let wait = asked.unwrap_or_else(|| rules.backoff.delay(failures, &ambient.entropy));
            Ended { end: End { attempts: 1, ..later(State::Failed, wait) }, also: None }
        }
        Next::Retry | Next::Dead | Next::Finish => {
            let end = End { state: State::Dead, attempts: 1, ..blank };
            Ended { end, also: raise(AlarmName::JobsDead, Severity::Warning) }
        }
    }
}

/// The row of a job that is given back unfinished: due at once, nothing spent.
pub(super) fn given_back(job: Held, now: Millis, why: &str) -> End {
    let (state, run_at, error) = (State::Queued, Some(now), Some(why.to_owned()));
    End { state, run_at, class: Class::Local, error, ..End::done(job.id, job.fence, job.kind) }
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(ERROR);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().replace(char::is_control, " ")
}

/// Turns a panic of the inner future into a miss.
struct CatchPanic(Pin<Box<dyn Future<Output = Result<Settled, Miss>> + Send>>);

impl Future for CatchPanic {
    type Output = Result<Settled, Miss>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let inner = &mut self.0;
        match std::panic::catch_unwind(AssertUnwindSafe(|| inner.as_mut().poll(cx))) {
            Ok(poll) => poll,
            Err(payload) => {
                let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
                let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
                let text = text.unwrap_or_else(|| "without a word".to_owned());
                Poll::Ready(Err(Miss::new(Class::Local, format!("the run panicked: {text}"))))
            }
        }
    }
}
