//! The system query options of one request.

use super::{Filter, Unsupported};

/// Parsed options; names outside the list below are refused.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub filter: Option<Filter>,
    pub select: Option<Vec<String>>,
    pub top: Option<usize>,
    pub skip: Option<usize>,
    pub skip_token: Option<String>,
    pub count: bool,
    pub order_by: Option<OrderBy>,
    pub expand: Vec<String>,
    /// Everything as sent, for the next link.
    pub raw: Vec<(String, String)>,
}

/// One property to sort by.
#[derive(Debug, PartialEq)]
pub(crate) struct OrderBy {
    pub path: String,
    pub descending: bool,
}

impl Query {
    /// Parses decoded pairs. An option's `$` may be left out, as Graph allows.
    pub(crate) fn parse(pairs: &[(String, String)]) -> Result<Query, Unsupported> {
        let mut query = Query { raw: pairs.to_vec(), ..Query::default() };
        for (name, value) in pairs {
            match name.trim_start_matches('$').to_ascii_lowercase().as_str() {
                "filter" => query.filter = Some(Filter::parse(value)?),
                "select" => query.select = Some(names(value)),
                "expand" => query.expand = names(value),
                "top" => query.top = Some(number(name, value)?),
                "skip" => query.skip = Some(number(name, value)?),
                "skiptoken" => query.skip_token = Some(value.clone()),
                "count" => query.count = boolean(value)?,
                "orderby" => query.order_by = Some(order(value)?),
                _ if name.starts_with('$') => {
                    return Err(Unsupported::query(format!("The query parameter '{name}' is not supported.")));
                }
                // Custom options (`api-version`, tracking parameters) are ignored.
                _ => {}
            }
        }
        Ok(query)
    }
}

fn names(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn number(name: &str, value: &str) -> Result<usize, Unsupported> {
    value.parse().map_err(|_| {
        Unsupported::syntax(format!(
            "Invalid value '{value}' for {name} query option found. The {name} query option requires a non-negative integer value."
        ))
    })
}

fn boolean(value: &str) -> Result<bool, Unsupported> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            Err(Unsupported::syntax(format!("Invalid value '{value}' for $count query option found. Valid values are 'true' and 'false'.")))
        }
    }
}

fn order(value: &str) -> Result<OrderBy, Unsupported> {
    let mut words = value.split_whitespace();
    let path = words.next().unwrap_or_default().to_owned();
    let descending = match words.next().map(str::to_ascii_lowercase).as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(Unsupported::syntax(format!("Syntax error in $orderby '{value}'."))),
    };
    if path.is_empty() || words.next().is_some() || path.contains(',') {
        return Err(Unsupported::query("Sorting not supported for current query."));
    }
    Ok(OrderBy { path, descending })
}
