//! Jobs about logins and the sites they are for: capture one again, compare signatures, ask whether a site can be reached.

mod capture;
mod compare_signatures;
mod probe_platform;

pub use capture::Capture;
pub use compare_signatures::{CompareSignatures, Signs, Tools as CompareTools};
pub use probe_platform::{ProbePlatform, Tools as ProbeTools};
