//! Wire types of reports.

use crate::api::contract::names::Name;
use crate::api::core::defaults::yes;
use crate::api::core::page::page;
use crate::api::notify::rule_wire::RuleScope;
use crate::domain::reports::WhenEmpty;
use crate::domain::vocabulary::Weekday;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Each day, about the day before.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportDaily {}

/// Each week, about the seven days before.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportWeekly {
    /// The day of the week.
    #[schema(inline = false, example = "monday")]
    pub weekday: Weekday,
}

/// Each month, about the days since the day of the report before.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportMonthly {
    /// The day of the month, `1` to `31`, or `last`. In a month without that day, it is the last one.
    #[serde(default = "first")]
    #[schema(min_length = 1, max_length = 4, default = "1", example = "last")]
    pub day: String,
}

/// How often a report is sent, and about how many days it tells.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReportPeriod {
    /// Each day, about the day before.
    Daily(ReportDaily),
    /// Each week, about the seven days before.
    Weekly(ReportWeekly),
    /// Each month, about the days since the day of the report before.
    Monthly(ReportMonthly),
}

macro_rules! report {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Unique name.
            #[schema(value_type = Name)]
            pub name: String,
            /// What the report is for. It stands at its beginning.
            #[serde(default)]
            #[schema(max_length = 2000, default = "")]
            pub description: String,
            /// Whether the report is sent by itself.
            #[serde(default = "yes")]
            #[schema(default = true)]
            pub enabled: bool,
            /// How often it is sent, and about how many days it tells. These are whole local days.
            #[serde(default = "daily")]
            #[schema(inline = false, default = json!({"kind": "daily"}))]
            pub period: ReportPeriod,
            /// Time of day at which it is sent, `HH:MM`. If the clocks never show it on a day, the next time that they
            /// show counts; if they show it twice, the first one counts.
            #[serde(default = "morning")]
            #[schema(min_length = 1, max_length = 8, default = "07:00", example = "07:00")]
            pub at: String,
            /// Time zone of that time, of the days, and of all times in the report, an IANA name.
            #[serde(default = "utc")]
            #[schema(min_length = 1, max_length = 64, default = "UTC", example = "Europe/Berlin")]
            pub timezone: String,
            /// The tasks about which the report tells.
            #[serde(default)]
            #[schema(inline = false)]
            pub what: RuleScope,
            /// Names of the channels that get it. Mail gets the whole report; the others get a short text with a link.
            #[schema(min_items = 1, max_items = 50, value_type = Vec<Name>)]
            pub who: Vec<String>,
            /// What happens to a report about a time in which nothing ran.
            #[serde(default = "send")]
            #[schema(inline = false, default = "send")]
            pub when_empty: WhenEmpty,
        }
    };
}

report! {
    /// Everything a person defines about a report.
    ReportDefinition {}
}
report! {
    /// What happened in a day, a week or a month, told to channels.
    Report {
        /// UUID of the report.
        #[schema(read_only)]
        pub id: Uuid,
        /// Version of the definition. It grows by one with each change.
        #[schema(read_only)]
        pub version: u32,
        /// When the report was created.
        #[schema(read_only)]
        pub created_at: DateTime<Utc>,
        /// When its definition last changed.
        #[schema(read_only)]
        pub updated_at: DateTime<Utc>,
        /// When it is sent next; null: it is disabled.
        #[schema(read_only)]
        pub next_at: Option<DateTime<Utc>>,
        /// When it was last handed to its channels; null: it never was. What became of it, deliveries tell.
        #[schema(read_only)]
        pub sent_at: Option<DateTime<Utc>>,
    }
}
page!(
    /// A page of reports, by name.
    ReportPage,
    Report
);

/// The days about which a report tells.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportDateQuery {
    /// A local day among those about which the report tells; default: the newest days that are over.
    #[param(example = "2026-11-29")]
    pub date: Option<NaiveDate>,
}

/// Which report to show as a page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportHtmlQuery {
    /// A local day among those about which the report tells; default: the newest days that are over.
    #[param(example = "2026-11-29")]
    pub date: Option<NaiveDate>,
    /// A definition (JSON) to show in place of the saved one. There need not be a saved one then.
    // It is part of the address, of which the server takes 64 KB, and a character may take 12 bytes there.
    #[param(max_length = 4_000)]
    pub definition: Option<String>,
}

/// What became of a report that somebody sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportSending {
    /// Beginning of the time about which it tells.
    pub from_at: DateTime<Utc>,
    /// End of that time.
    pub until_at: DateTime<Utc>,
    /// Names of the channels that send it now.
    pub channels: Vec<String>,
}

fn first() -> String {
    "1".to_owned()
}
fn daily() -> ReportPeriod {
    ReportPeriod::Daily(ReportDaily {})
}
fn morning() -> String {
    "07:00".to_owned()
}
fn utc() -> String {
    "UTC".to_owned()
}
const fn send() -> WhenEmpty {
    WhenEmpty::Send
}
