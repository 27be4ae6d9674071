//! Which requests may go out, judged from their bytes, at the last point before they are sent.
//!
//! On every target: a name that could mean a function that exists must be of one that this run
//! made or was given ([`Names`]). On real AWS more than that: what cannot be read as harmless stays
//! here ([`Gate`]).

use serde_json::Value;

use crate::wire::{Members, WireRequest, decode};

/// The names of functions that are ours, so that everything else is not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    /// What the names of our functions begin with.
    pub(super) namespace: &'a str,
    /// Functions that go by other names: the user's own, where we were given it to test on, and
    /// those that we made under names that a file gives.
    pub(super) given: &'a [String],
}

/// What may be done on real AWS.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate<'a> {
    /// The names of our functions.
    pub(super) names: Names<'a>,
    /// The account that the functions are in.
    pub(super) account: &'a str,
    /// The role that functions may be made with; none are made without one.
    pub(super) role: Option<&'a str>,
    /// Whether strangers may be granted something for a moment.
    pub(super) allow_public: bool,
}

/// Why a grant is not sent.
const STRANGER: &str = "it might grant access to others than AWS services and your account; \
                        --allow-public sends it and revokes the grant immediately";
/// Why a request is not sent because of its function.
const NOT_OURS: &str = "it might name a function that this run did not create";
/// Why a request is not sent because of its path.
const UNKNOWN: &str = "its path is not one that a run on real AWS may use";

const DATED: &str = "/2015-03-31/functions";

impl Gate<'_> {
    /// Whether the request may go out; why not, where it may not.
    pub(super) fn check(&self, service: &str, request: &WireRequest) -> Result<(), &'static str> {
        if service != "lambda" {
            return Err("a run on real AWS sends requests to Lambda only");
        }
        let path = request.path.as_str();
        if let Some(rest) = path.strip_prefix("/2017-10-31/functions/") {
            let ours = rest.strip_suffix("/concurrency").is_some_and(|name| self.made(name));
            let none = request.body == super::lambda::NO_CONCURRENCY.as_bytes();
            return if request.method == "PUT" && ours && none { Ok(()) } else { Err(UNKNOWN) };
        }
        self.names.check(request)?;
        let rest = path.strip_prefix(DATED).ok_or(UNKNOWN)?;
        let segments: Vec<&str> = rest.split('/').skip(1).collect();
        // Somebody on the way may read such a segment as another path.
        let is_plain = |segment: &&str| {
            decode(segment).is_some_and(|text| {
                !text.is_empty() && text != "." && text != ".." && !text.contains('/')
            })
        };
        let lists = matches!(segments.as_slice(), [] | [""]);
        if !lists && !segments.iter().all(is_plain) {
            return Err(UNKNOWN);
        }
        match (request.method, segments.as_slice()) {
            ("POST", [] | [""]) => self.creation(&request.body),
            ("POST", [label, "policy"]) => {
                self.names.names_ours(label)?;
                if self.allow_public || is_narrow(&request.body, self.account) {
                    Ok(())
                } else {
                    Err(STRANGER)
                }
            }
            ("GET", _) => Ok(()),
            ("DELETE", [label, "policy", _]) => self.names.names_ours(label),
            ("DELETE", [name])
            | ("PUT", [name, "code"])
            | ("POST", [name, "versions" | "aliases"])
            | ("PUT" | "DELETE", [name, "aliases", _]) => {
                if self.made(name) {
                    Ok(())
                } else {
                    Err(NOT_OURS)
                }
            }
            _ => Err(UNKNOWN),
        }
    }

    /// Whether a segment is the plain name of a function of ours.
    fn made(&self, segment: &str) -> bool {
        self.names.made(segment)
    }

    /// A function is made under our name, with the role that the user gave.
    fn creation(&self, body: &[u8]) -> Result<(), &'static str> {
        let body: Value = serde_json::from_slice(body).map_err(|_| UNKNOWN)?;
        let text = |member: &str| body.get(member).and_then(Value::as_str);
        let role = self.role.filter(|role| text("Role") == Some(role));
        match text("FunctionName") {
            Some(name) if self.made(name) && role.is_some() => Ok(()),
            _ => Err(NOT_OURS),
        }
    }
}

