//! A small house for the stories of the queue: a database of its own, a clock that jumps, nodes that live and die.
//!
//! A [`House`] outlives its nodes. [`House::live`] is one life of the machine: when its story ends, everything in it
//! is dropped where it stands, which is what a kill does. The clock jumps when nothing can run, so a wait of a day
//! costs as much as the work within it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::ambient::{Ambient, Clock};
use crate::config::Config;
use crate::domain::{Millis, Miss};
use crate::queue::ask::{Ask, AskError, Asked};
use crate::queue::calendar::Schedule;
use crate::queue::handle::Queue;
use crate::queue::job::Job;
use crate::queue::kinds::Kinds;
use crate::queue::lease::Lease;
use crate::queue::outcome::Settled;
use crate::queue::rules::Rules;
use crate::store::jobs::{self, State};
pub(super) use crate::store::kit::soak;
use crate::store::kit::{Fresh, one_of_each};
use crate::store::{Access, Error, Store, Tx, Work, alarms};
use crate::supervise::{Leave, Supervisor};

/// What most waits are counted in.
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// A database and a world of its own.
pub(super) struct House {
    fresh: Fresh,
    pub(super) ambient: Ambient,
    pub(super) clock: Clock,
}

impl House {
    fn within(mut fresh: Fresh, seed: u64, begin: Millis) -> Self {
        fresh.ambient = Ambient::pinned(seed, begin);
        Self { ambient: fresh.ambient.clone(), clock: fresh.ambient.clock.clone(), fresh }
    }

    /// A house on SQLite whose dice are `seed` and whose time begins at `begin`.
    pub(super) fn new(seed: u64, begin: Millis) -> Self {
        Self::within(Fresh::sqlite(), seed, begin)
    }

    /// A house on each database at hand.
    pub(super) fn each(seed: u64) -> impl Iterator<Item = Self> {
        one_of_each().into_iter().map(move |fresh| Self::within(fresh, seed, crate::store::kit::BEGIN))
    }

    /// As many rounds as `whole`, or a tenth of them where each costs ten times more and the long run was not asked for.
    pub(super) fn rounds(&self, whole: u32) -> u32 {
        if self.is_shared() && !soak() { whole / 10 } else { whole }
    }

    pub(super) const fn is_shared(&self) -> bool {
        self.fresh.is_shared()
    }

    /// One life of the machine: the end of `story` is a kill.
    pub(super) fn live<T>(&self, story: impl AsyncFnOnce(&Life<'_>) -> T) -> T {
        self.fresh.live(async |store| story(&Life { house: self, store }).await)
    }
}

/// One life of the machine.
pub(super) struct Life<'h> {
    pub(super) house: &'h House,
    pub(super) store: Store,
}

impl Life<'_> {
    /// A node that can be asked and does not work yet. On PostgreSQL it has a store of its own.
    pub(super) async fn node(&self, rules: Rules, kinds: Kinds) -> Node {
        let ambient = self.house.ambient.clone();
        let _opening = ambient.clock.hold();
        let mut store = self.store.clone();
        if self.house.is_shared() {
            store = Store::open(&self.house.fresh.place, Access::Write, ambient.clone()).await.unwrap().0;
        }
        let people = Supervisor::new(ambient.clone());
        let (queue, inlets) = Queue::new(rules, kinds, store.clone(), ambient.clone());
        queue.start_asking(&people, &inlets);
        Node { queue, store, people, clock: ambient.clock }
    }

    /// A node at rest that looks after its work every few minutes: for stories of many hours.
    pub(super) async fn patient(&self, owner: &str, kinds: Kinds) -> Node {
        let (lease, sweep) = (Duration::from_mins(20), Duration::from_mins(5));
        self.node(Rules { lease, sweep, poll: Duration::from_mins(1), ..rules(owner) }, kinds).await
    }

    /// A node with the settings' own numbers, at rest.
    pub(super) async fn resting(&self, owner: &str, kinds: Kinds) -> Node {
        self.node(rules(owner), kinds).await
    }

    /// The same at work.
    pub(super) async fn working(&self, owner: &str, kinds: Kinds) -> Node {
        let node = self.resting(owner, kinds).await;
        node.work(Vec::new());
        node
    }
}

/// One process at work.
pub(super) struct Node {
    pub(super) queue: Queue,
    pub(super) store: Store,
    pub(super) people: Supervisor,
    pub(super) clock: Clock,
}

impl Node {
    /// Starts the workers and what tends them.
    pub(super) fn work(&self, schedules: Vec<Schedule>) {
        self.queue.start_working(&self.people, schedules, |_| true);
    }

    /// Asks for a job without a payload worth speaking of.
    pub(super) async fn ask(&self, kind: &str, key: &str) -> Asked {
        self.ask_with(kind, key, json!({})).await.unwrap()
    }

    pub(super) async fn ask_with(&self, kind: &str, key: &str, payload: Value) -> Result<Asked, AskError> {
        let ask = Ask { kind: kind.into(), key: key.into(), payload, priority: 0, run_at: None };
        self.queue.ask(ask).await
    }

    /// Lets everything happen that happens without time.
    pub(super) async fn quiet(&self) {
        self.clock.sleep(Duration::from_millis(1)).await;
    }

    /// The row of a job.
    pub(super) async fn job(&self, kind: &str, key: &str) -> jobs::Job {
        let (kind, key) = (kind.to_owned(), key.to_owned());
        let found = self.read(move |tx| Box::pin(async move { jobs::find_key(tx, &kind, &key).await })).await;
        found.unwrap()
    }

