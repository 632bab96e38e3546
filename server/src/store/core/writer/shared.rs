//! Rows that many callers write at the same time. Waiting rows share their statements.

use super::tx::Tx;
use super::work::Work;
use crate::store::{Result, StoreError};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use std::any::Any;
use tokio::sync::oneshot;

/// Receives the result: for each row whether it was valid.
type Reply = oneshot::Sender<Result<Vec<bool>>>;

/// Rows of which many can be written together.
pub(in crate::store) trait SharedRow: Clone + Send + 'static {
    /// Rank of the kind of rows. Waiting rows are written kind by kind, the smallest rank first.
    const RANK: u8;

    /// Writes the rows. Returns for each row whether it was valid.
    fn write<'a>(tx: &'a Tx, rows: &'a [Self]) -> LocalBoxFuture<'a, Result<Vec<bool>>>;
}

/// Work that can take over other work of its kind.
pub(in crate::store) trait Shared: Work + Any {
    /// Rank of its rows.
    fn rank(&self) -> u8;
    /// Takes over the rows of work of the same rank.
    fn join(&mut self, other: Box<dyn Shared>);
}

/// Joins the waiting work, so that at most one piece per kind is left.
pub(in crate::store) fn join_all(waiting: impl IntoIterator<Item = Box<dyn Shared>>) -> Vec<Box<dyn Work>> {
    let mut kinds: Vec<Box<dyn Shared>> = Vec::new();
    for shared in waiting {
        match kinds.iter_mut().find(|kind| kind.rank() == shared.rank()) {
            Some(kind) => kind.join(shared),
            None => kinds.push(shared),
        }
    }
    kinds.sort_by_key(|kind| kind.rank());
    kinds.into_iter().map(|kind| -> Box<dyn Work> { kind }).collect()
}

/// The rows of one or several callers.
pub(in crate::store) struct Batch<R> {
    parts: Vec<(Vec<R>, Reply)>,
    result: Option<Result<Vec<bool>>>,
}

impl<R: SharedRow> Batch<R> {
    /// The rows of one caller.
    pub(in crate::store) fn new(rows: Vec<R>, reply: Reply) -> Self {
        Self { parts: vec![(rows, reply)], result: None }
    }
}

impl<R: SharedRow> Shared for Batch<R> {
    fn rank(&self) -> u8 {
        R::RANK
    }

    fn join(&mut self, other: Box<dyn Shared>) {
        let other: Box<dyn Any> = other;
        self.parts.extend(other.downcast::<Self>().expect("a rank names one kind of rows").parts);
    }
}

impl<R: SharedRow> Work for Batch<R> {
    fn abandoned(&self) -> bool {
        false
    }

    fn run<'a>(&'a mut self, tx: &'a Tx) -> LocalBoxFuture<'a, bool> {
        async move {
            self.result = None;
            let rows: Vec<R> = self.parts.iter().flat_map(|(rows, _)| rows.iter().cloned()).collect();
            let result = R::write(tx, &rows).await;
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
        for (rows, reply) in parts {
            let part = result.as_ref().map(|all| all[from..from + rows.len()].to_vec());
            from += rows.len();
            let _nobody_may_wait_any_more = reply.send(part.map_err(Clone::clone));
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