impl Names<'_> {
    /// Whether a request names no function but ours, on whatever target; why not, where it may.
    pub(super) fn check(&self, request: &WireRequest) -> Result<(), &'static str> {
        let mut segments = request.path.split('/').skip_while(|segment| *segment != "functions");
        if segments.next().is_none() {
            // Not a path of Lambda's functions.
            return Ok(());
        }
        let segments: Vec<&str> = segments.collect();
        match (request.method, segments.as_slice()) {
            ("GET", [] | [""]) => Ok(()),
            ("POST", [] | [""]) => {
                let body: Option<Value> = serde_json::from_slice(&request.body).ok();
                let name = body.as_ref().and_then(|body| body.get("FunctionName")?.as_str());
                if name.is_some_and(|name| self.made(name)) { Ok(()) } else { Err(NOT_OURS) }
            }
            (_, [label, "policy", statement]) => {
                self.names_ours(label)?;
                if is_in_place(statement) { Ok(()) } else { Err(NOT_OURS) }
            }
            (_, [label, "policy"]) | ("GET", [label, ..]) => self.names_ours(label),
            (_, [name, ..]) if self.made(name) => Ok(()),
            _ => Err(NOT_OURS),
        }
    }

    /// Whether a segment is the plain name of a function of ours.
    fn made(&self, segment: &str) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let is_ours = segment.starts_with(self.namespace);
        (is_ours || self.given.iter().any(|name| name == segment)) && segment.chars().all(plain)
    }

    /// Whether a label of a scenario's own making can mean no function but ours. A name stands in
    /// the last place of a label, or before a qualifier. Somebody on the way may read an encoded
    /// slash as one that parts segments: then each part is held to that.
    fn names_ours(&self, label: &str) -> Result<(), &'static str> {
        let label = decode(label).ok_or(NOT_OURS)?;
        let is_ours = |part: &&str| {
            part.contains(self.namespace) || self.given.iter().any(|name| name == part)
        };
        // What a reader more lenient than Lambda's might still take for a name.
        let could_exist = |part: &str| {
            let plain = part.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c));
            (1..=64).contains(&plain.count())
        };
        let is_harmless = |label: &str| {
            let mut last_two = label.rsplit(':').take(2);
            last_two.clone().any(|part| is_ours(&part)) || !last_two.any(could_exist)
        };
        if label.split('/').all(is_harmless) { Ok(()) } else { Err(NOT_OURS) }
    }
}

/// Whether a statement's id stays below the function whatever reads it as a path: `a/../../b` would
/// name another function to whoever resolves the dots.
fn is_in_place(statement: &str) -> bool {
    decode(statement).is_some_and(|id| {
        let dots = |part: &str| part == "..";
        !id.split(['/', '\\']).any(dots) || id.chars().all(|c| c == '.')
    })
}

/// Whether the body of an AddPermission certainly grants to an AWS service or to `account` alone.
pub(super) fn is_narrow(body: &[u8], account: &str) -> bool {
    let Ok(Members(members)) = serde_json::from_slice::<Members>(body) else { return false };
    // Of two of a name, nobody can say which one counts.
    let mut found = members.iter().filter(|(name, _)| name.eq_ignore_ascii_case("principal"));
    match (found.next(), found.next()) {
        (Some((name, Value::String(principal))), None) if name == "Principal" => {
            is_service(principal) || is_in_account(principal, account)
        }
        _ => false,
    }
}

/// Whether a principal is an AWS service.
fn is_service(principal: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com"].iter().any(|domain| {
        principal.strip_suffix(domain).is_some_and(|name| {
            name.chars().all(plain) && name.split('.').all(|part| !part.is_empty())
        })
    })
}

