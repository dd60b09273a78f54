//! Limits that hold where it counts: at the server, across processes, and after a kill.
//!
//! A bucket or a fixed window that is kept exactly by whoever sends is seen by the server as up to twice the limit, and
//! so is a sliding log once requests take unevenly long to arrive. So: a sliding log; each entry is written before its
//! request leaves; the window is longer than the server's by the spread of the ways there. What was granted and not
//! sent is counted all the same, unless it is given back; a process that dies can only have sent less than it counted.
//!
//! - `terms` is what the settings ask for. `limit` says which limits a request falls under; `log` what a sliding log has room for; both only compute.
//! - `grant` keeps what was granted ahead, so that a fast lane does not write for each request.
//! - `stop` is what an answer stops: for as long as it asks, or after a sign of risk until one try went well.
//! - `reach` lets one request go first to a host that has not answered lately, and knows outages.
//! - `timeline` is the time that limits count in: it does not step with the wall clock.
//! - `quiet` are the hours in which nothing goes out.
//! - `spacing` leaves gaps between the requests of an account.
//! - `first` says who goes first: people do. `reserve` counts a request in its limits, and `wait` is why it has to wait.
//! - `forecast` says when a lane will be done.
//! - `spread` is how unevenly long requests have been on their way.
//! - [`Pace`] asks the store, waits, and hands out permits.

mod desk;
mod first;
mod forecast;
mod grant;
mod hosts;
mod limit;
mod log;
mod quiet;
mod reach;
mod reserve;
mod spacing;
mod spread;
mod stop;
mod terms;
#[cfg(test)]
mod tests;
mod timeline;
mod wait;

pub use desk::{Pace, Permit};
pub use first::Rank;
pub use forecast::Forecast;
pub use limit::Sending;
pub use quiet::Quiet;
pub use reach::{Back, First, Turn};
pub use stop::{Told, account};
pub use wait::{By, Wait};
