//! What a person sees: lines that stay, and below them a bar that moves. Where nobody watches there are the lines alone.

use std::io::{self, IsTerminal, Write};

use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Parts of the bar.
const STEPS: u64 = 1_000;

/// A story on standard output.
pub(super) struct Screen {
    bar: ProgressBar,
}

impl Screen {
    /// A screen; `plain` leaves the bar out, as does an output that is no terminal.
    pub(super) fn new(plain: bool) -> Self {
        let target = if plain || !io::stdout().is_terminal() { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stdout() };
        let style = ProgressStyle::with_template("  [{bar:40}] {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        Screen { bar: ProgressBar::with_draw_target(Some(STEPS), target).with_style(style.progress_chars("=> ")) }
    }

    /// The story begins.
    pub(super) fn title(&self, text: &str) {
        self.write(&format!("\n{text}\n"));
    }

    /// Something happened, at this instant of the simulated time.
    pub(super) fn line(&self, at: DateTime<Utc>, text: &str) {
        self.write(&format!("  {}  {text}\n", at.format("%a %d %b %H:%M")));
    }

    /// How far the story is, of one, and what there is to be said of it.
    pub(super) fn progress(&self, done: f64, text: String) {
        self.bar.set_position((done.clamp(0.0, 1.0) * STEPS as f64) as u64);
        self.bar.set_message(text);
    }

    /// The bar goes; the lines stay.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// A closed standard output is no reason to stop.
    fn write(&self, text: &str) {
        self.bar.suspend(|| {
            let mut out = io::stdout();
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        });
    }
}
