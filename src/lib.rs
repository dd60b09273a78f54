//! radard: an honest daemon for a small creator-economy team.
//!
//! This page is the map: what stands where, who may use whom, which words we use, how work flows. The table and the
//! rules around it are held by `tests/house.rs`, which reads them here.
//!
//! # The picture
//!
//! ```text
//!    people, scripts            creators, rooms, trends, shops
//!          │                                ▲
//!    cli ──┴── web                          │ net, browser
//!          │                                │
//!       daemon ── report  crawl  live  trend  publish  affiliate
//!          │                 │      │     session  grant  media
//!          │                 ▼      ▼            platform  notify
//!          └───────────►  queue ─ pace ─ vault
//!                             │
//!                           store  (SQLite or PostgreSQL: the only truth)
//! ```
//!
//! One process, one data directory. All that must survive is a row in the store before anyone is told that it is done.
//! Rooms on one floor do not know each other: what one wrote, another reads.
//!
//! # The floors
//!
//! A room may use lower floors only, and of those what its row names. `domain`, `ambient`, `advice` and `observe` are
//! open to all; among themselves they look only at those further down. A room has its row before it has its folder.
//!
//! | floor | module | what it is | may use |
//! |--:|---|---|---|
//! | 14 | `main.rs` | hands the arguments over and gives back the exit code | `cli` |
//! | 13 | `cli/` | one file per command; the only code that prints | all below |
//! | 12 | `daemon/` | puts the house together, lays channels, obeys signals, drains | all below |
//! | 11 | `demo/` | the whole product against the simulated platforms: a step for each thing that it can do | `sim report platform sign net base queue pace store vault config supervise` |
//! | 10 | `web/` | dashboard, API, and the few paths that are open to the public | `doctor report affiliate publish crawl live trend target session grant media platform wire net base notify queue pace store supervise vault config` |
//! | 10 | `sim/` | the platforms, simulated: seeded, with fault switches and verifiers of their own | `wire supervise` |
//! | 9 | `doctor/` | checks an installation: what is wrong, and how to fix it | `target session platform browser sign base queue pace store vault config` |
//! | 9 | `report/` | the weekly report and exports: gather, render, deliver | `affiliate trend queue store notify config supervise` |
//! | 8 | `crawl/` | from a page of the site to stored posts, people and comments | `target platform session base grant media queue pace store supervise config` |
//! | 8 | `live/` | rooms on air: watch, listen, record, keep both in step | `target platform session media wire net queue pace store supervise config` |
//! | 8 | `trend/` | ranked lists and their memory | `platform session grant queue pace store supervise config` |
//! | 8 | `publish/` | the journal of what was published, and what became of it | `platform grant media queue pace store supervise config` |
//! | 8 | `affiliate/` | links, orders, commissions, postbacks, and how they add up | `platform grant net queue pace store vault config supervise` |
//! | 7 | `target/` | from the queue file to rounds that are due: what is followed, how it stands, what it costs | `platform base queue pace store supervise config` |
//! | 7 | `session/` | profiles: capture, probe, versions, when to refresh | `browser platform net base wire queue pace store vault supervise config` |
//! | 7 | `grant/` | OAuth grants: connect, one refresh in flight, revoke | `platform store vault supervise config` |
//! | 7 | `media/` | the library: names, downloads, archive, proof | `net wire base queue store pace config supervise` |
//! | 6 | `platform/` | one folder per platform: a request out, a typed answer in | `net sign wire config` |
//! | 6 | `notify/` | mail and push: delivers alarms from an outbox | `net queue store config supervise` |
//! | 6 | `browser/` | driver process, WebDriver, BiDi | `net` (dial only) `supervise config` |
//! | 5 | `net/` | the one HTTP client and the one dialer: guard, proxies, caps | `base pace vault supervise config` |
//! | 5 | `queue/` | the durable queue; knows kinds, no platform | `store supervise config` |
//! | 4 | `base/` | what every room of a house is opened with | `pace vault store config` |
//! | 3 | `pace/` | limits that hold: sliding logs, budgets, breakers, quiet hours | `store config supervise` |
//! | 3 | `vault/` | secrets at rest: envelope, key, rotation | `store config supervise` |
//! | 2 | `store/` | the only SQL, for both databases; alarms are rows here | `config supervise` |
//! | 1 | `supervise/` | tasks with owners: spawn, restart, back off, status | |
//! | 1 | `config/` | layers, then the shape of the file, then checked settings | |
//! | 1 | `sign/` | signers that only compute, each with a version | |
//! | 1 | `wire/` | bytes to domain and back: frames, playlists, cookies | |
//! | 0 | `observe/` | the log layer that hides secrets, names of fields and metrics | |
//! | 0 | `advice/` | every sentence that tells a person what to do, a file for each room | |
//! | 0 | `ambient/` | the world passed in: time and sleeping, chance | |
//! | 0 | `domain/` | the words of the field as types | |
//!
//! # What is deliberately absent
//!
//! - SQL outside `store`; HTTP clients and dialled sockets outside `net`; WebDriver outside `browser`; protobuf outside
//!   `wire`; a web server outside `web`, `sim`, and the `daemon` and `cli` that start them.
//! - The store in `platform`, `net` and `browser`: they return what they saw, and their caller writes it.
//! - The network in `report`. The client's signers in `sim`: a judge does not borrow the defendant's pen.
//! - Waiting in `domain`, `sign` and `wire`. Time, sleep and chance from the machine outside `ambient`.
//! - A task without an owner, a channel without a bound, a secret in a log, an import from the folder one stands in.
//! - An empty answer that counts as success. Every attempt ends in one [`domain::Class`], and it alone decides what next.
//!
//! # Words
//!
//! One word per idea, in code, SQL, settings, logs and on pages.
//! *profile* a stored login of one account on one platform · *identity* what its browser says of itself, everywhere the
//! same · *guest* a browser that nobody logged in with · *recipe* how a signature is computed, with a number · *signer*
//! who signs by one · *session* one WebDriver browser session · *capture* what a
//! session yields for a profile · *target* one entry of the queue file · *lane* a profile and a class of endpoints, with
//! a pace and a breaker · *job* a durable unit of work (a *task* is a tokio task) · *kind* what sort of job · *lease* the
//! right to run a job until a time · *fence* the number that makes a lost lease harmless · *snooze* waiting that costs no
//! attempt · *pace* a limit on rate · *breaker* what closes a lane at a sign of risk · *outage* the time in which a host gives
//! no answer · *creator*, *post*, *media* · *room* a live room · *show* one broadcast in it · *danmaku* what
//! viewers do there · *trend* a ranked list · *grant* an OAuth consent with its tokens · *alarm* what a person should know, opened once and closed once · *link*, *order*,
//! *commission*, *postback* · *report*, and one *issue* of it · *data key* what seals values · *master
//! key* what wraps data keys, outside the database · *slot* the place that a sealed value belongs to.
//!
//! # Field names in logs
//!
//! Dotted, by thing, the unit in the name; the sentence stands alone without them.
//! `observe::field` gives each its meaning.
//! `job.id` `job.kind` `job.key` `job.attempt` `job.crashes` `job.state` · `lease.owner` `lease.fence` · `lane.name`
//! `target.name` · `schedule.name` `schedule.slot` · `alarm.id` `alarm.class` `alarm.severity` · `task.name`
//! `task.restarts` `panic.place` `signal.name` · `node.id` `boot.id` · `store.op` `store.batch` `migration.version` ·
//! `config.file` `config.key` · `http.method` `http.route` `http.status` `listen.address` `key.name` · `platform.name`
//! `endpoint.name` · `session.profile` `room.id` `show.id` `danmaku.count` `download.name` · `class` `error` `count` ·
//! `duration_ms` `delay_ms` `size_bytes`
//!
//! # A job, from asking to done
//!
//! 1. A script posts `{kind, key, payload}` to `/api/v1/jobs`. `web` checks the API key and its scope, then hands the
//!    job to `queue`, which makes the payload canonical and gives it an id.
//! 2. `store` puts the insert into the group that its one writer commits next. A second job of the same kind and key
//!    meets a unique index: the same payload answers with the first id, another payload is refused.
//! 3. Only when the commit is synced does the script read 201. From here on a kill or a power cut loses nothing.
//! 4. A worker claims in one statement what is due: open lanes only, higher priority first, targets in turn. The row is
//!    now running under a lease, and its fence has gone up by one. A heartbeat renews the lease while the job runs.
//! 5. The handler of the kind runs. Pages it stores and the follow-up it asks for commit together.
//! 6. The result settles the row: done, failed with a time to retry, snoozed, or dead. Every such write carries the
//!    fence; if the lease was lost meanwhile, no row changes and the worker stops.
//! 7. A worker that dies leaves a lease that runs out. The sweep counts a crash, not an attempt, and the job is due
//!    again; three crashes without progress between them make it dead, and an alarm says so.
//!
//! # An alarm, from opened to closed
//!
//! 1. Whoever holds the store and sees something that a person should know writes it: its name, what it is about, a
//!    severity, a class, and what happened. What to do follows from the name, in `advice::alarm`. There is one open row
//!    for each cause; seeing it again raises its count and its last time.
//! 2. The same row shows in `/readyz`, `/metrics`, on the dashboard, in `radard doctor` and `radard alarm list`;
//!    `notify` carries it to mail and push, once. A person may acknowledge it, which quiets it but does not close it.
//! 3. Whoever opened it looks again with its ordinary work. When the cause is gone it writes the end, once. What returns
//!    later is a new alarm.
//!
//! # Leaving
//!
//! 1. The first SIGTERM tells systemd STOPPING and cancels *stop*. `web` accepts nothing new and workers claim nothing
//!    more; running jobs have most of `daemon.drain` to end.
//! 2. The floors leave from top to bottom, each waiting for its children: listeners, workers, live rooms, browsers. What
//!    could not end is given back to the queue with its attempt uncounted.
//! 3. The store closes last: the writer commits what it holds, answers, and lets go of the lock. The exit code is 0.
//! 4. A second signal, or the end of the drain, cancels *halt*: everything is dropped where it stands. Nothing is lost
//!    by that, for the same reason that nothing is lost by a kill; leases run out, or the next start frees them at once.

pub mod advice;
pub mod ambient;
pub mod base;
pub mod browser;
pub mod cli;
pub mod config;
pub mod crawl;
pub mod daemon;
pub mod demo;
pub mod doctor;
pub mod domain;
pub mod media;
pub mod net;
pub mod observe;
pub mod pace;
pub mod platform;
pub mod queue;
pub mod report;
pub mod session;
pub mod sign;
pub mod sim;
pub mod store;
pub mod supervise;
pub mod target;
pub mod vault;
pub mod web;
pub mod wire;
