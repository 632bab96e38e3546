//! Requests of the local command line to the running Orc server of the same data folder.

use reqwest::{Client, Method};
use serde_json::Value;
use std::time::Duration;

/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Sends one request. Returns the status code and the JSON body (null if there is none).
///
/// # Errors
/// A sentence, if there is no answer.
pub async fn ask(
    (base, token): (&str, &str),
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<(u16, Value), String> {
    let gone = |error: reqwest::Error| format!("the server at {base} does not answer: {error}");
    // The token belongs to this start of the server, and the address comes from the data folder, which only its owner
    // can write to. A certificate for the public name does not cover the loopback address.
    let loopback = ["https://127.", "https://[::1]", "https://localhost"].iter().any(|host| base.starts_with(host));
    let client = Client::builder().timeout(ANSWER_WITHIN).no_proxy().tls_danger_accept_invalid_certs(loopback);
    let client = client.build().map_err(gone)?;
    let method = Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
    let mut request = client.request(method, format!("{base}{path}")).bearer_auth(token);
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = request.send().await.map_err(gone)?;
    let status = response.status().as_u16();
    let bytes = response.bytes().await.map_err(gone)?;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
}
