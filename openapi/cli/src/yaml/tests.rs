//! What a file says is what is sent.

use super::*;
use crate::contract;
use proptest::prelude::*;
use serde_json::json;

fn task() -> &'static Schema {
    contract::operation(&["task", "create"]).unwrap().body.as_ref().unwrap().schema
}

fn of_task(text: &str) -> Value {
    body(text, task()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn yaml_is_version_1_2() {
    let value = document("a: yes\nb: 0o17\nc: 017\nd: 12:30\ne: ~\nf: on\ng: 1e3\nh: 2026-11-23\ni: 0x1F\n").unwrap();
    assert_eq!(value["a"], "yes");
    assert_eq!(value["b"], 15);
    assert_eq!(value["c"], "017", "nobody knows whether this is 17 or 15");
    assert_eq!(value["d"], "12:30");
    assert_eq!(value["e"], Value::Null);
    assert_eq!(value["f"], "on");
    assert_eq!(value["g"].to_string(), "1e+3");
    assert_eq!(value["h"], "2026-11-23");
    assert_eq!(value["i"], 31);
}

#[test]
fn many_documents_are_read() {
    let all = |text: &str| -> Vec<Value> { nodes(text).unwrap().into_iter().map(|node| settled(node, None)).collect() };
    assert_eq!(all("a: 1\n---\na: 2\n"), [json!({"a": 1}), json!({"a": 2})]);
    assert_eq!(document("a: 1\n---\na: 2\n").unwrap_err(), "one document is expected, not 2");
    assert_eq!(document("# nothing\n").unwrap_err(), "one document is expected, not 0");
}

#[test]
fn what_is_written_is_the_text_of_a_variable() {
    let text = "name: a\nenvironment:\n  PORT: 8080\n  DEBUG: true\n  RATIO: 1.10\n  MODE: 0755\n  ON: yes\n  NORWAY: NO\n  \
                TIME: 22:30\n  DAY: 2026-11-23\n  BIG: 123456789012345678901234567890\n  FAR: 1e400\n  HEX: 0x1F\n  \
                OCTAL: 0o17\n  UNDER: 1_000\n  PLUS: +5\n  POINT: .5\n  INF: .inf\n  TRUE: True\n  EMPTY:\n  \
                QUOTED: \"007\"\n  TAGGED: !!str 8\n  LAST: -0.0 # a comment\n";
    let wanted = json!({"PORT": "8080", "DEBUG": "true", "RATIO": "1.10", "MODE": "0755", "ON": "yes", "NORWAY": "NO",
        "TIME": "22:30", "DAY": "2026-11-23", "BIG": "123456789012345678901234567890", "FAR": "1e400", "HEX": "0x1F",
        "OCTAL": "0o17", "UNDER": "1_000", "PLUS": "+5", "POINT": ".5", "INF": ".inf", "TRUE": "True", "EMPTY": "",
        "QUOTED": "007", "TAGGED": "8", "LAST": "-0.0"});
    assert_eq!(of_task(text)["environment"], wanted);
    let flow = "{name: a, environment: {PORT: 8080, DEBUG: true, RATIO: 1.50, MODE: 0755, EMPTY:}}";
    let wanted = json!({"PORT": "8080", "DEBUG": "true", "RATIO": "1.50", "MODE": "0755", "EMPTY": ""});
    assert_eq!(of_task(flow)["environment"], wanted);
    let json = r#"{"environment": {"PORT": 8080, "RATIO": 1.50, "DEBUG": true}}"#;
    assert_eq!(of_task(json)["environment"], json!({"PORT": "8080", "RATIO": "1.50", "DEBUG": "true"}));
}

#[test]
fn every_place_that_takes_only_text_does_the_same() {
    let text = "name: 7\ntags: [1, true, 1.50]\ntitle: 2026\nworking_directory: ~\n\
                run: {kind: command, program: 7z, arguments: [-p, 8080, 1.0, 0755, false]}\n\
                params:\n- {kind: choice, name: level, choices: [1, 2, on], default: 1}\n\
                - {kind: integer, name: n, default: 1}\n- {kind: number, name: r, default: 1.50}\n\
                - {kind: boolean, name: b, default: true}\n- {kind: json, name: j, default: {a: 1.10}}\n";
    let value = of_task(text);
    assert_eq!(
        (&value["name"], &value["title"], &value["working_directory"]),
        (&json!("7"), &json!("2026"), &json!(null))
    );
    assert_eq!(value["tags"], json!(["1", "true", "1.50"]));
    assert_eq!(value["run"]["arguments"], json!(["-p", "8080", "1.0", "0755", "false"]));
    assert_eq!(value["params"][0]["choices"], json!(["1", "2", "on"]));
    let defaults: Vec<String> =
        value["params"].as_array().unwrap().iter().map(|param| param["default"].to_string()).collect();
    assert_eq!(defaults, ["\"1\"", "1", "1.50", "true", "{\"a\":1.10}"]);
    let http = of_task("run: {kind: http, url: 'http://a', headers: {X-Port: 80, X-Debug: false}, body: 5}");
    assert_eq!(http["run"]["headers"], json!({"X-Port": "80", "X-Debug": "false"}));
    assert_eq!(http["run"]["body"], "5");
}

#[test]
fn an_alias_is_the_text_that_its_anchor_holds() {
    let value = of_task("environment: {A: &port 0o17, B: *port}\npool_weight: 2\n");
    assert_eq!(value["environment"], json!({"A": "0o17", "B": "0o17"}));
    assert_eq!(value["pool_weight"], 2);
}

#[test]
fn numbers_keep_their_digits_in_both_directions() {
    let digits = "{\"big\":123456789012345678901234567890,\"id\":18446744073709551615,\"price\":1.50,\"far\":1e+400}";
    let value = document(digits).unwrap();
    assert_eq!(value.to_string(), digits);
    let yaml = text(&value).unwrap();
    assert_eq!(yaml, "big: 123456789012345678901234567890\nid: 18446744073709551615\nprice: 1.50\nfar: 1e+400\n");
    assert_eq!(document(&yaml).unwrap().to_string(), digits);
    let odd = json!({"text": "number0z", "more": ["0755", "8080", "true", "1.50", "~", "", "yes"], "price": 0.1});
    assert_eq!(document(&text(&odd).unwrap()).unwrap(), odd);
}

proptest! {
    /// Whatever number a file has, a variable has its characters.
    #[test]
    fn any_number_is_taken_as_it_is_written(number in "[-+]?[0-9]{1,25}(\\.[0-9]{1,25})?([eE][-+]?[0-9]{1,3})?") {
        prop_assert_eq!(&of_task(&format!("environment:\n  N: {number}\n"))["environment"]["N"], &json!(number));
    }

    /// Whatever JSON number is in a free value, its digits arrive.
    #[test]
    fn any_json_number_keeps_its_digits(number in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?") {
        let value = document(&format!("n: {number}\n")).unwrap();
        prop_assert_eq!(value["n"].to_string(), number.clone());
        let again = document(&text(&value).unwrap()).unwrap();
        prop_assert_eq!(again["n"].to_string(), number);
    }

    /// A text is never taken for anything else, in whatever form it is written.
    #[test]
    fn any_text_comes_back(written in "\\PC{0,20}") {
        let value = json!({"environment": {"A": written}});
        prop_assert_eq!(of_task(&text(&value).unwrap()), value);
    }
}
