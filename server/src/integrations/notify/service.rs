//! Sends the request for a notice to a service, and judges the answer.
//!
//! Deliberately absent: bodies, which `domain::notify::services` makes.

use crate::domain::notify::words::Speaker;
use crate::integrations::hop::HttpError;
use crate::integrations::http_request::{self, HttpRequest};

/// At most this many bytes of an answer are read.
const ANSWER_MAX: usize = 2_000;

/// Sends a request. Tells what is sent and answered. Any answer but success is a failure.
pub async fn send(request: &HttpRequest, tell: &(dyn Fn(Speaker, String) + Sync)) -> Result<(), HttpError> {
    let headers = request.headers.iter().map(|(name, value)| format!("\n{name}: {value}"));
    tell(Speaker::Orc, format!("{} {}{}", request.method, request.url, headers.collect::<String>()));
    tell(Speaker::Orc, request.body.clone().unwrap_or_default());
    let mut answer = http_request::send(request, &|way| tell(Speaker::Orc, way)).await?;
    let (code, mut body) = (answer.code(), Vec::new());
    while body.len() < ANSWER_MAX {
        let Some(piece) = answer.next().await? else { break };
        body.extend_from_slice(&piece);
    }
    body.truncate(ANSWER_MAX);
    let text = String::from_utf8_lossy(&body);
    tell(Speaker::Service, format!("{code} {}", text.trim()).trim_end().to_owned());
    if let Some(url) = answer.reached_without_body() {
        let problem = format!(
            "the service redirects to {url} in a way that drops the notification; enter the address that it redirects to"
        );
        return Err(HttpError::Failed(problem));
    }
    if (200..300).contains(&code) {
        return Ok(());
    }
    let said: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect();
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    Err(HttpError::Failed(format!("the service answered {code}{said}")))
}
