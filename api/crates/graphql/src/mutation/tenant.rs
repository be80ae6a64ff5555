//! Mutations on tenants.

use std::sync::Arc;

use async_graphql::{Context, Object};

use crate::fault::Nullable;
use crate::input::tenant::{ConnectTenantInput, ReadSignInsInput, ResyncTenantInput, SetEmergencyAccessInput};
use crate::input::tenant_alias::SetTenantAliasesInput;
use crate::mutation::payload::{TenantPayload, settle};
use crate::scope::scope;
use crate::types::tenant::Tenant;

/// Mutations on tenants.
#[derive(Default)]
pub struct TenantMutations;

#[Object]
impl TenantMutations {
    /// Connects a tenant: reads with the credentials once, then imports in the background. Follow the import by `SyncEvent`.
    #[graphql(complexity = "20 + child_complexity")]
    async fn connect_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant and the application that signs in to it.")] input: ConnectTenantInput,
    ) -> Nullable<TenantPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command()?;
            Ok(Tenant::new(Arc::new(scope.app.connect_tenant(&scope.actor, command).await?)))
        };
        settle(run.await)
    }

    /// Takes a new snapshot of a tenant, in the background. Follow it by `SyncEvent`.
    #[graphql(complexity = "10 + child_complexity")]
    async fn resync_tenant(&self, ctx: &Context<'_>, #[graphql(desc = "The tenant.")] input: ResyncTenantInput) -> Nullable<TenantPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Tenant::new(Arc::new(scope.app.resync_tenant(&scope.actor, command).await?)))
        };
        settle(run.await)
    }

    /// Reads what a tenant's sign-in log has since the last reading, in the background; the first reading goes back as far as summaries are
    /// kept. Follow it by `SignInLogEvent`.
    #[graphql(complexity = "10 + child_complexity")]
    async fn read_sign_ins(&self, ctx: &Context<'_>, #[graphql(desc = "The tenant.")] input: ReadSignInsInput) -> Nullable<TenantPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Tenant::new(Arc::new(scope.app.read_sign_ins(&scope.actor, command).await?)))
        };
        settle(run.await)
    }

    /// Replaces a tenant's emergency-access principals. Each is resolved in the tenant first, so this takes as long as Graph does.
    #[graphql(complexity = "20 + child_complexity")]
    async fn set_emergency_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant and its principals.")] input: SetEmergencyAccessInput,
    ) -> Nullable<TenantPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Tenant::new(Arc::new(scope.app.set_emergency_access(&scope.actor, command).await?)))
        };
        settle(run.await)
    }

    /// Replaces the names that are kept for a tenant's objects: a reference by such a name, of an ordinary change or of a bulk change, is the
    /// object it is kept for, whatever else goes by the name there. Each object must be in the tenant.
    #[graphql(complexity = "20 + child_complexity")]
    async fn set_tenant_aliases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant and its names.")] input: SetTenantAliasesInput,
    ) -> Nullable<TenantPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Tenant::new(Arc::new(scope.app.set_tenant_aliases(&scope.actor, command).await?)))
        };
        settle(run.await)
    }
}
