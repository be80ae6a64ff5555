//! Seeded tenants.
