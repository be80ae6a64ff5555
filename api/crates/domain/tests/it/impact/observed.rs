//! What Entra's own results count as: a row of the table for each.

use domain::impact::tally::Tallies;
use domain::impact::{Effect, ImpactReason, Observation};
use domain::signin::{ClientApp, Place, Target, Traits};
use domain::summary::{AccessStatus, AppliedResult, Asked, Chunk, Outcome, Person, Rows};
use uuid::Uuid;

use super::chunks::{day, user};

const POLICY: Uuid = Uuid::from_u128(0x7777);
const OTHER: Uuid = Uuid::from_u128(0x8888);

/// A chunk of one sign-in.
fn one(error_code: i32, results: Vec<(Uuid, AppliedResult)>, client: Option<ClientApp>) -> Chunk {
    Chunk {
        day: day(),
        people: vec![Person { id: user(1), workload: false, name: "one".to_owned(), kind: None, home_tenant: None }],
        targets: vec![Asked { target: Target::Resource("app".to_owned()), name: "App".to_owned(), client_id: String::new() }],
        places: vec![Place::default()],
        devices: vec![None],
        traits: vec![Traits { client, ..Traits::default() }],
        outcomes: vec![Outcome { error_code, status: AccessStatus::Success, told: true, results }],
        rows: Rows {
            person: vec![0],
            target: vec![0],
            place: vec![0],
            device: vec![0],
            traits: vec![0],
            outcome: vec![0],
            sign_ins: vec![3],
        },
    }
}

#[test]
fn each_result_counts_as_what_it_means() {
    use AppliedResult as R;
    let browser = Some(ClientApp::Browser);
    let table = [
        (0, Some(R::Success), browser, Effect::Satisfied),
        (0, Some(R::ReportOnlySuccess), browser, Effect::Satisfied),
        (0, Some(R::ReportOnlyInterrupted), browser, Effect::Interrupted),
        (0, Some(R::ReportOnlyFailure), browser, Effect::Blocked),
        (0, Some(R::ReportOnlyNotApplied), browser, Effect::NotApplied),
        (0, Some(R::NotApplied), browser, Effect::NotApplied),
        (0, Some(R::NotEnabled), browser, Effect::NotApplied),
        (0, None, browser, Effect::NotApplied),
        // A failure is a prompt where the error says so, and a refusal everywhere else.
        (50076, Some(R::Failure), browser, Effect::Interrupted),
        (50074, Some(R::Failure), None, Effect::Interrupted),
        (53003, Some(R::Failure), browser, Effect::Blocked),
        (53000, Some(R::Failure), browser, Effect::Blocked),
        // A legacy client can't show the prompt.
        (50076, Some(R::Failure), Some(ClientApp::Other), Effect::Blocked),
        (50076, Some(R::Failure), Some(ClientApp::ExchangeActiveSync), Effect::Blocked),
        // Conditional Access runs after the first factor.
        (50126, None, browser, Effect::NotEvaluated),
        (50053, None, browser, Effect::NotEvaluated),
        // An error that comes later says nothing about the first factor.
        (65001, None, browser, Effect::NotApplied),
        (0, Some(R::Unknown), browser, Effect::Unknown),
        (0, Some(R::UnknownFutureValue), browser, Effect::Unknown),
    ];
    for (error_code, result, client, expected) in table {
        let results = result.map(|result| (POLICY, result)).into_iter().chain([(OTHER, R::Success)]);
        let results = if result.is_none() && expected == Effect::NotEvaluated { Vec::new() } else { results.collect() };
        let mut observation = Observation::new(POLICY);
        assert_eq!(observation.effects(&one(error_code, results, client)), [expected], "{error_code} {result:?} {client:?}");
        let hidden = result == Some(R::UnknownFutureValue);
        assert_eq!(observation.reason(), hidden.then_some(ImpactReason::ReportOnlyHidden), "{result:?}");
    }
}

/// P32: what Entra hides from us is never counted as nothing, and another policy's results hide nothing of this one.
#[test]
fn hidden_results_are_noticed_for_this_policy_only() {
    let mut observation = Observation::new(POLICY);
    observation.effects(&one(0, vec![(POLICY, AppliedResult::ReportOnlySuccess), (OTHER, AppliedResult::UnknownFutureValue)], None));
    assert_eq!(observation.reason(), None);
    observation.effects(&one(0, vec![(POLICY, AppliedResult::UnknownFutureValue)], None));
    assert_eq!(observation.reason(), Some(ImpactReason::ReportOnlyHidden));
    observation.effects(&one(0, vec![(POLICY, AppliedResult::Success)], None));
    assert_eq!(observation.reason(), Some(ImpactReason::ReportOnlyHidden), "it is not forgotten on the next day");
}

/// Where the application may not read policies the log lists none: that is not "not applied".
#[test]
fn a_log_that_lists_no_policies_tells_nothing() {
    let mut untold = one(0, Vec::new(), None);
    untold.outcomes[0].told = false;
    let mut observation = Observation::new(POLICY);
    assert_eq!(observation.effects(&untold), [Effect::Unknown]);
    assert_eq!(observation.reason(), Some(ImpactReason::ResultsHidden));
    // Days that tell count, those that don't stay unknown.
    assert_eq!(observation.effects(&one(0, Vec::new(), None)), [Effect::NotApplied]);
    assert_eq!(observation.reason(), None);
    // A sign-in that never got so far lists none either.
    untold.outcomes[0].error_code = 50126;
    let mut observation = Observation::new(POLICY);
    assert_eq!((observation.effects(&untold), observation.reason()), (vec![Effect::NotEvaluated], None));
}

#[test]
fn results_are_broken_down_by_their_own_names() {
    let mut observation = Observation::new(POLICY);
    let mut tallies = Tallies::default();
    for result in [AppliedResult::ReportOnlyFailure, AppliedResult::ReportOnlySuccess, AppliedResult::ReportOnlyFailure] {
        let chunk = one(0, vec![(POLICY, result)], None);
        let effects = observation.effects(&chunk);
        let named = |outcome: &Outcome| observation.result(outcome).map_or("notApplied", |result| result.as_str());
        tallies.add(&chunk, &effects, named, |_| std::iter::empty());
    }
    let figures = tallies.figures(std::iter::empty());
    let lines: Vec<_> = figures.by_result.iter().map(|line| (line.key.as_str(), line.applies, line.would_block)).collect();
    assert_eq!(lines, [("reportOnlyFailure", 6, 6), ("reportOnlySuccess", 3, 0)]);
    assert_eq!((figures.would_block.sign_ins, figures.would_block.users, figures.total.users), (6, 1, 1));
}
