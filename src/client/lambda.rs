//! The requests of the operations around AddPermission, and how their answers are read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::rails::DESCRIPTION;
use crate::observation::{Answer, Observation, printable};
use crate::wire::{WireRequest, encode};

/// The parts of a function's ARN that a target decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The partition, such as `aws`.
    pub partition: String,
    /// The region.
    pub region: String,
    /// The account.
    pub account: String,
}

impl Place {
    /// Reads `arn:PARTITION:lambda:REGION:ACCOUNT:function:…`.
    pub(super) fn of_arn(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.split(':').collect();
        match parts[..] {
            ["arn", partition, "lambda", region, account, "function", name, ..]
                if ![partition, region, account, name].contains(&"") =>
            {
                let own = str::to_owned;
                Some(Self { partition: own(partition), region: own(region), account: own(account) })
            }
            _ => None,
        }
    }
}

fn function_path(name: &str, rest: &str) -> String {
    format!("/2015-03-31/functions/{}{rest}", encode(name))
}

fn with_body(method: &'static str, path: String, body: &serde_json::Value) -> WireRequest {
    WireRequest::new(method, path).with_json(body.to_string().into_bytes())
}

/// The body that leaves a function no concurrency at all: whoever may invoke it, cannot.
pub(super) const NO_CONCURRENCY: &str = r#"{"ReservedConcurrentExecutions":0}"#;

/// CreateFunction; `run` is the value of the tag `permspec`, where functions are tagged.
pub(super) fn create_function(
    name: &str,
    role: &str,
    serial: u64,
    run: Option<&str>,
) -> WireRequest {
    let mut body = json!({
        "FunctionName": name,
        "Runtime": "python3.12",
        "Role": role,
        "Handler": "index.handler",
        "Code": {"ZipFile": STANDARD.encode(code(serial))},
        "Description": DESCRIPTION,
        "Publish": false,
    });
    if let Some(run) = run {
        body["Tags"] = json!({ "permspec": run });
    }
    with_body("POST", "/2015-03-31/functions".into(), &body)
}

/// PutFunctionConcurrency with nothing.
pub(super) fn reserve_nothing(name: &str) -> WireRequest {
    let path = format!("/2017-10-31/functions/{}/concurrency", encode(name));
    WireRequest::new("PUT", path).with_json(NO_CONCURRENCY.as_bytes().to_vec())
}

/// ListFunctions, from where the page before ended.
pub(super) fn list_functions(marker: Option<&str>) -> WireRequest {
    let list = WireRequest::new("GET", "/2015-03-31/functions/".into());
    match marker {
        Some(marker) => list.with_query("Marker", marker),
        None => list,
    }
}

/// The account in which a function was looked for, where an answer of 404 says so.
pub(super) fn account_in_message(answer: &Answer) -> Option<String> {
    let message = answer.message.as_deref()?;
    let arn = message.split_whitespace().find(|word| word.starts_with("arn:"))?;
    Place::of_arn(arn).map(|place| place.account)
}

pub(super) fn get_function_configuration(name: &str) -> WireRequest {
    WireRequest::new("GET", function_path(name, "/configuration"))
}

pub(super) fn update_function_code(name: &str, serial: u64) -> WireRequest {
    let body = json!({"ZipFile": STANDARD.encode(code(serial))});
    with_body("PUT", function_path(name, "/code"), &body)
}

pub(super) fn publish_version(name: &str) -> WireRequest {
    with_body("POST", function_path(name, "/versions"), &json!({}))
}

pub(super) fn delete_function(name: &str) -> WireRequest {
    WireRequest::new("DELETE", function_path(name, ""))
}

pub(super) fn create_alias(name: &str, alias: &str, version: &str) -> WireRequest {
    let body = json!({"Name": alias, "FunctionVersion": version});
    with_body("POST", function_path(name, "/aliases"), &body)
}

