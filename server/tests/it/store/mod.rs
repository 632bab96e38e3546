//! The store. Every test runs on SQLite and on PostgreSQL (`ORC_TEST_POSTGRES_URL`, or a private cluster made for
//! this binary).

mod audit;
mod bench;
mod calendars;
pub(crate) mod fixture;
mod opening;
mod people;
mod pools;
mod runs;
mod schedules;
mod tasks;
mod writer;

/// Makes two tests of one function: on SQLite and on PostgreSQL.
macro_rules! both {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(crate::store::fixture::Fixture::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(crate::store::fixture::Fixture::postgres().await).await;
            }
        })+
    };
}
pub(crate) use both;
