//! What a browser that is logged in leaves to others, in every form that people's tools write it.
//!
//! All of them say the same: cookies, what pages stored, the headers of a request. [`read()`] looks what a text is, not
//! what its file is called. What a tool writes that nobody here knows is kept where the form is written again; what no
//! browser would take is left out by name, and its value is told nobody.
//!
//! - `cookie` one cookie and which requests carry it; `state` the storage state of Playwright, which is our own file too.
//! - `netscape` cookies.txt, `extension` lists in JSON, `request` a request as `curl` or a HAR has it, `dotenv` lines.

mod cookie;
mod dotenv;
mod extension;
mod found;
mod netscape;
mod request;
mod skip;
mod state;

pub use cookie::{Cookie, Rest, SameSite, header_for};
pub use found::{BadLogin, Form, Found, read};
pub use netscape::write as write_netscape;
pub use skip::Skipped;
pub use state::{Origin, StorageState};

#[cfg(test)]
mod tests;
