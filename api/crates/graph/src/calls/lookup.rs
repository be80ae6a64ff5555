//! Objects behind names: the other way round than `directory`, for documents that name what they mean.

use std::collections::{BTreeMap, BTreeSet};

use domain::tenant::{DirectoryKind, DirectoryObject};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use url::form_urlencoded;
use uuid::Uuid;

use super::directory::object;
use crate::budget::Class;
use crate::call::Call;
use crate::client::TenantGraph;
use crate::error::GraphError;

/// Names that one look-up may ask for.
pub const MAX_NAMES: usize = 100;
/// Names in one filter: Graph's `in` takes 15 values.
const NAMES_IN_FILTER: usize = 15;
/// Bytes of names in one filter, encoded; Graph's front ends refuse addresses far above this.
const BYTES_IN_FILTER: usize = 1_500;
/// Entra's own limit for the name of a group, a user or an application; a longer one names nothing.
const MAX_NAME_CHARS: usize = 256;
/// Filters under way at once.
const CONCURRENCY: usize = 4;

/// An object that carries a name that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name as it was asked for.
    pub name: String,
    /// The object.
    pub object: DirectoryObject,
}

/// How a kind is asked for by name.
enum Source {
    /// A collection that Graph filters: its path, the members that may hold the name, and the member that holds the id.
    Filtered { path: &'static str, members: &'static [&'static str], id: &'static str },
    /// A list short enough to read whole.
    Whole,
}

impl TenantGraph {
    /// Every object of `kind` that carries one of `names`, ignoring case: none, one or several for each name. Groups, roles, locations,
    /// strengths, contexts and terms of use go by display name; users by display name or user principal name; applications and service
    /// principals by display name or app id (the ids returned are app ids for the first and object ids for the second).
    ///
    /// [`GraphError::Config`] for more than [`MAX_NAMES`] names; [`GraphError::Forbidden`] for terms of use without a permission that
    /// applications can't have today (graph-api.md section 9).
    pub async fn find_by_name(&self, call: &Call, kind: DirectoryKind, names: &[String]) -> Result<Vec<Named>, GraphError> {
        if names.len() > MAX_NAMES {
            return Err(GraphError::config(format!("at most {MAX_NAMES} names in one look-up, not {}", names.len())));
        }
        let wanted = Wanted::new(names);
        if wanted.0.is_empty() {
            return Ok(Vec::new());
        }
        match source(kind) {
            Source::Filtered { path, members, id } => self.find_filtered(call, kind, path, members, id, &wanted).await,
            Source::Whole => {
                let all = self.all_of(call, kind).await?;
                Ok(all.into_iter().flat_map(|found| wanted.matches(std::slice::from_ref(&found.display_name), &found)).collect())
            }
        }
    }

    /// The objects of `kind` among `ids` that exist; ids that can't be ids of the kind name nothing. Applications go by app id, roles by
    /// template id.
    pub async fn objects_by_ids(&self, call: &Call, kind: DirectoryKind, ids: &[String]) -> Result<Vec<DirectoryObject>, GraphError> {
        match kind {
            _ if ids.is_empty() => Ok(Vec::new()),
            DirectoryKind::User => self.users_by_ids(call, ids).await,
            DirectoryKind::Group => self.groups_by_ids(call, ids).await,
            DirectoryKind::Application => self.service_principals_by_app_ids(call, ids).await,
            DirectoryKind::ServicePrincipal => self.service_principals_by_ids(call, ids).await,
            _ => {
                let wanted: BTreeSet<String> = ids.iter().map(|id| id.to_lowercase()).collect();
                let all = self.all_of(call, kind).await?;
                Ok(all.into_iter().filter(|object| wanted.contains(&object.object_id.to_lowercase())).collect())
            }
        }
    }

    /// Terms-of-use agreements. [`GraphError::Forbidden`] for an application: Graph offers this to people only (graph-api.md section 9), so
    /// that a caller has to go on without the names.
    pub async fn terms_of_use(&self, call: &Call) -> Result<Vec<DirectoryObject>, GraphError> {
        let list = self.list(call, Class::Directory, "/identityGovernance/termsOfUse/agreements").await?;
        Ok(list.iter().filter_map(|entry| object(DirectoryKind::TermsOfUse, entry, "id")).collect())
    }

    async fn find_filtered(
        &self,
        call: &Call,
        kind: DirectoryKind,
        path: &str,
        members: &[&str],
        id: &str,
        wanted: &Wanted,
    ) -> Result<Vec<Named>, GraphError> {
        // As a list: a future that holds the closures of an iterator can't be told to be `Send` where it is spawned.
        let mut filters = Vec::new();
        for member in members {
            filters.extend(wanted.filters(member).into_iter().map(|filter| format!("{path}&$filter={filter}")));
        }
        let lists: Vec<Vec<Value>> = stream::iter(filters)
            .map(|path| async move { self.list(call, Class::Directory, &path).await })
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        let mut found = Vec::new();
        // An object that matches by two members is still one object.
        let mut seen = BTreeSet::new();
        for entry in lists.iter().flatten() {
            let Some(object) = object(kind, entry, id) else { continue };
            let held: Vec<String> = members.iter().filter_map(|member| entry.get(*member)?.as_str().map(str::to_owned)).collect();
            found
                .extend(wanted.matches(&held, &object).into_iter().filter(|hit| seen.insert((hit.name.clone(), object.object_id.clone()))));
        }
        Ok(found)
    }

