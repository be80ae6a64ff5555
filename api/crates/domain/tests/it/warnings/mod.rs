//! Every warning code: cases that raise it with its severity, and cases that come close and don't.

pub mod locations;
mod lockout;
mod messages;
mod monotone;
mod prerequisites;
mod published;
mod references;
mod rejections;
mod scope;
mod severity;
mod source;

use domain::change::warning::Severity::{self, Critical, Warning};
use domain::change::warning::WarningCode;
use serde_json::json;

use crate::breakglass::{self, for_all};
use crate::world::World;

/// One case: what is expected of one code; `None` is that it stays away.
pub type Case = (WarningCode, Option<Severity>, &'static str, World);

fn cases() -> Vec<Case> {
    [
        source::cases(),
        source::controls(),
        scope::cases(),
        prerequisites::cases(),
        references::cases(),
        rejections::cases(),
        rejections::managed(),
        locations::cases(),
        lockout::cases(),
        breakglass::cases(),
        breakglass::kinds(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn each_case_raises_what_it_should() {
    let mut wrong = Vec::new();
    for (code, expected, what, world) in cases() {
        let warnings = world.plan().warnings;
        let found: Vec<_> = warnings.iter().filter(|warning| warning.code == code).map(|warning| warning.severity).collect();
        if found != expected.into_iter().collect::<Vec<_>>() {
            wrong.push(format!("{code}: {what}: {warnings:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_is_raised_by_a_case_and_withheld_by_another() {
    let cases = cases();
    for code in WarningCode::ALL {
        for raised in [true, false] {
            assert!(cases.iter().any(|(of, severity, ..)| of == code && severity.is_some() == raised), "{code}, raised: {raised}");
        }
    }
}

#[test]
fn the_worst_comes_first() {
    let world = for_all(json!({ "builtInControls": ["mfa"] })).with(|w| {
        w.impact = None;
        w.tenant.security_defaults = Some(true);
    });
    let codes: Vec<_> = world.plan().warnings.iter().map(|warning| (warning.severity, warning.code.as_str())).collect();
    let expected = [
        (Critical, "breakglass_not_excluded"),
        (Critical, "security_defaults_enabled"),
        (Warning, "impact_not_run"),
        (Warning, "reportonly_to_enforced"),
    ];
    assert_eq!(codes, expected);
}
