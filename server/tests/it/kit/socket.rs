//! Answers of a server process, which come over a socket.

use super::Answer;
use super::contract::{self, Question};

/// Sends a request, reads the whole answer, and checks it against the contract.
pub async fn answered(request: reqwest::RequestBuilder) -> Answer {
    let (client, request) = request.build_split();
    let request = request.expect("a request");
    let question = Question::new(request.method().as_str(), request.url().path());
    let response = client.execute(request).await.unwrap_or_else(|error| panic!("{question}: {error}"));
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap_or_else(|error| panic!("{question}: {error}"));
    let answer = Answer { status, headers, text };
    contract::hold(&question, &answer);
    answer
}
