//! The mutation root, with the roles that each mutation needs written into its description from the table in `domain::access`.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaType, Registry};
use async_graphql::resolver_utils::{ContainerType, resolve_container_serial};
use async_graphql::{Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value};
use domain::access::{Operation, allowed};
use domain::workspace::Role;

use super::Mutations;

/// The mutation root.
#[derive(Default)]
pub struct Mutation(Mutations);

impl ContainerType for Mutation {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        self.0.resolve_field(ctx).await
    }
}

impl OutputType for Mutation {
    fn type_name() -> Cow<'static, str> {
        Mutations::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = Mutations::create_type_info(registry);
        if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(&*Mutations::type_name()) {
            for field in fields.values_mut() {
                let roles = roles(&field.name);
                let description = field.description.get_or_insert_default();
                *description = format!("{description}\n\nRequires one of: {roles}.");
            }
        }
        name
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container_serial(ctx, self).await
    }
}

impl ObjectType for Mutation {}

/// A mutation is named after its operation; one that is not in the table is open to nobody, which a test refuses.
fn roles(mutation: &str) -> String {
    let Ok(operation) = mutation.parse::<Operation>() else { return "nobody".to_owned() };
    let roles: Vec<&str> = Role::ALL.iter().filter(|role| allowed(**role, operation)).map(|role| role.as_str()).collect();
    roles.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_come_from_the_table() {
        assert_eq!(roles("applyChange"), "OWNER, ADMIN");
        assert_eq!(roles("decideApproval"), "OWNER, ADMIN, APPROVER");
        assert_eq!(roles("dropDatabase"), "nobody");
    }
}
