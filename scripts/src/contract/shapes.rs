//! One word, one shape: create, view, update and list of a resource return the same schema.
//!
//! A list may return the named summary instead: `RunSummary` for `Run`. The operationId determines the resource:
//! `task_version_list` and `task_version_view` belong to the resource `task_version`. Deliberately absent: a list of
//! exceptions. Operations with other verbs (`rotate`, `effect`) may return what they are named for. Start reading at
//! `faults`.

use super::lint::{operations, resolved};
use serde_json::Value;
use std::collections::BTreeMap;

const WHOLE: [&str; 4] = ["create", "view", "update", "patch"];

/// What the operations of one resource return: `(operationId, name of the schema)`.
#[derive(Default)]
struct Answers<'d> {
    whole: Vec<(&'d str, &'d str)>,
    items: Option<(&'d str, &'d str)>,
}

/// Resources that have two shapes, one sentence for each operation that differs.
pub fn faults(document: &Value) -> Vec<String> {
    let mut resources: BTreeMap<&str, Answers<'_>> = BTreeMap::new();
    for (_, operation) in operations(document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let Some((resource, verb)) = id.rsplit_once('_') else { continue };
        let Some(answer) = answer(operation) else { continue };
        let answers = resources.entry(resource).or_default();
        if WHOLE.contains(&verb) {
            answers.whole.extend(name(answer).map(|name| (id, name)));
        } else if verb == "list" {
            answers.items = name(&resolved(document, answer)["properties"]["items"]["items"]).map(|name| (id, name));
        }
    }
    resources.into_values().flat_map(|answers| differing(&answers)).collect()
}

fn differing(Answers { whole, items }: &Answers<'_>) -> Vec<String> {
    let Some((first, shape)) = whole.iter().find(|(id, _)| id.ends_with("_view")).or(whole.first()) else {
        return Vec::new();
    };
    let others = whole.iter().filter(|(_, name)| name != shape);
    let mut faults: Vec<String> =
        others.map(|(id, name)| format!("{id} answers {name}, but {first} answers {shape}")).collect();
    if let Some((id, name)) = items.filter(|(_, name)| name != shape && *name != format!("{shape}Summary")) {
        faults
            .push(format!("{id} has items of {name}; {first} answers {shape}, so they are {shape} or {shape}Summary"));
    }
    faults
}

/// The schema of an operation's successful JSON answer.
fn answer(operation: &Value) -> Option<&Value> {
    let responses = operation["responses"].as_object().into_iter().flatten();
    let good = responses.filter(|(status, _)| status.starts_with('2'));
    good.map(|(_, response)| &response["content"]["application/json"]["schema"]).find(|schema| !schema.is_null())
}

fn name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components/schemas/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(operations: &[(&str, &str)], expected: &[&str]) {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut document = json!({"paths": {}, "components": {"schemas": {}}});
        for (id, shape) in operations {
            let mut answer = reference(shape);
            if id.ends_with("_list") {
                let page = json!({"properties": {"items": {"type": "array", "items": reference(shape)}}});
                document["components"]["schemas"]["Page"] = page;
                answer = reference("Page");
            }
            let good = json!({"200": {"content": {"application/json": {"schema": answer}}}});
            document["paths"][format!("/{id}")] = json!({"get": {"operationId": id, "responses": good}});
        }
        assert_eq!(faults(&document), expected, "{operations:?}");
    }

    #[test]
    fn a_resource_has_one_shape_and_perhaps_its_summary() {
        check(&[("run_create", "Run"), ("run_view", "Run"), ("run_list", "Run")], &[]);
        check(&[("run_view", "Run"), ("run_list", "RunSummary")], &[]);
        check(
            &[("run_create", "RunMade"), ("run_view", "Run")],
            &["run_create answers RunMade, but run_view answers Run"],
        );
        check(
            &[("run_list", "Run"), ("run_view", "RunDetail")],
            &["run_list has items of Run; run_view answers RunDetail, so they are RunDetail or RunDetailSummary"],
        );
    }

    #[test]
    fn other_verbs_and_other_resources_answer_what_they_are_named_for() {
        check(&[("run_view", "Run"), ("run_rotate", "RunSecret"), ("run_version_view", "RunVersion")], &[]);
        check(&[("audit_list", "AuditEntry")], &[]);
    }
}
