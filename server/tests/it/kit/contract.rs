//! Checks answers against the document that the server publishes.
//!
//! An operation may answer only what it declares: the status, the media type, the headers, and a body that fits the
//! schema, without properties that no schema names. `default` is the problem, so it stands for refusals only. Paths
//! that are not operations (the page, webhooks, feeds) are free to answer, but their refusals must be problems as
//! well.

use super::Answer;
use axum::http::Request;
use jsonschema::{Draft, Validator};
use orc_server::api::contract::checkable;
use orc_server::api::core::PREFIX;
use orc_server::api::router::contract;
use serde_json::{Value, json};
use std::fmt;
use std::sync::{LazyLock, OnceLock};

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract::new(&contract().document()));

/// A request, as far as the contract matters.
#[derive(Clone, Debug)]
pub struct Question {
    method: String,
    path: String,
}

impl Question {
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned() }
    }

    pub fn of<Body>(request: &Request<Body>) -> Self {
        Self::new(request.method().as_str(), request.uri().path())
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Fails the test if the answer does not follow the contract.
pub fn hold(question: &Question, answer: &Answer) {
    let faults = CONTRACT.faults(question, answer);
    assert!(faults.is_empty(), "{question} breaks the contract:\n{}\n{}", faults.join("\n"), answer.text);
}

/// Fails the test if the data of an event does not follow the contract of the stream.
pub fn hold_event(question: &Question, data: &Value) {
    let faults = CONTRACT.event_faults(question, data);
    assert!(faults.is_empty(), "an event of {question} breaks the contract:\n{}\n{data}", faults.join("\n"));
}

/// The operation that a request matches.
pub fn operation(question: &Question) -> Option<&'static Operation> {
    CONTRACT.operation(question)
}

/// All operations of the contract.
pub fn operations() -> &'static [Operation] {
    &CONTRACT.operations
}

struct Contract {
    operations: Vec<Operation>,
    problem: Body,
}

/// One operation, and what it may answer.
pub struct Operation {
    pub id: String,
    pub tag: String,
    method: String,
    /// The path with its prefix, cut at its slashes.
    path: Vec<String>,
    answers: Vec<Declared>,
}

/// One status of an operation.
struct Declared {
    status: String,
    headers: Vec<String>,
    bodies: Vec<Body>,
}

/// One media type of an answer.
struct Body {
    media_type: String,
    schema: Value,
    validator: OnceLock<Validator>,
}

impl Contract {
    fn new(document: &Value) -> Self {
        let mut components = document["components"].clone();
        close(&mut components["schemas"]);
        checkable(&mut components["schemas"]);
        let problem = components["responses"]["Problem"].clone();
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                operations.push(Operation::new(&components, method, path, operation));
            }
        }
        Self { operations, problem: Body::all_of(&components, &problem).remove(0) }
    }

    fn operation(&self, question: &Question) -> Option<&Operation> {
        let path: Vec<&str> = question.path.split('/').collect();
        let fits = |operation: &&Operation| operation.method == question.method && operation.is_at(&path);
        // A path that is named in full goes before one with placeholders.
        let holes = |operation: &&Operation| operation.path.iter().filter(|part| is_hole(part)).count();
        self.operations.iter().filter(fits).min_by_key(holes)
    }

    fn faults(&self, question: &Question, answer: &Answer) -> Vec<String> {
        let Some(operation) = self.operation(question) else {
            return self.faults_outside(question, answer);
        };
        let status = answer.status.to_string();
        match operation.answers.iter().find(|declared| declared.status == status) {
            Some(declared) => operation.say(declared.faults(answer)),
            None if answer.status >= 400 => operation.say(self.problem_faults(answer)),
            None => operation.say(vec![format!("status {status} is not declared")]),
        }
    }

    fn faults_outside(&self, question: &Question, answer: &Answer) -> Vec<String> {
        if answer.status >= 400 {
            return self.problem_faults(answer);
        }
        let is_operation = question.path.starts_with(PREFIX);
        is_operation.then(|| format!("{question} is answered, but the contract does not know it")).into_iter().collect()
    }

    fn problem_faults(&self, answer: &Answer) -> Vec<String> {
        let faults = body_faults(std::slice::from_ref(&self.problem), answer);
        if faults.is_empty() && answer.json()["status"] != answer.status {
            return vec![format!("/status: {} in an answer of status {}", answer.json()["status"], answer.status)];
        }
        faults
    }

    fn event_faults(&self, question: &Question, data: &Value) -> Vec<String> {
        let operation = self.operation(question).expect("streams are operations");
        let bodies = operation.answers.iter().flat_map(|declared| &declared.bodies);
        let body = bodies.into_iter().find(|body| body.media_type == "text/event-stream");
        operation.say(body.expect("a stream declares its events").faults(data))
    }
}

