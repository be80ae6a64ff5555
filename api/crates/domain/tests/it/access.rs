//! The role table of domain.md section 9, written out.

use domain::access::{Operation, allowed, matrix};
use domain::workspace::Role;

const EXPECTED: &str = "\
| operation | OWNER | ADMIN | OPERATOR | APPROVER | VIEWER |
|---|---|---|---|---|---|
| `read` | x | x | x | x | x |
| `connectTenant` | x | x |   |   |   |
| `resyncTenant` | x | x |   |   |   |
| `updatePolicyMetadata` | x | x |   |   |   |
| `setEmergencyAccess` | x | x |   |   |   |
| `createChange` | x | x | x |   |   |
| `runDryRun` | x | x | x |   |   |
| `requestApproval` | x | x | x |   |   |
| `decideApproval` | x | x |   | x |   |
| `applyChange` | x | x |   |   |   |
| `rollbackChange` | x | x |   |   |   |
| `cancelChange` | x | x | x |   |   |
| `updateWorkspace` | x |   |   |   |   |
";

#[test]
fn the_matrix_is_the_one_that_was_reviewed() {
    assert_eq!(matrix(), EXPECTED);
}

#[test]
fn an_owner_may_do_everything_and_a_viewer_only_reads() {
    for operation in Operation::ALL {
        assert!(allowed(Role::Owner, *operation), "{operation}");
        assert_eq!(allowed(Role::Viewer, *operation), *operation == Operation::Read, "{operation}");
    }
}
