//! The documented and observed scenarios, compiled in, so that they are there wherever the
//! program is.

use std::sync::LazyLock;

use crate::scenario::file::FORMAT;
use crate::scenario::{CorpusFile, Scenario};

/// A file of a corpus.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// The corpus: `documented` or `observed`.
    pub corpus: &'static str,
    /// The file's name without ending.
    pub name: &'static str,
    /// The file.
    pub file: CorpusFile,
}

macro_rules! texts {
    ($($corpus:ident($name:literal),)+) => {
        [$((
            stringify!($corpus),
            $name,
            include_str!(concat!("../../corpora/", stringify!($corpus), "/", $name, ".json")),
        )),+]
    };
}

const TEXTS: [(&str, &str, &str); COUNT] = texts![
    documented("boto3-example-1-bucket"),
    documented("boto3-example-2-account"),
    documented("error-conflict"),
    documented("error-latest"),
    documented("error-not-found"),
    documented("error-policy-length"),
    documented("error-precondition"),
    documented("event-source-token"),
    documented("function-url"),
    documented("name-formats"),
    documented("principal-account"),
    documented("principal-organization"),
    documented("qualifier"),
    observed("acct-every-action-to-an-account"),
    observed("ap-service-with-source-arn"),
    observed("c7n-2016-action-as-list"),
    observed("c7n-apigateway"),
    observed("c7n-events-rule"),
    observed("c7n-last-statement-removed"),
    observed("cfn-one-permission"),
    observed("cfn-two-permissions"),
    observed("cli-apigateway-without-source"),
    observed("cli-bucket-and-account"),
    observed("cli-china-source-of-other-partition"),
    observed("cli-iot-domain-configuration"),
    observed("cli-iot-source-is-the-function"),
    observed("cli-old-policy-read-late"),
    observed("cli-public-url"),
    observed("cli-secrets-manager"),
    observed("ct-public-grant"),
    observed("err-function-name-suffix-with-dots"),
    observed("err-missing-function-2017"),
    observed("err-no-policy-2018"),
    observed("err-source-arn-pattern"),
    observed("err-taken-by-another-bucket"),
    observed("err-via-url-accepted"),
    observed("err-via-url-with-url-action"),
    observed("fld-members-and-conditions"),
    observed("gh-01-invoked-via-function-url"),
    observed("gh-02-bucket-and-account"),
    observed("gh-03-wildcards-in-source-arn"),
    observed("gh-04-function-url-with-iam"),
    observed("gh-05-function-url-without-auth-type"),
    observed("gh-06-auth-type-with-other-action"),
    observed("gh-07-policy-too-large"),
    observed("gh-08-statement-id-too-long"),
    observed("gh-09-statement-id-with-dots"),
    observed("gh-11-any-lambda-action-to-a-user"),
    observed("gh-12-principal-amazonaws-com"),
    observed("gh-13-principal-unknown-service"),
    observed("gh-14-principal-malformed-arn"),
    observed("gh-17-function-of-another-account"),
    observed("gh-19-missing-function"),
    observed("gh-20-latest-as-qualifier"),
    observed("logs-regional-principal"),
    observed("mu-order-of-insertion"),
    observed("pe-refusals"),
    observed("rev-wrong-revision"),
    observed("rm-removal"),
    observed("sns-topic"),
    observed("tf-01-token-with-service"),
    observed("tf-02-token-with-organization"),
    observed("tf-03-alias-with-foreign-source"),
    observed("tf-04-role"),
    observed("tf-05-role-with-auth-type"),
    observed("tf-06-role-with-invoked-via-function-url"),
    observed("tf-07-every-action"),
    observed("tf-08-statement-id-twice"),
    observed("url-alias-on-latest"),
    observed("url-grant-to-everyone"),
    observed("ver-policies-of-versions-and-aliases"),
];

/// How many files there are; a test holds the list complete.
const COUNT: usize = 71;

static SHIPPED: LazyLock<Vec<Shipped>> = LazyLock::new(|| {
    TEXTS
        .iter()
        .filter_map(|(corpus, name, text)| {
            let file: CorpusFile = serde_json::from_str(text).ok()?;
            (file.format == FORMAT).then_some(Shipped { corpus, name, file })
        })
        .collect()
});

/// Every file, documented ones first.
pub fn shipped() -> &'static [Shipped] {
    &SHIPPED
}

/// The scenario of a file for any target: the region, account and names that its recording has
/// give way to references.
pub fn portable(file: &CorpusFile) -> Scenario {
    moved(file).scenario()
}

/// A file whose wishes for a region, an account and names are met by references.
pub fn moved(file: &CorpusFile) -> CorpusFile {
    let mut text = file.to_text();
    if let Some(region) = &file.region {
        text = text.replace(&format!(":lambda:{region}:"), ":lambda:${region}:");
    }
    if let Some(account) = &file.account {
        text = text.replace(&format!(":{account}:function:"), ":${account}:function:");
    }
    for (key, name) in &file.names {
        text =
            text.replace(&format!(":function:{name}"), &format!(":function:${{function.{key}}}"));
    }
    // What was replaced is in strings, so the text still reads.
    let mut moved: CorpusFile = serde_json::from_str(&text).unwrap_or_else(|_| file.clone());
    (moved.region, moved.account) = (None, None);
    moved.names.clear();
    moved
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_both_corpora_is_compiled_in() {
        let mut files: Vec<(String, CorpusFile)> = Vec::new();
        for corpus in ["documented", "observed"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora").join(corpus);
            for (path, file) in CorpusFile::read_folder(&folder).unwrap() {
                let name = path.file_stem().unwrap().to_string_lossy();
                files.push((format!("{corpus}/{name}"), file));
            }
        }
        let shipped: Vec<(String, CorpusFile)> = shipped()
            .iter()
            .map(|shipped| (format!("{}/{}", shipped.corpus, shipped.name), shipped.file.clone()))
            .collect();
        assert_eq!(shipped, files);
    }

    #[test]
    fn a_scenario_for_any_target_names_no_region_account_or_function_of_a_recording() {
        for Shipped { name, file, .. } in shipped() {
            let text = moved(file).to_text();
            for own in file.names.values().chain(&file.region) {
                let found = text.contains(&format!(":function:{own}"))
                    || text.contains(&format!(":lambda:{own}:"));
                assert!(!found, "{name}: {own}");
            }
        }
    }
}
