//! Texts stored once under their hash: policies, locations, manifests.

use std::collections::HashMap;

use domain::id::{ContentHash, WorkspaceId};
use entity::document::{ActiveModel, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_texts;

/// Documents of one insert: some kilobytes each, so a statement stays below a megabyte or so.
const BATCH: usize = 200;

impl Reader {
    /// The text stored under a hash.
    pub async fn document(&self, workspace: WorkspaceId, hash: &ContentHash) -> Result<Option<String>> {
        let row = Entity::find_by_id((workspace.0, hash.0.clone())).one(&self.db).await?;
        Ok(row.map(|row| row.content))
    }

    /// The texts stored under these hashes; unknown ones are left out.
    pub async fn documents(&self, workspace: WorkspaceId, hashes: &[ContentHash]) -> Result<HashMap<ContentHash, String>> {
        if hashes.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_texts(&self.db, "hash", hashes.iter().map(|hash| hash.0.as_str())))
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|row| (ContentHash(row.hash), row.content)).collect())
    }
}

impl WriteTx {
    /// Stores texts under their hashes; what is stored already stays as it is.
    pub async fn put_documents(&self, workspace: WorkspaceId, documents: &[(ContentHash, String)]) -> Result<()> {
        for batch in documents.chunks(BATCH) {
            let rows = batch.iter().map(|(hash, content)| ActiveModel {
                workspace_id: Set(workspace.0),
                hash: Set(hash.0.clone()),
                content: Set(content.clone()),
            });
            Entity::insert_many(rows)
                .on_conflict(OnConflict::columns([Column::WorkspaceId, Column::Hash]).do_nothing().to_owned())
                .exec_without_returning(&self.db)
                .await?;
        }
        Ok(())
    }
}
