//! Alarms as rows: what a newer version wrote is still read, shown and counted.

use super::Fresh;
use crate::domain::{AlarmName, Class};
use crate::store::alarms::{self, Raise, Severity};
use crate::store::{Error, Tx};

async fn raise(tx: &mut Tx, name: AlarmName) -> Result<bool, Error> {
    let (severity, class) = (Severity::Warning, Class::Local);
    alarms::raise(tx, &Raise { name, subject: "data".to_owned(), severity, class, detail: "few".to_owned() }).await
}

#[test]
fn words_of_a_later_version_are_kept_and_shown() {
    let fresh = Fresh::sqlite();
    fresh.live(async |store| {
        let written = store.write::<_, Error, _>(|tx| {
            Box::pin(async move {
                raise(tx, AlarmName::DiskLow).await?;
                tx.run("write", "UPDATE alarm SET name = 'disk_tired', severity = 'whisper'").await?;
                raise(tx, AlarmName::DiskLow).await
            })
        });
        assert!(written.await.unwrap(), "the other is another alarm");
        let open = store.read::<_, Error, _>(|tx| Box::pin(alarms::open(tx))).await.unwrap();
        let words = |of: &alarms::Alarm| (of.name.to_string(), of.severity.to_string());
        let mut seen: Vec<_> = open.iter().map(words).collect();
        seen.sort();
        let pair = |name: &str, severity: &str| (name.to_owned(), severity.to_owned());
        assert_eq!(seen, [pair("disk_low", "warning"), pair("disk_tired", "whisper")]);
        let known: Vec<_> = open.iter().filter_map(|of| of.name.known().zip(of.severity.known())).collect();
        assert_eq!(known, [(&AlarmName::DiskLow, &Severity::Warning)]);
        let shown = serde_json::to_value(&open).unwrap();
        let later = shown.as_array().unwrap().iter().find(|row| row["name"] == "disk_tired").unwrap();
        assert_eq!(later["severity"], "whisper");
    });
}
