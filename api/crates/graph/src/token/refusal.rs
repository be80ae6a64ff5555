//! What a refusal of the token endpoint means (graph-api.md sections 1 and 19).

use uuid::Uuid;

use crate::envelope::{TokenRefusal, token_refusal};
use crate::error::{GraphError, Info};
use crate::wire::Answer;

/// The error of a refusal that repeating does not cure. `answer.status` is neither a success, nor 429, nor a server error.
pub(crate) fn refused(answer: &Answer, client_request_id: Uuid) -> GraphError {
    let TokenRefusal { error, codes, description, trace_id } = token_refusal(&answer.body);
    let number = codes.first().copied();
    let info = |text: &str| Info {
        status: Some(answer.status.as_u16()),
        code: number.map(|number| format!("AADSTS{number}")).or_else(|| Some(error.clone()).filter(|error| !error.is_empty())),
        message: Some(match &description {
            Some(description) => format!("{text} ({description})"),
            None => text.to_owned(),
        }),
        request_id: answer.request_id.clone().or(trace_id.clone()),
        client_request_id,
    };
    match (number.unwrap_or_default(), error.as_str()) {
        (7_000_215, _) => GraphError::Unauthorized { info: info("The client secret is wrong. Use the secret's value, not its id.") },
        (7_000_222, _) => GraphError::Unauthorized { info: info("The client secret has expired. Create a new one and store it here.") },
        (700_027, _) => GraphError::Unauthorized { info: info("Entra does not accept the certificate assertion.") },
        (700_213, _) => GraphError::Unauthorized { info: info("No federated credential of the application matches ours.") },
        (700_016 | 7_000_229, _) => {
            GraphError::ConsentRevoked { info: info("The application is not in the tenant: an administrator must consent to it again.") }
        }
        (7_000_112, _) => GraphError::ConsentRevoked { info: info("The application is disabled in the tenant.") },
        (65_001, _) => GraphError::ConsentRevoked { info: info("The tenant has not consented to the application.") },
        (90_002 | 900_023, _) => GraphError::config(format!(
            "Entra knows no such tenant in this cloud: check the tenant id and the cloud (AADSTS{})",
            number.unwrap_or_default()
        )),
        (53_003, _) => GraphError::Forbidden { info: info("A Conditional Access policy of the tenant blocks the application itself.") },
        (_, "temporarily_unavailable") => GraphError::Transient { info: info("Entra is temporarily unavailable.") },
        (_, "unauthorized_client") => GraphError::ConsentRevoked { info: info("The application may not sign in to the tenant.") },
        (_, "invalid_client") => GraphError::Unauthorized { info: info("Entra does not accept the application's credential.") },
        _ => GraphError::Rejected { info: info("Entra refused to issue a token.") },
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use serde_json::json;

    use super::*;

    fn class(error: &str, code: u32) -> String {
        let body = json!({"error": error, "error_description": format!("AADSTS{code}: text\r\nTrace ID: t"), "error_codes": [code]});
        let answer = Answer { status: StatusCode::UNAUTHORIZED, request_id: None, retry_after: None, body: body.to_string().into_bytes() };
        let error = refused(&answer, Uuid::nil());
        if let Some(info) = error.info() {
            assert_eq!(info.code, Some(format!("AADSTS{code}")));
            assert!(info.message.as_ref().unwrap().contains("text"), "{info}");
            assert!(!info.message.as_ref().unwrap().contains("Trace"), "{info}");
        }
        format!("{error:?}").split(' ').next().unwrap().to_owned()
    }

    #[test]
    fn entras_numbers_have_their_classes() {
        for (error, code, expected) in [
            ("invalid_client", 7_000_215, "Unauthorized"),
            ("invalid_client", 7_000_222, "Unauthorized"),
            ("invalid_client", 700_027, "Unauthorized"),
            ("invalid_client", 1, "Unauthorized"),
            ("unauthorized_client", 700_016, "ConsentRevoked"),
            ("invalid_client", 7_000_229, "ConsentRevoked"),
            ("unauthorized_client", 7_000_112, "ConsentRevoked"),
            ("invalid_request", 90_002, "Config"),
            ("access_denied", 53_003, "Forbidden"),
            ("temporarily_unavailable", 90_033, "Transient"),
            ("invalid_scope", 70_011, "Rejected"),
        ] {
            assert_eq!(class(error, code), expected, "{error} {code}");
        }
    }
}
