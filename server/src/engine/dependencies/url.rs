//! Looks at addresses: one request, with the same rules as the requests of http tasks.

use super::tools::Tools;
use crate::domain::dependencies::{Look, Sight, UrlRule};
use crate::domain::runs::travel::Travel;
use crate::integrations::hop::HttpError;
use crate::integrations::http_request::{self, HttpRequest, Private};
use memchr::memmem::Finder;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Number of bytes of an answer in which a text is searched.
const SEARCHED: usize = 1024 * 1024;

/// Asks the address of a rule.
pub(super) async fn look(tools: &Tools, rule: UrlRule) -> Look {
    let UrlRule { url, method, expected_codes, body_contains, timeout_seconds: _ } = rule;
    let server = &tools.app.settings().travel;
    let request = HttpRequest {
        method,
        url,
        headers: BTreeMap::new(),
        body: None,
        private: Private::default(),
        proxy: Travel::default().proxy(server),
        ca_files: server.ca_file.iter().map(PathBuf::from).collect(),
        own_port: tools.own_port,
    };
    let mut answer = match http_request::send(&request, &|_| {}).await {
        Ok(answer) => answer,
        Err(error) => return without_answer(&error),
    };
    let status = answer.code();
    let expected =
        if expected_codes.is_empty() { (200..300).contains(&status) } else { expected_codes.contains(&status) };
    if !expected {
        return Look::of(false, Sight::UrlOtherStatus { status, expected: expected_codes });
    }
    let Some(text) = body_contains.filter(|text| !text.is_empty()) else {
        return Look::of(true, Sight::UrlAnswered { status });
    };
    let mut body = Vec::new();
    loop {
        match answer.next().await {
            Ok(Some(piece)) if body.len() < SEARCHED => body.extend_from_slice(&piece),
            Ok(_) => break,
            Err(error) => return without_answer(&error),
        }
    }
    match Finder::new(&text).find(&body) {
        Some(_) => Look::of(true, Sight::UrlAnswered { status }),
        None => Look::of(false, Sight::UrlTextMissing { status }),
    }
}

fn without_answer(error: &HttpError) -> Look {
    match error {
        HttpError::Refused(problem) => Look::of(false, Sight::UrlRefused { problem: problem.clone() }),
        HttpError::Authorities(file) => Look::troubled(Sight::UrlSilent { problem: file.to_string() }),
        other => Look::of(false, Sight::UrlSilent { problem: other.to_string() }),
    }
}
