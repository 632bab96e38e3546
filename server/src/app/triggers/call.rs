//! A call of a webhook, as `api` hands it over.
//!
//! Deliberately absent: what it proves (`hook_proof`) and what it starts (`hooks`).

use crate::domain::triggers::call::Headers;

/// A call of a webhook.
#[derive(Debug, Clone, Default)]
pub struct HookCall {
    /// The last part of the address.
    pub address: String,
    /// What follows the address: of a heartbeat what the job says.
    pub said: Option<String>,
    /// The headers.
    pub headers: Headers,
    /// Names and values of the query.
    pub query: Vec<(String, String)>,
    /// Header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Address of the client.
    pub from: String,
    /// Id of the request.
    pub request_id: Option<String>,
}

impl HookCall {
    /// The first value of a name in the query.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
