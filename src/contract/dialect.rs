//! How a documented pattern is written in Rust's regex syntax.
//!
//! In comes a pattern as AWS prints it: an ECMA 262 expression, with or
//! without outer anchors, meant for the whole text. Out goes the same language
//! in the syntax of the `regex` family. Both readers of a pattern, the one that
//! generates and the one that judges, depend on this translation and on nothing
//! else in common, which is why it is small and has vectors written by hand.
//!
//! | ECMA 262 | Rust | why |
//! |---|---|---|
//! | `\d` | `[0-9]` | Rust's is every decimal digit of Unicode |
//! | `\s` | the six ASCII spaces | what both ECMA 262 and Java call a space; see [`disputed`] |
//! | `\w` | `[0-9A-Za-z_]` | Rust's is Unicode |
//! | `.` | `[^\n\r\u{2028}\u{2029}]` | Rust's excludes only `\n` |
//! | `[`, `&`, `~` in a class | escaped | Rust nests classes and has set operators |
//! | outer `^`, `$` | dropped | a pattern means the whole text; the published Qualifier pattern binds each anchor to one alternative |

const SPACE: &str = r"\t\n\x0B\x0C\r\x20";
const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const DOT: &str = r"[^\n\r\u{2028}\u{2029}]";

/// The pattern in Rust's syntax, without outer anchors.
#[must_use]
pub fn to_rust(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut in_class = false;
    let mut chars = without_anchors(pattern).chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped) => push_escape(&mut out, escaped, in_class),
                None => out.push('\\'),
            },
            '[' if in_class => out.push_str(r"\["),
            '&' | '~' if in_class => out.extend(['\\', c]),
            '[' => {
                in_class = true;
                out.push('[');
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            '.' if !in_class => out.push_str(DOT),
            c => out.push(c),
        }
    }
    out
}

/// The pattern in Rust's syntax, to match a whole text and nothing else.
///
/// `\z` and not `$`: the end, never the place before a trailing newline.
#[must_use]
pub fn whole(pattern: &str) -> String {
    format!(r"\A(?:{})\z", to_rust(pattern))
}

/// The characters that ECMA 262 and Java read differently in this pattern.
///
/// Java's `\s` is ASCII where ECMA's holds the spaces of Unicode, and Java's
/// `.` excludes U+0085 where ECMA's does not. A text that holds such a
/// character can be judged neither legal nor illegal.
#[must_use]
pub fn disputed(pattern: &str) -> Vec<char> {
    let (space, dot) = uses(pattern);
    let mut disputed = Vec::new();
    if dot {
        disputed.push('\u{85}');
    }
    if space {
        disputed.extend(UNICODE_SPACES);
    }
    disputed
}

/// Whether ECMA 262 and Java read this character differently in this pattern.
#[must_use]
pub fn is_disputed(pattern: &str, c: char) -> bool {
    disputed(pattern).contains(&c)
}

/// White space and line ends to ECMA 262, and not to Java.
const UNICODE_SPACES: [char; 19] = [
    '\u{A0}', '\u{1680}', '\u{2000}', '\u{2001}', '\u{2002}', '\u{2003}', '\u{2004}', '\u{2005}',
    '\u{2006}', '\u{2007}', '\u{2008}', '\u{2009}', '\u{200A}', '\u{2028}', '\u{2029}', '\u{202F}',
    '\u{205F}', '\u{3000}', '\u{FEFF}',
];

/// Whether the pattern has a `\s` (or `\S`), and whether it has a free `.`.
fn uses(pattern: &str) -> (bool, bool) {
    let (mut space, mut dot, mut in_class) = (false, false, false);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => space |= matches!(chars.next(), Some('s' | 'S')),
            '[' => in_class = true,
            ']' => in_class = false,
            '.' => dot |= !in_class,
            _ => {}
        }
    }
    (space, dot)
}

fn push_escape(out: &mut String, escaped: char, in_class: bool) {
    let (set, negated) = match escaped {
        'd' => (DIGIT, false),
        'D' => (DIGIT, true),
        's' => (SPACE, false),
        'S' => (SPACE, true),
        'w' => (WORD, false),
        'W' => (WORD, true),
        other => {
            out.extend(['\\', other]);
            return;
        }
    };
    match (negated, in_class) {
        (false, true) => out.push_str(set),
        (false, false) => out.extend(["[", set, "]"]),
        // A class within a class: Rust reads it, and it means the union.
        (true, _) => out.extend(["[^", set, "]"]),
    }
}

fn without_anchors(pattern: &str) -> &str {
    let body = pattern.strip_prefix('^').unwrap_or(pattern);
    match body.strip_suffix('$') {
        // An odd number of backslashes makes it a dollar sign, not an anchor.
        Some(head) if trailing_backslashes(head).is_multiple_of(2) => head,
        _ => body,
    }
}

