//! Problems and exit codes.

use serde_json::json;

use crate::kit::golden;
use crate::kit::orc::Orc;
use crate::kit::stub::{Stub, problem, reply};

#[track_caller]
fn exits(status: u16, code: i32) {
    let stub = Stub::start(move |_| problem(status, "Title", "What happened to which thing.", json!([])));
    let ran = Orc::at(&stub.url).run("task view backup -o json").code(code);
    assert_eq!(ran.stdout, "", "nothing but answers on stdout");
    assert!(
        ran.stderr.starts_with(&format!("error: Title: What happened to which thing. ({status} test)\n")),
        "{}",
        ran.stderr
    );
}

#[test]
fn exit_codes_follow_the_status() {
    exits(400, 1);
    exits(401, 4);
    exits(403, 4);
    exits(404, 3);
    exits(409, 5);
    exits(412, 5);
    exits(413, 1);
    exits(422, 1);
    exits(500, 1);
    exits(503, 1);
}

#[test]
fn a_problem_names_each_field() {
    let fields = json!([{"pointer": "/schedules/0/expression", "message": "minute 61 is beyond 59"}, {"pointer": "", "message": "too much"}]);
    let stub = Stub::start(move |_| problem(422, "Not valid", "The task has 2 faults.", fields.clone()));
    golden::check("problems/fields", &Orc::at(&stub.url).run("task view a").code(1).stderr);
    let stub = Stub::start(|_| problem(401, "Who are you?", "No token came along.", json!([])));
    golden::check("problems/401", &Orc::at(&stub.url).run("task view a").code(4).stderr);
    let stub = Stub::start(|_| problem(500, "Internal error", "", json!([])));
    golden::check("problems/500", &Orc::at(&stub.url).run("task view a").code(1).stderr);
}

#[test]
fn a_server_that_is_not_orc_is_reported_plainly() {
    let stub = Stub::start(|_| reply(502, "text/html", "<html>Bad Gateway</html>"));
    let ran = Orc::at(&stub.url).run("task view a").code(1);
    assert_eq!(ran.stderr, "error: Bad Gateway: <html>Bad Gateway</html> (502)\n");
    let stub = Stub::start(|_| reply(200, "text/html", "<html>hello</html>"));
    let ran = Orc::at(&stub.url).run("task view a").code(1);
    assert!(ran.stderr.contains("but not as an Orc server does"), "{}", ran.stderr);
    let stub = Stub::start(|_| reply(302, "text/html", ""));
    Orc::at(&stub.url).run("task view a").code(1);
}

#[test]
fn no_server_is_exit_6_and_says_what_was_tried() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let ran = Orc::at(&url).run("task list").code(6);
    assert!(ran.stderr.contains(&format!("No answer from {url}/ (address from ORC_URL): ")), "{}", ran.stderr);
    assert!(ran.stderr.contains("orc-server"), "{}", ran.stderr);
    let ran = Orc::alone().run(&format!("task list --url {url}")).code(6);
    assert!(ran.stderr.contains("(address from --url)"), "{}", ran.stderr);
}

#[test]
fn a_wrong_address_is_usage() {
    Orc::alone().run("task list --url ftp://orc").code(2);
    Orc::alone().run("task list --url http://").code(2);
}
