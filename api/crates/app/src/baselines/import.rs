//! `importBaseline`: files of policy JSON, each of which ends as imported with notes or as refused with a sentence.

use std::collections::{HashMap, HashSet};

use domain::access::Operation;
use domain::baseline::{Baseline, BaselinePolicy, FileFate, Imported, MAX_BASELINE_POLICIES, Refused, import_file};
use domain::change::warning::Severity;
use domain::document::text_hash;
use domain::event::SubjectKind;
use domain::id::{AuditId, BaselineId, BaselinePolicyId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use super::event;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// The most files of one call.
pub const MAX_IMPORT_FILES: usize = 200;
/// The most text of one call, in bytes.
pub const MAX_IMPORT_BYTES: usize = 2 * 1024 * 1024;
/// The longest path, in bytes.
const LONGEST_PATH: usize = 512;

/// `importBaseline`.
#[derive(Clone, Debug, Serialize)]
pub struct ImportBaseline {
    /// The baseline.
    pub baseline_id: BaselineId,
    /// The files: at most [`MAX_IMPORT_FILES`] with [`MAX_IMPORT_BYTES`] in all.
    pub files: Vec<BaselineFile>,
    /// How much it matters when a tenant lacks one of these.
    pub severity: Severity,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// One file.
#[derive(Clone, Debug, Serialize)]
pub struct BaselineFile {
    /// Path within the folder or archive, with `/`; 1 to 512 bytes. What is imported again under the same path replaces the policy there.
    pub path: String,
    /// A policy, a list of policies, or an answer of Graph with a list in `value`.
    pub content: String,
}

/// What became of an import.
#[derive(Clone, Debug)]
pub struct BaselineImport {
    /// The baseline as it is now.
    pub baseline: Baseline,
    /// What was imported, in the order of the files. After a repeated call: as the policies are now.
    pub imported: Vec<BaselinePolicy>,
    /// What was refused, in the order of the files.
    pub refused: Vec<Refused>,
}

impl App {
    /// Imports files into a baseline. Files are judged one by one: one that is refused doesn't hold up the others.
    pub async fn import_baseline(&self, actor: &Actor, command: ImportBaseline) -> AppResult<BaselineImport> {
        let subject = Subject::new(SubjectKind::Baseline, command.baseline_id.0, None);
        let work = async {
            authorize(actor, Operation::ImportBaseline)?;
            bounded(&command.files)?;
            let once = Once::new(Operation::ImportBaseline, &command.idempotency_key, &command)?;
            let (found, refused) = read(&command.files);

            let tx = self.store().write().await?;
            let baseline = tx.baseline(actor.workspace_id, command.baseline_id).await?.ok_or(AppError::NotFound)?;
            let there = tx.baseline_policies(actor.workspace_id, baseline.id).await?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, baseline.id.0).await? {
                let paths: HashSet<&str> = found.iter().map(|policy| policy.path.as_str()).collect();
                let imported = there.into_iter().filter(|policy| paths.contains(policy.path.as_str())).collect();
                return Ok(BaselineImport { baseline, imported, refused });
            }
            let imported = self.rows(&baseline, &there, &found, command.severity);
            let kept: HashSet<&str> = there.iter().map(|policy| policy.path.as_str()).collect();
            let new = imported.iter().filter(|policy| !kept.contains(policy.path.as_str())).count();
            if there.len() + new > MAX_BASELINE_POLICIES {
                let message =
                    format!("a baseline has at most {MAX_BASELINE_POLICIES} policies, it has {} and {new} would come", there.len());
                return Err(AppError::invalid(&["input", "files"], message));
            }
            let now = self.now();
            let texts: Vec<_> = found.iter().map(|policy| policy.document.to_text()).map(|text| (text_hash(&text), text)).collect();
            tx.put_documents(actor.workspace_id, &texts).await?;
            tx.upsert_baseline_policies(&imported).await?;
            let policy_count = i64::try_from(there.len() + new).unwrap_or(i64::MAX);
            let baseline = tx.update_baseline(&Baseline { policy_count, updated_at: now, ..baseline }).await?;
            let facts = json!({ "imported": imported.len(), "new": new, "refused": refused.len() });
            tx.append_events(actor.workspace_id, now, vec![event(actor, &baseline, "IMPORTED", facts.clone())]).await?;
            let entry = subject.done(actor, Operation::ImportBaseline, facts);
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(BaselineImport { baseline, imported, refused })
        };
        self.audited(actor, Operation::ImportBaseline, subject, work).await
    }

    fn rows(&self, baseline: &Baseline, there: &[BaselinePolicy], found: &[Imported], severity: Severity) -> Vec<BaselinePolicy> {
        let now = self.now();
        let known: HashMap<&str, &BaselinePolicy> = there.iter().map(|policy| (policy.path.as_str(), policy)).collect();
        let row = |policy: &Imported| {
            let was = known.get(policy.path.as_str());
            BaselinePolicy {
                id: was.map_or_else(|| BaselinePolicyId(self.ids().uuid()), |was| was.id),
                workspace_id: baseline.workspace_id,
                baseline_id: baseline.id,
                code: policy.code.clone(),
                display_name: policy.display_name.clone(),
                severity,
                tags: policy.tags.clone(),
                document_hash: text_hash(&policy.document.to_text()),
                content_hash: policy.content_hash.clone(),
                path: policy.path.clone(),
                notes: policy.notes.clone(),
                created_at: was.map_or(now, |was| was.created_at),
                updated_at: now,
            }
        };
        found.iter().map(row).collect()
    }
}

fn bounded(files: &[BaselineFile]) -> AppResult<()> {
    let path = ["input", "files"];
    if files.is_empty() || files.len() > MAX_IMPORT_FILES {
        return Err(AppError::invalid(&path, format!("give 1 to {MAX_IMPORT_FILES} files in one call")));
    }
    if files.iter().map(|file| file.content.len()).sum::<usize>() > MAX_IMPORT_BYTES {
        return Err(AppError::invalid(&path, "the files of one call hold at most 2 MiB"));
    }
    let mut paths = HashSet::new();
    for (at, file) in files.iter().enumerate() {
        let at = at.to_string();
        let wrong = |message: &str| Err(AppError::invalid(&["input", "files", &at, "path"], message));
        if file.path.trim().is_empty() || file.path.len() > LONGEST_PATH || file.path.chars().any(char::is_control) {
            return wrong("a path has 1 to 512 bytes and no control characters");
        }
        if !paths.insert(file.path.as_str()) {
            return wrong("another file of this call has the same path");
        }
    }
    Ok(())
}

/// What the files hold, and what of it can't be kept. A place that two files name is the first one's.
fn read(files: &[BaselineFile]) -> (Vec<Imported>, Vec<Refused>) {
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    let mut places = HashSet::new();
    for fate in files.iter().flat_map(|file| import_file(&file.path, &file.content)) {
        match fate {
            FileFate::Refused(fate) => refused.push(fate),
            FileFate::Imported(policy) if places.insert(policy.path.clone()) => found.push(*policy),
            FileFate::Imported(policy) => {
                refused.push(Refused { path: policy.path, reason: "another file of this call has the same path".to_owned() });
            }
        }
    }
    (found, refused)
}
