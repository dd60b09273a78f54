//! What keeps the queue honest while it works: heartbeats, orphans, what falls due, what is old.
//!
//! Leases are renewed before orphans are looked for, so that a step of the wall clock or a long pause of the process
//! does not make us rob ourselves. On a shared database the moments are the database's.

use std::sync::Arc;
use std::time::Duration;

use super::hands::Hands;
use super::rules::{Live, Rules};
use crate::ambient::Ambient;
use crate::domain::amount::{are, counted};
use crate::domain::time::roughly;
use crate::domain::{AlarmName, Class, Millis, Stored};
use crate::store::alarms::{Raise, Severity};
use crate::store::gates::Scope;
use crate::store::jobs::{Orphans, Rescue, Rescued, State};
use crate::store::{self, Store, Tx, alarms, gates, jobs, stops};
use crate::supervise::{Failure, Stop};

/// A node that cannot renew lets go this long before its leases end.
const MARGIN: Duration = Duration::from_secs(10);
/// When nobody has tried to reach a host for so long after it was time to, nobody wants it any more: its alarm closes.
const UNTRIED: Duration = Duration::from_hours(1);
/// Leases renewed by one statement.
const PAGE: usize = 500;

/// Tends one queue.
#[derive(Clone)]
pub(super) struct Tender {
    pub(super) rules: Arc<Live>,
    pub(super) store: Store,
    pub(super) hands: Arc<Hands>,
    pub(super) ambient: Ambient,
}

impl Tender {
    /// Renews leases and takes orphans back, until the hands are empty after the stop.
    pub(super) async fn beat(self, stop: Stop) -> Result<(), Failure> {
        self.free_own_past().await?;
        let mut renewed = self.ambient.clock.steady();
        loop {
            match self.renew().await {
                Ok(()) => renewed = self.ambient.clock.steady(),
                Err(error) if error.is_fatal() => return Err(error.into()),
                Err(error) => self.maybe_let_go(renewed, &error),
            }
            if let Err(error) = self.sweep().await {
                tracing::warn!("Orphaned jobs could not be looked for: {error}");
            }
            let rules = self.rules.now();
            // A little more often than promised: a lease that ends just after a look is found within a sweep all the same.
            let every = (rules.lease / 3).min(rules.sweep * 9 / 10);
            tokio::select! {
                biased;
                () = self.empty_after(&stop) => return Ok(()),
                () = self.rules.changed() => {}
                () = self.ambient.clock.sleep(every) => {}
            }
        }
    }

    /// Resolves when the house stops and nothing is in the hands any more.
    async fn empty_after(&self, stop: &Stop) {
        stop.asked().await;
        while !self.hands.all().is_empty() {
            self.ambient.clock.sleep(Duration::from_millis(50)).await;
        }
    }

    async fn renew(&self) -> Result<(), store::Error> {
        self.store.read_clock().await?;
        let held = self.hands.all();
        for page in held.chunks(PAGE) {
            let (rules, asked) = (self.rules.now(), page.to_vec());
            let page: Vec<_> = page.iter().map(|(id, _)| *id).collect();
            let kept = self.store.write::<_, store::Error, _>(move |tx| {
                Box::pin(async move {
                    let until = tx.now() + rules.lease;
                    jobs::renew(tx, &rules.owner, &page, until).await
                })
            });
            let kept = kept.await?;
            for (id, fence) in asked.into_iter().filter(|(id, _)| !kept.contains(id)) {
                // It may have ended since we asked; then its hold is gone already and this does nothing.
                self.hands.lose(id, fence);
            }
        }
        Ok(())
    }

    /// A node that cannot renew stops acting before others may take its jobs over.
    fn maybe_let_go(&self, renewed: Duration, error: &store::Error) {
        let since = self.ambient.clock.steady().saturating_sub(renewed);
        tracing::warn!("Leases could not be renewed for {}: {error}", roughly(since));
        let lease = self.rules.now().lease;
        if self.store.is_shared() && since + MARGIN.min(lease / 4) >= lease {
            for (id, fence) in self.hands.all() {
                self.hands.lose(id, fence);
            }
        }
    }

