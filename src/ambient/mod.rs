//! The world passed in: time, sleeping and chance.
//!
//! Nothing else in the house asks the machine for the time or for a random number. That is what lets a story pin
//! both, let three weeks pass in a second, and fail the same way twice.
