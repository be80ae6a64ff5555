//! Whether the actor could take a step on a bulk change now, so that a client can disable a button with the server's own reason.

use domain::access::Operation;
use domain::bulk::BulkStatus;
use domain::change::refusal::Refusal;
use domain::id::BulkChangeId;
use domain::workspace::Actor;

use crate::App;
use crate::authorize::authorize;
use crate::error::AppResult;
use crate::query::decision::Decision;

impl App {
    /// Judges role, sight and where the bulk change stands. Freshness, digests and who approves what are judged by the mutation itself.
    pub async fn bulk_decision(&self, actor: &Actor, operation: Operation, id: BulkChangeId) -> AppResult<Decision> {
        let judged = async {
            authorize(actor, operation)?;
            let status = self.bulk_change(actor, id).await?.status;
            match obstacle(operation, status) {
                Some(why) => Err(Refusal::BulkNotReady { status, why }.into()),
                None => Ok(()),
            }
        };
        Decision::of(judged.await)
    }
}

/// What keeps a bulk change in this status from the step.
fn obstacle(operation: Operation, status: BulkStatus) -> Option<&'static str> {
    use BulkStatus as S;
    let (open, why) = match operation {
        Operation::RunBulkDryRun | Operation::ExcludeTenant | Operation::IncludeTenant => {
            (!matches!(status, S::Applying | S::Cancelled), "stop it, or wait for its end")
        }
        Operation::RequestBulkApproval | Operation::ApplyBulkChange | Operation::ScheduleBulkChange => {
            (status == S::DryRunComplete, "its dry-run has to be complete, and nothing of it blocked or waiting")
        }
        Operation::DecideBulkApproval | Operation::WithdrawBulkApproval => {
            (status == S::AwaitingApproval, "nothing of it waits for approval")
        }
        Operation::StopBulkChange => (status == S::Applying, "it is not going through its tenants"),
        _ => (true, ""),
    };
    (!open).then_some(why)
}