    /// At the start: what earlier lives of this node held is free at once. A database of our own has no other nodes.
    async fn free_own_past(&self) -> Result<(), store::Error> {
        let rules = self.rules.now();
        let node = if self.store.is_shared() { format!("{}/", rules.node) } else { String::new() };
        let which = Orphans::LeftBehind { node, alive: rules.owner.clone() };
        let freed = self.rescue_all(&which).await?;
        if freed > 0 {
            tracing::warn!(
                "{} that an earlier life of this node held {} queued again",
                counted(freed, "job"),
                are(freed)
            );
        }
        Ok(())
    }

    async fn sweep(&self) -> Result<(), store::Error> {
        let freed = self.rescue_all(&Orphans::Expired(self.store.now())).await?;
        if freed > 0 {
            tracing::warn!("{} whose worker is gone {} queued again", counted(freed, "job"), are(freed));
        }
        while self.store.write::<_, store::Error, _>(|tx| Box::pin(jobs::fold(tx))).await? == jobs::FOLD_PAGE {}
        self.mend_gates_and_alarms().await
    }

    async fn rescue_all(&self, which: &Orphans) -> Result<usize, store::Error> {
        let mut freed = 0;
        loop {
            let (which, rules) = (which.clone(), self.rules.now());
            let page = self.store.write::<_, store::Error, _>(move |tx| {
                Box::pin(async move {
                    let page = jobs::rescue(tx, &which, |row, now| judge(&rules, row, now)).await?;
                    for (row, what) in page.iter().filter(|(_, what)| what.state == State::Dead) {
                        alarms::raise(tx, &poison_alarm(row, what)).await?;
                    }
                    Ok(page.len())
                })
            });
            match page.await? {
                0 => return Ok(freed),
                n => freed += n,
            }
            self.hands.later.notify_one();
        }
    }

