//! People as bytes, as they are stored: users in one blob, and each group's or role's members in another, as places among the users.
//!
//! The bytes come back from a database that others may have touched: whatever they hold, decoding ends with people or with an error, and never
//! reserves more memory than the bytes are long.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::PersonFacts;
use crate::signin::UserKind;

const USERS: &[u8; 4] = b"CPU1";
const MEMBERS: &[u8; 4] = b"CPM1";
/// The least that a user takes: id, flags, and the lengths of two names.
const LEAST_USER: usize = 16 + 1 + 2;
const HAS_HOME: u8 = 0x80;

/// Bytes that are not people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadBytes(&'static str);

/// Users as bytes.
pub fn encode_users(users: &BTreeMap<Uuid, PersonFacts>) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + users.len() * 64);
    out.extend_from_slice(USERS);
    number(&mut out, users.len() as u64);
    for (id, user) in users {
        out.extend_from_slice(id.as_bytes());
        let kind = user.kind.map_or(0, |kind| 1 + UserKind::ALL.iter().position(|known| *known == kind).unwrap_or_default() as u8);
        let enabled = user.enabled.map_or(0, |enabled| 1 + u8::from(enabled));
        out.push(kind | enabled << 4 | if user.home_tenant.is_some() { HAS_HOME } else { 0 });
        out.extend(user.home_tenant.iter().flat_map(|home| home.into_bytes()));
        for text in [&user.name, &user.principal_name] {
            number(&mut out, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        }
    }
    out
}

/// Users from bytes.
pub fn decode_users(bytes: &[u8]) -> Result<BTreeMap<Uuid, PersonFacts>, BadBytes> {
    let mut input = Input { rest: bytes };
    input.expect(USERS)?;
    let count = input.count(LEAST_USER)?;
    let mut users = Vec::with_capacity(count);
    let mut last: Option<Uuid> = None;
    for _ in 0..count {
        let id = input.uuid()?;
        if last.is_some_and(|last| last >= id) {
            return Err(BadBytes("users are not in order"));
        }
        last = Some(id);
        let flags = input.byte()?;
        let kind = match flags & 0x0f {
            0 => None,
            at => Some(*UserKind::ALL.get(usize::from(at) - 1).ok_or(BadBytes("a kind of user that is none"))?),
        };
        let enabled = match flags >> 4 & 0x07 {
            0 => None,
            1 => Some(false),
            2 => Some(true),
            _ => return Err(BadBytes("neither enabled nor disabled")),
        };
        let home_tenant = (flags & HAS_HOME != 0).then(|| input.uuid()).transpose()?;
        users.push((id, PersonFacts { kind, home_tenant, enabled, name: input.text()?, principal_name: input.text()? }));
    }
    input.end()?;
    Ok(users.into_iter().collect())
}

/// Members as bytes. `order` are the users' ids, sorted, as the blob of users has them; `members` are sorted too, and may name others.
pub fn encode_members(order: &[Uuid], members: &[Uuid]) -> Vec<u8> {
    let (mut places, mut others) = (Vec::with_capacity(members.len()), Vec::new());
    for member in members {
        match order.binary_search(member) {
            Ok(place) => places.push(place),
            Err(_) => others.push(member),
        }
    }
    let mut out = MEMBERS.to_vec();
    number(&mut out, order.len() as u64);
    number(&mut out, places.len() as u64);
    let mut next = 0;
    for place in places {
        number(&mut out, (place - next) as u64);
        next = place + 1;
    }
    number(&mut out, others.len() as u64);
    others.iter().for_each(|other| out.extend_from_slice(other.as_bytes()));
    out
}

/// Members from bytes, sorted.
pub fn decode_members(order: &[Uuid], bytes: &[u8]) -> Result<Arc<[Uuid]>, BadBytes> {
    let mut input = Input { rest: bytes };
    input.expect(MEMBERS)?;
    if input.number()? != order.len() as u64 {
        return Err(BadBytes("members of another reading of users"));
    }
    let places = input.count(1)?;
    let mut members = Vec::with_capacity(places);
    let mut next = 0usize;
    for _ in 0..places {
        let skipped = usize::try_from(input.number()?).map_err(|_| BadBytes("a place beyond the users"))?;
        let place = next.checked_add(skipped).ok_or(BadBytes("a place beyond the users"))?;
        members.push(*order.get(place).ok_or(BadBytes("a place beyond the users"))?);
        next = place + 1;
    }
    let others = input.count(16)?;
    let mut last: Option<Uuid> = None;
    for _ in 0..others {
        let other = input.uuid()?;
        if last.is_some_and(|last| last >= other) || order.binary_search(&other).is_ok() {
            return Err(BadBytes("members are not in order"));
        }
        last = Some(other);
        members.push(other);
    }
    input.end()?;
    members.sort_unstable();
    Ok(members.into())
}

/// Seven bits a byte, the lowest first.
fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], BadBytes> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(BadBytes("cut off"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn expect(&mut self, mark: &[u8]) -> Result<(), BadBytes> {
        if self.take(mark.len())? == mark { Ok(()) } else { Err(BadBytes("not the mark of this format")) }
    }

    fn byte(&mut self) -> Result<u8, BadBytes> {
        Ok(self.take(1)?[0])
    }

    fn uuid(&mut self) -> Result<Uuid, BadBytes> {
        Uuid::from_slice(self.take(16)?).map_err(|_| BadBytes("cut off"))
    }

    fn number(&mut self) -> Result<u64, BadBytes> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(BadBytes("a number too long"))
    }

    /// A count of things that take at least `least` bytes each, which must still be there.
    fn count(&mut self, least: usize) -> Result<usize, BadBytes> {
        let count = usize::try_from(self.number()?).map_err(|_| BadBytes("a count too large"))?;
        if count > self.rest.len() / least { Err(BadBytes("a count larger than what follows")) } else { Ok(count) }
    }

    fn text(&mut self) -> Result<String, BadBytes> {
        let length = self.count(1)?;
        Ok(std::str::from_utf8(self.take(length)?).map_err(|_| BadBytes("a name that is no text"))?.to_owned())
    }

    fn end(&self) -> Result<(), BadBytes> {
        if self.rest.is_empty() { Ok(()) } else { Err(BadBytes("more than was said")) }
    }
}
