//! Jobs about logins and the sites they are for: capture one again, compare signatures, ask whether a site can be reached.

mod capture;
mod compare_signatures;
mod probe_platform;

pub use capture::Capture;
pub(super) use compare_signatures::Tools as CompareTools;
pub use compare_signatures::{CompareSignatures, Signs};
pub use probe_platform::ProbePlatform;
pub(super) use probe_platform::Tools as ProbeTools;
