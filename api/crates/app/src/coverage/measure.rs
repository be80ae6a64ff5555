//! `Tenant.coverage`.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::coverage::{Coverage, Enforced, Measure};
use domain::evaluate::Rule;
use domain::id::{PolicyId, TenantId};
use domain::policy::PolicyState;
use domain::tenant::DirectoryKind;
use domain::workspace::Actor;
use futures_util::TryStreamExt;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::basis::{Basis, named};
use super::{NotMeasurable, on_a_thread};
use crate::App;
use crate::error::{AppError, AppResult};

/// Days of a window that can be asked for.
const WINDOWS: [u32; 4] = [1, 7, 14, 30];
/// Chunks between the database and the measurement.
const AHEAD: usize = 2;

/// The coverage of a tenant at a moment.
#[derive(Clone, Debug)]
pub struct TenantCoverage {
    /// Whole UTC days up to today that sign-ins were counted of.
    pub days: u32,
    /// When people were read.
    pub people_as_of: Option<DateTime<Utc>>,
    /// Up to when sign-ins are known; `None`: none were read, and counts of sign-ins say nothing.
    pub data_through: Option<DateTime<Utc>>,
    /// The figures, or why there are none.
    pub figures: Result<Coverage, NotMeasurable>,
    /// Our ids of the policies, by Graph's.
    pub policies: Vec<(Uuid, PolicyId)>,
}

impl App {
    /// Which users, applications and client types no enforced policy of the tenant covers with a second factor, counted over whole days up to
    /// today: 1, 7, 14 or 30. Computed from what is stored; the answer is kept until something that it was computed from changes.
    pub async fn coverage(&self, actor: &Actor, tenant: TenantId, days: u32) -> AppResult<Arc<TenantCoverage>> {
        if !WINDOWS.contains(&days) {
            return Err(AppError::invalid(&["window"], "a window is 1, 7, 14 or 30 days"));
        }
        let asked = self.asked(actor, tenant, days).await?;
        if let Some(known) = self.computations().coverage.find(&asked.key) {
            return Ok(known);
        }
        let turn = self.turn().await?;
        let (policies, figures) = match self.basis(&asked).await? {
            Err(why) => (Vec::new(), Err(why)),
            Ok(basis) => {
                let policies = basis.policies.iter().filter_map(|(id, document)| Some((document.graph_id()?, *id))).collect();
                let (chunks, received) = mpsc::channel(AHEAD);
                let measuring = on_a_thread(move || measure(&basis, received));
                let reading = async {
                    let reader = self.store().reader();
                    let mut stored = std::pin::pin!(reader.sign_in_chunks(asked.tenant.workspace_id, asked.tenant.id, asked.days.clone()));
                    while let Some(chunk) = stored.try_next().await? {
                        if chunks.send(chunk).await.is_err() {
                            break;
                        }
                    }
                    drop(chunks);
                    Ok::<(), store::StoreError>(())
                };
                let (measured, read) = tokio::join!(measuring, reading);
                read?;
                (policies, Ok(measured?))
            }
        };
        drop(turn);
        let answer = TenantCoverage { days, people_as_of: asked.people_as_of, data_through: asked.data_through, figures, policies };
        let answer = Arc::new(answer);
        self.computations().coverage.keep(asked.key, &answer);
        Ok(answer)
    }
}

fn measure(basis: &Basis, mut chunks: mpsc::Receiver<domain::summary::Chunk>) -> Coverage {
    let documents = basis.policies.iter().map(|(_, document)| document).filter(|document| document.state() == Some(PolicyState::Enabled));
    let mut users = BTreeSet::new();
    let enforced: Vec<Enforced> = documents
        .map(|document| {
            users.extend(named(document, DirectoryKind::User));
            let terms = document.references().into_iter().filter(|found| found.kind == DirectoryKind::TermsOfUse);
            Enforced { rule: Rule::new(document, &basis.surroundings), terms: terms.map(|found| found.id).collect() }
        })
        .collect();
    let mut measure = Measure::new(&enforced, &basis.people, &users, &basis.emergency);
    while let Some(chunk) = chunks.blocking_recv() {
        measure.add(&chunk, |outcome| !outcome.before_policies());
    }
    measure.finish()
}