    pub(super) async fn state(&self, kind: &str, key: &str) -> State {
        self.job(kind, key).await.state
    }

    /// Every row, the youngest first; of one state if it is named.
    pub(super) async fn jobs(&self, state: Option<State>) -> Vec<jobs::Job> {
        let filter = jobs::Filter { state, limit: 100_000, ..jobs::Filter::default() };
        self.read(move |tx| Box::pin(async move { jobs::list(tx, &filter).await })).await
    }

    /// How many jobs of every kind are in `state`, by the counts.
    pub(super) async fn count(&self, state: State) -> i64 {
        let counts = self.read(|tx| Box::pin(jobs::counts(tx))).await;
        counts.iter().filter(|c| c.state == state).map(|c| c.n).sum()
    }

    /// Open alarms, as `name subject`.
    pub(super) async fn alarms(&self) -> Vec<String> {
        let open = self.read(|tx| Box::pin(alarms::open(tx))).await;
        open.into_iter().map(|alarm| format!("{} {}", alarm.name, alarm.subject)).collect()
    }

    /// How many alarms were ever raised.
    pub(super) async fn alarms_ever(&self) -> usize {
        self.read(|tx| Box::pin(alarms::list(tx, None, 1000))).await.len()
    }

    /// Reads on a connection of its own.
    pub(super) async fn read<T: Send>(&self, work: impl for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, Error>>) -> T {
        self.store.read(work).await.unwrap()
    }

    /// Writes in a transaction.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl for<'t> FnOnce(&'t mut Tx) -> Work<'t, Result<T, Error>> + Send + 'static,
    ) -> T {
        self.store.write(work).await.unwrap()
    }

    /// Waits, at most for `limit` of simulated time, until `state` is where the job stands; gives how long it took.
    pub(super) async fn until(&self, kind: &str, key: &str, state: State, limit: Duration) -> Duration {
        let begun = self.clock.now();
        loop {
            self.quiet().await;
            let job = self.job(kind, key).await;
            let passed = self.clock.now().since(begun);
            if job.state == state {
                return passed;
            }
            assert!(passed <= limit, "after {passed:?} `{key}` is {}, not {state}", job.state);
            self.clock.sleep((limit / 100).clamp(SECOND / 100, 30 * SECOND)).await;
        }
    }

    /// Leaves as a stopping service does, and gives how long that took.
    pub(super) async fn leave(self) -> (Leave, Duration) {
        let begun = self.clock.now();
        let left = self.people.leave(Duration::from_secs(45)).await;
        (left, self.clock.now().since(begun))
    }
}

/// The settings' own numbers, for the node that is named before the slash.
pub(super) fn rules(owner: &str) -> Rules {
    Rules::of(&Config::default(), owner)
}

/// What a run does, as a story tells it.
#[derive(Clone)]
pub(super) struct Script(Arc<dyn Fn(Lease) -> Play + Send + Sync>);

type Play = std::pin::Pin<Box<dyn Future<Output = Result<Settled, Miss>> + Send>>;

impl Script {
    pub(super) fn new<F: Future<Output = Result<Settled, Miss>> + Send + 'static>(
        play: impl Fn(Lease) -> F + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(move |lease| Box::pin(play(lease))))
    }

    /// Works at once.
    pub(super) fn done() -> Self {
        Self::new(|_| async { Ok(Settled::Done(json!("done"))) })
    }

    /// Misses with what `miss` makes of the key.
    pub(super) fn missing(miss: impl Fn(&str) -> Miss + Send + Sync + 'static) -> Self {
        Self::new(move |lease| {
            let missed = miss(lease.key());
            async move { Err(missed) }
        })
    }

    /// Never comes back, and lets time pass.
    pub(super) fn stuck(clock: &Clock) -> Self {
        let clock = clock.clone();
        Self::new(move |_| {
            let clock = clock.clone();
            async move {
                let _lent = clock.lend();
                std::future::pending().await
            }
        })
    }
}

/// A kind whose runs are told by a story: 0 is `deed`, 1 is `other`, 2 is `brief`, which must end within 30 ms.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Deed<const N: usize> {
    #[serde(default)]
    lane: Option<String>,
    #[serde(default)]
    target: String,
}

impl<const N: usize> Job for Deed<N> {
    const KIND: &'static str = ["deed", "other", "brief"][N];
    const LIMIT: Duration = if N == 2 { Duration::from_millis(30) } else { Duration::from_mins(10) };
    type Tools = Script;

    fn lane(&self) -> String {
        self.lane.clone().unwrap_or_else(|| Self::KIND.to_owned())
    }

    fn target(&self) -> String {
        self.target.clone()
    }

    async fn run(self, tools: &Script, lease: &Lease) -> Result<Settled, Miss> {
        (tools.0)(lease.clone()).await
    }
}

/// The kind `deed` with `script`.
pub(super) fn deed(script: Script) -> Kinds {
    Kinds::default().with::<Deed<0>>(script)
}

/// A list that scripts write and stories read.
#[derive(Debug)]
pub(super) struct Diary<T>(Arc<Mutex<Vec<T>>>);

impl<T> Clone for Diary<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Diary<T> {
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    pub(super) fn note(&self, entry: T) {
        self.0.lock().unwrap().push(entry);
    }

    pub(super) fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }
}
