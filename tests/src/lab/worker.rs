//! A worker that a test stops at a step of the apply saga: for ever (a crash) or until it is let go on (a pause past its lease).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api::system::SystemClock;
use app::App;
use app::failpoint::{ApplyStep, Failpoints};
use app::runner::{self, Workers};
use chrono::{DateTime, Utc};
use domain::env::Clock;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::dice::Dice;

/// The longest pause of a hesitant worker at a step.
const HESITATES_MS: usize = 3;

/// Where a worker stops next, and where it has been.
#[derive(Default)]
pub struct Gate {
    dice: Option<Mutex<Dice>>,
    state: Mutex<State>,
    moved: Notify,
    go_on: Notify,
}

#[derive(Default)]
struct State {
    stop_at: Option<ApplyStep>,
    stopped: bool,
    steps: Vec<Stepped>,
}

/// A step that a worker came to.
#[derive(Clone, Copy, Debug)]
pub struct Stepped {
    /// The step.
    pub step: ApplyStep,
    /// When, by the system's clock, which is the simulator's too.
    pub at: DateTime<Utc>,
}

impl Gate {
    /// A gate whose worker hesitates at every step, so that no two schedules are the same.
    pub fn hesitant(seed: u64) -> Self {
        Gate { dice: Some(Mutex::new(Dice::new(seed))), ..Gate::default() }
    }

    /// The hook for [`app::Deps`].
    pub fn failpoints(self: &Arc<Self>) -> Failpoints {
        let gate = Arc::clone(self);
        Failpoints::new(move |step| {
            let gate = Arc::clone(&gate);
            Box::pin(async move { gate.pass(step).await })
        })
    }

    async fn pass(&self, step: ApplyStep) {
        let stop = {
            let mut state = self.lock();
            state.steps.push(Stepped { step, at: SystemClock.now() });
            let stop = state.stop_at == Some(step);
            if stop {
                state.stop_at = None;
                state.stopped = true;
            }
            stop
        };
        self.moved.notify_one();
        if let Some(dice) = &self.dice {
            let pause = dice.lock().unwrap_or_else(PoisonError::into_inner).below(HESITATES_MS + 1);
            sleep(Duration::from_millis(pause as u64)).await;
        }
        if stop {
            self.go_on.notified().await;
        }
    }

    /// Stops the worker when it next comes to this step.
    pub fn stop_at(&self, step: Option<ApplyStep>) {
        self.lock().stop_at = step;
    }

    /// Whether the worker stands at its step.
    pub fn stopped(&self) -> bool {
        self.lock().stopped
    }

    /// Lets a stopped worker go on.
    pub fn go_on(&self) {
        self.lock().stopped = false;
        self.go_on.notify_one();
    }

    /// Waits until the worker came to another step.
    pub async fn moved(&self) {
        self.moved.notified().await;
    }

    /// Whether this is the last step the worker came to.
    pub fn at(&self, step: ApplyStep) -> bool {
        self.lock().steps.last().is_some_and(|stepped| stepped.step == step)
    }

    /// Takes out where the worker has been.
    pub fn take_steps(&self) -> Vec<Stepped> {
        std::mem::take(&mut self.lock().steps)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One process's worth of workers: an `App` of its own over the shared store.
pub struct Worker {
    /// Its use cases; calling them wakes it.
    pub app: App,
    /// Where it stops.
    pub gate: Arc<Gate>,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Worker {
    /// Starts `count` workers.
    pub fn start(app: App, gate: Arc<Gate>, count: usize, name: &str) -> Self {
        let stop = CancellationToken::new();
        let tasks = runner::start(&app, &Workers { count, applies: count, owner: name.to_owned() }, &stop);
        Worker { app, gate, tasks, stop }
    }

    /// Takes the worker out, so that another one can be put into its place.
    pub fn leave(&mut self) -> Worker {
        let tasks = std::mem::replace(&mut self.tasks, JoinSet::new());
        Worker { app: self.app.clone(), gate: Arc::clone(&self.gate), tasks, stop: self.stop.clone() }
    }

    /// A crash: every task is dropped where it stands, and nothing is given back.
    pub async fn crash(mut self) -> Vec<Stepped> {
        self.tasks.shutdown().await;
        self.gate.take_steps()
    }

    /// An orderly stop of a worker that has nothing to do.
    pub async fn stop(mut self) -> Vec<Stepped> {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        self.gate.take_steps()
    }
}
