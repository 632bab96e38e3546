//! Figures for Prometheus: what this process has counted, and what the database contains when asked.

use crate::app::{App, system};
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::Duration;

/// Names and values, in the order in which they are shown.
type Labels = Vec<(&'static str, String)>;

type MakeHistogram = fn() -> Histogram;

/// What this process counts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Labels, Counter>,
    durations: Family<Labels, Histogram, MakeHistogram>,
    streams: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("orc");
        let requests = Family::<Labels, Counter>::default();
        let make: MakeHistogram = || Histogram::new(exponential_buckets(0.001, 4.0, 8));
        let durations = Family::new_with_constructor(make);
        let streams = Gauge::default();
        registry.register("http_requests", "Requests by route, method and status", requests.clone());
        registry.register("http_request_seconds", "Time to the head of the answer, by route", durations.clone());
        registry.register("event_streams", "Open event streams", streams.clone());
        Self { registry: Arc::new(registry), requests, durations, streams }
    }
}

/// Counts a stream as open until dropped.
#[derive(Debug)]
pub struct OpenStream(Gauge);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// Counts a stream as open.
    pub fn open_stream(&self) -> OpenStream {
        self.streams.inc();
        OpenStream(self.streams.clone())
    }

    /// Counts an answered request, and the time until its answer began.
    pub fn request_count(&self, route: String, method: String, status: String, elapsed: Duration) {
        let by_route = vec![("route", route.clone())];
        self.durations.get_or_create(&by_route).observe(elapsed.as_secs_f64());
        let labels = vec![("route", route), ("method", method), ("status", status)];
        self.requests.get_or_create(&labels).inc();
    }

    /// All figures, in the text format of Prometheus.
    pub async fn text(&self, app: &App) -> String {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry).expect("text can be written to a string");
        let now = now_registry(app).await;
        encode_registry(&mut text, &now).expect("text can be written to a string");
        plain_counters(&text)
    }
}

/// Figures that are measured now.
async fn now_registry(app: &App) -> Registry {
    let mut registry = Registry::with_prefix("orc");
    let gauge = |registry: &mut Registry, name: &str, help: &str, value: f64| {
        registry.register(name, help, ConstGauge::new(value));
    };
    gauge(&mut registry, "up_seconds", "Seconds since the server started", app.uptime_seconds());
    gauge(&mut registry, "run_limit", "Maximum number of simultaneous runs", f64::from(app.settings().run_limit));
    registry.register("panics", "Panics caught since the server started", ConstCounter::new(system::panic_count()));
    let disk = app.disk();
    gauge(&mut registry, "disk_free_bytes", "Free bytes on the disk of the data folder", as_figure(disk.free_bytes));
    gauge(&mut registry, "disk_total_bytes", "Size of that disk in bytes", as_figure(disk.total_bytes));
    if let Ok(figures) = app.figures().await {
        gauge(&mut registry, "database_bytes", "Size of the database in bytes", as_figure(figures.database_bytes));
        gauge(
            &mut registry,
            "database_wal_bytes",
            "Size of the database's write-ahead log in bytes",
            as_figure(figures.wal_bytes),
        );
        gauge(&mut registry, "held", "1 while everything is on hold", f64::from(u8::from(figures.held)));
        let open = Family::<Labels, Gauge>::default();
        for (state, count) in figures.open_runs {
            let gauge = open.get_or_create_owned(&vec![("state", state.as_str().to_owned())]);
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        registry.register("open_runs", "Runs that have not ended, by state; waiting includes backing off", open);
    }
    let (runs, slots) = (Family::<Labels, Counter>::default(), Family::<Labels, Counter>::default());
    for (state, count) in app.events().finished_runs() {
        runs.get_or_create_owned(&vec![("state", state.as_str().to_owned())]).inc_by(count);
    }
    for (outcome, count) in app.events().slots() {
        slots.get_or_create_owned(&vec![("outcome", outcome.as_str().to_owned())]).inc_by(count);
    }
    registry.register("runs_finished", "Runs that ended since the server started, by final state", runs);
    registry.register("slots", "Ledger entries since the server started, by outcome", slots);
    workers(&mut registry, app);
    registry
}

fn workers(registry: &mut Registry, app: &App) {
    let (rounds, failing) = (Family::<Labels, Counter>::default(), Family::<Labels, Gauge>::default());
    for worker in app.workers().list() {
        let labels = vec![("worker", worker.name.to_owned())];
        rounds.get_or_create_owned(&labels).inc_by(worker.round_count);
        failing.get_or_create_owned(&labels).set(i64::from(worker.error.is_some()));
    }
    registry.register("worker_rounds", "Rounds of the server's workers", rounds);
    registry.register("worker_failing", "1 while the last round of a worker failed", failing);
}

#[expect(clippy::cast_precision_loss, reason = "a figure for a graph")]
fn as_figure(value: u64) -> f64 {
    value as f64
}

/// Adds `_total` to the descriptions of counters. OpenMetrics describes a counter without that ending; the plain text
/// format describes it with the ending.
fn plain_counters(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 256);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let about = |line: &str, word: &str| {
            let mut parts = line.split(' ');
            (parts.next() == Some("#") && parts.next() == Some(word)).then(|| parts.next().unwrap_or("").to_owned())
        };
        let is_counter = |line: &str| line.starts_with("# TYPE ") && line.ends_with(" counter");
        let described = about(line, "HELP").filter(|_| lines.peek().is_some_and(|next| is_counter(next)));
        let counter = described.or_else(|| about(line, "TYPE").filter(|_| is_counter(line)));
        match counter {
            Some(name) => out.push_str(&line.replacen(&name, &format!("{name}_total"), 1)),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_has_one_name_where_it_is_described_and_where_it_is_counted() {
        let mut registry = Registry::with_prefix("orc");
        registry.register("panics", "Panics", ConstCounter::new(3_u64));
        registry.register("run_limit", "Most runs", ConstGauge::new(4_i64));
        let mut text = String::new();
        encode_registry(&mut text, &registry).unwrap();
        let expected = "# HELP orc_panics_total Panics.\n# TYPE orc_panics_total counter\norc_panics_total 3\n\
                        # HELP orc_run_limit Most runs.\n# TYPE orc_run_limit gauge\norc_run_limit 4\n";
        assert_eq!(plain_counters(&text), expected);
    }
}
