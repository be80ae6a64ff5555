//! Stops the process at a step of an apply, for the tests that then kill it. Refused in production by `Config::validate`.

use app::failpoint::{ApplyStep, Failpoints};

use crate::cli::StartError;
use crate::config::Test;

/// The hook for the configured step: makes the marker file, then waits for ever.
pub fn hook(test: &Test) -> Result<Failpoints, StartError> {
    let Some(name) = &test.failpoint else { return Ok(Failpoints::default()) };
    let stop_at: ApplyStep = name.parse().map_err(|_| StartError::Part {
        what: "test.failpoint names no step",
        cause: ApplyStep::ALL.iter().map(|step| step.as_str()).collect::<Vec<_>>().join(", "),
    })?;
    let marker = test.marker.clone();
    Ok(Failpoints::new(move |step| {
        let marker = marker.clone();
        Box::pin(async move {
            if step != stop_at {
                return;
            }
            if let Some(marker) = marker
                && let Err(error) = tokio::fs::write(&marker, step.as_str()).await
            {
                tracing::error!(%error, "the failpoint's marker cannot be written");
            }
            std::future::pending::<()>().await;
        })
    }))
}
