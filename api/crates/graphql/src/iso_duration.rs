//! ISO 8601 durations of whole seconds.

/// Units in the order ISO 8601 wants them, before and after the `T`.
const DATE: [(char, i64); 2] = [('W', 604_800), ('D', 86_400)];
const TIME: [(char, i64); 3] = [('H', 3_600), ('M', 60), ('S', 1)];

/// Seconds of a duration without years and months, whose lengths vary; `None` when it is not one.
pub fn parse(text: &str) -> Option<i64> {
    let body = text.strip_prefix('P')?;
    let (date, time) = match body.split_once('T') {
        Some((date, time)) if !time.is_empty() => (date, time),
        Some(_) => return None,
        None if !body.is_empty() => (body, ""),
        None => return None,
    };
    part(date, &DATE)?.checked_add(part(time, &TIME)?)
}

fn part(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut rest = text;
    let mut units = units.iter();
    let mut total = 0_i64;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next()?;
        let (_, seconds) = units.by_ref().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.checked_mul(*seconds)?)?;
        rest = &rest[end + 1..];
    }
    Some(total)
}

/// Hours, minutes and seconds: `PT24H`, `PT30M`, `PT1H0M5S` is written `PT1H5S`, and nothing is `PT0S`.
pub fn format(seconds: i64) -> String {
    let mut text = String::from("PT");
    let mut rest = seconds.max(0);
    for (name, unit) in TIME {
        if rest >= unit {
            text.push_str(&(rest / unit).to_string());
            text.push(name);
            rest %= unit;
        }
    }
    if text.len() == 2 {
        text.push_str("0S");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_iso_8601_allows_and_we_can_measure() {
        for (text, seconds) in [("PT30M", 1_800), ("P7D", 604_800), ("P1W", 604_800), ("P1DT1H1M1S", 90_061), ("PT0S", 0), ("PT90M", 5_400)]
        {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
        for bad in ["", "P", "PT", "30M", "P1Y", "P1M", "PT1M1H", "PT1H1H", "PT-1S", "PT1.5S", "PT99999999999999999999S", "P1", "PTé"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse("P99999999999999W"), None);
    }

    #[test]
    fn writes_the_shortest_form() {
        for (seconds, text) in [(0, "PT0S"), (1_800, "PT30M"), (86_400, "PT24H"), (3_605, "PT1H5S"), (61, "PT1M1S")] {
            assert_eq!(format(seconds), text);
            assert_eq!(parse(text), Some(seconds));
        }
    }
}
