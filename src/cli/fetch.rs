//! `radard fetch`: what a link leads to, or a whole list of it, on the terminal or as JSON lines.
//!
//! Each record is a line of its own and printed whole, so what a stopped run leaves is good as far as it goes. The pages
//! are asked for by the daemon when one runs, and counted in the same limits either way. A program also gets a line for
//! each page and each end, told from records by `event`.

mod flags;
mod kept;
mod orders;
mod pages;
mod show;

use tokio::signal::unix::{SignalKind, signal};

use self::flags::Flags;
use self::orders::Wanted;
use self::pages::Pages;
use super::desk::Desk;
use super::exit::Exit;
use super::failure::Failure;
use super::out::Answer;
use super::reach::{Need, Reach};
use crate::advice;

/// `radard fetch`.
#[derive(Debug, clap::Args)]
pub(super) struct Fetch {
    #[command(flatten)]
    flags: Flags,
}

impl Fetch {
    /// Asks and tells; the code is that of the worst that happened.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Answer, Failure> {
        if self.flags.cookie.is_some() {
            let what = "a cookie on the command line can be read by every user of this machine, so it is not taken";
            return Err(Failure::usage(what).advise(advice::cli::paste_login()));
        }
        if !self.flags.no_media {
            let what = "`radard fetch` cannot download what it lists";
            return Err(Failure::usage(what).advise(advice::cli::no_media()));
        }
        let wanted = orders::of(&self.flags, desk).await?;
        Reach::with(desk, Need::Writing, async |reach| self.all(desk, reach, wanted).await).await
    }

    async fn all(&self, desk: &Desk, reach: &Reach, wanted: Vec<Wanted>) -> Result<Answer, Failure> {
        // One ear for all of it: what is said while a page is printed must not be lost.
        let mut interrupted = signal(SignalKind::interrupt()).map_err(|error| Failure::of(&error))?;
        let data = desk.places()?.data;
        let mut exit = Exit::Done;
        let mut remarks = Vec::new();
        for Wanted { link, order } in wanted {
            let mut pages = Pages::new(desk, reach, &self.flags);
            let ended = match order {
                Ok(order) => {
                    let from = pages.resume(&data, &order);
                    pages.walk(&order, from, &mut interrupted).await?
                }
                Err(failure) => Some(failure),
            };
            pages.close()?;
            match ended {
                None => {
                    pages.end(&link)?;
                    remarks.push(pages.remark(&link));
                }
                Some(failure) => {
                    exit = failure.code();
                    pages.fail(&link, &failure)?;
                    let told = pages.told(&link);
                    remarks.push(format!("{told}{}", failure.to_text()));
                }
            }
            if exit == Exit::Interrupted {
                break;
            }
        }
        Ok(Answer::nothing(exit).note(remarks.join("\n")))
    }
}