pub(super) fn update_alias(name: &str, alias: &str, version: &str) -> WireRequest {
    let path = function_path(name, &format!("/aliases/{}", encode(alias)));
    with_body("PUT", path, &json!({"FunctionVersion": version}))
}

pub(super) fn delete_alias(name: &str, alias: &str) -> WireRequest {
    WireRequest::new("DELETE", function_path(name, &format!("/aliases/{}", encode(alias))))
}

/// A request of IAM's query protocol.
fn iam(action: &str, parameters: &[(&str, &str)]) -> WireRequest {
    let mut form = format!("Action={action}&Version=2010-05-08");
    for (name, value) in parameters {
        form = format!("{form}&{name}={}", encode(value));
    }
    let mut request = WireRequest::new("POST", "/".into());
    let kind = "application/x-www-form-urlencoded; charset=utf-8";
    request.headers.push(("content-type".into(), kind.into()));
    request.body = form.into_bytes();
    request
}

pub(super) fn create_role(name: &str) -> WireRequest {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }],
    });
    iam(
        "CreateRole",
        &[("RoleName", name), ("AssumeRolePolicyDocument", trust.to_string().as_str())],
    )
}

pub(super) fn delete_role(name: &str) -> WireRequest {
    iam("DeleteRole", &[("RoleName", name)])
}

/// The text of an answer's first XML element called `name`: all that is needed of IAM's answers.
pub(super) fn xml_text<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text.trim())
}

/// Whether an answer says that the target knows no such operation: 501, 405, an unknown
/// operation, or a 404 that is not Lambda's own.
pub fn is_unsupported(answer: &Answer) -> bool {
    let code = answer.code.as_deref();
    match (answer.status(), code) {
        (501 | 405, _) | (404, None) => true,
        (400.., Some(code)) => [
            "UnknownOperationException",
            "UnknownOperation",
            "InvalidAction",
            "NotImplemented",
            "NotImplementedException",
            "UnsupportedOperationException",
        ]
        .contains(&code),
        _ => false,
    }
}

/// What the body of an answer is, in words, where it is not JSON as all of Lambda's are.
pub(super) fn no_json(answer: &Answer) -> Option<String> {
    if answer.json.is_some() {
        return None;
    }
    let body = String::from_utf8_lossy(&answer.response.body);
    let body = body.trim();
    let kind = answer.response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    if body.is_empty() {
        // Deletions are answered so, and rightly.
        return (answer.status() == 200).then(|| "an empty body".to_owned());
    }
    let starts = body.get(..15).unwrap_or(body).to_ascii_lowercase();
    let is_page = starts.starts_with("<!doctype html") || starts.starts_with("<html");
    if is_page || kind.starts_with("text/html") {
        let page = printable(body, 80);
        return Some(format!("an HTML page, so it may not be an implementation of Lambda: {page}"));
    }
    Some(format!("a body that is not JSON: {}", printable(body, 80)))
}

/// Status, code and message of an observation, printable: `400 ValidationException: 1 valid…`.
pub(super) fn describe(observation: &Observation) -> String {
    let brief = observation.brief();
    let Some(answer) = observation.answer() else { return printable(&brief, 300) };
    if let (None, Some(odd)) = (&answer.code, no_json(answer)) {
        return format!("{brief} with {odd}");
    }
    let said = match &answer.message {
        Some(message) => message.clone(),
        None => String::from_utf8_lossy(&answer.response.body).trim().to_owned(),
    };
    if said.is_empty() { brief } else { format!("{brief}: {}", printable(&said, 200)) }
}

/// A deployment package: a stored zip of one small file, another for each serial number.
fn code(serial: u64) -> Vec<u8> {
    let source = format!("# {serial}\ndef handler(event, context):\n    return None\n");
    stored_zip("index.py", source.as_bytes())
}

