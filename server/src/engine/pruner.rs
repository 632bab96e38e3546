//! (a place holder: replace the whole file)

use super::worker::{RoundResult, Worker};
use crate::app::App;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::time::Duration;

/// The worker.
#[derive(Debug)]
pub struct Pruner;

impl Pruner {
    /// A worker.
    pub fn new(_app: App) -> Self {
        Self
    }
}

impl Worker for Pruner {
    fn name(&self) -> &'static str {
        "pruner"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(600)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        async { Ok(None) }.boxed()
    }
}
