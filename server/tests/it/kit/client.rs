//! Somebody who sends requests with the same rights each time.

use super::house::request;
use super::{Answer, Events, HERE, House};
use orc_server::app::Caller;
use orc_server::domain::model::Rights;
use orc_server::domain::vocabulary::Role;
use serde_json::Value;

/// A program with a token, or nobody.
#[derive(Clone)]
pub struct Client {
    pub house: House,
    bearer: Option<String>,
}

impl Client {
    /// Sends a request; the line is like `GET /tasks`.
    pub async fn ask(&self, line: &str, body: Option<Value>) -> Answer {
        self.house.ask(line, self.bearer().as_slice(), body).await
    }

    /// Sends a request with additional headers.
    pub async fn ask_with(&self, line: &str, more: &[(&str, &str)]) -> Answer {
        let headers: Vec<_> = self.bearer().into_iter().chain(more.iter().copied()).collect();
        self.house.ask(line, &headers, None).await
    }

    /// Sends text of any type as the body.
    pub async fn ask_text(&self, line: &str, media_type: &str, text: String) -> Answer {
        let mut request = request(HERE, line, self.bearer().as_slice(), None);
        request.headers_mut().insert("content-type", media_type.parse().expect("a media type"));
        *request.body_mut() = text.into();
        self.house.send(request).await
    }

    /// Sends a request that must be answered with this status, and reads the answer.
    pub async fn json(&self, status: u16, line: &str, body: Option<Value>) -> Value {
        let answer = self.ask(line, body).await;
        assert_eq!(answer.status, status, "{line}: {}", answer.text);
        answer.json()
    }

    /// Opens a stream. A client that returns names the last event that it saw.
    pub async fn events(&self, path: &str, last_event_id: Option<&str>) -> Events {
        let headers: Vec<_> = self.bearer().into_iter().chain(last_event_id.map(|id| ("last-event-id", id))).collect();
        self.house.stream(path, &headers).await
    }

    /// The header that identifies the caller.
    fn bearer(&self) -> Option<(&str, &str)> {
        self.bearer.as_deref().map(|bearer| ("authorization", bearer))
    }

    /// Changes the database behind the server's back. Returns the number of changed rows.
    pub async fn behind(&self, sql: &str) -> u64 {
        self.house.behind(sql).await
    }
}

/// One caller of each kind.
impl House {
    pub fn nobody(&self) -> Client {
        Client { house: self.clone(), bearer: None }
    }

    pub async fn editor(&self) -> Client {
        self.actor(Role::Editor).await
    }

    pub async fn admin(&self) -> Client {
        self.actor(Role::Admin).await
    }

    /// A program whose token has these rights.
    pub async fn client_with(&self, rights: Rights) -> Client {
        let made = self.app.token_create(&Caller::local(), "granted".into(), rights, None).await;
        let bearer = format!("Bearer {}", made.expect("a token").1.expose());
        Client { house: self.clone(), bearer: Some(bearer) }
    }

    /// A program whose token has this role. The token is created when it is first needed.
    pub async fn actor(&self, role: Role) -> Client {
        let place = &self.tokens[role as usize];
        let make = async || {
            let made = self.app.token_create(&Caller::local(), role.to_string(), Rights::of_role(role), None).await;
            format!("Bearer {}", made.expect("a token").1.expose())
        };
        Client { house: self.clone(), bearer: Some(place.get_or_init(make).await.clone()) }
    }
}
