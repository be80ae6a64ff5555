//! The calls, one file per part of Graph.

pub(crate) mod directory;
pub(crate) mod directory_audits;
pub(crate) mod emergency;
pub(crate) mod locations;
pub(crate) mod lookup;
pub(crate) mod organization;
pub(crate) mod people;
pub(crate) mod permissions;
pub(crate) mod policies;
pub(crate) mod sign_ins;
pub(crate) mod write;
