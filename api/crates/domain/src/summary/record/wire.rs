//! The members of Graph's `signIn` that we read. `null` and absent are the same: no text, or nothing.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// A text, borrowed from the input where it holds no escapes; empty for `null`.
#[derive(Debug, Default)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or null")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E: Error>(self) -> Result<Text<'de>, E> {
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(Reads)
    }
}

/// `microsoft.graph.signIn` of v1.0 and beta.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) created_date_time: Text<'a>,
    #[serde(borrow, default)]
    pub(super) user_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) user_principal_name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) user_display_name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) user_type: Text<'a>,
    #[serde(borrow, default)]
    pub(super) cross_tenant_access_type: Text<'a>,
    #[serde(borrow, default)]
    pub(super) home_tenant_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) service_principal_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) service_principal_name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) app_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) app_display_name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) resource_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) resource_display_name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) ip_address: Text<'a>,
    #[serde(borrow, default)]
    pub(super) client_app_used: Text<'a>,
    #[serde(borrow, default)]
    pub(super) conditional_access_status: Text<'a>,
    #[serde(borrow, default)]
    pub(super) risk_level_during_sign_in: Text<'a>,
    #[serde(borrow, default)]
    pub(super) original_transfer_method: Text<'a>,
    #[serde(borrow, default)]
    pub(super) authentication_protocol: Text<'a>,
    #[serde(borrow, default)]
    pub(super) authentication_requirement: Text<'a>,
    #[serde(borrow, default)]
    pub(super) authentication_details: Option<Vec<Step<'a>>>,
    #[serde(borrow, default)]
    pub(super) authentication_context_class_references: Option<Vec<Context<'a>>>,
    #[serde(borrow, default)]
    pub(super) token_protection_status_details: Option<TokenProtection<'a>>,
    #[serde(borrow, default)]
    pub(super) status: Option<Status<'a>>,
    #[serde(borrow, default)]
    pub(super) device_detail: Option<DeviceDetail<'a>>,
    #[serde(borrow, default)]
    pub(super) location: Option<Location<'a>>,
    #[serde(borrow, default)]
    pub(super) applied_conditional_access_policies: Option<Vec<Applied<'a>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step<'a> {
    #[serde(borrow, default)]
    pub(super) authentication_method: Text<'a>,
    #[serde(borrow, default)]
    pub(super) authentication_step_requirement: Text<'a>,
    #[serde(borrow, default)]
    pub(super) authentication_step_result_detail: Text<'a>,
    #[serde(default)]
    pub(super) succeeded: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Context<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenProtection<'a> {
    #[serde(borrow, default)]
    pub(super) sign_in_session_status: Text<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status<'a> {
    #[serde(default)]
    pub(super) error_code: i32,
    #[serde(borrow, default)]
    pub(super) additional_details: Text<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeviceDetail<'a> {
    #[serde(borrow, default)]
    pub(super) device_id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) display_name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) operating_system: Text<'a>,
    #[serde(default)]
    pub(super) is_compliant: Option<bool>,
    #[serde(default)]
    pub(super) is_managed: Option<bool>,
    #[serde(borrow, default)]
    pub(super) trust_type: Text<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'a> {
    #[serde(borrow, default)]
    pub(super) country_or_region: Text<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Applied<'a> {
    #[serde(borrow, default)]
    pub(super) id: Text<'a>,
    #[serde(borrow, default)]
    pub(super) result: Text<'a>,
}
