//! Reading keys: never their secrets, which are not here.

use domain::api_key::ApiKey;
use domain::id::MemberId;
use domain::workspace::Actor;

use crate::App;
use crate::error::{AppError, AppResult};
use crate::page::{Page, PageRequest};

impl App {
    /// A page of the workspace's keys, newest first, those included that were revoked or have ended.
    pub async fn api_keys(&self, actor: &Actor, page: &PageRequest) -> AppResult<Page<ApiKey>> {
        Ok(self.store().reader().api_key_page(actor.workspace_id, page).await?)
    }

    /// How many they are.
    pub async fn count_api_keys(&self, actor: &Actor) -> AppResult<u64> {
        Ok(self.store().reader().count_api_keys(actor.workspace_id).await?)
    }

    /// One key.
    pub async fn api_key(&self, actor: &Actor, id: MemberId) -> AppResult<ApiKey> {
        self.store().reader().api_key(actor.workspace_id, id).await?.ok_or(AppError::NotFound)
    }
}
