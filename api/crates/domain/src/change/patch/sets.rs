//! Deltas of id lists: adding what is there, or removing what is not, is no change.

use serde_json::Value;

use crate::change::payload::SetDelta;
use crate::document::PolicyDocument;
use crate::document::fields::spelled;

/// Keywords that stand alone. No page says what Graph makes of `All` or `None` beside ids, and neither the portal nor any of the public
/// policies writes that: `All` covers the ids, and `None` contradicts them. So whichever comes in replaces what was there, ids are not added
/// to `All`, and `None` goes where ids come.
const ALONE: [&str; 2] = ["All", "None"];

/// The texts of a list of the document; nothing when there is no such list.
pub(super) fn texts(document: &PolicyDocument, path: &[&str]) -> Vec<String> {
    let list = document.at(path).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The list after the delta; `None` when the delta changes nothing. Ids and keywords are compared ignoring case.
pub(super) fn after(name: &str, before: &[String], delta: &SetDelta) -> Option<Vec<String>> {
    let kept: Vec<String> = before.iter().filter(|text| !contains(name, &delta.remove, text)).cloned().collect();
    let added = incoming(name, before, delta);
    let result = match added.iter().find(|text| ALONE.contains(&text.as_str())) {
        Some(alone) => vec![alone.clone()],
        None if contains(name, &kept, "All") => kept,
        None if added.is_empty() => kept,
        None => kept.into_iter().filter(|text| spelled(name, text) != "None").chain(added).collect(),
    };
    (!same(name, before, &result)).then_some(result)
}

/// What the delta brings that is not there yet, spelled as Graph does, without repeats.
fn incoming(name: &str, before: &[String], delta: &SetDelta) -> Vec<String> {
    let mut added: Vec<String> = Vec::new();
    for text in &delta.add {
        if !contains(name, before, text) && !contains(name, &added, text) {
            added.push(spelled(name, text));
        }
    }
    added
}

pub(super) fn contains(name: &str, list: &[String], text: &str) -> bool {
    let wanted = spelled(name, text);
    list.iter().any(|listed| spelled(name, listed) == wanted)
}

fn same(name: &str, a: &[String], b: &[String]) -> bool {
    a.iter().all(|text| contains(name, b, text)) && b.iter().all(|text| contains(name, a, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "11111111-aaaa-4111-8111-111111111111";
    const OTHER: &str = "22222222-bbbb-4222-8222-222222222222";

    fn applied(before: &[&str], add: &[&str], remove: &[&str]) -> Option<Vec<String>> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        after("includeUsers", &owned(before), &SetDelta { add: owned(add), remove: owned(remove) })
    }

    #[test]
    fn what_is_there_stays_and_what_is_not_there_is_not_missed() {
        assert_eq!(applied(&[ID], &[&ID.to_uppercase()], &[OTHER]), None);
        assert_eq!(applied(&[], &[], &[]), None);
        assert_eq!(applied(&[ID], &[&OTHER.to_uppercase(), OTHER], &[]).unwrap(), [ID, OTHER]);
        assert_eq!(applied(&[ID, OTHER], &[], &[&ID.to_uppercase()]).unwrap(), [OTHER]);
        assert_eq!(applied(&[ID], &[], &[ID]).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn all_and_none_stand_alone() {
        assert_eq!(applied(&[ID, OTHER], &["all"], &[]).unwrap(), ["All"]);
        assert_eq!(applied(&["All"], &[ID], &[]), None);
        assert_eq!(applied(&["All"], &[ID], &["ALL"]).unwrap(), [ID]);
        assert_eq!(applied(&["None"], &[ID], &[]).unwrap(), [ID]);
        assert_eq!(applied(&[ID], &["None"], &[]).unwrap(), ["None"]);
        assert_eq!(applied(&["GuestsOrExternalUsers"], &[ID], &[]).unwrap(), ["GuestsOrExternalUsers", ID]);
    }
}
