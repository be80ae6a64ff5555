//! Opaque global ids and event cursors: kind, workspace and key under a truncated HMAC.
//!
//! The content is not secret, but it can't be made up: a forged id, or one of another workspace, is indistinguishable from one that
//! does not exist, and is refused before any row is looked for.

use async_graphql::ID;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::WorkspaceId;
use uuid::Uuid;

/// Bytes of the HMAC that are kept: 96 bits against online guessing.
const TAG: usize = 12;
/// Kind, workspace, key.
const PLAIN: usize = 1 + 16 + 16;
/// Kind, workspace, key of the owner, key of the part.
const NESTED: usize = PLAIN + 16;
/// First byte of what a cursor's HMAC is over: no [`Kind`] has it.
const CURSOR: u8 = 0xc0;
/// Workspace-bound, so that a cursor of another workspace is refused; short, because a wrong one does no harm.
const CURSOR_TAG: usize = 7;

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A workspace.
    Workspace = 1,
    /// A member, `User` in the API.
    Member = 2,
    /// A tenant.
    Tenant = 3,
    /// A policy.
    Policy = 4,
    /// A snapshot.
    Snapshot = 5,
    /// A change request.
    Change = 6,
    /// The dry-run of a change request; nested.
    DryRun = 7,
    /// An approval of a change request; nested.
    Approval = 8,
    /// An audit entry.
    Audit = 9,
    /// An event; its key is its place in the log.
    Event = 10,
    /// An item of drift.
    Drift = 40,
    /// A schedule.
    Schedule = 30,
    /// A freeze window.
    FreezeWindow = 31,
    /// A membership; its key is the member's.
    Membership = 50,
    /// An API key; its key is its member's.
    ApiKey = 51,
    /// A baseline.
    Baseline = 20,
    /// A policy of a baseline.
    BaselinePolicy = 21,
    /// A bulk change.
    BulkChange = 60,
    /// A phased rollout.
    Rollout = 61,
    /// A verdict on a phase of a rollout.
    RolloutVerdict = 62,
    /// A rollout across tenants.
    BulkRollout = 63,
    /// A run of the optimization agent.
    AgentRun = 80,
    /// A suggestion.
    Suggestion = 81,
    /// A webhook.
    Webhook = 52,
}

impl Kind {
    const ALL: [Kind; 24] = [
        Kind::Workspace,
        Kind::Member,
        Kind::Tenant,
        Kind::Policy,
        Kind::Snapshot,
        Kind::Change,
        Kind::DryRun,
        Kind::Approval,
        Kind::Audit,
        Kind::Event,
        Kind::Drift,
        Kind::Schedule,
        Kind::FreezeWindow,
        Kind::Membership,
        Kind::ApiKey,
        Kind::Baseline,
        Kind::BaselinePolicy,
        Kind::BulkChange,
        Kind::Rollout,
        Kind::RolloutVerdict,
        Kind::BulkRollout,
        Kind::AgentRun,
        Kind::Suggestion,
        Kind::Webhook,
    ];

    fn of(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }

    fn nested(self) -> bool {
        matches!(self, Kind::DryRun | Kind::Approval)
    }
}

/// A decoded id of the caller's workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What it names.
    pub kind: Kind,
    /// Its key; for a nested kind, the owner's.
    pub key: Uuid,
    /// The key within the owner; nil unless the kind is nested.
    pub part: Uuid,
}

/// Why an id was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// Not the shape of any id: the caller's mistake.
    Malformed,
    /// A good id of this workspace, for something else: the caller's mistake.
    WrongKind,
    /// Forged, or of another workspace: looks like nothing.
    Unknown,
}

/// Makes and reads ids under one key.
pub struct IdCodec {
    key: hmac::Key,
}