impl Operation {
    fn new(components: &Value, method: &str, path: &str, operation: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let answers = operation["responses"].as_object().into_iter().flatten();
        let answers = answers.filter(|(status, _)| *status != "default").map(|(status, answer)| Declared {
            status: status.clone(),
            headers: answer["headers"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect(),
            bodies: Body::all_of(components, answer),
        });
        Self {
            id: text(&operation["operationId"]),
            tag: text(&operation["tags"][0]),
            method: method.to_ascii_uppercase(),
            path: format!("{PREFIX}{path}").split('/').map(str::to_owned).collect(),
            answers: answers.collect(),
        }
    }

    /// The declared statuses, except that of the problem.
    pub fn statuses(&self) -> impl Iterator<Item = &str> {
        self.answers.iter().map(|declared| declared.status.as_str())
    }

    fn is_at(&self, path: &[&str]) -> bool {
        let fits = |(own, asked): (&String, &&str)| own == asked || is_hole(own) && !asked.is_empty();
        self.path.len() == path.len() && self.path.iter().zip(path).all(fits)
    }

    fn say(&self, faults: Vec<String>) -> Vec<String> {
        faults.into_iter().map(|fault| format!("{}: {fault}", self.id)).collect()
    }
}

fn is_hole(part: &str) -> bool {
    part.starts_with('{')
}

impl Declared {
    fn faults(&self, answer: &Answer) -> Vec<String> {
        let mut faults = body_faults(&self.bodies, answer);
        let missing = self.headers.iter().filter(|name| !answer.headers.contains_key(name.as_str()));
        faults.extend(missing.map(|name| format!("status {}: the header {name} is missing", self.status)));
        faults
    }
}

fn body_faults(declared: &[Body], answer: &Answer) -> Vec<String> {
    let media_type = answer.media_type();
    if declared.is_empty() {
        let is_empty = media_type.is_empty() && answer.text.is_empty();
        return if is_empty { Vec::new() } else { vec![format!("status {}: a body was not declared", answer.status)] };
    }
    let Some(body) = declared.iter().find(|body| body.media_type == media_type) else {
        return vec![format!("status {}: the type {media_type:?} is not declared", answer.status)];
    };
    if !media_type.ends_with("json") {
        return Vec::new();
    }
    match serde_json::from_str(&answer.text) {
        Ok(value) => body.faults(&value).into_iter().map(|it| format!("status {}: {it}", answer.status)).collect(),
        Err(error) => vec![format!("status {}: the body is no JSON: {error}", answer.status)],
    }
}

impl Body {
    fn all_of(components: &Value, answer: &Value) -> Vec<Self> {
        let content = answer["content"].as_object().into_iter().flatten();
        let made = content.map(|(media_type, media)| {
            let mut schema = media["schema"].clone();
            close(&mut schema);
            checkable(&mut schema);
            schema["components"] = json!({"schemas": components["schemas"]});
            Self { media_type: media_type.clone(), schema, validator: OnceLock::new() }
        });
        made.collect()
    }

