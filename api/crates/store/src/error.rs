//! What can go wrong between us and the database, in the caller's terms.

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A failed call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The row is not at the version that was read: somebody else wrote it, or it is gone. Read again and decide again.
    #[error("the row changed since it was read")]
    Conflict,
    /// Such a row exists already.
    #[error("a row with this key exists already ({constraint})")]
    Unique {
        /// The constraint's name, the same on both databases; see [`constraint`].
        constraint: String,
    },
    /// The row names another one that does not exist, or is itself still named.
    #[error("a row that this one names does not exist ({detail})")]
    ForeignKey {
        /// The database's words.
        detail: String,
    },
    /// The job's lease was lost to another worker: nothing was written, and nothing may be.
    #[error("the job's lease was lost to another worker")]
    StaleFence,
    /// A cursor that this list did not make.
    #[error("the cursor is not one of this list's")]
    BadCursor,
    /// Two transactions got into each other's way and the database gave this one up: run it again from its first read.
    #[error("the transaction lost a race and must be run again")]
    Retry,
    /// The database can't be reached, or has no connection to spare.
    #[error("the database can't be reached: {0}")]
    Unavailable(String),
    /// A statement took longer than its limit.
    #[error("a statement took longer than its limit")]
    Timeout,
    /// A trigger refused to rewrite what was recorded.
    #[error("{0}")]
    Immutable(String),
    /// A stored value is not what this release writes: damage, or a newer release's row.
    #[error("a stored value can't be read: {what}")]
    Corrupt {
        /// Table, column and why; never the value of a sealed column.
        what: String,
    },
    /// The settings can't work.
    #[error("{0}")]
    Config(String),
    /// A migration failed; the schema is as it was.
    #[error("the migration failed and was rolled back: {0}")]
    Migration(String),
    /// Anything else the database says.
    #[error("the database refused a statement")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Whether the same call can succeed later without any change to its input.
    pub fn retryable(&self) -> bool {
        matches!(self, StoreError::Retry | StoreError::Unavailable(_) | StoreError::Timeout)
    }

    /// Whether this is the violation of the named unique constraint.
    pub fn violates(&self, name: &str) -> bool {
        matches!(self, StoreError::Unique { constraint } if constraint == name)
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        StoreError::Corrupt { what: what.into() }
    }
}

/// Names of unique constraints that a use case reacts to.
pub mod constraint {
    /// The Entra tenant is connected in this workspace already.
    pub const TENANT_ENTRA: &str = "uq_tenant_entra";
    /// The principal is a member of this workspace already.
    pub const MEMBER_PRINCIPAL: &str = "uq_member_principal";
    /// The tenant has a policy with this Graph id already.
    pub const POLICY_GRAPH: &str = "uq_policy_graph";
    /// A job with this serial key is running.
    pub const JOB_SERIAL: &str = "uq_job_serial";
    /// A job with this dedup key is waiting or running.
    pub const JOB_DEDUP: &str = "uq_job_dedup";
    /// A schedule of this change is armed or firing.
    pub const SCHEDULE_ACTIVE: &str = "uq_schedule_active";
    /// The workspace has a baseline of this name already.
    pub const BASELINE_NAME: &str = "uq_baseline_name";
    /// The policy has a rollout that has not ended.
    pub const ROLLOUT_POLICY: &str = "uq_rollout_policy";
}

/// What [`crate::db::Db`] puts into a `DbErr` when a statement ran out of time.
pub(crate) const STATEMENT_TIMEOUT: &str = "causeway: statement timeout";

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::Custom(text) if text == STATEMENT_TIMEOUT => StoreError::Timeout,
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => StoreError::Unavailable("no free connection in time".to_owned()),
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => StoreError::Unavailable("the store is closed".to_owned()),
            DbErr::RecordNotUpdated => StoreError::Conflict,
            DbErr::Type(text) | DbErr::Json(text) => StoreError::corrupt(text.clone()),
            DbErr::Conn(RuntimeErr::SqlxError(inner))
            | DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
                from_sqlx(inner).unwrap_or_else(|| StoreError::Database(Box::new(error.clone())))
            }
            _ => StoreError::Database(Box::new(error)),
        }
    }
}

fn from_sqlx(error: &sqlx::Error) -> Option<StoreError> {
    use sqlx::Error as E;
    match error {
        E::Database(inner) => from_database(inner.as_ref()),
        E::ColumnDecode { .. } | E::Decode(_) | E::ColumnNotFound(_) => Some(StoreError::corrupt(error.to_string())),
        E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => Some(StoreError::Unavailable(error.to_string())),
        _ => None,
    }
}

fn from_database(error: &dyn DatabaseError) -> Option<StoreError> {
    let code = error.code().unwrap_or_default();
    match code.as_ref() {
        // PostgreSQL: five characters.
        "23505" => Some(StoreError::Unique { constraint: error.constraint().unwrap_or_default().to_owned() }),
        "23503" => Some(StoreError::ForeignKey { detail: error.message().to_owned() }),
        "23001" => Some(StoreError::Immutable(error.message().to_owned())),
        "40001" | "40P01" => Some(StoreError::Retry),
        "57014" | "55P03" => Some(StoreError::Timeout),
        "53300" | "57P01" | "57P02" | "57P03" => Some(StoreError::Unavailable(error.message().to_owned())),
        // SQLite: extended result codes. 5 BUSY, 261 BUSY_RECOVERY, 517 BUSY_SNAPSHOT, 13 FULL, 1811 CONSTRAINT_TRIGGER.
        "1555" | "2067" => Some(StoreError::Unique { constraint: sqlite_constraint(error.message()) }),
        "787" => Some(StoreError::ForeignKey { detail: error.message().to_owned() }),
        "1811" => Some(StoreError::Immutable(error.message().to_owned())),
        "5" | "261" | "517" => Some(StoreError::Retry),
        "13" => Some(StoreError::Unavailable(error.message().to_owned())),
        _ => None,
    }
}

/// SQLite names the columns of the violated index, PostgreSQL the index: callers get the index's name from both.
fn sqlite_constraint(message: &str) -> String {
    let columns = message.rsplit_once(": ").map_or(message, |(_, columns)| columns);
    match columns {
        "tenant.workspace_id, tenant.entra_tenant_id" => constraint::TENANT_ENTRA.to_owned(),
        "member.issuer, member.subject, member.workspace_id" => constraint::MEMBER_PRINCIPAL.to_owned(),
        "policy.workspace_id, policy.tenant_id, policy.graph_id" => constraint::POLICY_GRAPH.to_owned(),
        "job.workspace_id, job.serial_key" => constraint::JOB_SERIAL.to_owned(),
        "job.workspace_id, job.dedup_key" => constraint::JOB_DEDUP.to_owned(),
        "schedule.change_id" => constraint::SCHEDULE_ACTIVE.to_owned(),
        "baseline.workspace_id, baseline.sort_name" => constraint::BASELINE_NAME.to_owned(),
        "audit_entry.id" => "uq_audit_id".to_owned(),
        key => format!("{}_pkey", key.split_once('.').map_or(key, |(table, _)| table)),
    }
}
