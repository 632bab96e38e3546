//! Wire types of deliveries.

use crate::api::core::answer::Reason;
use crate::api::core::page::page;
use crate::domain::notify::words::{DeliveryState, NoticeLevel};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which deliveries to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveryListQuery {
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
    pub cursor: Option<String>,
    /// Only deliveries through this channel (name or id).
    #[param(max_length = 100)]
    pub channel: Option<String>,
    /// Only deliveries in these states, separated by commas.
    #[param(max_length = 200, example = "failed,dead")]
    pub state: Option<String>,
}

macro_rules! delivery {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct $name {
            /// UUID of the delivery. It is also the id of the message, whenever it is sent.
            pub id: Uuid,
            /// Name of the channel when the delivery was made.
            pub channel: String,
            /// Where the delivery stands.
            #[schema(inline = false)]
            pub state: DeliveryState,
            /// One line that says what the notification is about.
            pub subject: String,
            /// How serious it is.
            #[schema(inline = false)]
            pub level: NoticeLevel,
            /// When the delivery was made.
            pub created_at: DateTime<Utc>,
            /// Number of attempts, since the delivery was made or somebody last asked for another attempt.
            pub attempt_count: u32,
            /// When the last attempt ended; null: there was none.
            pub attempted_at: Option<DateTime<Utc>>,
            /// When the next attempt is due; null: there is none.
            pub due_at: Option<DateTime<Utc>>,
            /// When the other side accepted the notification.
            pub delivered_at: Option<DateTime<Utc>>,
            /// What the other side last said. Secrets are masked.
            pub answer: Option<String>,
            /// Why the notification was last not accepted, or why it is not sent; null: there is no such reason.
            pub problem: Option<Reason>,
            $($own)*
        }
    };
}

delivery! {
    /// A notification on its way through a channel.
    DeliverySummary {}
}
delivery! {
    /// A notification on its way through a channel, with all that it says.
    Delivery {
        /// Key that all notifications about one matter share.
        pub key: String,
        /// When what it tells about happened.
        pub happened_at: DateTime<Utc>,
        /// What it says below its subject, as plain text.
        pub text: String,
        /// Recipients that the other side refused while it accepted others. Only these are tried again.
        pub unreached: Vec<String>,
    }
}
page!(
    /// A page of deliveries, newest first.
    DeliveryPage,
    DeliverySummary
);
