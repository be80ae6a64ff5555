//! Settings: their defaults as documented, and what is refused.

use domain::agent::{AgentSettings, Instruction, MAX_INSTRUCTIONS, MAX_LEFT_OUT, SuggestionKind};

use super::world::id;

#[test]
fn defaults_are_as_documented() {
    let settings = AgentSettings::default();
    assert!(!settings.enabled);
    assert!(settings.phased_rollout, "the phased rollout capability is turned on by default");
    assert!(!settings.may_create_report_only, "an administrator accepts first");
    assert!(SuggestionKind::ALL.iter().all(|kind| settings.on(*kind)));
    assert_eq!(settings.check(), Ok(()));
    assert_eq!(serde_json::from_str::<AgentSettings>("{}").unwrap(), settings);
}

#[test]
fn what_breaks_a_limit_is_refused_by_its_field() {
    let instruction = || Instruction { exclude_users: [id(1)].into(), ..Instruction::default() };
    let many = || (0..=MAX_LEFT_OUT as u128).map(id).collect();
    for (field, settings) in [
        ("leftOutUsers", AgentSettings { left_out_users: many(), ..AgentSettings::default() }),
        ("leftOutGroups", AgentSettings { left_out_groups: many(), ..AgentSettings::default() }),
        ("instructions", AgentSettings { instructions: vec![instruction(); MAX_INSTRUCTIONS + 1], ..AgentSettings::default() }),
        ("instructions", AgentSettings { instructions: vec![Instruction::default()], ..AgentSettings::default() }),
        ("namingPattern", AgentSettings { naming_pattern: "CA001".to_owned(), ..AgentSettings::default() }),
        ("namingPattern", AgentSettings { naming_pattern: "{title}\n".to_owned(), ..AgentSettings::default() }),
    ] {
        assert_eq!(settings.check().unwrap_err().field, field);
    }
    assert_eq!(AgentSettings { instructions: vec![instruction(); MAX_INSTRUCTIONS], ..AgentSettings::default() }.check(), Ok(()));
}
