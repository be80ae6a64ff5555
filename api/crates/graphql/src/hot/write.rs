//! Writes a planned page of policies as JSON, in one pass.

use async_graphql::resolver_utils::EnumType;
use bytes::Bytes;
use domain::policy::{LatestChange, PolicyItem};

use super::plan::{ChangeField, ConnectionField, ConnectionPlan, EdgeField, PageInfoField, Plan, PolicyField};
use super::policy_page::PolicyPage;
use crate::enums::{ChangeStatus, Criticality, PolicyState};
use crate::ids::Kind;
use crate::scope::Ids;

/// Bytes of a policy without its conditions, roughly: what the buffer starts with.
const POLICY_BYTES: usize = 320;

/// The JSON of a page; `None` when a row lacks what the plan needs, which is then a resolver's to load.
pub fn write(plan: &ConnectionPlan, page: &PolicyPage, ids: &Ids) -> Option<Bytes> {
    let items = &page.page.items;
    let conditions: usize = items.iter().filter_map(|(_, item)| item.conditions.as_ref()).map(String::len).sum();
    let mut out = Out { text: String::with_capacity(64 + items.len() * POLICY_BYTES + conditions), ids };
    out.object(&plan.0, |out, field| {
        match field {
            ConnectionField::TypeName => out.quoted("PolicyConnection"),
            ConnectionField::Nodes(plan) => out.list(items, |out, (_, item)| out.policy(plan, item))?,
            ConnectionField::Edges(plan) => out.list(items, |out, (cursor, item)| out.edge(plan, cursor, item))?,
            ConnectionField::PageInfo(plan) => out.page_info(plan, page)?,
            ConnectionField::TotalCount => out.plain(page.total?),
        }
        Some(())
    })?;
    Some(out.text.into())
}

struct Out<'a> {
    text: String,
    ids: &'a Ids,
}

impl Out<'_> {
    fn object<F>(&mut self, plan: &Plan<F>, mut value: impl FnMut(&mut Self, &F) -> Option<()>) -> Option<()> {
        let mut before = '{';
        for (key, field) in plan {
            self.text.push(before);
            before = ',';
            // A GraphQL name needs no escapes.
            self.quoted(key);
            self.text.push(':');
            value(self, field)?;
        }
        if before == '{' {
            self.text.push('{');
        }
        self.text.push('}');
        Some(())
    }

    fn list<T>(&mut self, items: &[T], mut value: impl FnMut(&mut Self, &T) -> Option<()>) -> Option<()> {
        self.text.push('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            value(self, item)?;
        }
        self.text.push(']');
        Some(())
    }

    fn edge(&mut self, plan: &Plan<EdgeField>, cursor: &str, item: &PolicyItem) -> Option<()> {
        self.object(plan, |out, field| {
            match field {
                EdgeField::TypeName => out.quoted("PolicyEdge"),
                EdgeField::Cursor => out.string(cursor),
                EdgeField::Node(plan) => out.policy(plan, item)?,
            }
            Some(())
        })
    }

    fn page_info(&mut self, plan: &Plan<PageInfoField>, page: &PolicyPage) -> Option<()> {
        let items = &page.page.items;
        self.object(plan, |out, field| {
            match field {
                PageInfoField::TypeName => out.quoted("PageInfo"),
                PageInfoField::HasNext => out.plain(page.page.has_next),
                PageInfoField::HasPrevious => out.plain(page.page.has_previous),
                PageInfoField::Start => out.optional(items.first().map(|(cursor, _)| cursor.as_str())),
                PageInfoField::End => out.optional(items.last().map(|(cursor, _)| cursor.as_str())),
            }
            Some(())
        })
    }

    fn policy(&mut self, plan: &Plan<PolicyField>, item: &PolicyItem) -> Option<()> {
        let row = &item.policy;
        self.object(plan, |out, field| {
            match field {
                PolicyField::TypeName => out.quoted("Policy"),
                PolicyField::Id => out.id(Kind::Policy, row.id.0),
                PolicyField::GraphId => out.quoted(row.graph_id.as_hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer())),
                PolicyField::DisplayName => out.string(&row.display_name),
                PolicyField::State => out.quoted(name(PolicyState::from(row.state))),
                PolicyField::Criticality => match row.metadata.criticality {
                    Some(criticality) => out.quoted(name(Criticality::from(criticality))),
                    None => out.null(),
                },
                PolicyField::Code => out.optional(row.metadata.code.as_deref()),
                PolicyField::Tags => out.list(&row.metadata.tags, |out, tag| {
                    out.string(tag);
                    Some(())
                })?,
                PolicyField::ContentHash => out.string(&row.content_hash.0),
                PolicyField::Conditions => out.text.push_str(item.conditions.as_deref()?),
                PolicyField::Revision => out.plain(row.version),
                PolicyField::LatestChange(plan) => match &item.latest_change {
                    Some(change) => out.change(plan, change)?,
                    None => out.null(),
                },
            }
            Some(())
        })
    }

    fn change(&mut self, plan: &Plan<ChangeField>, change: &LatestChange) -> Option<()> {
        self.object(plan, |out, field| {
            match field {
                ChangeField::TypeName => out.quoted("ChangeRequest"),
                ChangeField::Id => out.id(Kind::Change, change.id.0),
                ChangeField::Status => out.quoted(name(ChangeStatus::from(change.status))),
            }
            Some(())
        })
    }

    fn id(&mut self, kind: Kind, key: uuid::Uuid) {
        self.text.push('"');
        self.ids.write_id(&mut self.text, kind, key);
        self.text.push('"');
    }

    /// A text that needs no escapes.
    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        self.text.push_str(text);
        self.text.push('"');
    }

    fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.null(),
        }
    }

    fn null(&mut self) {
        self.text.push_str("null");
    }

    fn plain(&mut self, value: impl std::fmt::Display) {
        use std::fmt::Write;
        // Writing to a String does not fail.
        let _ = write!(self.text, "{value}");
    }

    /// Any text, escaped as RFC 8259 wants it: quotes, backslashes and control characters.
    fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escape = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                0x00..=0x1f => "",
                _ => continue,
            };
            self.text.push_str(&text[from..at]);
            if escape.is_empty() {
                self.plain(format_args!("\\u{byte:04x}"));
            } else {
                self.text.push_str(escape);
            }
            from = at + 1;
        }
        self.text.push_str(&text[from..]);
        self.text.push('"');
    }
}

/// An enum value's name in the schema.
fn name<E: EnumType>(value: E) -> &'static str {
    E::items().iter().find(|item| item.value == value).map_or("", |item| item.name)
}
