//! Profiles: logins that are captured, proved, kept in versions, and given to whoever asks in their name.
//!
//! A capture is used only after it was proved to be logged in, so one that is logged out never takes the place of one
//! that works. What it holds is sealed in the vault; the same lies as a storage state of Playwright in the profile's
//! folder, for people's own tools.
//!
//! - `rules` what a login is on each platform, `login` what a capture holds, `convert` from a browser and to it, `file`
//!   the storage state in its folder, `source` where the browser comes from.
//! - `book` all captures: which there are, how they stand, which one is used; `plan` when it is looked at again.
//! - `profiles` what people do with them, and what keeps each fresh; `jobs` the same as jobs.
//! - `fetch` asks a site for a page in somebody's name, `shapes` keeps what is known of the form of its answers.

mod book;
mod convert;
mod fetch;
mod file;
mod jobs;
mod login;
mod plan;
mod profiles;
mod rules;
pub mod shapes;
mod source;

pub use book::{Book, Error, Fresh, is_no};
pub use convert::{cookie_for_browser, login_of};
pub use fetch::{Fetcher, Wish};
pub use file::{Folder, state_in};
pub use jobs::{Capture, CompareSignatures, CompareTools, ProbePlatform, ProbeTools, Signs};
pub use login::Login;
pub use plan::next_at;
pub use profiles::{Brought, ByHand, Detail, GivenOut, InUse, Inside, Overview, Profiles, Prover, headers_of, keep};
pub use rules::{Rules, rules};
pub use source::{Ground, guise_of, shown_on, source_of};
