//! Stories of the queue on a simulated clock.
