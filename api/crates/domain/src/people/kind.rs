//! Which kind of user the directory's properties speak of (ca-semantics.md section 3; Entra's "properties of a B2B collaboration user").

use crate::signin::{Fact, UserKind};

/// What Graph says of a user that tells members from guests, and local accounts from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindClues<'a> {
    /// `userType`: `Member`, `Guest`, or null for accounts older than the property.
    pub user_type: Option<&'a str>,
    /// `userPrincipalName`; invited accounts have `#EXT#` in it.
    pub principal_name: &'a str,
    /// `externalUserState`: `PendingAcceptance` or `Accepted` for who was invited, a user with a local name among them.
    pub external_state: Option<&'a str>,
    /// `creationType`: `Invitation` or `SelfServiceSignUp` for an account from elsewhere; `EmailVerified`, `LocalAccount` or null for one of this tenant.
    pub creation_type: Option<&'a str>,
}

/// The kind, or `None` where the clues are missing or contradict each other. Who has no object in the directory (a direct-connect user, a
/// partner's technician) never comes from here.
pub fn user_kind(clues: &KindClues<'_>) -> Fact<UserKind> {
    let external = is_external(clues)?;
    match (clues.user_type?, external) {
        (kind, true) if kind.eq_ignore_ascii_case("guest") => Some(UserKind::B2bCollaborationGuest),
        (kind, false) if kind.eq_ignore_ascii_case("guest") => Some(UserKind::InternalGuest),
        (kind, true) if kind.eq_ignore_ascii_case("member") => Some(UserKind::B2bCollaborationMember),
        (kind, false) if kind.eq_ignore_ascii_case("member") => Some(UserKind::Member),
        _ => None,
    }
}

/// Whether the account is at home elsewhere.
fn is_external(clues: &KindClues<'_>) -> Fact<bool> {
    let marked = clues.principal_name.to_ascii_uppercase().contains("#EXT#");
    let invited = clues.external_state.is_some_and(|state| !state.is_empty());
    if marked || invited {
        return Some(true);
    }
    match clues.creation_type {
        // Created by an invitation, and nothing else says so any more: perhaps converted to a local account since.
        Some(creation) if ["invitation", "selfservicesignup"].contains(&creation.to_ascii_lowercase().as_str()) => None,
        _ => Some(false),
    }
}
