//! Limits as the server counts them: senders that always have work, a server that notes when requests arrive.

mod first;
mod harness;
mod rates;
mod reach;
mod stops;
