//! One file of an import: each policy in it ends as imported, with notes, or as refused, with a sentence.

use crate::document::PolicyDocument;
use crate::id::ContentHash;

use super::clean::{Unusable, clean};
use super::text::policies;

/// The longest display name that Graph takes.
const LONGEST_NAME: usize = 256;
const MAX_TAGS: usize = 20;
const LONGEST_TAG: usize = 64;

/// What became of one policy of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum FileFate {
    /// It can be kept.
    Imported(Box<Imported>),
    /// It can't.
    Refused(Refused),
}

/// A policy that can be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The file; with `#2` and so on where it holds several.
    pub path: String,
    /// Code, from the display name or else from the file's name.
    pub code: Option<String>,
    /// Display name.
    pub display_name: String,
    /// The folders of its path, sorted.
    pub tags: Vec<String>,
    /// The cleaned document.
    pub document: PolicyDocument,
    /// Hash of its canonical form.
    pub content_hash: ContentHash,
    /// What was mended.
    pub notes: Vec<String>,
}

/// A policy, or a whole file, that can't be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The file; with `#2` and so on where it holds several.
    pub path: String,
    /// Why, as one sentence for a person.
    pub reason: String,
}

/// Reads a file. Never empty: a file without a policy is refused.
pub fn import_file(path: &str, content: &str) -> Vec<FileFate> {
    let found = match policies(content) {
        Ok(found) => found,
        Err(Unusable(reason)) => return vec![FileFate::Refused(Refused { path: path.to_owned(), reason })],
    };
    let several = found.len() > 1;
    let place = |at: usize| if several { format!("{path}#{}", at + 1) } else { path.to_owned() };
    found.iter().enumerate().map(|(at, value)| one(place(at), path, value)).collect()
}

fn one(place: String, file: &str, value: &serde_json::Value) -> FileFate {
    let cleaned = match clean(value) {
        Ok(cleaned) => cleaned,
        Err(Unusable(reason)) => return FileFate::Refused(Refused { path: place, reason }),
    };
    let display_name = cleaned.document.display_name().trim().to_owned();
    if display_name.chars().count() > LONGEST_NAME {
        return FileFate::Refused(Refused { path: place, reason: format!("its displayName is longer than {LONGEST_NAME} characters") });
    }
    if display_name.chars().any(char::is_control) {
        return FileFate::Refused(Refused { path: place, reason: "its displayName has control characters in it".to_owned() });
    }
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let code = code_of(&display_name).or_else(|| code_of(stem));
    let mut notes = cleaned.notes;
    let placeholders = placeholders(&cleaned.document);
    if !placeholders.is_empty() {
        notes.push(format!("placeholders to fill in, or to give to objects as names: {}", placeholders.join(", ")));
    }
    FileFate::Imported(Box::new(Imported {
        code,
        tags: tags(file),
        content_hash: cleaned.document.canonical().hash(),
        display_name,
        document: cleaned.document,
        notes,
        path: place,
    }))
}

/// The code at the beginning of a name: two to four letters and two to five digits, as in `CA001-Global-...`, or a number of three digits
/// and a separator, as in `100 - ...`.
pub fn code_of(name: &str) -> Option<String> {
    let name = name.trim_start();
    let letters = name.chars().take_while(char::is_ascii_alphabetic).count();
    let digits = name[letters..].chars().take_while(char::is_ascii_digit).count();
    let ends = |at: usize| name[at..].chars().next().is_none_or(|next| !next.is_alphanumeric());
    let whole = letters + digits;
    let lettered = (2..=4).contains(&letters) && (2..=5).contains(&digits);
    let numbered = letters == 0 && (3..=4).contains(&digits) && name[whole..].trim_start_matches([' ', '_']).starts_with('-');
    ((lettered || numbered) && ends(whole)).then(|| name[..whole].to_uppercase())
}

/// Names in angle brackets that a template leaves to who uses it; at most ten.
fn placeholders(document: &PolicyDocument) -> Vec<String> {
    let text = document.to_text();
    let mut found: Vec<String> = Vec::new();
    for part in text.split('<').skip(1) {
        let Some((inside, _)) = part.split_once('>') else { continue };
        let placeholder = format!("<{inside}>");
        let plain = !inside.is_empty() && inside.len() <= LONGEST_TAG && inside.chars().all(|c| c.is_alphanumeric() || " _-.".contains(c));
        if plain && found.len() < 10 && !found.contains(&placeholder) {
            found.push(placeholder);
        }
    }
    found
}

fn tags(path: &str) -> Vec<String> {
    let folders = path.rsplit_once(['/', '\\']).map_or("", |(folders, _)| folders);
    let tag = |folder: &str| folder.trim().chars().filter(|c| !c.is_control()).take(LONGEST_TAG).collect::<String>();
    let mut tags: Vec<String> = folders.split(['/', '\\']).map(tag).filter(|tag| !tag.is_empty() && tag != "." && tag != "..").collect();
    tags.sort();
    tags.dedup();
    tags.truncate(MAX_TAGS);
    tags
}
