//! Models of our own, in both formats, made from the editions.

use serde_json::{Value, json};

use super::*;

/// A model as botocore writes it, that says what an edition says.
fn botocore_model(edition: Edition) -> Value {
    let mut members = serde_json::Map::new();
    let mut shapes = serde_json::Map::new();
    for member in Member::ALL {
        let Some(constraint) = member.constraint(edition) else { continue };
        let shape = format!("{member}Shape");
        let mut entry = json!({"shape": shape});
        match member.place() {
            Place::Path => entry["location"] = "uri".into(),
            Place::Query => entry["location"] = "querystring".into(),
            Place::Body => {}
        }
        if member.place() != Place::Body {
            entry["locationName"] = member.name().into();
        }
        members.insert(member.name().into(), entry);
        let kind = if member.kind() == Kind::Boolean { "boolean" } else { "string" };
        let mut described = json!({"type": kind});
        for (name, bound) in [("min", constraint.min), ("max", constraint.max)] {
            if let Some(bound) = bound {
                described[name] = bound.into();
            }
        }
        if let Some(pattern) = constraint.pattern {
            described["pattern"] = bare(pattern).into();
        }
        if !constraint.values.is_empty() {
            described["enum"] = constraint.values.into();
        }
        shapes.insert(shape, described);
    }
    let mut errors = Vec::new();
    for code in ErrorCode::ALL {
        let current = edition != Edition::Page && code == ErrorCode::PublicPolicyException;
        if code.on_the_page() || current {
            errors.push(json!({"shape": code.name()}));
            shapes.insert(code.name().into(), json!({"error": {"httpStatusCode": code.status()}}));
        }
    }
    let required: Vec<&str> =
        Member::ALL.iter().filter(|member| member.required()).map(|member| member.name()).collect();
    shapes.insert("In".into(), json!({"required": required, "members": members}));
    json!({
        "metadata": {"apiVersion": "2015-03-31"},
        "operations": {"AddPermission": {
            "http": {"method": "POST", "requestUri": OPERATION.row().path, "responseCode": 201},
            "input": {"shape": "In"},
            "errors": errors,
        }},
        "shapes": shapes,
    })
}

/// The same as a Smithy model.
fn smithy_model(edition: Edition) -> Value {
    let model = botocore_model(edition);
    let id = |name: &Value| format!("com.amazonaws.lambda#{}", name.as_str().unwrap());
    let mut shapes = serde_json::Map::new();
    let operation = &model["operations"]["AddPermission"];
    let errors = operation["errors"].as_array().unwrap();
    let mut members = serde_json::Map::new();
    for (name, member) in model["shapes"]["In"]["members"].as_object().unwrap() {
        let mut traits = serde_json::Map::new();
        match member["location"].as_str() {
            Some("uri") => drop(traits.insert("smithy.api#httpLabel".into(), json!({}))),
            Some(_) => drop(traits.insert("smithy.api#httpQuery".into(), name.as_str().into())),
            None => {}
        }
        if model["shapes"]["In"]["required"].as_array().unwrap().contains(&json!(name)) {
            traits.insert("smithy.api#required".into(), json!({}));
        }
        members.insert(name.clone(), json!({"target": id(&member["shape"]), "traits": traits}));
        let old = &model["shapes"][member["shape"].as_str().unwrap()];
        let mut traits = serde_json::Map::new();
        let mut length = serde_json::Map::new();
        for bound in ["min", "max"] {
            length.extend(old.get(bound).map(|value| (bound.to_owned(), value.clone())));
        }
        if !length.is_empty() {
            traits.insert("smithy.api#length".into(), length.into());
        }
        if let Some(pattern) = old["pattern"].as_str() {
            traits.insert("smithy.api#pattern".into(), format!("^{pattern}$").into());
        }
        let mut shape = json!({"type": old["type"], "traits": traits});
        if let Some(values) = old["enum"].as_array() {
            shape["type"] = "enum".into();
            for value in values {
                let unit =
                    json!({"target": "smithy.api#Unit", "traits": {"smithy.api#enumValue": value}});
                shape["members"][value.as_str().unwrap()] = unit;
            }
        }
        shapes.insert(id(&member["shape"]), shape);
    }
    for error in errors {
        let status = &model["shapes"][error["shape"].as_str().unwrap()]["error"]["httpStatusCode"];
        let traits = json!({"smithy.api#error": "client", "smithy.api#httpError": status});
        shapes.insert(id(&error["shape"]), json!({"type": "structure", "traits": traits}));
    }
    shapes.insert(id(&json!("In")), json!({"type": "structure", "members": members}));
    shapes.insert(
        id(&json!("AddPermission")),
        json!({
            "type": "operation",
            "input": {"target": id(&json!("In"))},
            "errors": errors.iter().map(|e| json!({"target": id(&e["shape"])})).collect::<Vec<_>>(),
            "traits": {"smithy.api#http": {"method": "POST", "uri": OPERATION.row().path, "code": 201}},
        }),
    );
    json!({"smithy": "2.0", "shapes": shapes})
}

