//! Reading botocore's `service-2.json`.

use serde_json::Value;

use super::{DriftError, OPERATION, Published, PublishedMember};

/// Reads a model.
pub fn read(model: &Value) -> Result<Published, DriftError> {
    let missing = |what: &str| DriftError::Missing(what.to_owned());
    let operation = &model["operations"][OPERATION.name()];
    if !operation.is_object() {
        return Err(missing("operation AddPermission"));
    }
    let shape = |name: &Value| -> Option<&Value> { model["shapes"].get(name.as_str()?) };
    let input = shape(&operation["input"]["shape"])
        .ok_or_else(|| missing("shape of AddPermission's input"))?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let required: Vec<&str> =
        input["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let members = input["members"]
        .as_object()
        .ok_or_else(|| missing("members of AddPermission's input"))?
        .iter()
        .map(|(name, member)| {
            let shape = shape(&member["shape"]).unwrap_or(&Value::Null);
            PublishedMember {
                name: text(&member["locationName"]).unwrap_or_else(|| name.clone()),
                place: match member["location"].as_str() {
                    Some("uri") => "path".into(),
                    Some("querystring") => "query".into(),
                    Some(other) => other.to_owned(),
                    None => "body".into(),
                },
                required: required.contains(&name.as_str()),
                kind: text(&shape["type"]).unwrap_or_else(|| "nothing".into()),
                min: shape["min"].as_u64(),
                max: shape["max"].as_u64(),
                pattern: text(&shape["pattern"]),
                values: shape["enum"].as_array().into_iter().flatten().filter_map(text).collect(),
            }
        })
        .collect();
    let errors = operation["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| {
            let status = shape(&error["shape"]).and_then(|e| e["error"]["httpStatusCode"].as_u64());
            Some((text(&error["shape"])?, status))
        })
        .collect();
    Ok(Published {
        format: "botocore",
        version: text(&model["metadata"]["apiVersion"]),
        method: text(&operation["http"]["method"]),
        uri: text(&operation["http"]["requestUri"]),
        // botocore leaves 200 out.
        status: operation["http"]["responseCode"].as_u64().or(Some(200)),
        members,
        errors,
    })
}
