//! The directory's rows of the permission table (graph-api.md section 21), without the permissions that no product in this field asks for.

use crate::graph::AnyOf;

pub(super) const DIRECTORY_READ: AnyOf = &[&["Directory.Read.All"], &["Directory.ReadWrite.All"]];

pub(super) const GROUP_READ: AnyOf = &[
    &["Group.ReadBasic.All"],
    &["Group.Read.All"],
    &["Group.ReadWrite.All"],
    &["GroupMember.Read.All"],
    &["GroupMember.ReadWrite.All"],
    &["Group-NestingSupport.ReadWrite.All"],
    &["Directory.Read.All"],
    &["Directory.ReadWrite.All"],
];
pub(super) const GROUP_CREATE: AnyOf = &[&["Group.Create"], &["Group.ReadWrite.All"], &["Directory.ReadWrite.All"]];
pub(super) const GROUP_UPDATE: AnyOf = &[&["Group.ReadWrite.All"], &["Directory.ReadWrite.All"]];
pub(super) const GROUP_DELETE: AnyOf = &[&["Group.ReadWrite.All"]];

pub(super) const MEMBER_READ: AnyOf = &[
    &["GroupMember.ReadBasic.All"],
    &["GroupMember.Read.All"],
    &["GroupMember.ReadWrite.All"],
    &["Group.ReadBasic.All"],
    &["Group.Read.All"],
    &["Group.ReadWrite.All"],
    &["Directory.Read.All"],
    &["Directory.ReadWrite.All"],
];
pub(super) const MEMBER_WRITE: AnyOf = &[&["GroupMember.ReadWrite.All"], &["Group.ReadWrite.All"], &["Directory.ReadWrite.All"]];
/// A role-assignable group needs this as well.
pub(super) const ROLE_WRITE: AnyOf = &[&["RoleManagement.ReadWrite.Directory"]];

pub(super) const USER_READ: AnyOf =
    &[&["User.ReadBasic.All"], &["User.Read.All"], &["User.ReadWrite.All"], &["Directory.Read.All"], &["Directory.ReadWrite.All"]];
pub(super) const MEMBERSHIP_READ: AnyOf = &[
    &["User.Read.All"],
    &["User.ReadWrite.All"],
    &["Group.ReadBasic.All"],
    &["Group.Read.All"],
    &["Group.ReadWrite.All"],
    &["GroupMember.Read.All"],
    &["GroupMember.ReadWrite.All"],
    &["Directory.Read.All"],
    &["Directory.ReadWrite.All"],
];
pub(super) const CHECK_GROUPS: AnyOf = &[
    &["Application.Read.All"],
    &["Application.ReadWrite.All"],
    &["User.Read.All"],
    &["User.ReadWrite.All"],
    &["User.ReadBasic.All"],
    &["Group.Read.All"],
    &["GroupMember.Read.All"],
    &["Directory.Read.All"],
    &["Directory.ReadWrite.All"],
];

pub(super) const ROLE_READ: AnyOf = &[
    &["RoleManagement.Read.Directory"],
    &["RoleManagement.ReadWrite.Directory"],
    &["RoleManagement.Read.All"],
    &["Directory.Read.All"],
    &["Directory.ReadWrite.All"],
];

pub(super) const APPLICATION_READ: AnyOf = &[
    &["Application.Read.All"],
    &["Application.ReadWrite.All"],
    &["Application.ReadWrite.OwnedBy"],
    &["Directory.Read.All"],
    &["Directory.ReadWrite.All"],
];
