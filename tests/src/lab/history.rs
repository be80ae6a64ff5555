//! A lane's whole history at its end: the ledger and the event log once more, when no worker can change them any more.

use std::collections::HashMap;

use app::EventFilter;
use domain::event::{Event, EventKind};
use domain::id::ChangeId;

use super::check::{Finding, Record};
use super::lane::Lane;

/// Events read at a time.
const PAGE: usize = 100;

impl Lane {
    /// Adds what only the whole history shows to the records. Every worker that was paused has gone on by then: the last one has to
    /// finish a sync first.
    pub async fn close(self, records: &mut [Record]) {
        self.resync().await;
        let (writes, _) = self.entra.product_writes(0).await;
        let mut counts: HashMap<String, usize> = HashMap::new();
        for write in &writes {
            *counts.entry(write["client_request_id"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
        let events = self.events().await;
        let gap = events
            .iter()
            .zip(1..)
            .find(|(event, seq)| event.seq != *seq)
            .map(|(event, seq)| format!("event {} where {seq} is due", event.seq));
        for record in records.iter_mut() {
            let Some((change, mark)) = record.change else { continue };
            let count = counts.remove(&mark.to_string()).unwrap_or(0);
            if count > record.writes {
                record.findings.push((Finding::Doubled, format!("{count} writes at the end, {} when it had ended", record.writes)));
            }
            if let Err(broken) = self.replayed(change, &events).await {
                record.findings.push((Finding::Log, broken));
            }
        }
        if let Some(last) = records.last_mut() {
            last.findings.extend(gap.map(|gap| (Finding::Log, gap)));
            last.findings.extend(counts.into_keys().map(|stray| (Finding::Unrecorded, format!("a write of nobody's: {stray}"))));
        }
        self.worker.stop().await;
    }

    /// The log from its beginning.
    async fn events(&self) -> Vec<Event> {
        let owner = self.owner().await;
        let mut events: Vec<Event> = Vec::new();
        loop {
            let after = events.last().map(|event| event.seq);
            let page = self.worker.app.events(&owner, &EventFilter::default(), after, PAGE).await.expect("events can be read");
            events.extend(page.items);
            if !page.has_next {
                return events;
            }
        }
    }

    /// The change's status as the log tells it is its status as the row has it.
    async fn replayed(&self, change: ChangeId, events: &[Event]) -> Result<(), String> {
        let mut status: Option<String> = None;
        for event in events.iter().filter(|event| event.event.subject_id == change.0) {
            let data = |name: &str| event.event.data[name].as_str().map(str::to_owned);
            match event.event.kind {
                EventKind::ChangeCreated => status = data("to"),
                EventKind::ChangeStatusChanged => {
                    if data("from") != status {
                        return Err(format!("event {} goes from {:?}, it was {status:?}", event.seq, data("from")));
                    }
                    status = data("to");
                }
                _ => {}
            }
        }
        let change = self.parts.store.reader().change(self.workspace, change).await.ok().flatten();
        let row = change.map(|change| change.status.to_string());
        if row == status { Ok(()) } else { Err(format!("the log says {status:?}, the row {row:?}")) }
    }
}
