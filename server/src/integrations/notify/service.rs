//! Sends the request for a notice to a service, and judges the answer.
//!
//! Deliberately absent: bodies, which `domain::notify::services` makes.

use crate::domain::notify::words::Speaker;
use crate::integrations::hop::HttpError;
use crate::integrations::http_request::{self, HttpRequest};
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Answers with which services say when to come back.
const WAITING: [u16; 2] = [429, 503];

/// At most this many bytes of an answer are read.
const ANSWER_MAX: usize = 2_000;

/// Why a service did not accept a request.
#[derive(Debug)]
pub struct Refusal {
    /// What happened.
    pub error: HttpError,
    /// How long the service wants to be left alone; none: it does not say.
    pub wait: Option<Duration>,
}

impl From<HttpError> for Refusal {
    fn from(error: HttpError) -> Self {
        Self { error, wait: None }
    }
}

/// Sends a request. Tells what is sent and answered. Any answer but success is a failure. `now` is the present, for
/// services that name an instant.
pub async fn send(
    request: &HttpRequest,
    now: DateTime<Utc>,
    tell: &(dyn Fn(Speaker, String) + Sync),
) -> Result<(), Refusal> {
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
        return Err(HttpError::Failed(problem).into());
    }
    if (200..300).contains(&code) {
        return Ok(());
    }
    let said: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect();
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    let wait = answer.header("retry-after").and_then(|text| wait(text, now)).filter(|_| WAITING.contains(&code));
    Err(Refusal { error: HttpError::Failed(format!("the service answered {code}{said}")), wait })
}

/// Reads how long to wait: seconds, or an instant. Source: RFC 9110, 10.2.3.
fn wait(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds.ceil()).ok(),
        Err(_) => (DateTime::parse_from_rfc2822(text).ok()?.to_utc() - now).to_std().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_names_seconds_or_an_instant() {
        let now = DateTime::parse_from_rfc3339("2026-10-21T07:27:00Z").expect("an instant").to_utc();
        let read = |text| wait(text, now).map(|wait| wait.as_secs());
        let told =
            ["120", " 0.35 ", "Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:26:00 GMT", "soon", "-1", "NaN"];
        assert_eq!(told.map(read), [Some(120), Some(1), Some(60), None, None, None, None]);
    }
}
