//! The format as a JSON Schema, for editors: docs/provider.schema.json is written from the types and the closed lists.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{ProviderSpec, words};
use crate::bindings::assert_current;

#[test]
fn the_schema_is_current() {
    let fresh = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    assert_current("docs/provider.schema.json", &fresh);
}

/// What an editor is told is what the loader reads.
#[test]
fn the_schema_knows_keys_and_words() {
    let schema = schema();
    let at = |pointer: &str| schema.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}"));
    assert_eq!(at("/additionalProperties"), &json!(false));
    assert_eq!(at("/properties/server/additionalProperties"), &json!(false));
    assert_eq!(at("/properties/account/additionalProperties"), &json!(false));
    assert_eq!(at("/properties/lookup/items/properties/graphql/type"), &json!("string"));
    assert_eq!(at("/properties/token/properties/body/enum"), &json!(["", "form", "json"]));
    assert_eq!(at("/properties/revoke/properties/auth/enum"), &json!(["", "bearer", "basic", "none"]));
    let host = "/properties/vars/additionalProperties/properties/pattern/enum";
    assert!(at(host).as_array().unwrap().contains(&json!("host_path")));
    assert!(!schema.to_string().contains("null"), "TOML has no null");
}

fn schema() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let generated = settings.into_generator().into_root_schema_for::<ProviderSpec>();
    let mut schema = serde_json::to_value(generated).unwrap();
    refine(&mut schema, &mut Vec::new());
    schema["title"] = json!("Tokenrack provider file");
    // A file that changes the shipped entry of its own id needs no name.
    schema["required"] = json!(["schema", "id"]);
    schema["properties"]["schema"]["enum"] = json!([1]);
    schema
}

/// What the types alone do not say: closed lists, and that other keys are refused. Takes out what TOML has not.
fn refine(schema: &mut Value, path: &mut Vec<String>) {
    let Some(table) = schema.as_object_mut() else { return };
    without_null(table);
    if let Some(words) = words::closed_list(&path.iter().map(String::as_str).collect::<Vec<_>>()) {
        only(table, words);
    }
    if let Some(properties) = table.get_mut("properties").and_then(Value::as_object_mut) {
        for (key, inner) in properties {
            inside(inner, path, key);
        }
        table.entry("additionalProperties").or_insert(json!(false));
    }
    if let Some(any) = table.get_mut("additionalProperties") {
        inside(any, path, "*");
    }
    if let Some(item) = table.get_mut("items") {
        inside(item, path, "0");
    }
}

fn inside(schema: &mut Value, path: &mut Vec<String>, key: &str) {
    path.push(key.to_owned());
    refine(schema, path);
    path.pop();
}

fn without_null(table: &mut Map<String, Value>) {
    table.retain(|key, value| !(key == "default" && (value.is_null() || value.is_object())));
    let types = table.get("type").and_then(Value::as_array);
    if let Some(one) = types.and_then(|types| types.iter().find(|kind| **kind != json!("null"))).cloned() {
        table.insert("type".into(), one);
    }
    let Some(Value::Array(choices)) = table.remove("anyOf") else { return };
    for choice in choices.into_iter().filter(|choice| choice["type"] != "null") {
        if let Value::Object(choice) = choice {
            for (key, value) in choice {
                table.entry(key).or_insert(value);
            }
        }
    }
}

fn only(table: &mut Map<String, Value>, words: &[&str]) {
    table.remove("oneOf");
    table.insert("type".into(), json!("string"));
    if words.iter().any(|word| word.starts_with("assume:")) {
        let fixed: Vec<_> = words.iter().filter(|word| !word.starts_with("assume:")).collect();
        table.insert("anyOf".into(), json!([{ "enum": fixed }, { "pattern": "^assume:[1-9][0-9]*$" }]));
    } else {
        table.insert("enum".into(), json!(words));
    }
}
