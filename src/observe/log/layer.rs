//! Turns what `tracing` reports into lines.
//!
//! Values of spans are gathered when they are recorded and given to each line inside; of two values with one name the
//! inner one stands. No lock is held while foreign code formats its values, so a panic there can still be logged.

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::line::{Fields, Gather, Line};
use super::out::Out;
use crate::ambient::Clock;
use crate::observe::redact::Register;

/// The layer that writes every line.
pub(super) struct Lines {
    out: Out,
    secrets: Register,
    clock: Clock,
}

impl Lines {
    pub(super) const fn new(out: Out, secrets: Register, clock: Clock) -> Self {
        Self { out, secrets, clock }
    }
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut gather = Gather::new(&self.secrets);
        attributes.record(&mut gather);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(gather.fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let known = span.extensions_mut().remove::<Fields>().unwrap_or_default();
        let mut gather = Gather::onto(&self.secrets, known);
        values.record(&mut gather);
        span.extensions_mut().insert(gather.fields);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut gather = Gather::new(&self.secrets);
        event.record(&mut gather);
        let Gather { message, mut fields, .. } = gather;
        let mut spans = Vec::new();
        for span in context.event_scope(event).into_iter().flatten() {
            spans.push(span.name());
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.inherit(outer, &self.secrets);
            }
        }
        spans.reverse();
        let metadata = event.metadata();
        let source = metadata.target().to_owned();
        self.out.write(&Line { at: self.clock.now(), level: *metadata.level(), source, message, fields, spans });
    }
}
