//! Rows of the tables: a policy's members, a sign-in, and whether the policy applies.

use domain::evaluate::{Answer, Rule};
use domain::signin::{Identity, SignIn, Target, User, UserAction, UserKind, Workload};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{USER, policy, sign_in, surroundings, user};

/// A documented rule, where it stands, the members of the policy, what is special about the sign-in, and whether the policy applies.
pub type Row = (&'static str, &'static str, Value, SignIn, Answer);

pub const TENANT: Uuid = Uuid::from_u128(0x77777777_0000_0000_0000_000000000001);
pub const OTHER: &str = "11111111-0000-0000-0000-00000000ffff";

pub fn check(rows: Vec<Row>) {
    for (rule, source, conditions, sign_in, expected) in rows {
        let policy = policy(json!({ "conditions": conditions }));
        let compiled = Rule::new(&policy, &surroundings());
        let verdict = compiled.verdict(&sign_in);
        assert_eq!(verdict.applies, expected, "{rule} [{source}] {conditions}: {:?}", verdict.decided_by);
        // The dimensions together say the same as the whole.
        let parts = [
            compiled.of_person(&sign_in.identity),
            compiled.of_target(&sign_in.target),
            compiled.of_place(&sign_in.place),
            compiled.of_device(sign_in.device.as_ref()),
            compiled.of_traits(&sign_in.traits),
        ];
        assert_eq!(parts.into_iter().min(), Some(expected), "{rule} [{source}] {conditions}");
        assert_eq!(verdict.decided_by.met, expected);
    }
}

pub fn with(change: impl FnOnce(&mut SignIn)) -> SignIn {
    let mut sign_in = sign_in();
    change(&mut sign_in);
    sign_in
}

pub fn as_user(change: impl FnOnce(&mut User)) -> SignIn {
    let mut user = user();
    change(&mut user);
    with(|sign_in| sign_in.identity = Identity::User(user))
}

pub fn guest(kind: UserKind) -> SignIn {
    as_user(|user| {
        user.kind = Some(kind);
        user.home_tenant = Some(TENANT);
    })
}

pub fn workload(change: impl FnOnce(&mut Workload)) -> SignIn {
    let mut workload =
        Workload { id: USER, single_tenant: Some(true), attributes: Some(vec![("area_team".to_owned(), vec!["Finance".to_owned()])]) };
    change(&mut workload);
    with(|sign_in| sign_in.identity = Identity::Workload(workload))
}

pub fn asking(app: &str) -> SignIn {
    with(|sign_in| sign_in.target = Target::Resource(app.to_owned()))
}

pub fn acting(action: UserAction) -> SignIn {
    with(|sign_in| sign_in.target = Target::Action(action))
}

pub fn from(ip: &str, country: Option<&str>) -> SignIn {
    with(|sign_in| {
        sign_in.place.ip = Some(ip.parse().unwrap());
        sign_in.place.country = Some(country.map(str::to_owned));
        sign_in.place.gps_country = Some(country.map(str::to_owned));
    })
}

pub fn users(members: Value) -> Value {
    json!({ "users": members })
}

pub fn guests(kinds: &str, tenants: Value) -> Value {
    json!({ "guestOrExternalUserTypes": kinds, "externalTenants": tenants })
}
