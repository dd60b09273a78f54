//! The faults that the simulated Creative Center understands.

use crate::domain::Class;
use crate::sim::fault::{Endpoint, PROBE};

/// What its pages can play, each shown to a person.
const CENTER: [Class; 5] = [Class::Gone, Class::Private, Class::Auth, Class::Risk, Class::Schema];

/// What its lists can: one that is gone says so in words of its own.
const LISTS: [Class; 6] = [Class::Gone, Class::Auth, Class::Risk, Class::Rate, Class::Signature, Class::Network];

/// What the newer lists can.
const NEWER: [Class; 5] = [Class::Auth, Class::Risk, Class::Rate, Class::Signature, Class::Network];

/// The endpoints that have switches.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    PROBE,
    Endpoint::new("business", &CENTER).showing(&CENTER),
    Endpoint::new("creative", &CENTER).showing(&CENTER),
    Endpoint::new("creative_radar_api", &LISTS).showing(&[Class::Gone]),
    Endpoint::new("CreativeOne", &NEWER),
];
