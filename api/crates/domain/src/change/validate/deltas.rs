//! Deltas of assignments and applications.

use serde_json::Value;

use super::conditions::filter;
use super::fault::{At, Check, given, quoted};
use super::{MAX_IDS, MAX_NAMES, is_guid};
use crate::change::payload::{ApplicationChange, AssignmentChange, SetDelta};
use crate::document::fields::{GUEST_TYPES, spelled};
use crate::filter::Dialect;

/// The longest name that can be looked up.
const LONGEST_REFERENCE: usize = 256;

/// Words that stand alone in a list.
const ALONE: [&str; 2] = ["All", "None"];

pub(super) fn assignment(at: &At, change: &AssignmentChange) -> Check {
    let lists: [(&str, &[&str], &SetDelta); 8] = [
        ("includeUsers", &["All", "None", "GuestsOrExternalUsers"], &change.include_users),
        ("excludeUsers", &["GuestsOrExternalUsers"], &change.exclude_users),
        ("includeGroups", &[], &change.include_groups),
        ("excludeGroups", &[], &change.exclude_groups),
        ("includeRoles", &[], &change.include_roles),
        ("excludeRoles", &[], &change.exclude_roles),
        ("includeServicePrincipals", &["ServicePrincipalsInMyTenant"], &change.include_service_principals),
        ("excludeServicePrincipals", &[], &change.exclude_service_principals),
    ];
    let guests = [
        ("includeGuestsOrExternalUsers", &change.include_guests_or_external_users),
        ("excludeGuestsOrExternalUsers", &change.exclude_guests_or_external_users),
    ];
    if lists.iter().all(|(_, _, delta)| delta.is_empty()) && guests.iter().all(|(_, guests)| guests.is_none()) {
        return at.fault("the change touches nothing: add or remove somebody");
    }
    lists.iter().try_for_each(|(name, keywords, delta)| self::delta(&at.member(name), name, keywords, delta))?;
    names(at, lists.iter().map(|(_, keywords, delta)| (*keywords, *delta)))?;
    for (name, value) in guests {
        if let Some(Some(value)) = value {
            self::guests(&at.member(name), value)?;
        }
    }
    Ok(())
}

pub(super) fn applications(at: &At, change: &ApplicationChange) -> Check {
    let included: &[&str] = &["All", "None", "Office365", "MicrosoftAdminPortals"];
    let lists: [(&str, &[&str], &SetDelta); 2] = [
        ("includeApplications", included, &change.include_applications),
        ("excludeApplications", &included[2..], &change.exclude_applications),
    ];
    let actions = &change.include_user_actions;
    if lists.iter().all(|(_, _, delta)| delta.is_empty()) && actions.is_empty() && change.application_filter.is_none() {
        return at.fault("the change touches nothing: add or remove an application or a user action");
    }
    lists.iter().try_for_each(|(name, keywords, delta)| self::delta(&at.member(name), name, keywords, delta))?;
    names(at, lists.iter().map(|(_, keywords, delta)| (*keywords, *delta)))?;
    let at_actions = at.member("includeUserActions");
    overlap(&at_actions, "includeUserActions", actions)?;
    at_actions.member("add").words(&actions.add, &["urn:user:registersecurityinfo", "urn:user:registerdevice"])?;
    removed(&at_actions.member("remove"), &actions.remove)?;
    match &change.application_filter {
        Some(Some(value)) => filter(&at.member("applicationFilter"), value, Dialect::Attributes),
        _ => Ok(()),
    }
}

