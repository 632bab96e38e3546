//! Proxies of http tasks are settings of Orc, never of the shell that started it.

use super::process::{Server, binary};
use super::surroundings::printed;
use crate::kit::Proxy;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn proxies_of_the_environment_do_not_count() {
    let proxy = Proxy::start(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    let asks = |url: &str| json!({"kind": "http", "url": format!("{url}/healthz")});
    let start = |flags: &[&str]| {
        let mut command = binary();
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env(name, proxy.url("http"));
        }
        command.env("NO_PROXY", "").env("no_proxy", "");
        Server::start_as(command, folder.path(), flags)
    };
    // Another server answers, because http tasks must not ask their own one.
    let (asked_folder, before) = (tempfile::tempdir().unwrap(), start(&[]));
    let asked = Server::start(asked_folder.path());
    let log = printed(&before, "direct", asks(&asked.url), json!({})).await;
    assert!(log.starts_with("HTTP/1.1 200 OK") && log.ends_with("ok"), "{log}");
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
    before.signal(rustix::process::Signal::TERM);
    before.ended();

    let after = start(&["--http-proxy", &proxy.url("http"), "--http-no-proxy", "*.corp, 10.0.0.0/8"]);
    let log = printed(&after, "proxied", asks(&asked.url), json!({})).await;
    let way = format!("through the proxy {} of the server's setting http_proxy\n", proxy.url("http"));
    assert!(log.contains(&way) && log.ends_with("ok"), "{log}");
    assert_eq!(proxy.asked(), [format!("GET {}/healthz", asked.url)]);
    let shown = after.get("/api/v1/system/settings").send().await.unwrap().text().await.unwrap();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let of = |name: &str| {
        let setting = shown["items"].as_array().unwrap().iter().find(|setting| setting["name"] == name).unwrap();
        (setting["value"].as_str().unwrap().to_owned(), setting["source"].as_str().unwrap().to_owned())
    };
    assert_eq!(of("http_proxy"), (proxy.url("http"), "flag".to_owned()));
    assert_eq!(of("http_no_proxy"), ("*.corp, 10.0.0.0/8".to_owned(), "flag".to_owned()));
    assert_eq!(of("http_ca_file").1, "default");
}
