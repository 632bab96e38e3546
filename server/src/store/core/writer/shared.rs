//! Rows that many callers write at the same time: what waits together shares its statements.

use super::tx::Tx;
use super::work::Work;
use crate::store::{Result, StoreError};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use std::any::Any;
use tokio::sync::oneshot;

/// Takes the answers: for each row whether it was valid.
type Reply = oneshot::Sender<Result<Vec<bool>>>;

/// Rows that can be written many at a time.
pub(in crate::store) trait SharedRow: Clone + Send + 'static {
    /// Names the kind of rows. What waits is written kind by kind, the smallest rank first.
    const RANK: u8;

    /// Writes the rows; answers for each whether it was valid.
    fn write<'a>(tx: &'a Tx, rows: &'a [Self]) -> LocalBoxFuture<'a, Result<Vec<bool>>>;
}

/// Work that can take over other work of its kind.
pub(in crate::store) trait Shared: Work + Any {
    /// The rank of its rows.
    fn rank(&self) -> u8;
    /// Takes over what work of the same rank holds.
    fn join(&mut self, other: Box<dyn Shared>);
}

/// Joins what waits, so that at most one piece of work per kind is left.
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