/// `guestOrExternalUserTypes` and `externalTenants` (ca-semantics.md section 3).
pub(super) fn guests(at: &At, value: &Value) -> Check {
    let object = at.object(value, &["guestOrExternalUserTypes", "externalTenants"])?;
    let at_types = at.member("guestOrExternalUserTypes");
    let Some(types) = given(object, "guestOrExternalUserTypes") else {
        return at_types.fault(format!("at least one of {}; to remove the condition send null for the whole", GUEST_TYPES[1..].join(", ")));
    };
    at_types.flags(types, &GUEST_TYPES)?;
    let Some(tenants) = given(object, "externalTenants") else { return Ok(()) };
    let at = at.member("externalTenants");
    let tenants = at.object(tenants, &["membershipKind", "members"])?;
    let named_type = tenants.get("@odata.type").and_then(Value::as_str).is_some_and(|of| of.ends_with("EnumeratedExternalTenants"));
    let kind = given(tenants, "membershipKind").and_then(Value::as_str).unwrap_or(if named_type { "enumerated" } else { "all" });
    at.member("membershipKind").word(kind, &["all", "enumerated"])?;
    let at_members = at.member("members");
    let members = given(tenants, "members").map_or(Ok(Vec::new()), |members| at_members.texts(members))?;
    if kind.eq_ignore_ascii_case("enumerated") == members.is_empty() {
        return at_members.fault("external tenants are enumerated with at least one tenant id, or they are all, without any");
    }
    members.iter().enumerate().try_for_each(|(index, id)| super::guid(&at_members.item(index), id))
}

/// A whole list of references, each an id or a name.
pub(super) fn references(at: &At, keywords: &[&str], texts: &[String]) -> Check {
    at.at_most(texts.len(), MAX_IDS, "entries")?;
    texts.iter().enumerate().try_for_each(|(index, text)| reference(&at.item(index), keywords, text))?;
    at.at_most(texts.iter().filter(|text| is_name(keywords, text)).count(), MAX_NAMES, "references by name")
}

/// An id, one of the keywords, or a name to be looked up in the tenant.
pub(super) fn reference(at: &At, keywords: &[&str], text: &str) -> Check {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_REFERENCE || text.chars().any(char::is_control) {
        return at.fault("an object id or a name of 1 to 256 characters, without control characters");
    }
    // Words that Graph knows elsewhere would be looked up as names here, and found or not by chance.
    let elsewhere =
        ["All", "None", "GuestsOrExternalUsers", "Office365", "MicrosoftAdminPortals", "AllTrusted", "ServicePrincipalsInMyTenant"];
    if elsewhere.iter().any(|word| word.eq_ignore_ascii_case(text)) && is_name(keywords, text) {
        let known = if keywords.is_empty() { "no keywords".to_owned() } else { keywords.join(", ") };
        return at.fault(format!("Graph does not take {} here; it takes ids and {known}", quoted(text)));
    }
    Ok(())
}

fn is_name(keywords: &[&str], text: &str) -> bool {
    !is_guid(text.trim()) && !keywords.iter().any(|keyword| keyword.eq_ignore_ascii_case(text.trim()))
}

fn names<'d>(at: &At, lists: impl Iterator<Item = (&'d [&'d str], &'d SetDelta)>) -> Check {
    let of = |(keywords, delta): (&[&str], &SetDelta)| delta.add.iter().chain(&delta.remove).filter(|text| is_name(keywords, text)).count();
    at.at_most(lists.map(of).sum(), MAX_NAMES, "references by name")
}

fn delta(at: &At, name: &str, keywords: &[&str], delta: &SetDelta) -> Check {
    overlap(at, name, delta)?;
    removed(&at.member("remove"), &delta.remove)?;
    references(&at.member("add"), keywords, &delta.add)?;
    let alone = delta.add.iter().find(|text| ALONE.iter().any(|word| word.eq_ignore_ascii_case(text.trim())));
    match alone {
        Some(alone) if delta.add.len() > 1 => {
            at.member("add").fault(format!("{} stands alone: it means what the others are part of", alone.trim()))
        }
        _ => Ok(()),
    }
}

/// What is to go may be anything that is there, also what Graph would not take any more.
fn removed(at: &At, texts: &[String]) -> Check {
    at.at_most(texts.len(), MAX_IDS, "entries")?;
    let fits = |text: &str| (1..=LONGEST_REFERENCE).contains(&text.trim().chars().count());
    match texts.iter().position(|text| !fits(text)) {
        Some(index) => at.item(index).fault("an id or a name of 1 to 256 characters"),
        None => Ok(()),
    }
}

fn overlap(at: &At, name: &str, delta: &SetDelta) -> Check {
    let same = |a: &str, b: &str| spelled(name, a.trim()) == spelled(name, b.trim());
    match delta.remove.iter().position(|removed| delta.add.iter().any(|added| same(added, removed))) {
        Some(index) => at.member("remove").item(index).fault("the same entry is added and removed: do one of them"),
        None => Ok(()),
    }
}
