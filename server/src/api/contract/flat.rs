//! Answers that contain their summary are published as one object, so that clients need not combine parts.
//!
//! The macros describe a type that flattens another one into itself as `allOf` of a reference and the rest.
//! Deliberately absent: any other meaning of `allOf`. Start reading at `flatten`.

use serde_json::{Map, Value, json};

/// Replaces each schema that consists of parts by one object with the properties of all parts.
pub fn flatten(schemas: &mut Map<String, Value>) {
    let made_of_parts = schemas.iter().filter(|(_, schema)| schema["allOf"].is_array());
    let flat: Vec<(String, Value)> =
        made_of_parts.map(|(name, schema)| (name.clone(), flat_schema(schema, schemas))).collect();
    schemas.extend(flat);
}

fn flat_schema(schema: &Value, schemas: &Map<String, Value>) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let name = part["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        let part = name.and_then(|name| schemas.get(name)).unwrap_or(part);
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    json!({"type": "object", "description": schema["description"], "required": required, "properties": properties})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_has_the_properties_of_its_summary_and_its_own() {
        let mut schemas = json!({
            "RunSummary": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
            "Run": {"description": "A run.", "allOf": [{"$ref": "#/components/schemas/RunSummary"},
                {"type": "object", "required": ["attempts"], "properties": {"attempts": {"type": "array"}}}]},
        });
        flatten(schemas.as_object_mut().expect("an object"));
        let expected = json!({"type": "object", "description": "A run.", "required": ["id", "attempts"],
            "properties": {"id": {"type": "string"}, "attempts": {"type": "array"}}});
        assert_eq!(schemas["Run"], expected);
    }
}
