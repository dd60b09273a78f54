//! A saved file that was refused: the refusal stands, is seen wherever one looks, and goes when a good one is read.

use std::sync::{Arc, Mutex, PoisonError};

use super::alarms;
use super::engine::error::Error;
use super::engine::pool::Store;
use crate::domain::{AlarmName, Class, Millis};

/// The refusal of one file. A cheap handle; clones share it.
#[derive(Clone)]
pub struct Refusals {
    store: Store,
    /// What its alarm is called, and what that is about.
    alarm: (AlarmName, &'static str),
    standing: Arc<Mutex<Option<(Millis, String)>>>,
}

impl Refusals {
    /// None stands yet.
    pub fn new(store: &Store, name: AlarmName, subject: &'static str) -> Self {
        Self { store: store.clone(), alarm: (name, subject), standing: Arc::default() }
    }

    /// The one that stands, and since when.
    pub fn now(&self) -> Option<(Millis, String)> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes that the file was refused, or that it was not.
    pub async fn note(&self, refusal: Option<&str>) {
        let since = self.store.now();
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = refusal.map(|said| (since, said.to_owned()));
        let detail = refusal.map(|said| said.lines().next().unwrap_or_default().to_owned());
        let (name, subject) = self.alarm;
        let written = self.store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                match detail {
                    None => alarms::close(tx, name, subject).await,
                    Some(detail) => {
                        let (severity, class) = (alarms::Severity::Warning, Class::Local);
                        let subject = subject.to_owned();
                        alarms::raise(tx, &alarms::Raise { name, subject, severity, class, detail }).await
                    }
                }
            })
        });
        if let Err(error) = written.await {
            tracing::warn!("The alarm about the {subject} could not be written: {error}");
        }
    }
}
