//! `orc api`: any request of the contract, by its method and path.

use serde_json::json;

use crate::kit::orc::Orc;
use crate::kit::stub::Stub;

#[test]
fn raw_requests_go_anywhere_in_the_contract() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    orc.file("patch.yaml", "title: T\n");
    orc.run("api get /tasks?limit=5&text=a%20b").ok();
    assert_eq!((stub.last().operation, stub.last().query("text")), ("task_list", Some("a b")));
    orc.run("api PATCH tasks/a -f patch.yaml").ok();
    assert_eq!((stub.last().operation, &stub.last().body), ("task_patch", &json!({"title": "T"})));
    orc.args(&["api", "DELETE", "/tasks/a", "-H", "If-Match: \"3\""], "").ok();
    assert_eq!(stub.last().header("if-match"), Some("\"3\""));
    orc.run("api BREW /tea").code(2);
}
