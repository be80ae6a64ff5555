//! Whom a member is: an issuer and a subject, in the form in which a verified token brings them.

use domain::api_key::API_KEY_ISSUER;
use domain::workspace::Member;
use uuid::Uuid;

use crate::error::{AppError, AppResult};

const LONGEST_ISSUER: usize = 500;
const LONGEST_SUBJECT: usize = 255;
const TENANT: &str = "{tenantid}";
/// Issuers of these hosts name principals by `tid/oid`: mail addresses and UPNs can change hands (security-checklist D18).
const MICROSOFT: [&str; 4] =
    ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "sts.windows.net"];

/// Whom a member is.
#[derive(Debug)]
pub(super) struct Principal {
    pub(super) issuer: String,
    pub(super) subject: String,
}

impl Principal {
    /// Reads what a person typed. Without an issuer it is the one of `like`, in the subject's own tenant if it is Entra's.
    pub(super) fn read(issuer: Option<&str>, subject: &str, like: Option<&Member>) -> AppResult<Self> {
        let (subject, tenant) = read_subject(subject)?;
        let issuer = match (issuer.map(str::trim).filter(|issuer| !issuer.is_empty()), like) {
            (Some(issuer), _) => issuer.to_owned(),
            (None, Some(like)) => match like.subject.split_once('/').filter(|_| tenant.is_some()) {
                Some((own_tenant, _)) => like.issuer.replace(own_tenant, TENANT),
                None => like.issuer.clone(),
            },
            (None, None) => return Err(refused("issuer", "say which issuer signs this principal's tokens")),
        };
        let issuer = match (&tenant, issuer.contains(TENANT)) {
            (Some(tenant), true) => issuer.replace(TENANT, &tenant.to_string()),
            (None, true) => return Err(not_entra()),
            (_, false) => issuer,
        };
        if issuer.len() > LONGEST_ISSUER || issuer.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
            return Err(refused("issuer", "an issuer is the `iss` of the tokens, an address of at most 500 characters"));
        }
        if issuer == API_KEY_ISSUER {
            return Err(refused("issuer", "API keys are made with createApiKey"));
        }
        if tenant.is_none() && host(&issuer).is_some_and(|host| MICROSOFT.contains(&host)) {
            return Err(not_entra());
        }
        Ok(Principal { issuer, subject })
    }
}

/// The subject, and the Entra tenant in it. Entra's GUIDs are written as tokens are read: lower case, with hyphens.
fn read_subject(text: &str) -> AppResult<(String, Option<Uuid>)> {
    let subject = text.trim();
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT || subject.chars().any(char::is_control) {
        return Err(refused("subject", "a subject has 1 to 255 characters: `tid/oid` for Entra, `sub` elsewhere"));
    }
    let guids = subject.split_once('/').and_then(|(tenant, object)| Uuid::try_parse(tenant).ok().zip(Uuid::try_parse(object).ok()));
    Ok(match guids {
        Some((tenant, object)) => (format!("{tenant}/{object}"), Some(tenant)),
        None => (subject.to_owned(), None),
    })
}

fn host(issuer: &str) -> Option<&str> {
    issuer.split_once("://")?.1.split(['/', ':', '?', '#']).next()
}

fn not_entra() -> AppError {
    refused("subject", "for Entra a subject is `tid/oid`: the tenant id and the object id of the user; never a mail address or a UPN")
}

fn refused(field: &str, message: &str) -> AppError {
    AppError::invalid(&["input", field], message)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::id::{MemberId, WorkspaceId};
    use domain::workspace::Role;

    use super::*;

    const HOME: &str = "11111111-2222-3333-4444-555555555555";
    const GUEST: &str = "99999999-2222-3333-4444-555555555555";
    const OBJECT: &str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

    fn like(issuer: &str, subject: &str) -> Member {
        Member {
            id: MemberId(Uuid::nil()),
            workspace_id: WorkspaceId(Uuid::nil()),
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            display_name: String::new(),
            role: Role::Owner,
            tenant_scope: None,
            owned_by: None,
            created_at: DateTime::UNIX_EPOCH,
            removed_at: None,
            version: 1,
        }
    }

    fn read(issuer: Option<&str>, subject: &str) -> Result<(String, String), String> {
        let owner = like(&format!("https://login.microsoftonline.com/{HOME}/v2.0"), &format!("{HOME}/{OBJECT}"));
        Principal::read(issuer, subject, Some(&owner)).map(|it| (it.issuer, it.subject)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_member_comes_from_the_owners_issuer_unless_said() {
        let colleague = format!("{}/{OBJECT}", HOME.to_uppercase());
        let expected = (format!("https://login.microsoftonline.com/{HOME}/v2.0"), format!("{HOME}/{OBJECT}"));
        assert_eq!(read(None, &colleague), Ok(expected));
        let guest = (format!("https://login.microsoftonline.com/{GUEST}/v2.0"), format!("{GUEST}/{OBJECT}"));
        assert_eq!(read(None, &format!("{GUEST}/{OBJECT}")), Ok(guest.clone()), "Entra signs in the guest's own tenant");
        assert_eq!(read(Some("https://login.microsoftonline.com/{tenantid}/v2.0"), &guest.1), Ok(guest));
        assert_eq!(read(Some(" https://id.example "), "ada"), Ok(("https://id.example".to_owned(), "ada".to_owned())));
        let elsewhere = Principal::read(None, "bo", Some(&like("https://id.example", "ada"))).unwrap();
        assert_eq!((elsewhere.issuer.as_str(), elsewhere.subject.as_str()), ("https://id.example", "bo"));
    }

    #[test]
    fn what_no_token_can_bring_is_refused() {
        for (issuer, subject) in [
            (None, "ada@contoso.example"),
            (None, ""),
            (None, "a\nb"),
            (Some("https://login.microsoftonline.com/common/v2.0"), "ada@contoso.example"),
            (Some("https://id.example/{tenantid}"), "ada"),
            (Some("https://id .example"), "ada"),
            (Some(API_KEY_ISSUER), "ada"),
        ] {
            assert!(read(issuer, subject).is_err(), "{issuer:?} {subject:?}");
        }
        assert!(Principal::read(None, "ada", None).is_err());
        assert!(read(Some("https://id.example"), &"x".repeat(256)).is_err());
        assert!(read(Some(&format!("https://{}", "x".repeat(500))), "ada").is_err());
    }
}
