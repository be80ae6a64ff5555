//! Phased rollouts: counting, judging, deciding, planning (domain.md section 8; rollout-engine.md A3 to A5).

mod commands;
mod counting;
mod deciding;
mod editing;
mod eligibility;
mod given;
mod judging;
mod model;
mod monte_carlo;
mod proposing;
mod random;
mod story;
mod walks;
mod waves;
