//! The simulated platforms: what stands in for the outside in the demonstration and in every story.
//!
//! One listener per platform and one for control, all on loopback. What they answer follows from a seed and the
//! clock they were given; a fault switch makes an endpoint refuse the way the real platform refuses; every request
//! stands in a ledger with its arrival time. Control: `GET /state`, `GET /ledger?platform=&since=&cursor=&limit=`,
//! `POST /fault {"spec": …}`, `DELETE /fault`, `POST /rename {"page": …, "from": …, "to": …}`, after which answers of
//! a page call a member something else; `POST /scan {"says": …}` for a code that a page shows, `POST /expire {"after": …}`
//! for a login that is lost after so many uses. `POST /proxy {"status": 404}` puts a proxy in front of all platforms that
//! answers every request with an HTML page of this status (400 to 599), until `DELETE /proxy`. `POST /outage
//! {"platform": …}` lets nobody reach a platform (all of them without a name) until `DELETE /outage`; `POST /wait
//! {"seconds": …}` sets the wait that refusals of class `rate` ask for. `POST /page {…}` gives the pages a new version of
//! their scripts; its members are those of `changed` in the scripts.
//!
//! This room is judged as hard as the client that it tries: it never uses the client's signers or its HTTP room, so
//! that an error in one of them cannot hide in the other.
//!
//! A new endpoint is one file here, one line in the table of `fault` and one in the router of `running`.

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

pub use douyin::{Lost, Rename, ShortLink, short_links};
pub use fault::{Fault, FaultError, PLATFORMS, When};
pub use files::file_bytes;
pub use folder::{MARK, TITLE, files};
pub use ledger::Entry;
pub use running::{Error, Options, Running, Sim};
