//! Reading a FunctionName: which function it means, and in which form it says so.

use std::sync::LazyLock;

use regex::Regex;

/// The parts of a FunctionName that fits the pattern of at least one edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionName {
    /// How it is spelled.
    pub form: Form,
    /// The partition, where an ARN names one.
    pub partition: Option<String>,
    /// The region, where one is named.
    pub region: Option<String>,
    /// The account, where one is named.
    pub account: Option<String>,
    /// The bare name.
    pub name: String,
    /// The qualifier behind the name.
    pub suffix: Option<String>,
}

/// The forms of a FunctionName.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A bare name (documented).
    Name,
    /// `ACCOUNT:function:NAME` (documented).
    PartialArn,
    /// The full ARN (documented).
    Arn,
    /// Anything else that the pattern admits.
    Other,
}

/// The pattern of the current model, which contains that of the page, with its parts named.
static PARTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\A(?P<arn>arn:(?P<partition>aws[a-zA-Z-]*)?:lambda:)?",
        r"(?:(?P<region>(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-[0-9]):)?",
        r"(?:(?P<account>[0-9]{12}):)?(?P<keyword>function:)?(?P<name>[a-zA-Z0-9\-_.]+)",
        r"(?::(?P<suffix>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9\-_]+))?\z"
    ))
    .expect("the pattern is a constant") // invariant: checked by every test of this module
});

impl FunctionName {
    /// Reads a name; `None` where it fits the pattern of neither edition.
    pub fn read(text: &str) -> Option<Self> {
        // Most names are plain, and one request is read several times.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !text.is_empty() && text.bytes().all(plain) {
            let (name, form) = (text.to_owned(), Form::Name);
            return Some(Self {
                form,
                partition: None,
                region: None,
                account: None,
                name,
                suffix: None,
            });
        }
        let parts = PARTS.captures(text)?;
        let part = |name: &str| parts.name(name).map(|found| found.as_str().to_owned());
        let (partition, region, account) = (part("partition"), part("region"), part("account"));
        let (arn, keyword) = (parts.name("arn").is_some(), parts.name("keyword").is_some());
        let form = match (arn, region.is_some(), account.is_some(), keyword) {
            (false, false, false, false) => Form::Name,
            (false, false, true, true) => Form::PartialArn,
            (true, true, true, true) if partition.is_some() => Form::Arn,
            _ => Form::Other,
        };
        let name = part("name")?;
        Some(Self { form, partition, region, account, name, suffix: part("suffix") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> FunctionName {
        FunctionName::read(text).unwrap_or_else(|| panic!("{text} is a name"))
    }

    #[test]
    fn the_documented_forms_are_told_from_the_others() {
        for (text, form) in [
            ("f", Form::Name),
            ("f:live", Form::Name),
            ("f:$LATEST", Form::Name),
            ("123456789012:function:f", Form::PartialArn),
            ("123456789012:function:f:1", Form::PartialArn),
            ("arn:aws:lambda:us-east-1:123456789012:function:f", Form::Arn),
            ("arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live", Form::Arn),
            ("function:f", Form::Other),
            ("123456789012:f", Form::Other),
            ("us-east-1:f", Form::Other),
            ("us-east-1:123456789012:function:f", Form::Other),
            ("arn:aws:lambda:f", Form::Other),
            ("arn::lambda:us-east-1:123456789012:function:f", Form::Other),
            ("arn:aws:lambda:us-east-1:123456789012:f", Form::Other),
        ] {
            let name = read(text);
            assert_eq!(name.form, form, "{text}");
            assert_eq!(name.name, "f", "{text}");
        }
    }

    #[test]
    fn a_name_is_read_in_its_parts() {
        let full = read("arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live");
        assert_eq!(full.partition.as_deref(), Some("aws-cn"));
        assert_eq!(full.region.as_deref(), Some("cn-north-1"));
        assert_eq!(full.account.as_deref(), Some("123456789012"));
        assert_eq!(full.suffix.as_deref(), Some("live"));
        let partial = read("123456789012:function:f");
        assert_eq!((partial.partition, partial.region, partial.suffix), (None, None, None));
        assert_eq!(partial.account.as_deref(), Some("123456789012"));
        for (text, suffix) in
            [("f", None), ("f:1", Some("1")), ("f:$LATEST.PUBLISHED", Some("$LATEST.PUBLISHED"))]
        {
            assert_eq!(read(text).suffix.as_deref(), suffix, "{text}");
        }
        let other = read("us-east-1:f");
        assert_eq!((other.region.as_deref(), other.account), (Some("us-east-1"), None));
    }

    #[test]
    fn only_the_current_model_has_these_names_and_regions() {
        for (text, name, region) in [
            ("dotted.name", "dotted.name", None),
            ("eusc-de-east-1:f", "f", Some("eusc-de-east-1")),
            ("us-isob-east-1:f", "f", Some("us-isob-east-1")),
        ] {
            let read = read(text);
            assert_eq!((read.name.as_str(), read.region.as_deref()), (name, region), "{text}");
        }
    }

    #[test]
    fn an_arn_that_ends_in_function_names_a_function_called_function() {
        assert_eq!(read("arn:aws:lambda:us-east-1:123456789012:function").name, "function");
    }

    #[test]
    fn what_fits_no_edition_is_no_name() {
        for text in ["", "f!", "*", "a:b:c", "f:", "f:$latest", "f\n", "arn:aws:lambda::1:f:f"] {
            assert_eq!(FunctionName::read(text), None, "{text}");
        }
    }
}