fn drifts(edition: Edition, model: &Value) -> Vec<(String, &'static str, String, String)> {
    drift(edition, &read(&model.to_string()).unwrap())
        .into_iter()
        .map(|one| (one.subject, one.part, one.ours, one.theirs))
        .collect()
}

#[test]
fn a_model_that_says_what_an_edition_says_equals_it_in_both_formats() {
    for edition in Edition::ALL {
        for model in [botocore_model(edition), smithy_model(edition)] {
            assert_eq!(drifts(edition, &model), []);
        }
    }
}

#[test]
fn the_editions_differ_where_they_are_known_to() {
    for model in [botocore_model(Edition::Current), smithy_model(Edition::Current)] {
        let found = drifts(Edition::Page, &model);
        let told = |subject: &str, part: &str, ours: &str, theirs: &str| {
            found.iter().any(|one| {
                (one.0.as_str(), one.1, one.2.as_str(), one.3.as_str())
                    == (subject, part, ours, theirs)
            })
        };
        assert!(told("FunctionName", "max", "140", "256"), "{found:?}");
        assert!(told("InvokedViaFunctionUrl", "member", "absent", "there"), "{found:?}");
        assert!(told("PublicPolicyException", "error", "not listed", "listed with 400"));
        // Anchors around a whole pattern say nothing.
        assert!(found.iter().all(|one| one.0 != "PrincipalOrgID"), "{found:?}");
    }
}

/// Changes one thing at a pointer and says how the current edition differs then.
fn changed(model: &Value, pointer: &str, value: Value) -> Vec<(String, &'static str)> {
    let mut model = model.clone();
    *model.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    drifts(Edition::Current, &model).into_iter().map(|one| (one.0, one.1)).collect()
}

#[test]
fn every_kind_of_move_is_told() {
    let model = botocore_model(Edition::Current);
    let sid = "/shapes/StatementIdShape";
    let members = "/shapes/In/members";
    let (name, operation) = ("StatementId".to_owned(), "/operations/AddPermission");
    for (pointer, value, expected) in [
        (format!("{sid}/max"), json!(128), (name.clone(), "max")),
        (format!("{sid}/min"), json!(2), (name.clone(), "min")),
        (format!("{sid}/pattern"), json!("[a-z]+"), (name.clone(), "pattern")),
        (format!("{sid}/type"), json!("integer"), (name.clone(), "type")),
        (format!("{members}/Qualifier/location"), json!("header"), ("Qualifier".into(), "place")),
        (
            "/shapes/FunctionUrlAuthTypeShape/enum".into(),
            json!(["NONE", "AWS_IAM", "MORE"]),
            ("FunctionUrlAuthType".into(), "values"),
        ),
        (
            "/shapes/In/required".into(),
            json!(["FunctionName", "Action", "Principal"]),
            (name.clone(), "required"),
        ),
        (
            "/shapes/ResourceConflictException/error/httpStatusCode".into(),
            json!(400),
            ("ResourceConflictException".into(), "status"),
        ),
        (format!("{operation}/http/responseCode"), json!(200), ("a success".into(), "status")),
        (format!("{operation}/http/method"), json!("PUT"), ("the request".into(), "method")),
        (format!("{operation}/http/requestUri"), json!("/x"), ("the request".into(), "path")),
    ] {
        assert_eq!(changed(&model, &pointer, value), [expected], "{pointer}");
    }
    let mut more = model["shapes"]["In"]["members"].clone();
    more["Note"] = json!({"shape": "StatementIdShape"});
    assert_eq!(changed(&model, members, more), [("Note".into(), "member")]);
    let errors = json!([{"shape": "NewException"}]);
    let found = changed(&model, &format!("{operation}/errors"), errors);
    assert!(found.contains(&("NewException".into(), "error")) && found.len() == 9, "{found:?}");
}

#[test]
fn a_move_names_the_rules_that_it_concerns() {
    let mut model = botocore_model(Edition::Current);
    model["shapes"]["StatementIdShape"]["max"] = 128.into();
    let found = drift(Edition::Current, &read(&model.to_string()).unwrap());
    assert_eq!(found[0].rules, [RuleId::StatementIdLength]);
}

#[test]
fn what_is_no_model_is_refused_in_a_sentence() {
    for (text, says) in [
        ("{", "it is no JSON"),
        ("{}", "neither botocore's"),
        (r#"{"operations": {}}"#, "no operation AddPermission"),
        (r#"{"smithy": "2.0", "shapes": {}}"#, "no operation AddPermission"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_dollar_that_is_meant_is_no_anchor() {
    assert_eq!(bare("^a$"), "a");
    assert_eq!(bare(r"^a\$"), r"^a\$");
    assert_eq!(bare("a$"), "a$");
}
