//! Reading freeze windows.

use domain::freeze::FreezeWindow;
use domain::id::FreezeWindowId;
use domain::workspace::Actor;

use super::draft::visible;
use crate::App;
use crate::error::{AppError, AppResult};

impl App {
    /// The freeze windows that concern tenants which the actor sees, oldest first; at most 100. Other tenants are not named in them.
    pub async fn freeze_windows(&self, actor: &Actor) -> AppResult<Vec<FreezeWindow>> {
        let windows = self.store().reader().freeze_windows(actor.workspace_id).await?;
        Ok(windows.into_iter().filter(|window| visible(actor, window)).map(|window| shown(actor, window)).collect())
    }

    /// One freeze window.
    pub async fn freeze_window(&self, actor: &Actor, id: FreezeWindowId) -> AppResult<FreezeWindow> {
        let window = self.store().reader().freeze_window(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
        if visible(actor, &window) { Ok(shown(actor, window)) } else { Err(AppError::NotFound) }
    }
}

fn shown(actor: &Actor, mut window: FreezeWindow) -> FreezeWindow {
    if let Some(tenants) = &mut window.tenant_ids {
        tenants.retain(|tenant| actor.sees(*tenant));
    }
    window
}
