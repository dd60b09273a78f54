//! Stories of the queue: the real parts over a real store, on a clock that jumps.
//!
//! Each story runs on SQLite, and on PostgreSQL when one is at hand. What breaks in a story is broken the way the
//! world breaks it: a process is dropped where it stands, a clock is stepped, a platform refuses. The promise that a
//! story holds is named beside it.

mod asking;
mod calendar;
mod classes;
mod crashes;
mod day;
mod ghosts;
mod kit;
mod leaving;
mod letters;
mod outages;
mod poison;
mod runs;
mod waiting;
