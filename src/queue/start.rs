//! Starts the parts of the queue, in the order in which they need each other.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use super::calendar::Schedule;
use super::handle::{Inlets, Queue};
use super::{ask, schedule, settle, tend, work};
use crate::supervise::{Restart, Supervisor};

impl Queue {
    /// Starts what answers those who ask. `people` should leave after those who ask.
    pub fn start_asking(&self, house: &Supervisor, inlets: &Inlets) {
        let (store, inlet) = (self.store.clone(), inlets.asking.clone());
        house.spawn("queue.ask", Restart::OnFailure, move |stop| {
            let (store, inlet) = (store.clone(), inlet.clone());
            async move { ask::serve(store, &mut *inlet.lock().await, stop).await }
        });
    }

    /// Starts the workers and what tends them, with `schedules`. They run the kinds that `does` names; jobs of others
    /// wait for another process.
    pub fn start_working(&self, house: &Supervisor, schedules: Vec<Schedule>, does: impl Fn(&str) -> bool) {
        self.start_workers(house, does);
        self.start_tending(house);
        schedule::start(house, self, schedules);
    }

    pub(super) fn start_workers(&self, house: &Supervisor, does: impl Fn(&str) -> bool) {
        let (ends, inlet) = mpsc::channel(settle::WAITING);
        let inlet = Arc::new(Mutex::new(inlet));
        let (store, clock, hands) = (self.store.clone(), self.ambient.clock.clone(), self.hands.clone());
        house.spawn("queue.settle", Restart::OnFailure, move |_| {
            let (store, clock, hands, inlet) = (store.clone(), clock.clone(), hands.clone(), inlet.clone());
            async move { settle::serve(&store, &clock, &hands, &mut *inlet.lock().await).await }
        });
        let workers = work::Workers {
            rules: self.rules.clone(),
            kinds: self.kinds.those(does),
            store: self.store.clone(),
            hands: self.hands.clone(),
            ends,
            ambient: self.ambient.clone(),
        };
        // The task owns the workers, so that settling ends when they have ended.
        house.spawn_once("queue.work", |stop| workers.serve(stop));
    }

    pub(super) fn start_tending(&self, house: &Supervisor) {
        let tender = tend::Tender {
            rules: self.rules.clone(),
            store: self.store.clone(),
            hands: self.hands.clone(),
            ambient: self.ambient.clone(),
        };
        let beat = tender.clone();
        house.spawn("queue.beat", Restart::OnFailure, move |stop| beat.clone().beat(stop));
        house.spawn("queue.line", Restart::OnFailure, move |stop| tender.clone().line_up(stop));
    }
}
