//! `filter-fuzz [SECONDS] [SEED]`: rules made from the grammar and broken byte by byte, against the parser of the filter language.
//!
//! Whatever the text is, the parser answers, and says a place inside the text where it refuses. What it takes is printed and parsed to the same tree,
//! and judges every device. A run that panics, or breaks one of these, is printed and counted as a crash.
#![expect(clippy::print_stdout, reason = "the report is what it is for")]
#![expect(clippy::disallowed_methods, reason = "it runs for a given time")]

use std::panic::catch_unwind;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use domain::evaluate::Answer;
use domain::filter::{Dialect, Filter};
use domain::signin::{Device, DeviceAttributes, TrustType};

const WORDS: [&str; 60] = [
    "device.isCompliant",
    "device.trustType",
    "device.displayName",
    "device.extensionAttribute1",
    "device.extensionAttribute15",
    "device.extensionAttribute99",
    "device.systemLabels",
    "device.physicalIds",
    "device.deviceId",
    "device.deviceOwnership",
    "device.model",
    "device.operatingSystemVersion",
    "device.mdmAppId",
    "device.profileType",
    "device.unknown",
    "DEVICE.MODEL",
    "device.",
    "user.department",
    "CustomSecurityAttribute.a_b",
    "CustomSecurityAttribute.a",
    "CustomSecurityAttribute._",
    "-eq",
    "-ne",
    "-in",
    "-notIn",
    "-contains",
    "-notContains",
    "-startsWith",
    "-notStartsWith",
    "-endsWith",
    "-notEndsWith",
    "-match",
    "eq",
    "-EQ",
    "-and",
    "-or",
    "-not",
    "and",
    "or",
    "not",
    "-",
    "--and",
    "(",
    ")",
    "[",
    "]",
    ",",
    "\"\"",
    "\"x\"",
    "\"`\"\"",
    "\"``\"",
    "\"",
    "`",
    "True",
    "False",
    "null",
    "\"ServerAD\"",
    "\n",
    "\t",
    "\u{2028}",
];
const PROPERTIES: [(&str, &[&str]); 6] = [
    ("device.isCompliant", &["-eq", "-ne"]),
    ("device.trustType", &["-eq", "-ne"]),
    (
        "device.displayName",
        &["-eq", "-ne", "-startsWith", "-notStartsWith", "-endsWith", "-notEndsWith", "-contains", "-notContains", "-in", "-notIn"],
    ),
    ("device.extensionAttribute7", &["-eq", "-contains", "-in", "-notEndsWith"]),
    ("device.systemLabels", &["-contains", "-notContains"]),
    ("device.deviceId", &["-eq", "-ne", "-in", "-notIn"]),
];
const TEXTS: [&str; 8] = ["", "x", "ServerAD", "PC-12", "a\"b", "`", "é\u{1F980}", "True"];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().ok());
    let seconds = arguments.next().flatten().unwrap_or(600);
    let seed = arguments.next().flatten().unwrap_or(1);
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut runs, mut accepted, mut crashes) = (0u64, 0u64, 0u64);
    while Instant::now() < end {
        for _ in 0..1_000 {
            let rule = rule(&mut chance);
            runs += 1;
            match catch_unwind(|| check(&rule)) {
                Ok(Ok(taken)) => accepted += u64::from(taken),
                Ok(Err(why)) => {
                    crashes += 1;
                    println!("{why}: {rule:?}");
                }
                Err(_) => {
                    crashes += 1;
                    println!("panic: {rule:?}");
                }
            }
        }
    }
    println!("seed {seed}, {seconds} s: {runs} rules, {accepted} accepted, {crashes} crashes");
    if crashes == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether the rule was taken; an error where something doesn't hold.
fn check(rule: &str) -> Result<bool, String> {
    let mut taken = false;
    for dialect in [Dialect::Devices, Dialect::Attributes] {
        match Filter::parse(rule, dialect) {
            Err(error) => {
                let inside = error.offset <= rule.len() && rule.is_char_boundary(error.offset) && error.line > 0 && error.column > 0;
                if !inside || error.message.is_empty() {
                    return Err(format!("a place outside the rule ({error:?})"));
                }
            }
            Ok(filter) => {
                taken = true;
                let printed = filter.to_string();
                // What is printed may be longer than what was read, and so longer than a rule may be.
                if printed.chars().count() <= domain::filter::LONGEST_RULE && Filter::parse(&printed, dialect).as_ref() != Ok(&filter) {
                    return Err(format!("printed as another rule ({printed:?})"));
                }
                judge(&filter)?;
            }
        }
    }
    Ok(taken)
}

