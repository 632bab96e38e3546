//! Work for the writer: closures within a transaction, and how each is guarded and answered.

use super::tx::Tx;
use crate::store::core::error::Trouble;
use crate::store::{Result, StoreError};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::oneshot;

/// Longest time that a closure may take.
const WORK_LIMIT: Duration = Duration::from_secs(10);

/// Work within a transaction. It may run several times; the last run counts.
pub(in crate::store) trait Work: Send {
    /// Returns whether nobody waits for the answer any more.
    fn abandoned(&self) -> bool;
    /// Does the work. Returns true if the result must be kept.
    fn run<'a>(&'a mut self, tx: &'a Tx) -> LocalBoxFuture<'a, bool>;
    /// Called when the work was stopped from outside.
    fn fail(&mut self, error: StoreError);
    /// Answers the caller, after the commit or its failure.
    fn answer(self: Box<Self>, commit: Result<()>);
    /// Returns whether the work consists of parts that can be tried one by one after a joint failure.
    fn divisible(&self) -> bool {
        false
    }
    /// Splits off the parts, each to be run and answered alone.
    fn divide(&mut self) -> Vec<Box<dyn Work>> {
        Vec::new()
    }
}

/// A closure, what is done after its commit, and the caller that waits for its result.
pub(in crate::store) struct Closure<T, E, F, A> {
    work: F,
    after: A,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F, A> Closure<T, E, F, A> {
    pub(in crate::store) const fn new(work: F, after: A, reply: oneshot::Sender<Result<T, E>>) -> Self {
        Self { work, after, result: None, reply }
    }
}

impl<T, E, F, A> Work for Closure<T, E, F, A>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: AsyncFn(&Tx) -> Result<T, E> + Send + 'static,
    A: FnOnce(&T) + Send + 'static,
{
    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run<'a>(&'a mut self, tx: &'a Tx) -> LocalBoxFuture<'a, bool> {
        async move {
            self.result = None;
            let result = (self.work)(tx).await;
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        }
        .boxed_local()
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>, commit: Result<()>) {
        let Self { after, result, reply, .. } = *self;
        let result = match (commit, result) {
            (Err(error), Some(Ok(_)) | None) => Err(error.into()),
            (_, Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Closed.into()),
        };
        if let Ok(done) = &result
            && std::panic::catch_unwind(AssertUnwindSafe(|| after(done))).is_err()
        {
            tracing::error!("what was to be done after a commit panicked; the commit stands");
        }
        let _nobody_may_wait_any_more = reply.send(result);
    }
}

/// Runs work, and stops it if it panics or takes too long. Returns true if the result must be kept.
pub(in crate::store) async fn run_guarded(work: &mut dyn Work, tx: &Tx) -> bool {
    let guarded = AssertUnwindSafe(work.run(tx)).catch_unwind();
    match tokio::time::timeout(WORK_LIMIT, guarded).await {
        Ok(Ok(true)) if tx.trouble() == Trouble::Statement => {
            work.fail(StoreError::Other("a closure of the store continued after an error".into()));
            false
        }
        Ok(Ok(keep)) => keep,
        Ok(Err(panic)) => {
            let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            tracing::error!(%said, "a closure of the store panicked; it was rolled back");
            work.fail(StoreError::Other(format!("panicked: {said}")));
            false
        }
        Err(_) => {
            tracing::error!("a closure of the store took longer than {WORK_LIMIT:?}; it was rolled back");
            work.fail(StoreError::Busy);
            false
        }
    }
}
