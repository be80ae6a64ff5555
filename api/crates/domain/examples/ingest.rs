//! Our own side of reading sign-ins, on pages as Graph sends them (beta, 1,000 entries, 20 policies each): read, add up, encode, decode; beside
//! a naive loop, which reads each entry into a tree and counts it in a map by its texts. `tests/load/ingest` runs it.
#![expect(clippy::print_stdout, reason = "prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

use std::collections::HashMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use domain::summary::Chunk;
use domain::summary::codec::{decode, encode};
use domain::summary::fold::{Fold, merge};
use domain::summary::record;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

const PAGES: u64 = 100;
const ENTRIES: u64 = 1_000;
const USERS: u64 = 5_000;
/// Pages of one flush, as the product takes them.
const FLUSH: u64 = 10;

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut ours, mut naive, mut decoding) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let (mut bytes_in, mut stored, mut sign_ins) = (0, 0, 0u64);
    let mut parts: Vec<Chunk> = Vec::new();
    let mut rows = 0;
    let mut counted: HashMap<String, u64> = HashMap::new();
    for flush in 0..PAGES / FLUSH {
        let pages: Vec<String> = (0..FLUSH).map(|page| page_of(flush * FLUSH + page)).collect::<Result<_, _>>()?;
        bytes_in += pages.iter().map(String::len).sum::<usize>();

        let begun = Instant::now();
        let mut fold = Fold::new();
        for page in &pages {
            for entry in serde_json::from_str::<Page<'_>>(page)?.value {
                fold.add(record::read(entry.get())?);
                sign_ins += 1;
            }
        }
        let chunks = fold.finish();
        let encoded: Vec<Vec<u8>> = chunks.iter().map(encode).collect::<Result<_, _>>()?;
        ours += begun.elapsed();
        stored += encoded.iter().map(Vec::len).sum::<usize>();

        let begun = Instant::now();
        for bytes in &encoded {
            let chunk = decode(bytes)?;
            rows += chunk.rows.sign_ins.len();
        }
        decoding += begun.elapsed();
        parts.extend(chunks);

        let begun = Instant::now();
        for page in &pages {
            for entry in serde_json::from_str::<Value>(page)?["value"].as_array().into_iter().flatten() {
                *counted.entry(naive_key(entry)).or_default() += 1;
            }
        }
        naive += begun.elapsed();
    }
    let begun = Instant::now();
    let whole = merge(parts).ok_or("one day")?;
    let merging = begun.elapsed();
    let encoded = encode(&whole)?;
    let begun = Instant::now();
    let read = decode(&encoded)?;
    let whole_decoding = begun.elapsed();
    assert_eq!(read, whole, "nothing is lost");
    assert_eq!(whole.rows.sign_ins.iter().map(|count| u64::from(*count)).sum::<u64>(), sign_ins, "every sign-in is counted");
    assert_eq!(counted.values().sum::<u64>(), sign_ins);

    let rate = |time: Duration| sign_ins as f64 / time.as_secs_f64();
    let merged = whole.rows.sign_ins.len();
    println!("sign-ins                 {sign_ins}, {:.1} KB each as JSON", bytes_in as f64 / sign_ins as f64 / 1e3);
    println!("read + add up + encode   {:>10.0} sign-ins/s  (bar: 50,000)", rate(ours));
    println!(
        "naive loop               {:>10.0} sign-ins/s  ours is {:.1} times as fast",
        rate(naive),
        naive.as_secs_f64() / ours.as_secs_f64()
    );
    println!("rows                     {rows} in parts, {merged} once put together: {:.2} sign-ins a row", sign_ins as f64 / merged as f64);
    println!(
        "stored                   {:.1} bytes a sign-in in parts, {:.1} once put together; {:.0} times less than the JSON",
        stored as f64 / sign_ins as f64,
        encoded.len() as f64 / sign_ins as f64,
        bytes_in as f64 / encoded.len() as f64
    );
    println!(
        "decode                   {:>10.0} rows/s in parts, {:.0} rows/s as one",
        rows as f64 / decoding.as_secs_f64(),
        merged as f64 / whole_decoding.as_secs_f64()
    );
    println!("put together             {:.0} ms", merging.as_secs_f64() * 1e3);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("peak memory              {}", status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("?").trim());
    Ok(())
}

