//! The role table of domain.md section 9, written out.

use domain::access::{Operation, allowed, matrix};
use domain::workspace::Role;

/// The table as it was printed for people to review.
const REVIEWED: &str = include_str!("../../../../../tests/roles.md");

#[test]
fn the_matrix_is_the_one_that_was_reviewed() {
    assert!(REVIEWED.ends_with(&matrix()), "{}", matrix());
}

/// The rows of the page, each with operations that stand for it.
#[test]
fn each_row_of_the_page_holds() {
    use Operation::*;
    use Role::*;
    let rows: [(&[Operation], &[Role]); 5] = [
        (&[CreateChange, EditChange, RunDryRun, RefreshImpact, RequestApproval, CancelChange], &[Owner, Admin, Operator]),
        (&[DecideApproval, ReviewEmergency], &[Owner, Admin, Approver]),
        (&[ApplyChange, ScheduleChange, RollbackChange], &[Owner, Admin]),
        (&[ConnectTenant, ResyncTenant, ReadSignIns, UpdatePolicyMetadata, SetEmergencyAccess, SetTenantAliases], &[Owner, Admin]),
        (&[AddMember, CreateApiKey, UpdateWorkspace, CreateFreezeWindow, CreateWebhook, WaiveWarning, LoosenInEmergency], &[Owner]),
    ];
    for (operations, roles) in rows {
        for (operation, role) in operations.iter().flat_map(|operation| Role::ALL.iter().map(move |role| (*operation, *role))) {
            assert_eq!(allowed(role, operation), roles.contains(&role), "{role} {operation}");
        }
    }
}

#[test]
fn an_owner_may_do_everything_and_a_viewer_only_reads() {
    for operation in Operation::ALL {
        assert!(allowed(Role::Owner, *operation), "{operation}");
        assert_eq!(allowed(Role::Viewer, *operation), *operation == Operation::Read, "{operation}");
    }
}