    /// One sentence for each place of the value that does not fit.
    fn faults(&self, value: &Value) -> Vec<String> {
        let options = || jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        let validator = || options().build(&self.schema).expect("the published document is a valid schema");
        let errors = self.validator.get_or_init(validator).iter_errors(value);
        let shown = |text: String| text.chars().take(300).collect::<String>();
        errors.map(|error| shown(format!("{}: {error}", error.instance_path()))).collect()
    }
}

/// Allows every object only the properties that its schema names.
fn close(schema: &mut Value) {
    if let Some(map) = schema.as_object_mut() {
        if map.get("properties").is_some_and(Value::is_object) && map.get("type") == Some(&json!("object")) {
            map.entry("additionalProperties").or_insert(json!(false));
        }
        map.values_mut().for_each(close);
    } else if let Some(list) = schema.as_array_mut() {
        list.iter_mut().for_each(close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;

    fn contract() -> Contract {
        let thing = json!({"type": "object", "required": ["name", "parts"], "properties": {
            "name": {"type": "string"}, "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}}}});
        let part = json!({"oneOf": [{"$ref": "#/components/schemas/Bolt"}, {"$ref": "#/components/schemas/Nut"}],
            "discriminator": {"propertyName": "kind", "mapping":
                {"bolt": "#/components/schemas/Bolt", "nut": "#/components/schemas/Nut"}}});
        let kind = |kind: &str| {
            json!({"type": "object", "required": ["kind", "made_at"], "properties":
                {"kind": {"const": kind}, "made_at": {"type": "string", "format": "date-time"}}})
        };
        let problem = json!({"type": "object", "properties": {"status": {"type": "integer"}}});
        let schemas =
            json!({"Thing": thing, "Part": part, "Bolt": kind("bolt"), "Nut": kind("nut"), "Problem": problem});
        let body =
            |media: &str, name: &str| json!({media: {"schema": {"$ref": format!("#/components/schemas/{name}")}}});
        let view = json!({"operationId": "thing_view", "tags": ["thing"], "responses": {
            "200": {"headers": {"ETag": {}}, "content": body("application/json", "Thing")}, "204": {}, "default": {}}});
        let all = json!({"operationId": "thing_all", "tags": ["thing"], "responses": {"204": {}}});
        Contract::new(&json!({
            "paths": {"/things/{thing}": {"get": view}, "/things/all": {"get": all}},
            "components": {"schemas": schemas,
                "responses": {"Problem": {"content": body("application/problem+json", "Problem")}}},
        }))
    }

    fn faults_at(path: &str, status: u16, media_type: &str, text: &str) -> Vec<String> {
        let mut headers = HeaderMap::new();
        headers.insert("etag", "\"1\"".parse().unwrap());
        if !media_type.is_empty() {
            headers.insert("content-type", media_type.parse().unwrap());
        }
        let answer = Answer { status, headers, text: text.to_owned() };
        contract().faults(&Question::new("GET", path), &answer)
    }

    fn faults(status: u16, media_type: &str, text: &str) -> Vec<String> {
        faults_at("/api/v1/things/one", status, media_type, text)
    }

    #[test]
    fn an_answer_that_fits_has_no_fault() {
        let part = json!({"kind": "bolt", "made_at": "2027-01-15T08:00:00Z"});
        let text = json!({"name": "x", "parts": [part]}).to_string();
        assert_eq!(faults(200, "application/json; charset=utf-8", &text), [""; 0]);
        assert_eq!(faults(204, "", ""), [""; 0]);
        assert_eq!(faults(404, "application/problem+json", r#"{"status": 404}"#), [""; 0]);
    }

    #[test]
    fn a_body_that_does_not_fit_is_told_with_place_and_value() {
        let part = |part: Value| faults(200, "application/json", &json!({"name": "x", "parts": [part]}).to_string());
        let kind = part(json!({"kind": "screw", "made_at": "2027-01-15T08:00:00Z"}));
        assert_eq!(kind, ["thing_view: status 200: /parts/0/kind: \"screw\" is not one of \"bolt\" or \"nut\""]);
        let at = part(json!({"kind": "bolt", "made_at": "yesterday"}));
        assert_eq!(at, ["thing_view: status 200: /parts/0/made_at: \"yesterday\" is not a \"date-time\""]);
        let more = part(json!({"kind": "nut", "made_at": "2027-01-15T08:00:00Z", "size": 3}));
        assert!(more.len() == 1 && more[0].contains("/parts/0: ") && more[0].contains("'size'"), "{more:?}");
        assert!(faults(200, "application/json", "{}")[0].contains("\"name\" is a required property"));
    }

    #[test]
    fn status_type_and_headers_are_those_declared() {
        assert_eq!(faults(201, "application/json", "{}"), ["thing_view: status 201 is not declared"]);
        assert_eq!(faults(200, "text/plain", "x"), ["thing_view: status 200: the type \"text/plain\" is not declared"]);
        assert_eq!(faults(204, "", "x"), ["thing_view: status 204: a body was not declared"]);
        let plain = faults(404, "text/plain", "not found");
        assert_eq!(plain, ["thing_view: status 404: the type \"text/plain\" is not declared"]);
        let other = faults(404, "application/problem+json", r#"{"status": 400}"#);
        assert_eq!(other, ["thing_view: /status: 400 in an answer of status 404"]);
        let question = Question::new("GET", "/api/v1/things/one");
        let headers = HeaderMap::from_iter([("content-type".parse().unwrap(), "application/json".parse().unwrap())]);
        let bare = Answer { status: 200, headers, text: r#"{"name": "x", "parts": []}"#.into() };
        assert_eq!(contract().faults(&question, &bare), ["thing_view: status 200: the header ETag is missing"]);
    }

    #[test]
    fn the_path_named_in_full_goes_before_the_one_with_a_hole() {
        assert_eq!(faults_at("/api/v1/things/all", 200, "", ""), ["thing_all: status 200 is not declared"]);
    }

    #[test]
    fn what_is_no_operation_may_answer_outside_of_the_prefix_only() {
        assert_eq!(faults_at("/healthz", 200, "text/plain", "ok"), [""; 0]);
        assert_eq!(
            faults_at("/healthz", 500, "text/plain", "x"),
            ["status 500: the type \"text/plain\" is not declared"]
        );
        let other = faults_at("/api/v1/nothing", 200, "application/json", "{}");
        assert_eq!(other, ["GET /api/v1/nothing is answered, but the contract does not know it"]);
    }
}
