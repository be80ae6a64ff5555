//! Names and lists in texts for people. What a tenant calls things is data: bounded, on one line, never markup.

/// The longest name in a text.
const NAME_CHARS: usize = 60;

/// A name as it is shown: on one line, cut after 60 characters.
pub(super) fn shown(name: &str) -> String {
    let line: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cut(line.trim(), NAME_CHARS)
}

/// As many of the items as fit into this many characters, then "and 12 more". At least one is shown.
pub(super) fn listed(items: &[String], chars: usize) -> String {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        let left = items.len() - index;
        // Room for the words that stand in for what is left out.
        let reserve = if left > 1 { " and 1000 more".len() } else { 0 };
        if index > 0 && text.chars().count() + item.chars().count() + 2 + reserve > chars {
            return format!("{text} and {left} more");
        }
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(item);
    }
    text
}

/// The text, or as much of it as fits with an ellipsis at its end.
pub(super) fn cut(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// `1 group`, `2 groups`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
