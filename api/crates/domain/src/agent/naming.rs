//! Names of new policies.

use super::SuggestionKind;

/// The title alone.
pub const DEFAULT_PATTERN: &str = "{title}";

/// Graph's limit of a display name, in characters.
const LONGEST: usize = 256;

/// The name of a new policy by the tenant's pattern; cut where Graph would refuse it.
pub fn named(pattern: &str, kind: SuggestionKind, title: &str) -> String {
    let name = pattern.replace("{kind}", kind.as_str()).replace("{title}", title);
    name.trim().chars().take(LONGEST).collect()
}