/// A zip archive of one uncompressed, world-readable file.
fn stored_zip(name: &str, content: &[u8]) -> Vec<u8> {
    let size = (content.len() as u32).to_le_bytes();
    let mut common = Vec::new();
    // Version 2.0, no flags, stored, 1980-01-01.
    common.extend([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
    common.extend(crc32(content).to_le_bytes());
    common.extend(size);
    common.extend(size);
    common.extend((name.len() as u16).to_le_bytes());
    common.extend([0, 0]);

    let mut zip = b"PK\x03\x04".to_vec();
    zip.extend(&common);
    zip.extend(name.as_bytes());
    zip.extend(content);
    let directory_at = zip.len();

    // Made on Unix; no comment, disk 0, no internal attributes, mode 0644, header at 0.
    zip.extend(b"PK\x01\x02\x14\x03");
    zip.extend(&common);
    zip.extend([0; 6]);
    zip.extend((0o100_644_u32 << 16).to_le_bytes());
    zip.extend([0; 4]);
    zip.extend(name.as_bytes());
    let directory_size = zip.len() - directory_at;

    zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend((directory_size as u32).to_le_bytes());
    zip.extend((directory_at as u32).to_le_bytes());
    zip.extend([0, 0]);
    zip
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::wire::WireResponse;

    #[test]
    fn the_checksum_is_the_standard_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    /// Made with Python's zipfile: `ZipInfo("index.py")` of 1980-01-01, `create_system` 3,
    /// `external_attr` 0o100644 << 16, stored, content `x`.
    #[test]
    fn the_archive_is_the_one_that_zipfile_makes() {
        let expected = "UEsDBBQAAAAAAAAAIQCDFtyMAQAAAAEAAAAIAAAAaW5kZXgucHl4UEsBAhQDFAAAAAAAAAAhAIMW3IwB\
                        AAAAAQAAAAgAAAAAAAAAAAAAAKSBAAAAAGluZGV4LnB5UEsFBgAAAAABAAEANgAAACcAAAAAAA==";
        assert_eq!(STANDARD.encode(stored_zip("index.py", b"x")), expected);
    }

    #[test]
    fn another_serial_number_is_other_code() {
        assert_ne!(code(1), code(2));
    }

    #[test]
    fn account_region_and_partition_are_read_from_an_arn() {
        let place =
            Place::of_arn("arn:aws-cn:lambda:cn-north-1:000000000000:function:f:1").unwrap();
        assert_eq!(
            (place.partition.as_str(), place.region.as_str(), place.account.as_str()),
            ("aws-cn", "cn-north-1", "000000000000")
        );
        for odd in ["", "f", "arn:aws:lambda:r::function:f", "arn:aws:iam:r:1:function:f"] {
            assert_eq!(Place::of_arn(odd), None, "{odd}");
        }
    }

    #[rstest]
    #[case(501, None, true)]
    #[case(405, None, true)]
    #[case(404, None, true)]
    #[case(404, Some("UnknownOperationException"), true)]
    #[case(400, Some("InvalidAction"), true)]
    #[case(404, Some("ResourceNotFoundException"), false)]
    #[case(400, Some("ValidationException"), false)]
    #[case(500, None, false)]
    #[case(200, None, false)]
    fn unsupported_is_not_the_same_as_refused(
        #[case] status: u16,
        #[case] code: Option<&str>,
        #[case] expected: bool,
    ) {
        let headers = code.map(|code| ("x-amzn-errortype".to_owned(), code.to_owned()));
        let headers = headers.into_iter().collect();
        let response = WireResponse { status, headers, ..WireResponse::default() };
        assert_eq!(is_unsupported(&Answer::read(response)), expected);
    }

    #[test]
    fn a_role_arn_is_read_from_iams_answer() {
        let body = "<CreateRoleResponse><Role><Path>/</Path>\n<Arn> arn:aws:iam::1:role/r </Arn>";
        assert_eq!(xml_text(body, "Arn"), Some("arn:aws:iam::1:role/r"));
        assert_eq!(xml_text(body, "RoleId"), None);
    }
}
