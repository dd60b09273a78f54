//! Keeps what is known of the form of answers over a restart, and tells a person when a site has changed.

use crate::domain::{AlarmName, Class};
use crate::platform::shape::{Gone, Kept, Watch};
use crate::store::alarms::{Raise, Severity};
use crate::store::crawl::shapes;
use crate::store::{Error, Store, alarms};

/// A cheap handle.
#[derive(Clone)]
pub struct Shapes {
    watch: Watch,
    store: Store,
}

impl Shapes {
    /// For what `watch` sees.
    pub const fn new(watch: Watch, store: Store) -> Self {
        Self { watch, store }
    }

    /// Takes up what was written down.
    pub async fn load(&self) -> Result<(), Error> {
        self.watch.remember(read(&self.store).await?);
        Ok(())
    }

    /// Writes down what is new. What cannot be written now is written the next time.
    pub async fn save(&self) {
        let changed = self.watch.take_changed();
        if changed.is_empty() {
            return;
        }
        let names: Vec<String> = changed.iter().map(|kept| kept.endpoint.clone()).collect();
        let save = self.store.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                for Kept { endpoint, memory } in &changed {
                    let text = serde_json::to_string(memory).unwrap_or_default();
                    shapes::keep(tx, endpoint, &text).await?;
                    let gone = memory.gone();
                    if gone.is_empty() {
                        alarms::close(tx, AlarmName::AnswersChanged, endpoint).await?;
                        continue;
                    }
                    let detail = format!("`{endpoint}` no longer sends {}", said(&gone));
                    tracing::warn!(endpoint.name = endpoint, alarm.class = "schema", "{detail}");
                    let (subject, class) = (endpoint.clone(), Class::Schema);
                    alarms::raise(
                        tx,
                        &Raise { name: AlarmName::AnswersChanged, subject, severity: Severity::Warning, class, detail },
                    )
                    .await?;
                }
                Ok(())
            })
        });
        if let Err(error) = save.await {
            tracing::warn!("What is known of the form of answers could not be written down: {error}");
            self.watch.put_back(names);
        }
    }
}

/// All that was written down.
pub async fn read(store: &Store) -> Result<Vec<Kept>, Error> {
    let rows = store.read::<_, Error, _>(|tx| Box::pin(shapes::list(tx))).await?;
    // What another version wrote in another form is learned anew.
    let kept = |(endpoint, text): (String, String)| {
        let memory = serde_json::from_str(&text).ok()?;
        Some(Kept { endpoint, memory })
    };
    Ok(rows.into_iter().filter_map(kept).collect())
}

/// The first few places that are gone, for a person.
pub fn said(gone: &[Gone]) -> String {
    let named: Vec<_> = gone.iter().take(5).map(|gone| format!("`{}`", gone.place)).collect();
    let more = gone.len().saturating_sub(named.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", named.join(", "))
}
