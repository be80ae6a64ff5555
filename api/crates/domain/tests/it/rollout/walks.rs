//! Random walks over states, events and signals: 400 walks of 120 steps, 48,000 in all, against the model world, whose every look checks what
//! must always hold. At the end of each walk somebody cancels, and everything comes to rest.

use chrono::TimeDelta;
use domain::policy::PolicyState;
use domain::rollout::{Command, EndReason, Forward, Guard, OnTrip, Rollout, RolloutMode, RolloutStatus, StepStanding};

use super::given::{hash, id, planned};
use super::model::World;
use super::random::Random;

const WALKS: u64 = 400;
const STEPS: u64 = 120;

fn some_command(random: &mut Random, world: &World) -> Command {
    let reason = || "because".to_owned();
    let forward = Forward {
        override_verdict: random.percent(50).then_some(world.rollout.last_verdict).flatten(),
        reason: random.percent(80).then(reason),
        confirm_forecast: random.percent(30),
    };
    match random.below(20) {
        0..=4 => Command::Start { confirm_forecast: random.percent(50) },
        5..=9 => Command::Advance(forward),
        10..=13 => Command::Resume { reason: reason() },
        14 | 15 => Command::Pause { reason: reason(), report_only: random.percent(30) },
        16 => Command::RevertPhase { reason: reason() },
        17 | 18 => Command::Complete(forward),
        _ if random.percent(80) => Command::Pause { reason: reason(), report_only: false },
        _ if random.percent(50) => Command::Cancel { reason: reason(), end: EndReason::Asked },
        _ => Command::RollBack { reason: reason() },
    }
}

/// Something happens outside the rollout.
fn happens(random: &mut Random, world: &mut World) {
    let foreign = hash(&format!("foreign {}", random.next()));
    match random.below(40) {
        0..=9 => world.traffic = (0, 100),
        10..=12 => world.traffic = (random.below(20), random.below(200) + 20),
        13 => world.traffic = (0, 0),
        14 => world.frozen = !world.frozen,
        15 => world.held = !world.held,
        16 => world.connected = !world.connected,
        17..=20 => world.connected = true,
        21..=26 => world.missing = [false; 4],
        27..=29 => world.missing[random.below(4) as usize] = true,
        30 => {
            let group = id(u128::from(random.below(5)) + 1);
            world.groups.insert(group, random.below(14));
        }
        31 => world.groups.values_mut().for_each(|members| *members = 10),
        32 => world.emergency_blocked = random.percent(30),
        33 => {
            if let Some(twin) = &mut world.twin {
                twin.mark.canonical = foreign;
                match random.below(6) {
                    0 => twin.mark.grants = hash("foreign"),
                    1 => twin.emergency_excluded = false,
                    2 => (twin.mark.state, twin.enabled_by_others) = (PolicyState::Enabled, true),
                    3 => twin.mark.state = PolicyState::Disabled,
                    _ => {}
                }
            }
        }
        34 => {
            if let Some(twin) = &mut world.twin {
                twin.emergency_excluded = true;
            }
        }
        35 if random.percent(30) => world.twin = None,
        36 => {
            if let Some(original) = &mut world.original {
                original.canonical = foreign;
                match random.below(10) {
                    0 | 1 => original.grants = hash("foreign"),
                    2..=4 => original.state = PolicyState::ReportOnly,
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

#[derive(Default)]
struct Seen {
    steps: u64,
    statuses: std::collections::BTreeMap<RolloutStatus, u64>,
    taken: u64,
    refused: u64,
}

fn walk(seed: u64, seen: &mut Seen) {
    let mut random = Random(seed);
    let mode = if random.percent(50) { RolloutMode::Automatic } else { RolloutMode::Manual };
    let on_trip = if random.percent(70) { OnTrip::PauseAndReportOnly } else { OnTrip::PauseOnly };
    let mut world = World::new(Rollout { mode, guard: Guard { on_trip, ..Guard::default() }, ..planned() });
    for _ in 0..STEPS {
        seen.steps += 1;
        *seen.statuses.entry(world.rollout.status).or_default() += 1;
        match random.below(10) {
            0..=4 => {
                let missing = world.missing;
                if random.percent(15) {
                    world.missing[random.below(4) as usize] = true;
                }
                world.look();
                world.missing = missing;
                world.send_or_not(&mut random);
            }
            5 => world.land(!random.percent(10), !random.percent(5)),
            6 => world.now += TimeDelta::minutes(random.below(60 * 30) as i64),
            7 => match world.command(&{ some_command(&mut random, &world) }) {
                Ok(()) => seen.taken += 1,
                Err(_) => seen.refused += 1,
            },
            _ => happens(&mut random, &mut world),
        }
        world.check_stops();
    }
    end(&mut world);
}

/// Whatever has happened: somebody cancels, and the twin enforces nothing any more, and the original is as it was.
fn end(world: &mut World) {
    world.missing = [false; 4];
    world.connected = true;
    let completed = world.rollout.status == RolloutStatus::Completed;
    if !world.rollout.status.terminal() {
        world.land(true, true);
        world.command(&Command::Cancel { reason: "enough".to_owned(), end: EndReason::Asked }).unwrap();
    }
    for _ in 0..20 {
        world.now += TimeDelta::minutes(6);
        world.look();
        world.send();
        world.land(true, true);
    }
    assert!(world.rollout.status.terminal(), "{:?} {:?}", world.rollout.status, world.rollout.goal);
    assert!(world.rollout.ended_at.is_some() && world.rollout.goal.is_none() && world.rollout.pause.is_none());
    assert_eq!(world.rollout.end.is_none(), world.rollout.status == RolloutStatus::Completed);
    if !completed {
        // What somebody enables when nobody looks any more is theirs.
        let enforced = world.twin.as_ref().is_some_and(|twin| twin.mark.state == PolicyState::Enabled && !twin.enabled_by_others);
        assert!(!enforced, "the twin enforces nothing");
        assert!(world.original.as_ref().is_none_or(|original| original.state == PolicyState::ReportOnly));
    }
}

impl World {
    fn send_or_not(&mut self, random: &mut Random) {
        let waiting = self.rollout.step.as_ref().is_some_and(|step| step.standing == StepStanding::Waiting);
        if waiting && random.percent(80) {
            self.send();
            if random.percent(70) {
                self.land(!random.percent(5), !random.percent(3));
            }
        }
    }
}

#[test]
fn whatever_happens_what_must_hold_holds() {
    let mut seen = Seen::default();
    for seed in 0..WALKS {
        walk(seed, &mut seen);
    }
    println!("{} steps, {:?}, {} commands taken, {} refused", seen.steps, seen.statuses, seen.taken, seen.refused);
    assert!(seen.steps >= 10_000);
    assert_eq!(seen.statuses.len(), RolloutStatus::ALL.len(), "every status is met");
    assert!(seen.statuses.values().all(|times| *times > 100), "{:?}", seen.statuses);
    assert!(seen.taken > 500 && seen.refused > 500);
}