    /// A kind of which a tenant has few.
    async fn all_of(&self, call: &Call, kind: DirectoryKind) -> Result<Vec<DirectoryObject>, GraphError> {
        match kind {
            DirectoryKind::Role => self.directory_roles(call).await,
            DirectoryKind::AuthenticationStrength => self.authentication_strengths(call).await,
            DirectoryKind::AuthenticationContext => self.authentication_contexts(call).await,
            DirectoryKind::TermsOfUse => self.terms_of_use(call).await,
            DirectoryKind::NamedLocation => {
                let list = self.list_named_locations(call).await?;
                Ok(list.iter().filter_map(|entry| object(kind, entry, "id")).collect())
            }
            DirectoryKind::User | DirectoryKind::Group | DirectoryKind::Application | DirectoryKind::ServicePrincipal => {
                Err(GraphError::config(format!("{kind:?} is never read whole")))
            }
        }
    }
}

fn source(kind: DirectoryKind) -> Source {
    const SERVICE_PRINCIPALS: &str = "/servicePrincipals?$select=id,appId,displayName";
    match kind {
        DirectoryKind::Group => Source::Filtered { path: "/groups?$select=id,displayName", members: &["displayName"], id: "id" },
        DirectoryKind::User => Source::Filtered {
            path: "/users?$select=id,displayName,userPrincipalName",
            members: &["displayName", "userPrincipalName"],
            id: "id",
        },
        DirectoryKind::Application => Source::Filtered { path: SERVICE_PRINCIPALS, members: &["displayName", "appId"], id: "appId" },
        DirectoryKind::ServicePrincipal => Source::Filtered { path: SERVICE_PRINCIPALS, members: &["displayName", "appId"], id: "id" },
        DirectoryKind::Role
        | DirectoryKind::NamedLocation
        | DirectoryKind::AuthenticationStrength
        | DirectoryKind::AuthenticationContext
        | DirectoryKind::TermsOfUse => Source::Whole,
    }
}

/// Names to look for, by their lower-case form, each with the spellings that were asked for.
struct Wanted(BTreeMap<String, BTreeSet<String>>);

impl Wanted {
    fn new(names: &[String]) -> Self {
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let possible =
            |name: &&String| !name.trim().is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.contains(char::is_control);
        for name in names.iter().filter(possible) {
            wanted.entry(name.to_lowercase()).or_default().insert(name.clone());
        }
        Wanted(wanted)
    }

    /// The names that `object` answers to. What Graph's filter let through without carrying the name is not shown under it.
    fn matches(&self, held: &[String], object: &DirectoryObject) -> Vec<Named> {
        let asked: BTreeSet<&String> = held.iter().filter_map(|held| self.0.get(&held.to_lowercase())).flatten().collect();
        asked.into_iter().map(|name| Named { name: name.clone(), object: object.clone() }).collect()
    }

    /// Filters `member in (...)`, percent-encoded, each within the limits of one request.
    fn filters(&self, member: &str) -> Vec<String> {
        let mut chunks: Vec<(usize, Vec<String>)> = Vec::new();
        // Only a GUID can be an app id, and Graph refuses anything else there.
        for name in self.0.keys().filter(|name| member != "appId" || Uuid::try_parse(name).is_ok()) {
            let literal = encoded(&format!("'{}'", name.replace('\'', "''")));
            match chunks.last_mut() {
                Some((bytes, literals)) if literals.len() < NAMES_IN_FILTER && *bytes + literal.len() <= BYTES_IN_FILTER => {
                    *bytes += literal.len();
                    literals.push(literal);
                }
                _ => chunks.push((literal.len(), vec![literal])),
            }
        }
        chunks.into_iter().map(|(_, literals)| format!("{member}%20in%20({})", literals.join(","))).collect()
    }
}

/// Percent-encoded; form encoding would leave a plus for a space, which not every reader of a query takes for one.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(names: &[&str]) -> Wanted {
        Wanted::new(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn quotes_are_doubled_and_nothing_ends_the_literal_or_the_query() {
        let filters = wanted(&["O'Brien') or (1 eq 1", "a&$top=1#x+y%27 z"]).filters("displayName");
        assert_eq!(
            filters,
            ["displayName%20in%20(%27a%26%24top%3D1%23x%2By%2527%20z%27,%27o%27%27brien%27%27%29%20or%20%281%20eq%201%27)"]
        );
    }

    #[test]
    fn filters_stay_within_the_limits_of_a_request() {
        let many: Vec<String> = (0..100).map(|number| format!("Group {number}")).collect();
        let filters = Wanted::new(&many).filters("displayName");
        assert_eq!(filters.len(), 7);
        let long: Vec<String> = (0..10).map(|number| format!("{number}{}", "ü".repeat(255))).collect();
        let filters = Wanted::new(&long).filters("displayName");
        assert_eq!(filters.len(), 10, "each too long for company");
        assert!(filters.iter().all(|filter| filter.len() < 1_600), "{:?}", filters.iter().map(String::len).collect::<Vec<_>>());
    }

    #[test]
    fn what_can_not_be_a_name_is_not_asked_for() {
        assert!(wanted(&["", "  ", "a\nb", &"x".repeat(257)]).0.is_empty());
        assert_eq!(wanted(&["Staff", "STAFF", "staff"]).filters("displayName").len(), 1);
        assert!(wanted(&["Office365"]).filters("appId").is_empty());
    }
}
