//! Talk: progress on a terminal, plain lines elsewhere, JSON lines with `--log json`. All of it on stderr; stdout is data.
//!
//! What is told holds ids and counts, never a name.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// How to talk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Sentences.
    #[default]
    Plain,
    /// A JSON object a line.
    Json,
}

/// One stage of a night, for the manifest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// How long it took.
    pub seconds: f64,
    /// Peak resident memory of the process so far, in MiB; 0 where the system does not tell.
    pub peak_mib: u64,
}

/// Where a night is, and where it has been.
pub struct Progress {
    bar: Option<ProgressBar>,
    format: LogFormat,
    quiet: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<(String, Instant)>,
    stages: Vec<Stage>,
}

impl Progress {
    /// Progress for a terminal where stderr is one, plain or JSON lines elsewhere.
    #[must_use]
    pub fn new(format: LogFormat, quiet: bool) -> Self {
        let bar = (!quiet && format == LogFormat::Plain && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed:>4} {prefix:<12} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, format, quiet, state: Mutex::new(State::default()) }
    }

    /// Progress that nobody sees.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(LogFormat::Plain, true)
    }

    /// Starts the next stage.
    pub fn stage(&self, name: &str) {
        self.end_stage();
        if let Ok(mut state) = self.state.lock() {
            state.current = Some((name.to_string(), Instant::now()));
        }
        if let Some(bar) = &self.bar {
            bar.set_prefix(name.to_string());
            bar.set_message("");
        }
    }

    fn end_stage(&self) {
        let Ok(mut state) = self.state.lock() else { return };
        if let Some((name, since)) = state.current.take() {
            let stage = Stage { name, seconds: (since.elapsed().as_secs_f64() * 1000.0).round() / 1000.0, peak_mib: peak_mib() };
            self.event("stage", &stage.name, &[("seconds", stage.seconds.to_string()), ("peak_mib", stage.peak_mib.to_string())]);
            state.stages.push(stage);
        }
    }

    /// Says which file is being read.
    pub fn file(&self, name: &str) {
        self.step(&format!("reading {name}"));
    }

    /// Says what is being done within a stage.
    pub fn step(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_string());
        }
        if self.format != LogFormat::Json {
            return;
        }
        let seconds = self.state.lock().ok().and_then(|s| s.current.as_ref().map(|(_, since)| since.elapsed().as_secs_f64()));
        self.event("step", what, &[("at", format!("{:.3}", seconds.unwrap_or_default())), ("peak_mib", peak_mib().to_string())]);
    }

    /// Says a sentence.
    pub fn say(&self, sentence: &str) {
        if self.quiet {
            return;
        }
        match (&self.bar, self.format) {
            (_, LogFormat::Json) => self.event("note", sentence, &[]),
            (Some(bar), _) => bar.suspend(|| eprintln!("{sentence}")),
            (None, _) => eprintln!("{sentence}"),
        }
    }

    fn event(&self, kind: &str, message: &str, fields: &[(&str, String)]) {
        if self.quiet || self.format != LogFormat::Json {
            return;
        }
        let mut line = serde_json::Map::new();
        line.insert("event".into(), kind.into());
        line.insert("message".into(), message.into());
        for (name, value) in fields {
            line.insert((*name).into(), value.clone().into());
        }
        eprintln!("{}", serde_json::Value::Object(line));
    }

    /// Ends the last stage; the stages in their order.
    #[must_use]
    pub fn finish(&self) -> Vec<Stage> {
        self.end_stage();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.state.lock().map(|s| s.stages.clone()).unwrap_or_default()
    }
}

/// Peak resident memory in MiB, where the system tells.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:"));
    line.and_then(|l| l.split_whitespace().nth(1)).and_then(|kib| kib.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
}
