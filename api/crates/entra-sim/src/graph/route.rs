//! From path and method to operation.

use http::Method;

use super::{Answer, GraphError, Session, audits, batch, contexts, deleted, locations, policies, sign_ins, strengths, tenant, terms};
use crate::directory;

/// Dispatches; paths are lower-cased.
pub(super) fn route(session: &mut Session<'_>) -> Answer {
    let path = session.path.clone();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let method = session.call.method.clone();
    match path.as_slice() {
        ["identity", "conditionalaccess", rest @ ..] => conditional_access(session, &method, rest),
        ["policies", "conditionalaccesspolicies", rest @ ..] => policy(session, &method, rest),
        ["policies", "authenticationstrengthpolicies", rest @ ..] => strength(session, &method, rest),
        ["policies", "identitysecuritydefaultsenforcementpolicy"] => match method {
            Method::GET => tenant::get_security_defaults(session),
            Method::PATCH => tenant::patch_security_defaults(session),
            _ => Err(GraphError::method_not_allowed()),
        },
        ["identitygovernance", "termsofuse", "agreements", rest @ ..] | ["agreements", rest @ ..] => match (&method, rest) {
            (&Method::GET, []) => terms::list(session),
            (&Method::GET, [id]) => terms::get(session, id),
            (_, [] | [_]) => Err(GraphError::method_not_allowed()),
            (_, [_, segment, ..]) => Err(GraphError::no_segment(segment)),
        },
        ["auditlogs", "signins", rest @ ..] => read_only(&method, rest, session, sign_ins::list, sign_ins::get),
        ["auditlogs", "directoryaudits", rest @ ..] => read_only(&method, rest, session, audits::list, audits::get),
        ["organization", rest @ ..] => read_only(&method, rest, session, tenant::list_organizations, tenant::get_organization),
        ["subscribedskus"] if method == Method::GET => tenant::list_skus(session),
        ["subscribedskus"] => Err(GraphError::method_not_allowed()),
        ["$batch"] if method == Method::POST && !session.batched => batch::serve(session),
        ["$batch"] => Err(GraphError::method_not_allowed()),
        _ => directory::route(session, &method, &path),
    }
}

fn conditional_access(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    match path {
        ["policies", rest @ ..] => policy(session, method, rest),
        ["namedlocations", rest @ ..] => location(session, method, rest),
        ["deleteditems", "policies", rest @ ..] => deleted_items(session, method, rest, &deleted::POLICIES),
        ["deleteditems", "namedlocations", rest @ ..] => deleted_items(session, method, rest, &deleted::LOCATIONS),
        ["authenticationstrength", "policies", rest @ ..] => strength(session, method, rest),
        ["authenticationstrength", "combinations"] if method == Method::GET => strengths::combinations(session),
        ["authenticationstrength", "combinations"] => Err(GraphError::method_not_allowed()),
        ["authenticationcontextclassreferences", rest @ ..] => match (method, rest) {
            (&Method::GET, []) => contexts::list(session),
            (&Method::POST, []) => contexts::create(session),
            (&Method::GET, [id]) => contexts::get(session, id),
            (&Method::PATCH, [id]) => contexts::update(session, id),
            (&Method::DELETE, [id]) => contexts::delete(session, id),
            (_, [] | [_]) => Err(GraphError::method_not_allowed()),
            (_, [_, segment, ..]) => Err(GraphError::no_segment(segment)),
        },
        [segment, ..] => Err(GraphError::no_segment(segment)),
        [] => Err(GraphError::method_not_allowed()),
    }
}

fn policy(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method, path) {
        (&Method::GET, []) => policies::list(session),
        (&Method::GET, ["$count"]) => policies::count(session),
        (&Method::POST, []) => policies::create(session),
        (&Method::GET, [id]) => policies::get(session, id),
        (&Method::PATCH, [id]) => policies::update(session, id),
        (&Method::DELETE, [id]) => policies::delete(session, id),
        // The documentation's own spelling of a restore (graph-api.md section 3).
        (&Method::POST, [id, "restore"]) => deleted::POLICIES.restore(session, id),
        (_, [] | [_] | [_, "restore"]) => Err(GraphError::method_not_allowed()),
        (_, [_, segment, ..]) => Err(GraphError::no_segment(segment)),
    }
}

fn location(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method, path) {
        (&Method::GET, []) => locations::list(session),
        (&Method::GET, ["$count"]) => locations::count(session),
        (&Method::POST, []) => locations::create(session),
        (&Method::GET, [id]) => locations::get(session, id),
        (&Method::PATCH, [id]) => locations::update(session, id),
        (&Method::DELETE, [id]) => locations::delete(session, id),
        (_, [] | [_]) => Err(GraphError::method_not_allowed()),
        (_, [_, segment, ..]) => Err(GraphError::no_segment(segment)),
    }
}

fn deleted_items(session: &mut Session<'_>, method: &Method, path: &[&str], bin: &deleted::Bin) -> Answer {
    match (method, path) {
        (&Method::GET, []) => bin.list(session),
        (&Method::GET, [id]) => bin.get(session, id),
        (&Method::DELETE, [id]) => bin.purge(session, id),
        (&Method::POST, [id, "restore" | "microsoft.graph.restore"]) => bin.restore(session, id),
        (_, [] | [_] | [_, "restore" | "microsoft.graph.restore"]) => Err(GraphError::method_not_allowed()),
        (_, [_, segment, ..]) => Err(GraphError::no_segment(segment)),
    }
}

fn strength(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method, path) {
        (&Method::GET, []) => strengths::list(session),
        (&Method::POST, []) => strengths::create(session),
        (&Method::GET, [id]) => strengths::get(session, id),
        (&Method::PATCH, [id]) => strengths::update(session, id),
        (&Method::DELETE, [id]) => strengths::delete(session, id),
        (&Method::GET, [id, "usage" | "microsoft.graph.usage"]) => strengths::usage(session, id),
        (&Method::POST, [id, "updateallowedcombinations" | "microsoft.graph.updateallowedcombinations"]) => {
            strengths::update_combinations(session, id)
        }
        (_, [] | [_] | [_, "usage" | "updateallowedcombinations"]) => Err(GraphError::method_not_allowed()),
        (_, [_, segment, ..]) => Err(GraphError::no_segment(segment)),
    }
}

/// A collection that can only be listed and read.
fn read_only(
    method: &Method,
    path: &[&str],
    session: &mut Session<'_>,
    list: fn(&mut Session<'_>) -> Answer,
    get: fn(&mut Session<'_>, &str) -> Answer,
) -> Answer {
    match (method, path) {
        (&Method::GET, []) => list(session),
        (&Method::GET, [id]) => get(session, id),
        (_, [] | [_]) => Err(GraphError::method_not_allowed()),
        (_, [_, segment, ..]) => Err(GraphError::no_segment(segment)),
    }
}
