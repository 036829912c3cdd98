//! Talk: progress on a terminal, plain lines elsewhere, JSON lines with `--log json`. All of it on stderr; stdout is data.
//!
//! A sentence is told by `tracing::info!`, a step within a stage by `tracing::debug!`; before [`start`] nobody hears them.
//! What is told holds ids and counts, never a name.

use std::fmt::Debug;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::field::Field;
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id};
use tracing::{Dispatch, Event, Level, Span, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{Layer, Registry};

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

/// The stages of a night, one after another. One that is dropped before it ends is not told.
pub struct Stages {
    name: &'static str,
    since: Instant,
    _span: Span,
    ended: Vec<Stage>,
}

/// Begins the first stage.
#[must_use]
pub fn stage(name: &'static str) -> Stages {
    Stages { name, since: Instant::now(), _span: tracing::info_span!(STAGE, %name), ended: Vec::new() }
}

impl Stages {
    /// Ends a stage and begins the next.
    pub fn next(&mut self, name: &'static str) {
        self.end();
        // The next span opens before the one before it closes: the bar stays.
        *self = Self { ended: std::mem::take(&mut self.ended), ..stage(name) };
    }

    fn end(&mut self) {
        let seconds = (self.since.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        let stage = Stage { name: self.name.into(), seconds, peak_mib: peak_mib() };
        tracing::info!(name: STAGE, seconds = %stage.seconds, peak_mib = stage.peak_mib, "{}", stage.name);
        self.ended.push(stage);
    }

    /// Ends the last stage; the stages in their order.
    #[must_use]
    pub fn finish(mut self) -> Vec<Stage> {
        self.end();
        self.ended
    }
}

/// Has this program's own spans and events told from now on, on a terminal beside a spinner; those of libraries are not.
pub fn start(format: LogFormat, quiet: bool) {
    if quiet {
        return;
    }
    let bar = (format == LogFormat::Plain && std::io::stderr().is_terminal()).then(|| {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed:>4} {prefix:<12} {msg}") {
            bar.set_style(style);
        }
        bar
    });
    let ours = Targets::new().with_target("prane", Level::DEBUG);
    let listener = Registry::default().with(Listener { bar, format, stage: Mutex::default() }).with(ours);
    // A process has one listener: where there is one already, it goes on.
    let _ = tracing::subscriber::set_global_default(listener);
}

/// Does work of which nothing is told.
pub fn silently<F: Future>(work: F) -> impl Future<Output = F::Output> {
    work.with_subscriber(Dispatch::none())
}

/// The name of the spans of stages, and of the events that say how long one took.
const STAGE: &str = "stage";

/// Shows what is told.
struct Listener {
    bar: Option<ProgressBar>,
    format: LogFormat,
    /// The stage that is open, and since when.
    stage: Mutex<Option<(Id, Instant)>>,
}

impl<S: Subscriber> Layer<S> for Listener {
    fn on_new_span(&self, span: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if span.metadata().name() != STAGE {
            return;
        }
        if let Ok(mut stage) = self.stage.lock() {
            *stage = Some((id.clone(), Instant::now()));
        }
        if let Some(bar) = &self.bar {
            span.record(&mut |_: &Field, name: &dyn Debug| bar.set_prefix(format!("{name:?}")));
            bar.set_message("");
            bar.enable_steady_tick(Duration::from_millis(120));
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let kind = match event.metadata().name() {
            STAGE => "stage",
            _ if *event.metadata().level() <= Level::INFO => "note",
            _ => "step",
        };
        let mut line = Map::from_iter([("event".to_string(), Value::from(kind))]);
        event.record(&mut |field: &Field, value: &dyn Debug| {
            line.insert(field.name().into(), format!("{value:?}").into());
        });
        if self.format == LogFormat::Json {
            if kind == "step" {
                let seconds = self.stage.lock().ok().and_then(|stage| stage.as_ref().map(|(_, since)| since.elapsed().as_secs_f64()));
                line.insert("at".into(), format!("{:.3}", seconds.unwrap_or_default()).into());
                line.insert("peak_mib".into(), peak_mib().to_string().into());
            }
            eprintln!("{}", Value::Object(line));
            return;
        }
        let Some(Value::String(message)) = line.remove("message") else { return };
        match (kind, &self.bar) {
            ("note", None) => eprintln!("{message}"),
            ("note", Some(bar)) => bar.suspend(|| eprintln!("{message}")),
            ("step", Some(bar)) => bar.set_message(message),
            _ => {}
        }
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        let Ok(mut stage) = self.stage.lock() else { return };
        if stage.take_if(|(open, _)| *open == id).is_some()
            && let Some(bar) = &self.bar
        {
            bar.finish_and_clear();
        }
    }
}

/// Peak resident memory in MiB, where the system tells.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:"));
    line.and_then(|l| l.split_whitespace().nth(1)).and_then(|kib| kib.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
}
