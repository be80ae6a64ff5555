//! Values as bytes. A member of a closed set is its position in `ALL`, so new members may only be added at the end of those sets.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use uuid::Uuid;

use super::CodecError;
use crate::signin::{
    ClientApp, Device, DeviceAttributes, InsiderRisk, Place, Platform, Proofs, RiskLevel, Target, Traits, TransferMethod, TrustType,
    UserAction, UserKind,
};
use crate::summary::{AccessStatus, AppliedResult, Asked, Outcome, Person};

/// A value that knows its bytes. Every value takes at least one byte: that bounds what a stated length can make us allocate.
pub(super) trait Packed: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError>;
}

/// What is left to read.
pub(super) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Bytes(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(CodecError::CutOff)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, CodecError> {
        let (&byte, rest) = self.0.split_first().ok_or(CodecError::CutOff)?;
        self.0 = rest;
        Ok(byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(CodecError::CutOff)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn varint(&mut self) -> Result<u64, CodecError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(CodecError::Damaged("a number without an end"))
    }

    /// How many values follow: never more than there are bytes left.
    pub(super) fn length(&mut self) -> Result<usize, CodecError> {
        let length = usize::try_from(self.varint()?).map_err(|_| CodecError::CutOff)?;
        if length > self.0.len() {
            return Err(CodecError::CutOff);
        }
        Ok(length)
    }
}

pub(super) fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

macro_rules! fields {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {$(
        impl Packed for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)+
            }

            fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
                Ok($name { $($field: Packed::get(from)?),+ })
            }
        }
    )+};
}

fields! {
    Person { id, workload, name, kind, home_tenant }
    Asked { target, name, client_id }
    Place { ip, country, gps_country }
    Traits { client, platform, contexts, sign_in_risk, user_risk, service_principal_risk, insider_risk, transfer, proofs }
    Proofs { mfa, combinations, registered, approved_app, protected_app, accepted_terms, remediated, bound_token }
    Outcome { error_code, status, told, results }
    DeviceAttributes {
        device_id, display_name, ownership, enrollment_profile, compliant, managed, manufacturer, mdm_app_id, model, operating_system,
        operating_system_version, physical_ids, profile_type, system_labels, trust, extension_attributes
    }
}

macro_rules! members {
    ($($name:ident),+ $(,)?) => {$(
        impl Packed for $name {
            fn put(&self, out: &mut Vec<u8>) {
                out.push($name::ALL.iter().position(|member| member == self).unwrap_or_default() as u8);
            }

            fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
                let position = usize::from(from.byte()?);
                $name::ALL.get(position).copied().ok_or(CodecError::Damaged(concat!("not a ", stringify!($name))))
            }
        }
    )+};
}

members!(AccessStatus, AppliedResult, ClientApp, InsiderRisk, Platform, RiskLevel, TransferMethod, TrustType, UserAction, UserKind);

impl Packed for Target {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Target::Resource(id) => {
                out.push(0);
                id.put(out);
            }
            Target::Action(action) => {
                out.push(1);
                action.put(out);
            }
        }
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        match from.byte()? {
            0 => Ok(Target::Resource(Packed::get(from)?)),
            1 => Ok(Target::Action(Packed::get(from)?)),
            _ => Err(CodecError::Damaged("a kind of target")),
        }
    }
}

impl Packed for Device {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Device::Unregistered => out.push(0),
            Device::Registered(attributes) => {
                out.push(1);
                attributes.put(out);
            }
        }
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        match from.byte()? {
            0 => Ok(Device::Unregistered),
            1 => Ok(Device::Registered(Box::new(Packed::get(from)?))),
            _ => Err(CodecError::Damaged("a kind of device")),
        }
    }
}

impl Packed for IpAddr {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            IpAddr::V4(address) => {
                out.push(4);
                out.extend_from_slice(&address.octets());
            }
            IpAddr::V6(address) => {
                out.push(6);
                out.extend_from_slice(&address.octets());
            }
        }
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        match from.byte()? {
            4 => Ok(IpAddr::V4(Ipv4Addr::from(from.array::<4>()?))),
            6 => Ok(IpAddr::V6(Ipv6Addr::from(from.array::<16>()?))),
            _ => Err(CodecError::Damaged("a kind of address")),
        }
    }
}

impl Packed for Uuid {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        Ok(Uuid::from_bytes(from.array()?))
    }
}

impl Packed for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_varint(self.len() as u64, out);
        out.extend_from_slice(self.as_bytes());
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        let length = from.length()?;
        let text = std::str::from_utf8(from.take(length)?).map_err(|_| CodecError::Damaged("a text that is not UTF-8"))?;
        Ok(text.to_owned())
    }
}

impl Packed for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CodecError::Damaged("neither yes nor no")),
        }
    }
}

impl Packed for u8 {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        from.byte()
    }
}

impl Packed for i32 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        Ok(i32::from_le_bytes(from.array()?))
    }
}

impl<T: Packed> Packed for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            None => out.push(0),
            Some(value) => {
                out.push(1);
                value.put(out);
            }
        }
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        match from.byte()? {
            0 => Ok(None),
            1 => Ok(Some(Packed::get(from)?)),
            _ => Err(CodecError::Damaged("neither something nor nothing")),
        }
    }
}

impl<A: Packed, B: Packed> Packed for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        Ok((Packed::get(from)?, Packed::get(from)?))
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_varint(self.len() as u64, out);
        self.iter().for_each(|value| value.put(out));
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        let length = from.length()?;
        // Values are larger in memory than as bytes: grow with what is really there.
        let mut values = Vec::with_capacity(length.min(4_096));
        for _ in 0..length {
            values.push(Packed::get(from)?);
        }
        Ok(values)
    }
}

impl<T: Packed + Ord> Packed for BTreeSet<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_varint(self.len() as u64, out);
        self.iter().for_each(|value| value.put(out));
    }

    fn get(from: &mut Bytes<'_>) -> Result<Self, CodecError> {
        Ok(Vec::get(from)?.into_iter().collect())
    }
}