/// Whether a principal is the account itself, or somebody in it.
fn is_in_account(principal: &str, account: &str) -> bool {
    if account.is_empty() {
        return false;
    }
    if principal == account {
        return true;
    }
    match principal.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", partition, "iam", "", of, who] => {
            partition.starts_with("aws")
                && of == account
                && !who.is_empty()
                && who.chars().all(|c| c.is_ascii_graphic() && c != '*' && c != '?')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ACCOUNT: &str = "123456789012";
    const ROLE: &str = "arn:aws:iam::123456789012:role/permspec";

    fn gate() -> Gate<'static> {
        let names = Names { namespace: "permspec-r1-", given: &[] };
        Gate { names, account: ACCOUNT, role: Some(ROLE), allow_public: false }
    }

    fn add(label: &str, body: &str) -> WireRequest {
        WireRequest::new("POST", format!("{DATED}/{label}/policy"))
            .with_json(body.as_bytes().to_vec())
    }

    const S3: &str = r#"{"Principal":"s3.amazonaws.com"}"#;

    #[rstest]
    #[case(S3)]
    #[case(r#"{"Principal":"logs.us-east-1.amazonaws.com"}"#)]
    #[case(r#"{"Principal":"alexa-appkit.amazon.com"}"#)]
    #[case(r#"{"Principal":"s3.amazonaws.com.cn"}"#)]
    #[case(r#"{"Principal":"123456789012"}"#)]
    #[case(r#"{"Principal":"arn:aws:iam::123456789012:root"}"#)]
    #[case(r#"{"Principal":"arn:aws-cn:iam::123456789012:role/a/b"}"#)]
    #[case(r#"{"\u0050rincipal":"s3.amazonaws.com","PrincipalOrgID":"o-1234567890"}"#)]
    fn services_and_the_own_account_may_be_granted_something(#[case] body: &str) {
        assert_eq!(gate().check("lambda", &add("permspec-r1-a", body)), Ok(()), "{body}");
    }

    #[rstest]
    #[case(r#"{"Principal":"*"}"#)]
    #[case(r#"{"Principal":"\u002a"}"#)]
    #[case(r#"{"Principal":"999999999999"}"#)]
    #[case(r#"{"Principal":"arn:aws:iam::999999999999:root"}"#)]
    #[case(r#"{"Principal":"arn:aws:iam::123456789012:*"}"#)]
    #[case(r#"{"Principal":"arn:aws:iam::123456789012:"}"#)]
    #[case(r#"{"Principal":"arn:aws:sts::123456789012:x"}"#)]
    #[case(r#"{"Principal":"example.org"}"#)]
    #[case(r#"{"Principal":"s3.amazonaws.com.example.org"}"#)]
    #[case(r#"{"Principal":"*.amazonaws.com"}"#)]
    #[case(r#"{"Principal":".amazonaws.com"}"#)]
    #[case(r#"{"Principal":"notamazonaws.com"}"#)]
    #[case(r#"{"Principal":{"AWS":"*"}}"#)]
    #[case(r#"{"Principal":["s3.amazonaws.com"]}"#)]
    #[case(r#"{"Principal":"s3.amazonaws.com","Principal":"*"}"#)]
    #[case(r#"{"Principal":"*","Principal":"s3.amazonaws.com"}"#)]
    #[case(r#"{"Principal":"s3.amazonaws.com","principal":"*"}"#)]
    #[case(r#"{"principal":"s3.amazonaws.com"}"#)]
    #[case(r#"{"Principal":"s3.amazonaws.com"} "*""#)]
    #[case("{\"Principal\":\"s3.amazonaws.com\"")]
    #[case("\u{feff}{\"Principal\":\"s3.amazonaws.com\"}")]
    #[case("{}")]
    #[case("[]")]
    #[case("")]
    fn whatever_may_grant_to_a_stranger_stays_here(#[case] body: &str) {
        let request = add("permspec-r1-a", body);
        assert_eq!(gate().check("lambda", &request), Err(STRANGER), "{body}");
        let open = Gate { allow_public: true, ..gate() };
        assert_eq!(open.check("lambda", &request), Ok(()), "{body}");
        assert!(!is_narrow(body.as_bytes(), ACCOUNT));
    }

    #[test]
    fn without_a_known_account_none_is_the_own() {
        assert!(!is_narrow(br#"{"Principal":""}"#, ""));
        assert!(!is_narrow(br#"{"Principal":"arn:aws:iam:::root"}"#, ""));
    }

    #[rstest]
    #[case("permspec-r1-a", true)]
    #[case("permspec-r1-a:live", true)]
    #[case("123456789012%3Afunction%3Apermspec-r1-a%3A1", true)]
    #[case("arn%3Aaws%3Alambda%3Aeu-west-1%3A999999999999%3Afunction%3Apermspec-r1-a", true)]
    #[case("permspec-r1-ax!", true)]
    #[case("%21%3F", true)]
    #[case("my-function", false)]
    #[case("my-function%3Alive", false)]
    #[case("permspec-r1-a%3Amy-function%3Alive", false)]
    #[case("permspec-r2-a", false)]
    #[case("my-function%0A", false)]
    #[case("%256dy-function", false)]
    #[case("no-such-function-ps", false)]
    fn only_our_own_functions_are_named(#[case] label: &str, #[case] goes_out: bool) {
        let remove = WireRequest::new("DELETE", format!("{DATED}/{label}/policy/sid"));
        assert_eq!(gate().check("lambda", &add(label, S3)).is_ok(), goes_out, "{label}");
        assert_eq!(gate().check("lambda", &remove).is_ok(), goes_out, "{label}");
        let open = Gate { allow_public: true, ..gate() };
        assert_eq!(open.check("lambda", &add(label, S3)).is_ok(), goes_out, "{label}");
    }

    #[test]
    fn a_name_that_is_too_long_to_exist_names_nobody() {
        assert_eq!(gate().check("lambda", &add(&"a".repeat(65), S3)), Ok(()));
        assert_eq!(gate().check("lambda", &add(&"a".repeat(64), S3)), Err(NOT_OURS));
    }

    #[rstest]
    #[case("POST", "/2015-03-31/functions/../policy")]
    #[case("POST", "/2015-03-31/functions/%2E%2E/policy")]
    #[case("POST", "/2015-03-31/functions/permspec-r1-a%2Fx/policy")]
    #[case("DELETE", "/2015-03-31/functions/permspec-r1-a/policy/..")]
    #[case("DELETE", "/2015-03-31/functions/my-function")]
    #[case("DELETE", "/2015-03-31/functions/permspec-r1-a%3A1")]
    #[case("PUT", "/2015-03-31/functions/my-function/code")]
    #[case("PUT", "/2015-03-31/functions/permspec-r1-a/configuration")]
    #[case("POST", "/2015-03-31/functions/my-function/aliases")]
    #[case("POST", "/2015-03-31/functions/permspec-r1-a/invocations")]
    #[case("PUT", "/2017-10-31/functions/permspec-r1-a/concurrency")]
    #[case("DELETE", "/2017-10-31/functions/permspec-r1-a/concurrency")]
    #[case("POST", "/2021-10-31/functions/permspec-r1-a/url")]
    #[case("POST", "/")]
    fn every_other_path_stays_here(#[case] method: &'static str, #[case] path: &str) {
        let request = WireRequest::new(method, path.into()).with_json(S3.as_bytes().to_vec());
        assert!(gate().check("lambda", &request).is_err(), "{method} {path}");
    }

    #[test]
    fn functions_are_made_under_our_names_with_the_given_role() {
        let create = |name: &str, role: &str| {
            let request = crate::client::lambda::create_function(name, role, 1, None);
            gate().check("lambda", &request)
        };
        assert_eq!(create("permspec-r1-a", ROLE), Ok(()));
        assert_eq!(create("my-function", ROLE), Err(NOT_OURS));
        assert_eq!(create("permspec-r1-a", "arn:aws:iam::123456789012:role/other"), Err(NOT_OURS));
        let reserve = crate::client::lambda::reserve_nothing("permspec-r1-a");
        assert_eq!(gate().check("lambda", &reserve), Ok(()));
        let reserve = crate::client::lambda::reserve_nothing("my-function");
        assert!(gate().check("lambda", &reserve).is_err());
        assert!(gate().check("iam", &crate::client::lambda::create_role("r")).is_err());
    }

    #[rstest]
    #[case("POST", "permspec-r1-a/policy", true)]
    #[case("POST", "permspec-r1-nobody%3Alive/policy", true)]
    #[case("POST", "theirs/policy", true)]
    #[case("POST", "123456789012%3Afunction%3Atheirs%3Alive/policy", true)]
    #[case("POST", "%2E%2E/policy", true)]
    #[case("POST", "/policy", true)]
    #[case("GET", "theirs/policy", true)]
    #[case("GET", "a/policy", false)]
    #[case("GET", "a", false)]
    #[case("POST", "a/policy", false)]
    #[case("POST", "permspec-r1-a%2Fa/policy", false)]
    #[case("POST", "theirsx/policy", false)]
    #[case("DELETE", "a/policy/sid", false)]
    #[case("DELETE", "permspec-r1-a/policy/sid", true)]
    #[case("DELETE", "permspec-r1-a/policy/..", true)]
    #[case("DELETE", "permspec-r1-a/policy/..%2F..%2Fa", false)]
    #[case("DELETE", "a", false)]
    #[case("DELETE", "permspec-r1-a", true)]
    #[case("PUT", "a/code", false)]
    #[case("POST", "a/aliases", false)]
    fn on_every_target_only_our_own_functions_are_named(
        #[case] method: &'static str,
        #[case] path: &str,
        #[case] goes_out: bool,
    ) {
        let given = ["theirs".to_owned()];
        let names = Names { namespace: "permspec-r1-", given: &given };
        let request = WireRequest::new(method, format!("{DATED}/{path}"));
        assert_eq!(names.check(&request).is_ok(), goes_out, "{method} {path}");
    }

    #[test]
    fn on_every_target_functions_are_made_under_our_own_names() {
        let names = Names { namespace: "permspec-r1-", given: &[] };
        let create = |name: &str| crate::client::lambda::create_function(name, ROLE, 1, None);
        assert_eq!(names.check(&create("permspec-r1-a")), Ok(()));
        assert_eq!(names.check(&create("a")), Err(NOT_OURS));
    }
}
