//! `causeway baseline import`: the same use case that `importBaseline` calls, over the configured database.

use std::path::Path;
use std::process::ExitCode;

use app::App;
use app::baselines::{BaselineFile, CreateBaseline, ImportBaseline, MAX_IMPORT_BYTES, MAX_IMPORT_FILES};
use app::error::{AppError, AppResult};
use domain::baseline::{Baseline, BaselinePolicy, Refused};
use domain::change::warning::Severity;
use domain::id::WorkspaceId;
use domain::workspace::Actor;
use store::Store;
use uuid::Uuid;

use super::commands::{complain, print};
use super::parts::{first_workspace, parts};
use crate::baseline;
use crate::cli::{BaselineCommand, StartError, prepare_data_dir};
use crate::config::Config;

/// Runs it. Exit code 1 when something was refused, 2 when nothing could be done.
pub async fn run(config: &Config, what: BaselineCommand) -> Result<ExitCode, StartError> {
    let BaselineCommand::Import { source, name, severity, workspace } = what;
    let files = match baseline::read(&source) {
        Ok(files) => files,
        Err(error) => {
            complain(&error.to_string());
            return Ok(ExitCode::from(2));
        }
    };
    prepare_data_dir(&config.data_dir)?;
    let parts = parts(config, None).await?;
    // A library may be filled before the first `serve`.
    first_workspace(config, &parts.app).await?;
    let workspace = match one_workspace(&parts.store, workspace).await {
        Ok(Some(workspace)) => workspace,
        Ok(None) => {
            complain("name the workspace with --workspace: `causeway audit verify` lists them");
            return Ok(ExitCode::from(2));
        }
        Err(error) => return Err(StartError::part("the workspaces cannot be read")(&error)),
    };
    let name = name.unwrap_or_else(|| name_of(&source));
    let outcome = import(&parts.app, workspace, &name, severity, files.files).await;
    parts.store.close().await.map_err(|error| StartError::part("the database did not close cleanly")(&error))?;
    let (imported, mut refused) = outcome.map_err(|error| StartError::part("the baseline cannot be imported")(&error))?;
    refused.extend(files.refused);
    report(&name, &imported, &refused);
    Ok(if refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn import(
    app: &App,
    workspace: WorkspaceId,
    name: &str,
    severity: Severity,
    files: Vec<BaselineFile>,
) -> AppResult<(Vec<BaselinePolicy>, Vec<Refused>)> {
    let owner = app.owner(workspace).await?;
    let baseline = open_baseline(app, &owner, name).await?;
    let (mut imported, mut refused) = (Vec::new(), Vec::new());
    for files in batches(files) {
        // The credential of an owner for the installation itself ends after minutes: a fresh one for each call.
        let owner = app.owner(workspace).await?;
        let command = ImportBaseline { baseline_id: baseline.id, files, severity, idempotency_key: None };
        let done = app.import_baseline(&owner, command).await?;
        imported.extend(done.imported);
        refused.extend(done.refused);
    }
    Ok((imported, refused))
}

async fn open_baseline(app: &App, owner: &Actor, name: &str) -> AppResult<Baseline> {
    let there = app.baselines(owner).await?.into_iter().find(|baseline| baseline.name.to_lowercase() == name.to_lowercase());
    match there {
        Some(baseline) => Ok(baseline),
        None => app.create_baseline(owner, CreateBaseline { name: name.to_owned(), description: None, idempotency_key: None }).await,
    }
}

/// Calls within the use case's limits.
fn batches(files: Vec<BaselineFile>) -> Vec<Vec<BaselineFile>> {
    let mut batches: Vec<Vec<BaselineFile>> = Vec::new();
    let mut bytes = 0;
    for file in files {
        let fits = batches.last().is_some_and(|last| last.len() < MAX_IMPORT_FILES && bytes + file.content.len() <= MAX_IMPORT_BYTES);
        if !fits {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += file.content.len();
        if let Some(last) = batches.last_mut() {
            last.push(file);
        }
    }
    batches
}

async fn one_workspace(store: &Store, wanted: Option<Uuid>) -> Result<Option<WorkspaceId>, AppError> {
    let workspaces: Vec<WorkspaceId> = store.reader().workspaces().await?.into_iter().map(|workspace| workspace.id).collect();
    Ok(match (wanted, workspaces.as_slice()) {
        (None, [only]) => Some(*only),
        (None, _) => None,
        (Some(wanted), all) => all.iter().copied().find(|workspace| workspace.0 == wanted),
    })
}

/// The folder's or the archive's own name.
fn name_of(source: &Path) -> String {
    let name = source.canonicalize().ok().and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()));
    let name = name.unwrap_or_else(|| source.to_string_lossy().into_owned());
    let stem = [".tar.gz", ".tgz", ".tar", ".zip", ".json"].iter().find_map(|ending| name.strip_suffix(ending));
    stem.unwrap_or(&name).to_owned()
}

fn report(name: &str, imported: &[BaselinePolicy], refused: &[Refused]) {
    let mut text = String::new();
    for policy in imported {
        text += &format!("imported {}: {}\n", policy.path, policy.display_name);
        for note in &policy.notes {
            text += &format!("         {note}\n");
        }
    }
    for file in refused {
        text += &format!("refused  {}: {}\n", file.path, file.reason);
    }
    text += &format!("baseline {name}: {} imported, {} refused\n", imported.len(), refused.len());
    print(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, bytes: usize) -> BaselineFile {
        BaselineFile { path: path.to_owned(), content: " ".repeat(bytes) }
    }

    #[test]
    fn calls_stay_within_both_limits_and_lose_nothing() {
        let many: Vec<BaselineFile> = (0..450).map(|at| file(&at.to_string(), 1)).collect();
        assert_eq!(batches(many).iter().map(Vec::len).collect::<Vec<_>>(), [200, 200, 50]);
        let large = vec![file("a", MAX_IMPORT_BYTES), file("b", 1), file("c", MAX_IMPORT_BYTES - 1), file("d", 1)];
        assert_eq!(batches(large).iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 1]);
        assert!(batches(Vec::new()).is_empty());
    }

    #[test]
    fn a_baseline_is_called_after_its_source() {
        assert_eq!(name_of(Path::new("/nowhere/set.tar.gz")), "/nowhere/set");
        assert_eq!(name_of(Path::new("Personas")), "Personas");
    }
}