fn trailing_backslashes(text: &str) -> usize {
    text.len() - text.trim_end_matches('\\').len()
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    fn check(pattern: &str, members: &[&str], outsiders: &[&str]) {
        let regex = Regex::new(&whole(pattern)).unwrap();
        for text in members {
            assert!(regex.is_match(text), "{pattern} should match {text:?}");
        }
        for text in outsiders {
            assert!(!regex.is_match(text), "{pattern} should not match {text:?}");
        }
    }

    #[test]
    fn the_translation_is_this_text() {
        for (pattern, rust) in [
            (r"\d{12}", "[0-9]{12}"),
            (r"[^\s]+", r"[^\t\n\x0B\x0C\r\x20]+"),
            (r"\s", r"[\t\n\x0B\x0C\r\x20]"),
            (r"(.*)", r"([^\n\r\u{2028}\u{2029}]*)"),
            (r"[a.]\.", r"[a.]\."),
            (r"[\d_]", "[0-9_]"),
            (r"[a-zA-Z0-9-_]", "[a-zA-Z0-9-_]"),
            (r"[a[&~]", r"[a\[\&\~]"),
            (r"^o-[a-z0-9]{10,32}$", "o-[a-z0-9]{10,32}"),
            (r"^\$(A)|[b$]+$", r"\$(A)|[b$]+"),
            (r"a\$", r"a\$"),
            (r"a\\$", r"a\\"),
            (r"\S\W", r"[^\t\n\x0B\x0C\r\x20][^0-9A-Za-z_]"),
        ] {
            assert_eq!(to_rust(pattern), rust, "{pattern}");
        }
    }

    #[test]
    fn statement_ids_are_ascii_letters_digits_hyphen_and_underscore() {
        check(
            "([a-zA-Z0-9-_]+)",
            &["a", "Z", "0", "-", "_", "aZ09-_", "azAZ09"],
            &[
                "", "\n", "a\n", "\na", "a b", " ", ":", ";", "=", "?", "@", "[", "^", ".", "`",
                "{", "/", ",", "\\", "]", "é", "a\u{663}", "\u{FF21}", "\u{212A}", "a\r", "a\0",
            ],
        );
    }

    #[test]
    fn actions_are_lambda_and_a_name_or_a_star() {
        check(
            "(lambda:[*]|lambda:[a-zA-Z]+|[*])",
            &["*", "lambda:*", "lambda:InvokeFunction", "lambda:a"],
            &[
                "",
                "**",
                "lambda:",
                "lambda",
                "lambda:*a",
                "lambda:a*",
                "lambda:a1",
                "Lambda:a",
                "lambda:a\n",
                "*\n",
                "s3:GetObject",
                "lambda:Invoke\u{212A}",
                "lambda:a ",
            ],
        );
    }

    #[test]
    fn event_source_tokens_take_dots() {
        check(
            r"[a-zA-Z0-9._\-]+",
            &["a", ".", "_", "-", "a.b_c-9"],
            &["", "a,", "a/", "a\\", "a\n", "é", "\u{663}", "^", "`"],
        );
    }

    #[test]
    fn principals_hold_no_ascii_space() {
        // The non-ASCII spaces are disputed; here they count as characters.
        check(
            r"[^\s]+",
            &["*", "s3.amazonaws.com", "é", "\u{A0}", "\u{85}", "\u{2028}", "\0", "\u{1F600}"],
            &["", " ", "a b", "a\n", "a\t", "\u{B}", "\u{C}", "a\r", " a", "a "],
        );
    }

    #[test]
    fn organisation_ids_are_the_same_with_and_without_anchors() {
        for pattern in ["^o-[a-z0-9]{10,32}$", "o-[a-z0-9]{10,32}"] {
            let (longest, too_long) =
                (format!("o-{}", "z".repeat(32)), "o-".to_owned() + &"z".repeat(33));
            check(
                pattern,
                &["o-a1b2c3d4e5", "o-0000000000", &longest],
                &[
                    "",
                    "o-123456789",
                    &too_long,
                    "O-1234567890",
                    "o-123456789A",
                    "o-1234567890\n",
                    "xo-1234567890",
                    "o-123456789\u{663}",
                    "o_1234567890",
                    "p-1234567890",
                ],
            );
        }
    }

    #[test]
    fn accounts_are_twelve_ascii_digits() {
        check(
            r"\d{12}",
            &["123456789012", "000000000000"],
            &[
                "",
                "12345678901",
                "1234567890123",
                "12345678901\u{663}",
                "12345678901a",
                "123456789012\n",
                " 123456789012",
                "\u{FF11}23456789012",
                "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}\u{668}\u{669}\u{660}\u{661}\u{662}",
            ],
        );
    }

    #[test]
    fn qualifiers_of_the_page_may_be_empty() {
        check(
            "(|[a-zA-Z0-9$_-]+)",
            &["", "$LATEST", "1", "prod", "$", "a-b_c", "$$"],
            &["\n", "a\n", "a.b", "$LATEST.PUBLISHED", "a b", "é", ":", "a/", "#", "%"],
        );
    }

    #[test]
    fn qualifiers_of_today_match_as_a_whole_on_either_side_of_the_bar() {
        let today = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";
        for pattern in [today.to_owned(), format!("^{today}$")] {
            check(
                &pattern,
                &["$LATEST", "$LATEST.PUBLISHED", "1", "$", "a$b", "$LATESTx"],
                &[
                    "",
                    "$LATEST.",
                    "$LATEST.PUBLISHEDx",
                    "$LATEST.PUBLISHED\n",
                    "$LATEST ",
                    "a.b",
                    "x$LATEST.PUBLISHED",
                    "$LATEST.published",
                    "!prod",
                    "prod!",
                ],
            );
        }
    }

    #[test]
    fn function_names_of_the_page_have_no_dot() {
        check(
            r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?",
            &[
                "my-function",
                "my-function:v1",
                "123456789012:function:my-function",
                "a:$LATEST",
                "arn:aws:lambda:us-west-2:123456789012:function:my-function",
                "arn::lambda:a",
                "us-gov-west-1:a",
                "function:a",
                "function",
                "arn:aws-cn:lambda:a:b",
            ],
            &[
                "",
                "a.b",
                "a:",
                "a:b:c",
                "a:$LATESTx",
                "a:$LATEST.PUBLISHED",
                "a\n",
                "a:b\n",
                "é",
                "us-west-\u{663}:123456789012:a",
                "arn:aws:lambda:us-iso-east-1:123456789012:function:a",
                "arn:aws1:lambda:a",
                "a:;",
                "a/b",
                "a=",
                "a?",
                "a@",
                "a[",
                "a^",
            ],
        );
    }

    #[test]
    fn function_names_of_today_have_dots_and_more_regions() {
        check(
            r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
            &[
                "a.b",
                ".",
                "..",
                "a:$LATEST.PUBLISHED",
                "us-isob-east-1:a",
                "us-iso-east-1:a",
                "eusc-de-east-1:a",
                "arn:aws:lambda:us-gov-west-1:123456789012:function:a.b:c",
            ],
            &[
                "",
                "a:b.c",
                "a:$LATEST.",
                "a\n",
                ".\n",
                "a:.",
                "us-isobb-east-1:a:b",
                "é",
                "\u{663}",
            ],
        );
    }

    #[test]
    fn source_arns_of_the_page_end_in_anything_on_one_line() {
        check(
            r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)",
            &[
                "arn:aws:s3:::bucket",
                "arn:aws:s3:::",
                "arn:aws1-x:s3:us-east-1:123456789012:a:b",
                "arn:aws:s3:::é \u{1F600}\u{85}\u{A0}",
                "arn:aws:s3:us-gov-west-1::*",
                "arn:aws:s3:::\t",
            ],
            &[
                "",
                "arn:aws:s3::",
                "arn:aws:s3:::a\n",
                "arn:aws:s3:::\r",
                "arn:aws:s3:::a\u{2028}b",
                "arn:aws:s3:::\u{2029}",
                "arn:aws:s3::12345678901\u{663}:a",
                "arn:aws::::a",
                "arn::s3:::a",
                "arn:aws:s3:us-iso-east-1::a",
                "ARN:aws:s3:::a",
                "arn:aws:s_3:::a",
            ],
        );
    }

    #[test]
    fn source_arns_of_today_have_more_regions() {
        check(
            r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)",
            &[
                "arn:aws:s3:us-iso-east-1::a",
                "arn:aws:s3:eusc-de-east-1::a",
                "arn:aws:s3:us-isob-east-1::",
            ],
            &[
                "arn:aws:s3:us-isobb-east-1::a",
                "arn:aws:s3:::a\n",
                "arn:aws:s3:us-east-\u{663}::a",
                "",
            ],
        );
    }

    #[test]
    fn only_spaces_and_dots_are_disputed() {
        let (space, dot, neither) = (r"[^\s]+", "a:(.*)", r"[a-z.]\d\.");
        for (pattern, c, disputed) in [
            (space, '\u{A0}', true),
            (space, '\u{FEFF}', true),
            (space, '\u{2028}', true),
            (space, '\u{85}', false),
            (space, ' ', false),
            (dot, '\u{85}', true),
            (dot, '\u{A0}', false),
            (dot, '\u{2028}', false),
            (neither, '\u{85}', false),
            (neither, '\u{A0}', false),
        ] {
            assert_eq!(is_disputed(pattern, c), disputed, "{pattern} {c:?}");
        }
    }
}
