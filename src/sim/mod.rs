//! The simulated platforms: what stands in for the outside in the demonstration and in every story.
//!
//! One listener per platform and one for control, all on loopback. What they answer follows from a seed and the
//! clock they were given; a fault switch makes an endpoint refuse the way the real platform refuses; every request
//! stands in a ledger with its arrival time.
//!
//! Control: `GET /state`, `GET /ledger?platform=&since=&cursor=&limit=`, `POST /fault {"spec": …}`, `DELETE /fault`. `POST
//! /proxy {"status": 404}` puts a proxy in front of all platforms that answers every request with an HTML page of this
//! status (400 to 599), until `DELETE /proxy`. `POST /outage {"platform": …}` lets nobody reach a platform (all of them
//! without a name) until `DELETE /outage`; `POST /wait {"seconds": …}` sets the wait that refusals of class `rate` ask
//! for. `POST /page {…}` gives the pages a new version of their scripts; its members are those of `changed` in the
//! scripts. The paths that belong to one platform stand in its `control.rs`.
//!
//! This room is judged as hard as the client that it tries: it never uses the client's signers or its HTTP room, so
//! that an error in one of them cannot hide in the other.
//!
//! # Add a platform
//!
//! A platform is one folder and one line in `ALL` below; a platform that has only `/probe` needs no folder. The order of
//! `ALL` is the order of the ports. The files directly in this folder work with that list and name no platform
//! (`tests/house/platforms.rs`).
//!
//! | file | what it holds |
//! |---|---|
//! | `<name>/site.rs` | `PLATFORM` (its name, settings, switches) and its `Site` (routes, state for control, what it writes) |
//! | `<name>/state.rs` | what it knows and how it stands in one run |
//! | `<name>/faults.rs` | its endpoints with the classes that each can play, and how it refuses in its own way |
//! | `<name>/control.rs` | its control paths |
//! | `<name>/folder.rs` | what it adds to the folder of `radard sim --write`, when that is more than a line |
//! | `<name>/running.rs` | methods of [`Running`] for stories and the demo, which do the same as its control paths |
//! | `<name>/<endpoint>.rs` | one endpoint, or a few that belong together |
//!
//! A new endpoint is one file there, one line in `faults.rs` and one in the routes of `site.rs`.

mod control;
mod creative_radar;
mod douyin;
mod fault;
mod files;
mod folder;
mod gate;
mod ledger;
mod media;
mod outage;
mod platform;
mod probe;
mod proxy;
mod range;
mod reply;
mod running;
mod script;
mod seed;
mod socket;
mod switch;
mod version;
mod world;

use std::str::FromStr;

use crate::ambient::Ambient;
use platform::Platform;

pub use douyin::{Lost, Rename, ShortLink, short_links};
pub use fault::{Fault, FaultError, When};
pub use files::file_bytes;
pub use folder::{MARK, TITLE, files};
pub use ledger::Entry;
pub use running::{Error, Options, Running};

/// The simulated platforms, in the order of their ports.
static ALL: [Platform; 5] = [
    douyin::PLATFORM,
    creative_radar::PLATFORM,
    Platform::bare("tiktok", "sim.tiktok", &[("api", "")]),
    Platform::bare("tiktok_shop", "sim.tiktok_shop", &[("api", "")]),
    Platform::bare("tikapi", "sim.tikapi", &[("base", "")]),
];

/// The names of the simulated platforms, in the order of their ports.
pub const PLATFORMS: [&str; ALL.len()] = names();

const fn names() -> [&'static str; ALL.len()] {
    let mut names = [""; ALL.len()];
    let (mut places, mut platforms): (&mut [&'static str], &[Platform]) = (&mut names, &ALL);
    while let ([place, places_left @ ..], [platform, platforms_left @ ..]) = (places, platforms) {
        *place = platform.name;
        (places, platforms) = (places_left, platforms_left);
    }
    names
}

/// The door to a simulated outside.
#[derive(Debug, Clone, Copy)]
pub struct Sim;

impl Sim {
    /// Opens the sockets; [`Running::serve`] answers on them.
    pub fn start(options: Options, ambient: Ambient) -> Result<Running, Error> {
        running::open(&ALL, options, ambient)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        fault::parse(text, &ALL.each_ref().map(Platform::switched))
    }
}
