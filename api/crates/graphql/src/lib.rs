//! The GraphQL schema: translation only. A resolver decodes, makes one use-case call, and encodes.
//!
//! What is deliberately absent: rules (crate `domain`), authorization (crate `app`), SQL, and anything about HTTP.

mod connection;
mod drive;
mod enums;
mod error_code;
mod executor;
mod fault;
mod hot;
mod ids;
mod input;
mod iso_duration;
mod loaders;
mod local_date_time;
mod mutation;
mod paging;
mod query;
mod scalars;
mod scope;
mod subscription;
mod types;
mod user_error;
mod webhook_message;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod walk;

use std::sync::Arc;

use app::App;
use async_graphql::{SDLExportOptions, Schema, SchemaBuilder};
use domain::env::Clock;

pub use executor::CausewaySchema;
pub use webhook_message::message_writer;

use crate::ids::IdCodec;
use crate::mutation::Mutation;
use crate::query::Query;
use crate::subscription::SubscriptionRoot;
use crate::types::event::Event;

/// The deepest selection. The page query needs 7 and the deepest useful one (a change's dry-run diff reached from a tenant's policy)
/// 13; graphql-js's introspection query needs 15, and it must pass, because clients generate their types with it.
const MAX_DEPTH: usize = 15;
/// The deepest nesting of selection sets, fragments counted: introspection needs 17. The HTTP layer refuses exploding fragments
/// before this counts them.
const MAX_RECURSION: usize = 20;
/// Directives on one field.
const MAX_DIRECTIVES: usize = 20;
/// Aliases in one document.
const MAX_ALIASES: usize = 15;

/// A sensible value of [`Options::max_complexity`]: twice the page query of 50 tenants with 20 policies each, which costs 9,201.
pub const MAX_COMPLEXITY: usize = 20_000;

/// What a schema is built with.
#[derive(Clone)]
pub struct Options {
    /// Authenticates ids and cursors. Another key makes all that were handed out before unknown.
    pub id_key: [u8; 32],
    /// Whether introspection is answered.
    pub introspection: bool,
    /// The most that one operation may cost: one per field, connections times the items asked for.
    pub max_complexity: usize,
    /// The wall clock, for whether a dry-run is fresh.
    pub clock: Arc<dyn Clock>,
}

/// The schema over these use cases.
pub fn schema(app: App, options: Options) -> CausewaySchema {
    let builder = builder().limit_complexity(options.max_complexity);
    let builder = if options.introspection { builder } else { builder.disable_introspection().disable_suggestions() };
    CausewaySchema { schema: builder.finish(), app, codec: Arc::new(IdCodec::new(&options.id_key)), clock: options.clock }
}

/// The schema in the schema definition language.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().include_specified_by().use_space_ident().indent_width(2);
    let sdl = builder().finish().sdl_with_options(options);
    // async-graphql ends types with blank lines of its own liking.
    let lines: Vec<&str> = sdl.lines().map(str::trim_end).collect();
    let mut text = String::with_capacity(sdl.len());
    for (at, line) in lines.iter().enumerate() {
        if !(line.is_empty() && (at == 0 || lines[at - 1].is_empty())) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn builder() -> SchemaBuilder<Query, Mutation, SubscriptionRoot> {
    Schema::build(Query, Mutation::default(), SubscriptionRoot)
        .register_output_type::<Event>()
        .limit_depth(MAX_DEPTH)
        .limit_recursive_depth(MAX_RECURSION)
        .limit_directives(MAX_DIRECTIVES)
        .limit_aliases(MAX_ALIASES)
}
