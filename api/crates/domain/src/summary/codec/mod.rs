//! A chunk as bytes: small to keep and quick to read back.
//!
//! ```text
//! version (1 byte) | length of the body (4 bytes, little endian) | body, LZ4 block
//! body: day | people | targets | places | devices | traits | outcomes | rows
//! dictionary: count (varint) | entries
//! rows: count (varint) | person (zigzag varint of the difference to the row before)
//!       | target, place, device, traits, outcome (each: bytes per index, 1 to 4 | indexes, little endian) | sign-ins (varint)
//! ```
//!
//! Bytes are not trusted: every length and index is checked, and nothing is allocated that the input can't fill.

mod packed;

use chrono::{Datelike, NaiveDate};

use super::{Chunk, Rows};
use packed::{Bytes, Packed, put_varint};

const VERSION: u8 = 1;

/// Largest body, bytes. A day that would be larger stays in several parts.
pub const MAX_BODY: usize = 128 << 20;

/// LZ4 can't expand a byte to more than this.
const MAX_EXPANSION: usize = 255;

/// Why bytes are not a chunk, or a chunk not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The bytes end before they should.
    #[error("the summary is cut off")]
    CutOff,
    /// Written by a newer release.
    #[error("the summary has the unknown version {0}")]
    Version(u8),
    /// Not what a release of Causeway writes.
    #[error("the summary is damaged: {0}")]
    Damaged(&'static str),
    /// More than [`MAX_BODY`].
    #[error("the summary is too large")]
    TooLarge,
}

/// The chunk as bytes.
pub fn encode(chunk: &Chunk) -> Result<Vec<u8>, CodecError> {
    check(chunk)?;
    let mut body = Vec::with_capacity(64 + chunk.rows.sign_ins.len() * 16);
    body.extend_from_slice(&chunk.day.num_days_from_ce().to_le_bytes());
    chunk.people.put(&mut body);
    chunk.targets.put(&mut body);
    chunk.places.put(&mut body);
    chunk.devices.put(&mut body);
    chunk.traits.put(&mut body);
    chunk.outcomes.put(&mut body);
    put_rows(chunk, &mut body);
    if body.len() > MAX_BODY {
        return Err(CodecError::TooLarge);
    }
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&(body.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&lz4_flex::block::compress(&body));
    Ok(bytes)
}

/// The chunk that the bytes hold.
pub fn decode(bytes: &[u8]) -> Result<Chunk, CodecError> {
    let (&version, rest) = bytes.split_first().ok_or(CodecError::CutOff)?;
    if version != VERSION {
        return Err(CodecError::Version(version));
    }
    let (length, packed) = rest.split_first_chunk::<4>().ok_or(CodecError::CutOff)?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > MAX_BODY {
        return Err(CodecError::TooLarge);
    }
    if length > packed.len().saturating_mul(MAX_EXPANSION) {
        return Err(CodecError::Damaged("the body can't be that long"));
    }
    let body = lz4_flex::block::decompress(packed, length).map_err(|_| CodecError::Damaged("LZ4"))?;
    if body.len() != length {
        return Err(CodecError::Damaged("the body has another length"));
    }
    let mut from = Bytes::new(&body);
    let day = NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(from.array()?)).ok_or(CodecError::Damaged("no such day"))?;
    let mut chunk = Chunk {
        day,
        people: Packed::get(&mut from)?,
        targets: Packed::get(&mut from)?,
        places: Packed::get(&mut from)?,
        devices: Packed::get(&mut from)?,
        traits: Packed::get(&mut from)?,
        outcomes: Packed::get(&mut from)?,
        rows: Rows::default(),
    };
    chunk.rows = get_rows(&chunk, &mut from)?;
    if !from.is_empty() {
        return Err(CodecError::Damaged("bytes behind the end"));
    }
    Ok(chunk)
}