/// What somebody in a hurry would group by: the texts of the entry.
fn naive_key(entry: &Value) -> String {
    let text = |path: &str| entry.pointer(path).map(Value::to_string).unwrap_or_default();
    let mut key = String::new();
    for path in [
        "/userId",
        "/userPrincipalName",
        "/resourceId",
        "/appId",
        "/ipAddress",
        "/location/countryOrRegion",
        "/deviceDetail",
        "/clientAppUsed",
        "/riskLevelDuringSignIn",
        "/originalTransferMethod",
        "/authenticationRequirement",
        "/status/errorCode",
        "/conditionalAccessStatus",
        "/appliedConditionalAccessPolicies",
    ] {
        key.push_str(&text(path));
        key.push('|');
    }
    key
}

/// A page with fixed contents: 5,000 users, three habits each, one in ten from somewhere else.
fn page_of(number: u64) -> Result<String, std::fmt::Error> {
    let mut page = r#"{"@odata.context":"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns","value":["#.to_owned();
    for entry in 0..ENTRIES {
        let serial = number * ENTRIES + entry;
        let mixed = mix(serial);
        let user = mixed % USERS;
        let habit = (mixed >> 16) % 3;
        let away = (mixed >> 20).is_multiple_of(10);
        let ip = if away { mixed >> 24 & 0xff } else { user & 0xff };
        if entry > 0 {
            page.push(',');
        }
        write!(
            page,
            r#"{{"id":"{:08x}-0000-4000-8000-{serial:012x}","createdDateTime":"2026-11-20T{:02}:{:02}:{:02}Z","userDisplayName":"User {user}","userPrincipalName":"user-{user:05}@contoso.example","userId":"{user:08x}-1111-4111-8111-111111111111","appId":"d3590ed6-52b3-4102-aeff-aad2292ab01c","appDisplayName":"Microsoft Office","ipAddress":"203.0.{}.{ip}","clientAppUsed":"{}","correlationId":"{:08x}-0000-4000-9000-{serial:012x}","conditionalAccessStatus":"success","isInteractive":true,"riskDetail":"none","riskLevelAggregated":"none","riskLevelDuringSignIn":"none","riskState":"none","riskEventTypes_v2":[],"resourceDisplayName":"Office 365 {habit}","resourceId":"0000000{habit}-0000-0ff1-ce00-000000000000","status":{{"errorCode":0,"failureReason":"Other.","additionalDetails":null}},"deviceDetail":{{"deviceId":"{user:08x}-2222-4222-8222-222222222222","displayName":"PC-USER-{user}","operatingSystem":"Windows 11","browser":"Edge 141.0.0","isCompliant":true,"isManaged":true,"trustType":"Azure AD joined"}},"location":{{"city":"Utrecht","state":"Utrecht","countryOrRegion":"NL","geoCoordinates":{{"altitude":null,"latitude":52.09,"longitude":5.12}}}},"userType":"member","crossTenantAccessType":"none","homeTenantId":"33333333-3333-4333-8333-333333333333","originalTransferMethod":"none","authenticationProtocol":"none","authenticationRequirement":"singleFactorAuthentication","authenticationContextClassReferences":[],"authenticationDetails":[{{"authenticationStepDateTime":"2026-11-20T08:00:00Z","authenticationMethod":"Previously satisfied","succeeded":true,"authenticationStepResultDetail":"First factor requirement satisfied by claim in the token","authenticationStepRequirement":"Primary authentication"}}],"signInEventTypes":["interactiveUser"],"appliedConditionalAccessPolicies":["#,
            mixed as u32,
            serial / 3_600 % 24,
            serial / 60 % 60,
            serial % 60,
            user >> 8,
            if habit == 0 { "Browser" } else { "Mobile Apps and Desktop clients" },
            (mixed >> 32) as u32,
        )?;
        for policy in 0..20u64 {
            let comma = if policy == 0 { "" } else { "," };
            let result = if (policy + habit).is_multiple_of(5) { "success" } else { "notApplied" };
            write!(
                page,
                r#"{comma}{{"id":"{policy:08x}-4444-4444-8444-444444444444","displayName":"CA{policy:03} - Require something","enforcedGrantControls":["Mfa"],"enforcedSessionControls":[],"result":"{result}"}}"#
            )?;
        }
        page.push_str("]}");
    }
    page.push_str("]}");
    Ok(page)
}

/// A fixed shuffle (splitmix64).
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
