//! Named points at which a test stops the process, so that every crash of the apply saga can be tried for real.
//!
//! In production the hook does nothing. In the embedded mode the composition root may install one that stops at a configured point.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::text_enum;

text_enum! {
    /// Steps of the apply saga, in order.
    ApplyStep {
        /// The job was claimed; nothing has been done.
        Claimed = "apply.claimed",
        /// The live object was read and compared.
        PreRead = "apply.pre_read",
        /// The pre-change snapshot is committed.
        PreStored = "apply.pre_stored",
        /// The write-ahead record is committed; nothing has been sent.
        WriteStarted = "apply.write_started",
        /// Graph has answered the write; the answer is not recorded.
        WriteSent = "apply.write_sent",
        /// The answer is recorded.
        Written = "apply.written",
        /// The write was seen when read back; the outcome is not recorded.
        Verified = "apply.verified",
        /// The outcome is committed; the job still is not.
        Committed = "apply.committed",
    }
}

type Hook = dyn Fn(ApplyStep) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync;

/// The hook that is called at each step.
#[derive(Clone, Default)]
pub struct Failpoints(Option<Arc<Hook>>);

impl Failpoints {
    /// A hook for tests: awaited at each step.
    pub fn new(hook: impl Fn(ApplyStep) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync + 'static) -> Self {
        Failpoints(Some(Arc::new(hook)))
    }

    pub(crate) async fn at(&self, step: ApplyStep) {
        if let Some(hook) = &self.0 {
            hook(step).await;
        }
    }
}
