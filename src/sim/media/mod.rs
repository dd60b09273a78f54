//! Media that really are what they say: pictures, sound and video that any player opens, small and made on demand.
//!
//! Whoever downloads, checks or shows a file needs one with the right form inside, and nobody's recordings belong here.
//! So each is drawn by hand in the simplest way that its format allows: flat pieces of colour, silence, a picture that
//! stands still for as long as the work is said to last. The same dice make the same bytes.
//!
//! - `jpeg`, `webp`, `png` pictures; `mp3` sound; `h264` a picture that stands, in the `mp4` around it.
//! - `bits` writes numbers of any width in either order.

mod bits;
mod h264;
mod jpeg;
mod mp3;
mod mp4;
mod png;
mod webp;

pub(super) use jpeg::jpeg;
pub(super) use mp3::mp3;
pub(super) use mp4::mp4;
pub(super) use png::png;
pub(super) use webp::webp;

#[cfg(test)]
mod tests;
