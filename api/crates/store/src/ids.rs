//! Conditions over sets of ids: one bound parameter however many there are, because a list of parameters makes a new statement for every length.

use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use uuid::Uuid;

use crate::db::Db;

/// `column` is one of `ids`. No ids: never true.
pub(crate) fn in_ids(db: &Db, column: &'static str, ids: impl IntoIterator<Item = Uuid>) -> Expr {
    if db.postgres() {
        Expr::cust_with_values(format!("\"{column}\" = ANY(($1::text)::uuid[])"), [postgres_array(ids)])
    } else {
        Expr::cust_with_values(format!("\"{column}\" IN (SELECT unhex(value) FROM json_each(?))"), [sqlite_array(ids)])
    }
}

/// The same for a text column. The texts must be hashes or ids of Graph: no quoting is needed beyond JSON's.
pub(crate) fn in_texts<'a>(db: &Db, column: &'static str, texts: impl IntoIterator<Item = &'a str>) -> Expr {
    let list = serde_json::Value::from_iter(texts).to_string();
    if db.postgres() {
        Expr::cust_with_values(format!("\"{column}\" IN (SELECT json_array_elements_text($1::json))"), [list])
    } else {
        Expr::cust_with_values(format!("\"{column}\" IN (SELECT value FROM json_each(?))"), [list])
    }
}

/// `column` (already lower case) contains `needle`, wherever and in whatever case.
pub(crate) fn contains(column: impl ExprTrait, needle: &str) -> Expr {
    column.like(LikeExpr::new(pattern(needle)).escape('\\'))
}

/// The LIKE pattern of "contains", with backslash as the escape.
pub(crate) fn pattern(needle: &str) -> String {
    let mut pattern = String::with_capacity(needle.len() + 2);
    pattern.push('%');
    for letter in needle.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// PostgreSQL's text form of a `uuid[]`; cast in the statement, so that no array support is needed in the driver.
pub(crate) fn postgres_array(ids: impl IntoIterator<Item = Uuid>) -> String {
    format!("{{{}}}", join(ids, |id| id.simple().to_string()))
}

/// A JSON array of hex texts; SQLite keeps ids as 16 bytes.
pub(crate) fn sqlite_array(ids: impl IntoIterator<Item = Uuid>) -> String {
    format!("[{}]", join(ids, |id| format!("\"{}\"", id.simple())))
}

fn join(ids: impl IntoIterator<Item = Uuid>, text: impl Fn(Uuid) -> String) -> String {
    let texts: Vec<String> = ids.into_iter().map(text).collect();
    texts.join(",")
}
