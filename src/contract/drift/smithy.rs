//! Reading a Smithy model in its JSON form.

use serde_json::Value;

use super::{DriftError, OPERATION, Published, PublishedMember};

/// Reads a model.
pub fn read(model: &Value) -> Result<Published, DriftError> {
    let missing = |what: &str| DriftError::Missing(what.to_owned());
    let shapes = model["shapes"].as_object().ok_or_else(|| missing("shapes"))?;
    let operation = shapes
        .iter()
        .find(|(id, shape)| name_of(id) == OPERATION.name() && shape["type"] == "operation")
        .map(|(_, operation)| operation)
        .ok_or_else(|| missing("operation AddPermission"))?;
    let target = |value: &Value| shapes.get(value["target"].as_str()?);
    let input =
        target(&operation["input"]).ok_or_else(|| missing("shape of AddPermission's input"))?;
    let members = input["members"]
        .as_object()
        .ok_or_else(|| missing("members of AddPermission's input"))?
        .iter()
        .map(|(name, member)| read_member(name, member, target(member)))
        .collect();
    let errors = operation["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| {
            let name = name_of(error["target"].as_str()?).to_owned();
            let status = target(error).and_then(|shape| {
                let usual = match shape["traits"]["smithy.api#error"].as_str() {
                    Some("client") => Some(400),
                    Some("server") => Some(500),
                    _ => None,
                };
                shape["traits"]["smithy.api#httpError"].as_u64().or(usual)
            });
            Some((name, status))
        })
        .collect();
    let http = &operation["traits"]["smithy.api#http"];
    let version = shapes
        .values()
        .find(|shape| shape["type"] == "service")
        .and_then(|service| service["version"].as_str());
    Ok(Published {
        format: "Smithy",
        version: version.map(str::to_owned),
        method: http["method"].as_str().map(str::to_owned),
        uri: http["uri"].as_str().map(str::to_owned),
        status: http["code"].as_u64().or(Some(200)),
        members,
        errors,
    })
}

/// The name behind the namespace of a shape's id.
fn name_of(id: &str) -> &str {
    id.rsplit('#').next().unwrap_or(id)
}

fn read_member(name: &str, member: &Value, shape: Option<&Value>) -> PublishedMember {
    // What a member says of itself stands over what its shape says.
    let of = |name: &str| {
        let own = member["traits"].get(name);
        own.or_else(|| shape?["traits"].get(name))
    };
    let target = member["target"].as_str().unwrap_or_default();
    let kind = shape.and_then(|shape| shape["type"].as_str());
    let places = [("smithy.api#httpLabel", "path"), ("smithy.api#httpQuery", "query")];
    let elsewhere = [("smithy.api#httpHeader", "header"), ("smithy.api#httpPayload", "payload")];
    let place = places.into_iter().chain(elsewhere).find(|(name, _)| of(name).is_some());
    let on_wire = of("smithy.api#httpQuery").or_else(|| of("smithy.api#jsonName"));
    PublishedMember {
        name: on_wire.and_then(Value::as_str).unwrap_or(name).to_owned(),
        place: place.map_or("body", |(_, place)| place).to_owned(),
        required: of("smithy.api#required").is_some(),
        kind: match kind {
            Some("enum") => "string".to_owned(),
            Some(kind) => kind.to_owned(),
            // The shapes of the language itself are not in the file.
            None => name_of(target).trim_start_matches("Primitive").to_ascii_lowercase(),
        },
        min: of("smithy.api#length").and_then(|length| length["min"].as_u64()),
        max: of("smithy.api#length").and_then(|length| length["max"].as_u64()),
        pattern: of("smithy.api#pattern").and_then(Value::as_str).map(str::to_owned),
        values: values(shape, of("smithy.api#enum")),
    }
}

/// The values of an enumeration, in the form of version 2 or of version 1.
fn values(shape: Option<&Value>, old: Option<&Value>) -> Vec<String> {
    let old = old.and_then(Value::as_array).into_iter().flatten();
    let old = old.filter_map(|one| one["value"].as_str());
    let members = shape.filter(|shape| shape["type"] == "enum");
    let members = members.and_then(|shape| shape["members"].as_object()).into_iter().flatten();
    members
        .map(|(name, member)| {
            member["traits"]["smithy.api#enumValue"].as_str().unwrap_or(name.as_str())
        })
        .chain(old)
        .map(str::to_owned)
        .collect()
}
