//! The hot path: starts and ends of attempts that wait at the same time share their statements.

use super::writer::{Tx, Work};
use crate::domain::model::{AttemptFinished, AttemptStarted};
use crate::store::runs::finish;
use crate::store::{Result, StoreError};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use tokio::sync::oneshot;

type Reply = oneshot::Sender<Result<Vec<bool>>>;

/// Gathers what shares statements.
#[derive(Default)]
pub(in crate::store) struct HotWork {
    started: Vec<(Vec<AttemptStarted>, Reply)>,
    finished: Vec<(Vec<AttemptFinished>, Reply)>,
}

impl HotWork {
    pub(in crate::store) fn started(&mut self, items: Vec<AttemptStarted>, reply: Reply) {
        self.started.push((items, reply));
    }

    pub(in crate::store) fn finished(&mut self, items: Vec<AttemptFinished>, reply: Reply) {
        self.finished.push((items, reply));
    }

    /// At most one piece of work per kind.
    pub(in crate::store) fn into_work(self) -> Vec<Box<dyn Work>> {
        let mut work: Vec<Box<dyn Work>> = Vec::new();
        if !self.started.is_empty() {
            work.push(Box::new(Batch { parts: self.started, result: None }));
        }
        if !self.finished.is_empty() {
            work.push(Box::new(Batch { parts: self.finished, result: None }));
        }
        work
    }
}

/// What can be written many rows at a time; answers for each whether it was valid.
pub(in crate::store) trait HotItem: Clone + Send + 'static {
    fn write<'a>(tx: &'a Tx, items: &'a [Self]) -> LocalBoxFuture<'a, Result<Vec<bool>>>;
}

impl HotItem for AttemptStarted {
    fn write<'a>(tx: &'a Tx, items: &'a [Self]) -> LocalBoxFuture<'a, Result<Vec<bool>>> {
        finish::started(tx, items).boxed_local()
    }
}

impl HotItem for AttemptFinished {
    fn write<'a>(tx: &'a Tx, items: &'a [Self]) -> LocalBoxFuture<'a, Result<Vec<bool>>> {
        finish::finished(tx, items).boxed_local()
    }
}

struct Batch<I> {
    parts: Vec<(Vec<I>, Reply)>,
    result: Option<Result<Vec<bool>>>,
}

impl<I: HotItem> Work for Batch<I> {
    fn abandoned(&self) -> bool {
        false
    }

    fn run<'a>(&'a mut self, tx: &'a Tx) -> LocalBoxFuture<'a, bool> {
        async move {
            self.result = None;
            let items: Vec<I> = self.parts.iter().flat_map(|(items, _)| items.iter().cloned()).collect();
            let result = I::write(tx, &items).await;
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        }
        .boxed_local()
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Some(Err(error));
    }

    fn answer(self: Box<Self>, commit: Result<()>) {
        let Self { parts, result } = *self;
        let result = commit.and_then(|()| result.unwrap_or(Err(StoreError::Closed)));
        let mut from = 0;
        for (items, reply) in parts {
            let part = result.as_ref().map(|all| all[from..from + items.len()].to_vec());
            from += items.len();
            let _ = reply.send(part.map_err(Clone::clone));
        }
    }

    fn divisible(&self) -> bool {
        self.parts.len() > 1
    }

    fn divide(&mut self) -> Vec<Box<dyn Work>> {
        if !self.divisible() {
            return Vec::new();
        }
        let alone = |part| -> Box<dyn Work> { Box::new(Self { parts: vec![part], result: None }) };
        std::mem::take(&mut self.parts).into_iter().map(alone).collect()
    }
}
