use super::schema::Verb;

/// An error as Graph reports it: HTTP status, `error.code` and `error.message`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status} {code}: {message}")]
pub struct CaError {
    /// HTTP status.
    pub status: u16,
    /// `error.code`, such as `BadRequest`.
    pub code: &'static str,
    /// `error.message` with Graph's number in front where it has one.
    pub message: String,
}

impl CaError {
    /// A broken rule of the Conditional Access service: 400 `BadRequest`, the number in front of the text.
    pub(super) fn rule(number: u16, text: impl AsRef<str>) -> Self {
        Self { status: 400, code: "BadRequest", message: format!("{number}: {}", text.as_ref()) }
    }

    /// A refusal for which no source gives a number.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { status: 400, code: "BadRequest", message: text.into() }
    }

    /// 403 `AccessDenied`.
    pub(super) fn denied(text: impl Into<String>) -> Self {
        Self { status: 403, code: "AccessDenied", message: text.into() }
    }

    /// 1007 of a policy: a member that is unknown, of the wrong type or with a value outside its enum.
    pub(super) fn policy_schema(verb: Verb) -> Self {
        let page = match verb {
            Verb::Post => "conditionalaccessroot-post-policies",
            Verb::Patch => "conditionalaccesspolicy-update",
        };
        Self::rule(
            1007,
            format!(
                "Incoming ConditionalAccessPolicy object is null or does not match the schema of ConditionalAccessPolicy type. For examples, please see API \
                 documentation at https://docs.microsoft.com/en-us/graph/api/{page}?view=graph-rest-1.0."
            ),
        )
    }

    /// 1007 of a named location (decision: the sibling of the policy's text).
    pub(super) fn location_schema() -> Self {
        Self::rule(1007, "Incoming NamedLocation object is null or does not match the schema of NamedLocation type.")
    }
}
