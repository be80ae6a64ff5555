//! What we expect of the tokens of one issuer.

use url::Url;
use uuid::Uuid;

/// The placeholder in the issuer of a multi-tenant Entra application.
const TENANT: &str = "{tenantid}";

/// How the principal of a token is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectRule {
    /// `tid/oid`, both GUIDs: the stable identity in Entra. Mail addresses and UPNs can change hands (security-checklist D18).
    EntraObject,
    /// `sub`.
    Sub,
}

/// One trusted issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerConfig {
    /// `iss`, exact; for Entra it may hold `{tenantid}`, which must then equal the token's `tid`.
    pub issuer: String,
    /// `aud`, exact.
    pub audience: String,
    /// Where the keys are; found by discovery when absent.
    pub jwks_url: Option<Url>,
    /// How principals are named.
    pub subject: SubjectRule,
    /// A scope (`scp`) or application role (`roles`) that a token must carry.
    pub scope: Option<String>,
}

impl IssuerConfig {
    /// Entra's public and national clouds name principals by object, everything else by `sub`.
    pub fn default_subject_rule(issuer: &str) -> SubjectRule {
        const ENTRA: [&str; 4] =
            ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "sts.windows.net"];
        let host = Url::parse(&issuer.replace(TENANT, "common")).ok().and_then(|url| url.host_str().map(str::to_owned));
        let entra = issuer.contains(TENANT) || host.is_some_and(|host| ENTRA.contains(&host.as_str()));
        if entra { SubjectRule::EntraObject } else { SubjectRule::Sub }
    }

    /// Whether `iss` is this issuer, given the token's `tid`.
    pub(super) fn matches(&self, iss: &str, tid: Option<&str>) -> bool {
        if !self.issuer.contains(TENANT) {
            return iss == self.issuer;
        }
        tid.and_then(|tid| Uuid::try_parse(tid).ok()).is_some_and(|tid| iss == self.issuer.replace(TENANT, &tid.hyphenated().to_string()))
    }

    /// The discovery document. A template is looked up under `common`, as Entra does for multi-tenant applications.
    pub(super) fn discovery_url(&self) -> Option<Url> {
        let base = self.issuer.replace(TENANT, "common");
        Url::parse(&format!("{}/.well-known/openid-configuration", base.trim_end_matches('/'))).ok()
    }

    /// Keys come over https; plain http only from this machine, for development.
    pub fn is_trustworthy(url: &Url) -> bool {
        match (url.scheme(), url.host()) {
            ("https", Some(_)) => true,
            ("http", Some(url::Host::Domain(host))) => host == "localhost",
            ("http", Some(url::Host::Ipv4(address))) => address.is_loopback(),
            ("http", Some(url::Host::Ipv6(address))) => address.is_loopback(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(issuer: &str) -> IssuerConfig {
        IssuerConfig { issuer: issuer.into(), audience: "a".into(), jwks_url: None, subject: SubjectRule::Sub, scope: None }
    }

    #[test]
    fn a_template_needs_the_tokens_own_tenant() {
        let template = config("https://login.microsoftonline.com/{tenantid}/v2.0");
        let tid = "11111111-2222-3333-4444-555555555555";
        let iss = format!("https://login.microsoftonline.com/{tid}/v2.0");
        assert!(template.matches(&iss, Some(tid)));
        assert!(!template.matches(&iss, None));
        assert!(!template.matches(&iss, Some("99999999-2222-3333-4444-555555555555")));
        assert!(!template.matches("https://login.microsoftonline.com/evil/v2.0", Some("evil")));
        assert!(!template.matches("https://login.microsoftonline.com/{tenantid}/v2.0", Some(tid)));
        assert!(!config("https://a.test").matches("https://a.test/", None));
    }

    #[test]
    fn subject_rules_and_trustworthy_urls() {
        assert_eq!(IssuerConfig::default_subject_rule("https://login.microsoftonline.com/x/v2.0"), SubjectRule::EntraObject);
        assert_eq!(IssuerConfig::default_subject_rule("https://id.example.com/{tenantid}"), SubjectRule::EntraObject);
        assert_eq!(IssuerConfig::default_subject_rule("https://login.microsoftonline.com.evil.test"), SubjectRule::Sub);
        for (url, good) in [
            ("https://id.example.com/keys", true),
            ("http://127.0.0.1:1/keys", true),
            ("http://localhost/keys", true),
            ("http://id.example.com/keys", false),
            ("http://127.0.0.1.evil.test/keys", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(IssuerConfig::is_trustworthy(&Url::parse(url).unwrap()), good, "{url}");
        }
    }
}
