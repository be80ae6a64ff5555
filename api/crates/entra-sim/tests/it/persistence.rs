//! State that outlives the process.

use std::sync::Arc;

use entra_sim::{Sim, SimConfig, SimError};
use serde_json::json;

use crate::support::{POLICIES, TestIds, World, any_port, client, clock, config};

fn kept(folder: &tempfile::TempDir) -> SimConfig {
    SimConfig { state_file: Some(folder.path().join("sim/state.json")), ..config() }
}

#[tokio::test]
async fn everything_accepted_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(kept(&folder)).await;
    let path = world.policy("A").await;
    world.patch(&path, json!({"displayName": "B"})).await;
    let gone = world.policy("C").await;
    world.delete(&gone).await;
    let (token, ledger) = (world.token.clone(), world.ledger().await);
    world.sim.shutdown().await;

    let world = World::with(kept(&folder)).await;
    let world = World { token, ..world };
    assert_eq!(world.get(&path).await.1["displayName"], "B", "and the old token still verifies");
    let (_, bin) = world.get("/v1.0/identity/conditionalAccess/deletedItems/policies").await;
    assert_eq!(bin["value"].as_array().unwrap().len(), 1);
    assert_eq!(world.ledger().await, ledger);
    world.policy("D").await;
    assert_eq!(world.ledger().await.last().unwrap()["seq"], ledger.len() as u64 + 1);
}

#[tokio::test]
async fn a_crash_keeps_what_was_answered_and_forgets_a_torn_record() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(kept(&folder)).await;
    let path = world.policy("A").await;
    // What a killed process leaves: no shutdown, and half a record at the end of the journal.
    let crashed = tempfile::tempdir().unwrap();
    std::fs::create_dir(crashed.path().join("sim")).unwrap();
    for name in ["state.json", "state.json.log"] {
        std::fs::copy(folder.path().join("sim").join(name), crashed.path().join("sim").join(name)).unwrap();
    }
    let journal = crashed.path().join("sim/state.json.log");
    let mut bytes = std::fs::read(&journal).unwrap();
    assert!(!bytes.is_empty(), "the write went to the journal");
    bytes.extend_from_slice(br#"{"seq":99,"tenant":"00000000"#);
    std::fs::write(&journal, bytes).unwrap();

    let world = World { token: world.token.clone(), ..World::with(kept(&crashed)).await };
    assert_eq!(world.get(&path).await.0, 200);
    assert_eq!(world.ledger().await.len(), 1);
}

#[tokio::test]
async fn a_journal_with_a_hole_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(kept(&folder)).await;
    world.policy("A").await;
    let journal = folder.path().join("sim/state.json.log");
    let record = std::fs::read(&journal).unwrap();
    let broken = tempfile::tempdir().unwrap();
    std::fs::create_dir(broken.path().join("sim")).unwrap();
    std::fs::copy(folder.path().join("sim/state.json"), broken.path().join("sim/state.json")).unwrap();
    std::fs::write(broken.path().join("sim/state.json.log"), [b"{\"seq\":1\n".as_slice(), &record].concat()).unwrap();
    let error = Sim::start(kept(&broken), clock(), Arc::new(TestIds::default())).await.err().unwrap();
    assert!(matches!(error, SimError::State { .. }), "{error}");
}

#[tokio::test]
async fn a_file_of_something_else_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    std::fs::write(&file, "not a state").unwrap();
    let config = SimConfig { state_file: Some(file), ..config() };
    let error = Sim::start(config, clock(), Arc::new(TestIds::default())).await.err().unwrap();
    assert!(matches!(error, SimError::State { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(folder.path().join("state.json")).unwrap(), "not a state");
}

#[tokio::test]
async fn a_taken_port_is_a_typed_error() {
    let world = World::start().await;
    let config = SimConfig { http: world.sim.http_addr(), ..config() };
    let error = Sim::start(config, clock(), Arc::new(TestIds::default())).await.err().unwrap();
    assert!(matches!(error, SimError::AddressInUse { addr } if addr == world.sim.http_addr()), "{error}");
}

#[tokio::test]
async fn shutdown_closes_the_port() {
    let world = World::start().await;
    let url = world.url(POLICIES);
    assert_ne!(world.sim.http_addr(), any_port());
    world.sim.shutdown().await;
    assert!(client().get(url).send().await.unwrap_err().is_connect());
}