/// A chunk whose columns differ in length or point outside must not be stored.
fn check(chunk: &Chunk) -> Result<(), CodecError> {
    let rows = &chunk.rows;
    if rows.sign_ins.contains(&0) {
        return Err(CodecError::Damaged("a row without sign-ins"));
    }
    let columns = [
        (&rows.person, chunk.people.len()),
        (&rows.target, chunk.targets.len()),
        (&rows.place, chunk.places.len()),
        (&rows.device, chunk.devices.len()),
        (&rows.traits, chunk.traits.len()),
        (&rows.outcome, chunk.outcomes.len()),
    ];
    for (column, size) in columns {
        if column.len() != rows.sign_ins.len() {
            return Err(CodecError::Damaged("columns of different lengths"));
        }
        within(column, size)?;
    }
    Ok(())
}

fn within(column: &[u32], size: usize) -> Result<(), CodecError> {
    match column.iter().max() {
        Some(&largest) if largest as usize >= size => Err(CodecError::Damaged("an index points outside its dictionary")),
        _ => Ok(()),
    }
}

fn put_rows(chunk: &Chunk, body: &mut Vec<u8>) {
    let rows = &chunk.rows;
    put_varint(rows.sign_ins.len() as u64, body);
    let mut before = 0;
    for person in &rows.person {
        let difference = i64::from(*person) - before;
        put_varint(((difference << 1) ^ (difference >> 63)) as u64, body);
        before = i64::from(*person);
    }
    for (column, size) in [
        (&rows.target, chunk.targets.len()),
        (&rows.place, chunk.places.len()),
        (&rows.device, chunk.devices.len()),
        (&rows.traits, chunk.traits.len()),
        (&rows.outcome, chunk.outcomes.len()),
    ] {
        let width = width(size);
        body.push(width as u8);
        for index in column {
            body.extend_from_slice(&index.to_le_bytes()[..width]);
        }
    }
    for count in &rows.sign_ins {
        put_varint(u64::from(*count), body);
    }
}

fn get_rows(chunk: &Chunk, from: &mut Bytes<'_>) -> Result<Rows, CodecError> {
    let count = from.length()?;
    let mut person = Vec::with_capacity(count);
    let mut before: i64 = 0;
    for _ in 0..count {
        let zigzag = from.varint()?;
        before = before.checked_add((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)).ok_or(CodecError::Damaged("a person's number"))?;
        person.push(u32::try_from(before).map_err(|_| CodecError::Damaged("a person's number"))?);
    }
    within(&person, chunk.people.len())?;
    let mut column = |size: usize| -> Result<Vec<u32>, CodecError> {
        let column = get_column(from, count)?;
        within(&column, size)?;
        Ok(column)
    };
    let target = column(chunk.targets.len())?;
    let place = column(chunk.places.len())?;
    let device = column(chunk.devices.len())?;
    let traits = column(chunk.traits.len())?;
    let outcome = column(chunk.outcomes.len())?;
    let mut sign_ins = Vec::with_capacity(count);
    for _ in 0..count {
        let count = u32::try_from(from.varint()?).map_err(|_| CodecError::Damaged("a count"))?;
        if count == 0 {
            return Err(CodecError::Damaged("a row without sign-ins"));
        }
        sign_ins.push(count);
    }
    Ok(Rows { person, target, place, device, traits, outcome, sign_ins })
}

fn get_column(from: &mut Bytes<'_>, count: usize) -> Result<Vec<u32>, CodecError> {
    let width = usize::from(from.byte()?);
    let bytes = match width {
        1..=4 => from.take(count.saturating_mul(width))?,
        _ => return Err(CodecError::Damaged("a column's width")),
    };
    Ok(match width {
        1 => bytes.iter().map(|byte| u32::from(*byte)).collect(),
        2 => bytes.as_chunks().0.iter().map(|index| u32::from(u16::from_le_bytes(*index))).collect(),
        3 => bytes.as_chunks().0.iter().map(|[a, b, c]| u32::from_le_bytes([*a, *b, *c, 0])).collect(),
        _ => bytes.as_chunks().0.iter().map(|index| u32::from_le_bytes(*index)).collect(),
    })
}

/// Bytes that number `size` entries.
fn width(size: usize) -> usize {
    match size {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        0x1_0001..=0x100_0000 => 3,
        _ => 4,
    }
}
