//! An item's state, by its facts.

use domain::bulk::{BulkItemState as S, ChangeFacts, ItemFacts, NotStarted};
use domain::change::status::ChangeStatus as C;

fn change(status: C) -> Option<ChangeFacts> {
    Some(ChangeFacts { status, write_performed: None, outcome_unknown: false })
}

fn planned() -> ItemFacts {
    ItemFacts { planned: true, ..ItemFacts::default() }
}

/// What the facts are, and the state that a reader of the table would name.
fn table() -> Vec<(&'static str, ItemFacts, S)> {
    let applied = |write| Some(ChangeFacts { status: C::Applied, write_performed: Some(write), outcome_unknown: false });
    let unknown = Some(ChangeFacts { status: C::Failed, write_performed: None, outcome_unknown: true });
    let rolling = ItemFacts { change: applied(true), queued: true, rolling_back: true, ..planned() };
    vec![
        ("new", ItemFacts::default(), S::Pending),
        ("left out", ItemFacts { excluded: true, change: change(C::DryRunComplete), ..planned() }, S::Excluded),
        ("not planned since", ItemFacts { planned: false, change: change(C::DryRunComplete), ..planned() }, S::Pending),
        ("planned", ItemFacts { change: change(C::DryRunComplete), ..planned() }, S::Ready),
        ("waits", ItemFacts { change: change(C::AwaitingApproval), ..planned() }, S::AwaitingApproval),
        ("critical", ItemFacts { change: change(C::DryRunBlocked), ..planned() }, S::Blocked),
        ("the tenant was edited", ItemFacts { change: change(C::Draft), ..planned() }, S::Blocked),
        ("no target", ItemFacts { blocked: true, ..planned() }, S::Blocked),
        ("there already", ItemFacts { satisfied: true, ..planned() }, S::Satisfied),
        ("there already, in a run", ItemFacts { satisfied: true, queued: true, ..planned() }, S::Satisfied),
        ("in a run", ItemFacts { queued: true, change: change(C::DryRunComplete), ..planned() }, S::Queued),
        ("being written", ItemFacts { queued: true, change: change(C::Applying), ..planned() }, S::Applying),
        ("written", ItemFacts { queued: true, change: applied(true), ..planned() }, S::Applied),
        ("was so already", ItemFacts { queued: true, change: applied(false), ..planned() }, S::Unchanged),
        ("failed", ItemFacts { queued: true, change: change(C::Failed), ..planned() }, S::Failed),
        ("to be tried again", ItemFacts { planned: false, change: change(C::Failed), ..planned() }, S::Pending),
        ("nobody knows", ItemFacts { queued: true, change: unknown, ..planned() }, S::OutcomeUnknown),
        ("nobody knows, in no run", ItemFacts { change: unknown, ..planned() }, S::OutcomeUnknown),
        ("refused", ItemFacts { queued: true, apply_failed: true, change: change(C::DryRunComplete), ..planned() }, S::Failed),
        (
            "stopped",
            ItemFacts { queued: true, not_started: Some(NotStarted::Stopped), change: change(C::DryRunComplete), ..planned() },
            S::NotStarted,
        ),
        ("given up", ItemFacts { not_started: Some(NotStarted::Cancelled), ..planned() }, S::Cancelled),
        ("cancelled", ItemFacts { change: change(C::Cancelled), ..planned() }, S::Cancelled),
        ("rolled back", ItemFacts { change: change(C::RolledBack), ..rolling }, S::RolledBack),
        ("to be rolled back", rolling, S::RollingBack),
        ("being rolled back", ItemFacts { rollback: Some(C::Applying), ..rolling }, S::RollingBack),
        ("could not be rolled back", ItemFacts { rollback: Some(C::Failed), ..rolling }, S::Applied),
    ]
}

#[test]
fn the_table_holds() {
    for (what, facts, expected) in table() {
        assert_eq!(facts.state(), expected, "{what}");
    }
}

#[test]
fn the_table_names_every_state() {
    let named: std::collections::BTreeSet<S> = table().into_iter().map(|(_, _, state)| state).collect();
    assert_eq!(named.len(), S::ALL.len());
}
