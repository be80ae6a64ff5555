//! When the log can't be read: a state with a reason, tried again where that can help.

use std::time::Duration;

use domain::event::EventKind;
use domain::summary::log::{SignInLog, SignInLogReason, SignInLogState};
use graph::GraphError;
use serde_json::json;
use store::{Job, StoreError};

use super::{Run, log_of};
use crate::App;
use crate::error::AppError;
use crate::runner::jobs::IngestPayload;
use crate::runner::{JobEnd, JobError};
use crate::sync::event;

/// Graph's code where the tenant has no premium licence (graph-api.md section 14).
const NO_LICENCE: &str = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
/// How long a reading rests after a failure that may pass, unless Graph says so itself.
const REST: Duration = Duration::from_secs(60);

/// Why a run ended early.
pub(super) enum Trouble {
    /// Graph refused or failed.
    Graph(GraphError),
    /// The tenant's credential can't be used.
    Credential,
    /// Ours: the runner decides.
    Job(JobError),
}

impl From<GraphError> for Trouble {
    fn from(error: GraphError) -> Self {
        Trouble::Graph(error)
    }
}

impl From<JobError> for Trouble {
    fn from(error: JobError) -> Self {
        Trouble::Job(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Trouble::Job(error.into())
    }
}

impl Trouble {
    /// A refused connection is the tenant's state; anything else is the runner's.
    pub(super) fn of_app(error: AppError) -> Result<Self, JobError> {
        match error {
            AppError::ConnectionRefused { .. } => Ok(Trouble::Credential),
            other => Err(JobError::app(other)),
        }
    }

    /// What is missing, a sentence for a person, and whether somebody has to do something about it.
    fn reason(&self) -> (SignInLogReason, &'static str, bool) {
        use SignInLogReason as R;
        let refused = (R::CredentialRefused, "Entra refused the credential, or it can't be opened: connect the tenant again", true);
        match self {
            Trouble::Credential => refused,
            Trouble::Graph(GraphError::Forbidden { info }) if info.code.as_deref() == Some(NO_LICENCE) => (
                R::NoPremiumLicence,
                "Microsoft Graph shows sign-ins only of tenants with Entra ID P1 or P2: nothing can be measured here",
                true,
            ),
            Trouble::Graph(GraphError::Forbidden { .. }) => (
                R::PermissionMissing,
                "the application may not read sign-ins: it needs AuditLog.Read.All, and in some tenants Directory.Read.All beside it",
                true,
            ),
            Trouble::Graph(GraphError::Unauthorized { .. }) => refused,
            Trouble::Graph(GraphError::ConsentRevoked { .. }) => {
                (R::ConsentRevoked, "the application is not consented to in this tenant: ask its administrator to grant consent", true)
            }
            Trouble::Graph(GraphError::Throttled { .. }) => (R::Throttled, "Graph throttles this tenant; the reading goes on later", false),
            Trouble::Graph(GraphError::Protocol { .. } | GraphError::Rejected { .. } | GraphError::Config { .. }) => (
                R::Untrusted,
                "Graph's answers could not be understood or trusted, or the configuration is wrong: see the server's log",
                false,
            ),
            Trouble::Graph(_) => (R::Unavailable, "Graph could not be reached or kept failing; the reading goes on later", false),
            Trouble::Job(_) => (R::Internal, "an internal error stopped the reading: the server's log has the cause", false),
        }
    }
}

impl Run<'_> {
    /// Shows the trouble on the log. What was flushed stays counted, and the next run goes on from there.
    pub(super) async fn fail(mut self, trouble: Trouble) -> Result<JobEnd, JobError> {
        let (reason, detail, ours_to_wait) = trouble.reason();
        let state = if ours_to_wait { SignInLogState::NotReadable } else { SignInLogState::Failed };
        if let Trouble::Graph(error) = &trouble {
            tracing::info!(tenant = %self.tenant.id, %error, %reason, "a tenant's sign-ins could not be read");
        }
        // A page further on was perhaps taken into memory only: go on from what is stored.
        let stored = self.app.store().reader().sign_in_log(self.tenant.workspace_id, self.tenant.id).await?;
        self.log = stored.ok_or_else(|| JobError::broken("the sign-in log is gone"))?;
        self.record(state, reason, detail).await?;
        match trouble {
            Trouble::Graph(error) if error.retryable() => {
                Ok(JobEnd::RetryIn { pause: error.retry_after().unwrap_or(REST), reason: error.to_string() })
            }
            _ => Ok(JobEnd::Done),
        }
    }

    /// The state, with an event where the reason is new.
    async fn record(&mut self, state: SignInLogState, reason: SignInLogReason, detail: &str) -> Result<(), JobError> {
        let now = self.app.now();
        let new = self.log.reason != Some(reason);
        let failed = SignInLog { state, reason: Some(reason), detail: Some(detail.to_owned()), updated_at: now, ..self.log.clone() };
        let tx = self.app.store().write().await?;
        tx.assert_fence(self.job.lease()).await?;
        self.log = tx.update_sign_in_log(&failed).await?;
        if new {
            let data = json!({ "code": reason, "message": detail });
            tx.append_events(self.tenant.workspace_id, now, vec![event(self.tenant, EventKind::SignInsFailed, data)]).await?;
        }
        tx.commit().await?;
        self.app.hub().poke();
        Ok(())
    }
}

/// A run that a defect of ours ended.
pub(crate) async fn gave_up(app: &App, job: &Job) -> Result<(), JobError> {
    let payload: IngestPayload = JobError::decode(job)?;
    let Some(tenant) = app.store().reader().tenant(job.workspace_id, payload.tenant_id).await? else { return Ok(()) };
    let log = log_of(app, job, &tenant).await?;
    let mut run = Run { app, job, tenant: &tenant, log, begun: tokio::time::Instant::now(), restarts: 0 };
    let (reason, detail, _) = Trouble::Job(JobError::broken("")).reason();
    run.record(SignInLogState::Failed, reason, detail).await
}
