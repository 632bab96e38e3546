//! (a place holder: replace the whole file)

use super::active::Control;
use crate::app::App;
use crate::app::attempts::AttemptReport;
use crate::domain::vocabulary::AttemptOutcome;
use crate::store::ClaimedRun;
use tokio::sync::mpsc;

/// Carries out an http attempt.
pub async fn run(
    _claimed: &ClaimedRun,
    app: &App,
    _control: &mut mpsc::UnboundedReceiver<Control>,
    _own_port: u16,
) -> AttemptReport {
    AttemptReport::bare(AttemptOutcome::Failed, app.clock().now(), "not built yet")
}
