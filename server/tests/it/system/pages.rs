//! Everything that is not an operation: the two health checks, the page, Swagger UI.

use super::process::{Server, client};
use crate::kit::{Answer, answered};
use reqwest::header;

fn text(answer: &Answer, name: header::HeaderName) -> String {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_page_and_the_words_are_open_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let get = async |path: &str| answered(client().get(format!("{}{path}", server.url))).await;
    for (path, word) in [("/healthz", "ok"), ("/readyz", "ready")] {
        assert_eq!(get(path).await.text, word);
    }
    for path in ["/", "/tasks", "/tasks/backup/runs"] {
        let page = get(path).await;
        assert_eq!((page.status, text(&page, header::CACHE_CONTROL).as_str()), (200, "no-cache"));
        assert_eq!(text(&page, header::CONTENT_TYPE), "text/html; charset=utf-8");
        assert!(text(&page, header::CONTENT_SECURITY_POLICY).contains("script-src 'self'"));
        let etag = text(&page, header::ETAG);
        let again = client().get(format!("{}{path}", server.url)).header(header::IF_NONE_MATCH, etag);
        assert_eq!(answered(again).await.status, 304);
    }
    for path in ["/api/v1/nothing", "/api", "/api/v2/tasks", "/favicon.none", "/assets/none.js", "/index.html.br"] {
        let missing = get(path).await;
        assert!([401, 404].contains(&missing.status), "{path}: {}", missing.status);
        assert_eq!(text(&missing, header::CONTENT_TYPE), "application/problem+json", "{path}");
    }
    for path in ["/api/v1/openapi.json", "/api/v1/metrics", "/api/v1/events", "/api/v1/system", "/swagger-ui/"] {
        assert_eq!(get(path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn swagger_shows_the_published_bytes_under_its_own_policy() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ui = answered(server.get("/swagger-ui/")).await;
    assert_eq!(ui.status, 200);
    assert!(text(&ui, header::CONTENT_SECURITY_POLICY).contains("style-src 'self' 'unsafe-inline'"));
    let start = answered(server.get("/swagger-ui/swagger-initializer.js")).await.text;
    assert!(start.contains("/api/v1/openapi.json") && !start.contains("https://"), "{start}");
    let served = answered(server.get("/api/v1/openapi.json")).await.text;
    assert_eq!(served, orc_server::api::router::contract().text());
    let browser = client().get(format!("{}/swagger-ui/", server.url));
    let browser = answered(browser.header("sec-fetch-mode", "navigate").header("accept", "text/html")).await;
    assert_eq!((browser.status, text(&browser, header::LOCATION).as_str()), (303, "/login?next=%2Fswagger-ui%2F"));
}
