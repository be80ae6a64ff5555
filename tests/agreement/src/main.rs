//! `causeway-agreement POLICIES [SIGN_INS] [TENANT]`: prints the table, and fails where the two evaluators differ.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use causeway_agreement::{Tally, World};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(|| PathBuf::from("tests/data/policies"), PathBuf::from);
    let mut number = |default| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (count, tenant) = (number(100_000), number(1));
    let world = World::published(tenant, &folder);
    let accepted = world.samples().iter().filter(|sample| sample.accepted).count();
    println!("{} policies, {accepted} of which Graph takes as they are", world.samples().len());
    // Two threads take every other sign-in.
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            let world = &world;
            scope.spawn(move || world.compare(world.sign_ins(count).skip(half).step_by(2)))
        });
        for half in halves {
            tally.merge(half.join().expect("a thread that panics has found a bug"));
        }
    });
    println!("{tally}");
    if tally.different() == 0 && tally.sign_ins == count { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