fn judge(filter: &Filter) -> Result<(), String> {
    if filter.of_device(&Device::Unregistered) == Answer::Unknown {
        return Err("an unregistered device has no unknown attribute".to_owned());
    }
    let known = DeviceAttributes {
        display_name: Some("PC-12".to_owned()),
        compliant: Some(true),
        trust: Some(TrustType::ServerAd),
        system_labels: Some(["x".to_owned()].into()),
        ..DeviceAttributes::default()
    };
    let negated = Filter::Not(Box::new(filter.clone()));
    for device in [Device::Unregistered, Device::Registered(Box::default()), Device::Registered(Box::new(known))] {
        if filter.of_device(&device) != !negated.of_device(&device) {
            return Err("a rule and its negation agree".to_owned());
        }
    }
    filter.of_attributes(&[("a_b".to_owned(), vec!["x".to_owned()])]);
    Ok(())
}

fn rule(chance: &mut Chance) -> String {
    let mut rule = match chance.below(4) {
        0 => (0..chance.below(40)).map(|_| WORDS[chance.below(WORDS.len())]).collect::<Vec<_>>().join(if chance.below(4) == 0 {
            ""
        } else {
            " "
        }),
        _ => expression(chance, 6),
    };
    if chance.below(3) == 0 {
        for _ in 0..=chance.below(4) {
            rule = mutated(chance, rule);
        }
    }
    if chance.below(500) == 0 {
        rule = rule.repeat(1 + chance.below(200));
    }
    rule
}

fn expression(chance: &mut Chance, depth: usize) -> String {
    match chance.below(if depth == 0 { 1 } else { 6 }) {
        0..=1 => comparison(chance),
        2 => format!("-not {}", wrapped(chance, depth)),
        3 => format!("({})", expression(chance, depth - 1)),
        4 => format!("{} -and {}", wrapped(chance, depth), wrapped(chance, depth)),
        _ => format!("{} -or {}", expression(chance, depth - 1), expression(chance, depth - 1)),
    }
}

fn wrapped(chance: &mut Chance, depth: usize) -> String {
    if chance.below(2) == 0 { comparison(chance) } else { format!("({})", expression(chance, depth - 1)) }
}

fn comparison(chance: &mut Chance) -> String {
    let (property, operators) = PROPERTIES[chance.below(PROPERTIES.len())];
    let operator = operators[chance.below(operators.len())];
    let value = match (property, operator) {
        ("device.isCompliant", _) => ["True", "False", "\"true\""][chance.below(3)].to_owned(),
        (_, "-in" | "-notIn") => {
            let texts: Vec<String> = (0..=chance.below(4)).map(|_| text(chance)).collect();
            format!("[{}]", texts.join(","))
        }
        _ => text(chance),
    };
    format!("{property} {operator} {value}")
}

fn text(chance: &mut Chance) -> String {
    format!("\"{}\"", TEXTS[chance.below(TEXTS.len())].replace('`', "``").replace('"', "`\""))
}

/// One byte dropped, doubled, replaced or swapped, a piece cut or spliced in; what is no UTF-8 any more reads as U+FFFD.
fn mutated(chance: &mut Chance, rule: String) -> String {
    let mut bytes = rule.into_bytes();
    let at = chance.below(bytes.len() + 1);
    match chance.below(6) {
        0 if at < bytes.len() => {
            bytes.remove(at);
        }
        1 if at < bytes.len() => bytes[at] = chance.byte(),
        2 => bytes.insert(at, chance.byte()),
        3 => bytes.truncate(at),
        4 => {
            let word = WORDS[chance.below(WORDS.len())].bytes();
            bytes.splice(at..at, word);
        }
        _ => {
            let other = chance.below(bytes.len() + 1);
            let (from, to) = (at.min(other), at.max(other));
            let piece = bytes[from..to].to_vec();
            bytes.splice(from..from, piece);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// xorshift64*.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[7]
    }
}
