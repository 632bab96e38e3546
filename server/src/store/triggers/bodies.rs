//! Bodies of the calls that started runs. They go when their run goes.

use super::entity::run_body;
use crate::domain::ids::RunId;
use crate::store::runs::entity::run;
use crate::store::{Result, Store, Tx};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _};

impl Store {
    /// The body of the call that started a run, or the run that it repeats.
    pub async fn run_body(&self, run: RunId) -> Result<Option<Vec<u8>>> {
        let found = run_body::Entity::find().filter(run_body::Column::RunId.in_subquery(key_of(run)));
        Ok(found.one(self.reader()).await?.map(|row| row.body))
    }
}

impl Tx {
    /// Stores the body of the call that started a new run.
    pub async fn run_body_put(&self, run: RunId, body: &[u8]) -> Result<()> {
        let values = Query::select()
            .column(run::Column::Id)
            .expr(Expr::value(body.to_vec()))
            .from(run::Entity)
            .and_where(Expr::col(run::Column::Uid).eq(run.0))
            .take();
        self.run_body_insert(values).await
    }

    /// Deletes the body of the call that started a run.
    pub async fn run_body_delete(&self, run: RunId) -> Result<()> {
        let found = run_body::Entity::delete_many().filter(run_body::Column::RunId.in_subquery(key_of(run)));
        found.exec(self).await?;
        Ok(())
    }

    /// Gives a run that repeats another the body of that one, if it has one.
    pub async fn run_body_copy(&self, from: RunId, to: RunId) -> Result<()> {
        let values = Query::select()
            .expr(Expr::SubQuery(None, Box::new(key_of(to).into())))
            .column(run_body::Column::Body)
            .from(run_body::Entity)
            .and_where(Expr::col(run_body::Column::RunId).in_subquery(key_of(from)))
            .take();
        self.run_body_insert(values).await
    }

    async fn run_body_insert(&self, values: SelectStatement) -> Result<()> {
        let mut insert = Query::insert();
        insert.into_table(run_body::Entity).columns([run_body::Column::RunId, run_body::Column::Body]);
        insert.select_from(values).map_err(|error| sea_orm::DbErr::Custom(error.to_string()))?;
        self.execute(&insert).await?;
        Ok(())
    }
}

fn key_of(run: RunId) -> SelectStatement {
    Query::select().column(run::Column::Id).from(run::Entity).and_where(Expr::col(run::Column::Uid).eq(run.0)).take()
}
