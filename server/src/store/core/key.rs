//! Keys as columns: the only place that converts between a `Key` and the number in the database.

use crate::domain::keys::Key;
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{ActiveValue, ColIdx, DbErr, IntoActiveValue, QueryResult, TryFromU64, TryGetError, TryGetable, Value};
use std::any::type_name;

impl<T> From<Key<T>> for Value {
    fn from(key: Key<T>) -> Self {
        key.number().into()
    }
}

impl<T> TryGetable for Key<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        <i64 as TryGetable>::try_get_by(row, index).map(Self::new)
    }
}

impl<T> ValueType for Key<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <i64 as ValueType>::try_from(value).map(Self::new)
    }

    fn type_name() -> String {
        type_name::<Self>().to_owned()
    }

    fn array_type() -> ArrayType {
        <i64 as ValueType>::array_type()
    }

    fn column_type() -> ColumnType {
        <i64 as ValueType>::column_type()
    }
}

impl<T> Nullable for Key<T> {
    fn null() -> Value {
        <i64 as Nullable>::null()
    }
}

impl<T> IntoActiveValue<Self> for Key<T> {
    fn into_active_value(self) -> ActiveValue<Self> {
        ActiveValue::Set(self)
    }
}

impl<T> TryFromU64 for Key<T> {
    fn try_from_u64(number: u64) -> Result<Self, DbErr> {
        i64::try_from_u64(number).map(Self::new)
    }
}
