//! `radard demo`: everything at once, on simulated platforms, in a directory of its own.

use std::path::PathBuf;

use super::desk::Desk;
use super::failure::Failure;
use super::house;
use super::out::Answer;
use super::run::say;
use crate::daemon::DemoOptions;

/// Flags of `radard demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// End when every step is done; the exit code is 0 only if all held
    #[arg(long)]
    once: bool,
    /// Only name the steps
    #[arg(long)]
    list: bool,
    /// Keep what it made in this directory
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

impl Demo {
    /// Runs until every step is done or a person ends it.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        let Self { once, list, keep } = self;
        let options = DemoOptions { once, list, keep, json: desk.out.json, say: say() };
        house::demo(desk, options).await.map(Answer::nothing)
    }
}