    /// Lanes whose time has come open; alarms whose cause is gone close.
    async fn mend_gates_and_alarms(&self) -> Result<(), store::Error> {
        let known = self.store.read::<_, store::Error, _>(|tx| Box::pin(over(tx)));
        if known.await?.is_empty() {
            return Ok(());
        }
        self.store
            .write::<_, store::Error, _>(|tx| {
                Box::pin(async move {
                    // Asked again: a lane may have been closed anew meanwhile, and only we can say so now.
                    for (name, subject) in over(tx).await? {
                        if name == AlarmName::LaneClosed {
                            gates::open(tx, &subject).await?;
                        }
                        if name == AlarmName::HostUnreachable {
                            stops::reached(tx, &subject).await?;
                        }
                        alarms::close(tx, name, &subject).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Lines up what falls due, when it does, and wakes the workers.
    pub(super) async fn line_up(self, stop: Stop) -> Result<(), Failure> {
        loop {
            match self.promote_all().await {
                Ok(0) => {}
                Ok(_) => self.hands.due.notify_one(),
                Err(error) if error.is_fatal() => return Err(error.into()),
                Err(error) => tracing::warn!("Jobs that fell due could not be lined up: {error}"),
            }
            let next = self.next_moment().await.unwrap_or(Some(self.store.now() + Duration::from_secs(1)));
            let wait = async {
                match next {
                    // The store's clock may be ahead of ours; its difference is what counts.
                    Some(at) => self.ambient.clock.sleep(at.since(self.store.now())).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = stop.asked() => return Ok(()),
                () = self.hands.later.notified() => {}
                () = wait => self.hands.due.notify_one(),
            }
        }
    }

    async fn promote_all(&self) -> Result<usize, store::Error> {
        let mut all = 0;
        loop {
            match self.store.write::<_, store::Error, _>(|tx| Box::pin(jobs::promote(tx))).await? {
                0 => return Ok(all),
                n => all += n,
            }
            self.hands.due.notify_one();
        }
    }

    /// When something will be due or open; on a shared database, when to look for others' work.
    async fn next_moment(&self) -> Result<Option<Millis>, store::Error> {
        let known = self.store.read::<_, store::Error, _>(|tx| {
            Box::pin(async move { Ok([jobs::next_due(tx).await?, gates::next_opening(tx).await?]) })
        });
        let mut moments: Vec<_> =
            known.await?.into_iter().flatten().chain(self.hands.next_let_go(self.store.now())).collect();
        if self.store.is_shared() {
            let poll = self.rules.now().poll;
            let third = u64::try_from(poll.as_millis() / 3).unwrap_or(u64::MAX);
            let jitter = Duration::from_millis(self.ambient.entropy.below(third));
            moments.push(self.store.now() + poll + jitter);
        }
        // A far moment is looked at again within the minute: the wall clock may have been stepped.
        let within = self.store.now() + Duration::from_mins(1);
        Ok(moments.into_iter().min().map(|at| at.min(within)))
    }
}

/// Alarms of the queue whose cause is gone, by name and subject.
async fn over(tx: &mut Tx) -> Result<Vec<(AlarmName, String)>, store::Error> {
    let (gates, counts, now) = (gates::list(tx).await?, jobs::counts(tx).await?, tx.now());
    let stopped = stops::list_by_the_wall(tx).await?;
    let mut over = Vec::new();
    for alarm in alarms::open(tx).await? {
        // A name of a later version is closed by whoever knows it.
        let Stored::Known(name) = alarm.name else { continue };
        let stands = match name {
            AlarmName::LaneClosed => {
                let is_shut = |gate: &gates::Gate| {
                    gate.scope == Scope::Lane && gate.name == alarm.subject && gate.open_at.is_some_and(|at| at > now.0)
                };
                gates.iter().any(is_shut)
                    || stopped.iter().any(|stop| stop.lane == alarm.subject && stop.is_breaker && stop.until > now.0)
            }
            AlarmName::JobsDead => counts.iter().any(|c| c.kind == alarm.subject && c.state == State::Dead && c.n > 0),
            AlarmName::HostUnreachable => {
                stopped.iter().any(|stop| stop.subject == alarm.subject && now.since(Millis(stop.until)) < UNTRIED)
            }
            AlarmName::NeedsPerson => jobs::waits_for_person(tx, &alarm.subject).await?,
            AlarmName::NoSpace => jobs::waits_for_space(tx, &alarm.subject).await?,
            AlarmName::AnswersChanged
            | AlarmName::BackupFailed
            | AlarmName::BackupOverdue
            | AlarmName::ClockJumped
            | AlarmName::ClockSkew
            | AlarmName::ConfigRefused
            | AlarmName::DiskFull
            | AlarmName::DiskLow
            | AlarmName::DiskUnknown
            | AlarmName::ListShrank
            | AlarmName::LoginChallenged
            | AlarmName::LoginLost
            | AlarmName::QueueRefused
            | AlarmName::SecretShut
            | AlarmName::SignatureDiffers
            | AlarmName::TargetSilent
            | AlarmName::TaskRestarting
            | AlarmName::WalLarge => true,
        };
        if !stands {
            over.push((name, alarm.subject));
        }
    }
    Ok(over)
}

/// What becomes of an orphan: queued again, or dead when it has taken too many processes with it.
fn judge(rules: &Rules, row: &Rescue, now: Millis) -> Rescued {
    let first = row.crashed_at().filter(|at| now.since(*at) <= rules.poison_window);
    let crashes = if first.is_some() { row.crashes + 1 } else { 1 };
    let crashed_at = first.unwrap_or(now);
    let owner = row.lease_owner.as_deref().unwrap_or("nobody");
    if crashes >= i64::from(rules.poison_crashes) {
        let error = format!("poison: {} died while holding it, the last was {owner}", counted(crashes, "process"));
        return Rescued { state: State::Dead, crashes, crashed_at, error };
    }
    let error = format!("its worker {owner} is gone");
    Rescued { state: State::Queued, crashes, crashed_at, error }
}

fn poison_alarm(row: &Rescue, what: &Rescued) -> Raise {
    Raise {
        name: AlarmName::JobsDead,
        subject: row.kind.clone(),
        severity: Severity::Warning,
        class: Class::Local,
        detail: format!("{}: {}", row.id, what.error),
    }
}