impl IdCodec {
    /// A codec for this key. Another key makes every id handed out before unknown.
    pub fn new(key: &[u8; 32]) -> Self {
        IdCodec { key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    /// The id of a thing.
    pub fn encode(&self, kind: Kind, workspace: WorkspaceId, key: Uuid) -> ID {
        let mut text = String::with_capacity(60);
        self.encode_into(&mut text, kind, workspace, key);
        ID(text)
    }

    /// Appends the id of a thing to `text`.
    pub fn encode_into(&self, text: &mut String, kind: Kind, workspace: WorkspaceId, key: Uuid) {
        let mut bytes = [0; PLAIN + TAG];
        bytes[0] = kind as u8;
        bytes[1..17].copy_from_slice(workspace.0.as_bytes());
        bytes[17..PLAIN].copy_from_slice(key.as_bytes());
        self.finish::<PLAIN>(&mut bytes);
        URL_SAFE_NO_PAD.encode_string(bytes, text);
    }

    /// The id of a part of a thing.
    pub fn encode_part(&self, kind: Kind, workspace: WorkspaceId, owner: Uuid, part: Uuid) -> ID {
        debug_assert!(kind.nested());
        let mut bytes = [0; NESTED + TAG];
        bytes[0] = kind as u8;
        bytes[1..17].copy_from_slice(workspace.0.as_bytes());
        bytes[17..PLAIN].copy_from_slice(owner.as_bytes());
        bytes[PLAIN..NESTED].copy_from_slice(part.as_bytes());
        self.finish::<NESTED>(&mut bytes);
        ID(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn finish<const CONTENT: usize>(&self, bytes: &mut [u8]) {
        let (content, tag) = bytes.split_at_mut(CONTENT);
        tag.copy_from_slice(&hmac::sign(&self.key, content).as_ref()[..TAG]);
    }

    /// What the id names in this workspace.
    pub fn decode(&self, id: &str, workspace: WorkspaceId) -> Result<Decoded, IdError> {
        let mut buffer = [0; NESTED + TAG + 2];
        let length = URL_SAFE_NO_PAD.decode_slice(id, &mut buffer).map_err(|_| IdError::Malformed)?;
        let bytes = &buffer[..length];
        let kind = bytes.first().copied().and_then(Kind::of).ok_or(IdError::Malformed)?;
        let content = if kind.nested() { NESTED } else { PLAIN };
        if length != content + TAG {
            return Err(IdError::Malformed);
        }
        let (content, tag) = bytes.split_at(content);
        verify_slices_are_equal(&hmac::sign(&self.key, content).as_ref()[..TAG], tag).map_err(|_| IdError::Unknown)?;
        if content[1..17] != *workspace.0.as_bytes() {
            return Err(IdError::Unknown);
        }
        let uuid = |bytes: &[u8]| Uuid::from_slice(bytes).unwrap_or_default();
        Ok(Decoded { kind, key: uuid(&content[17..PLAIN]), part: uuid(&content[PLAIN..]) })
    }

    /// The key of an id that must be of this kind.
    pub fn expect(&self, id: &str, kind: Kind, workspace: WorkspaceId) -> Result<Uuid, IdError> {
        let decoded = self.decode(id, workspace)?;
        if decoded.kind == kind { Ok(decoded.key) } else { Err(IdError::WrongKind) }
    }

    /// The cursor of a place in the workspace's event log.
    pub fn cursor(&self, workspace: WorkspaceId, seq: i64) -> String {
        let mut bytes = [0; 8 + CURSOR_TAG];
        bytes[..8].copy_from_slice(&seq.to_be_bytes());
        bytes[8..].copy_from_slice(&self.cursor_tag(workspace, seq));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place that a cursor names; `None` when it is not one of this workspace's.
    pub fn place(&self, cursor: &str, workspace: WorkspaceId) -> Option<i64> {
        let mut buffer = [0; 8 + CURSOR_TAG + 2];
        let length = URL_SAFE_NO_PAD.decode_slice(cursor, &mut buffer).ok()?;
        let (seq, tag) = buffer[..length].split_first_chunk::<8>()?;
        let seq = i64::from_be_bytes(*seq);
        verify_slices_are_equal(&self.cursor_tag(workspace, seq), tag).ok()?;
        Some(seq)
    }

    fn cursor_tag(&self, workspace: WorkspaceId, seq: i64) -> [u8; CURSOR_TAG] {
        let mut content = [0; 1 + 16 + 8];
        content[0] = CURSOR;
        content[1..17].copy_from_slice(workspace.0.as_bytes());
        content[17..].copy_from_slice(&seq.to_be_bytes());
        let mut tag = [0; CURSOR_TAG];
        tag.copy_from_slice(&hmac::sign(&self.key, &content).as_ref()[..CURSOR_TAG]);
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const AWAY: WorkspaceId = WorkspaceId(Uuid::from_u128(2));
    const KEY: Uuid = Uuid::from_u128(3);

    fn codec() -> IdCodec {
        IdCodec::new(&[7; 32])
    }

    #[test]
    fn ids_survive_the_round_trip_and_are_stable() {
        let codec = codec();
        for kind in Kind::ALL {
            let (id, part) = if kind.nested() {
                (codec.encode_part(kind, HOME, KEY, Uuid::from_u128(4)), Uuid::from_u128(4))
            } else {
                (codec.encode(kind, HOME, KEY), Uuid::nil())
            };
            assert_eq!(codec.decode(&id, HOME), Ok(Decoded { kind, key: KEY, part }));
        }
        assert_eq!(codec.encode(Kind::Tenant, HOME, KEY), codec.encode(Kind::Tenant, HOME, KEY));
    }

    #[test]
    fn forged_and_foreign_ids_look_alike_and_wrong_kinds_are_told() {
        let codec = codec();
        let id = codec.encode(Kind::Tenant, HOME, KEY).0;
        assert_eq!(codec.expect(&id, Kind::Tenant, HOME), Ok(KEY));
        assert_eq!(codec.expect(&id, Kind::Policy, HOME), Err(IdError::WrongKind));
        assert_eq!(codec.expect(&id, Kind::Tenant, AWAY), Err(IdError::Unknown));
        assert_eq!(codec.expect(&id, Kind::Policy, AWAY), Err(IdError::Unknown));
        assert_eq!(IdCodec::new(&[8; 32]).decode(&id, HOME), Err(IdError::Unknown));
        for at in 0..PLAIN + TAG {
            let mut bytes = URL_SAFE_NO_PAD.decode(&id).unwrap();
            bytes[at] ^= 0x80;
            let forged = URL_SAFE_NO_PAD.encode(bytes);
            assert!(codec.decode(&forged, HOME).is_err(), "byte {at} is not covered");
        }
    }

    #[test]
    fn what_is_no_id_at_all_is_malformed() {
        let codec = codec();
        let id = codec.encode(Kind::Tenant, HOME, KEY).0;
        let long = id.repeat(3);
        for bad in ["", "x", "=", "../../etc", "00000000-0000-0000-0000-000000000000", &id[1..], &id[..56], &long, "\u{1F511}"] {
            assert_eq!(codec.decode(bad, HOME), Err(IdError::Malformed), "{bad}");
        }
    }

    #[test]
    fn cursors_belong_to_a_workspace() {
        let codec = codec();
        for seq in [0, 1, 255, i64::MAX] {
            let cursor = codec.cursor(HOME, seq);
            assert_eq!(codec.place(&cursor, HOME), Some(seq));
            assert_eq!(codec.place(&cursor, AWAY), None);
        }
        for bad in ["", "1", "MTIz", &codec.cursor(HOME, 5)[1..], &codec.encode(Kind::Event, HOME, KEY)] {
            assert_eq!(codec.place(bad, HOME), None, "{bad}");
        }
    }
}
