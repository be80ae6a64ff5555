//! Reading members.

use domain::workspace::{Actor, Member};

use crate::App;
use crate::error::AppResult;
use crate::page::{Page, PageRequest};

impl App {
    /// A page of the workspace's members, oldest first; no API keys, and nobody who was removed.
    pub async fn members(&self, actor: &Actor, page: &PageRequest) -> AppResult<Page<Member>> {
        Ok(self.store().reader().member_page(actor.workspace_id, page).await?)
    }

    /// How many they are.
    pub async fn count_members(&self, actor: &Actor) -> AppResult<u64> {
        Ok(self.store().reader().count_members(actor.workspace_id).await?)
    }
}
