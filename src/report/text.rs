//! Bounding and escaping of what a target said, for every report.
//!
//! A target decides codes, messages, bodies, header values, names: any of them may hold control
//! characters, terminal escapes, marks that reorder a line, markup, or megabytes. Nothing of a
//! target enters a report but through here.

use std::fmt::Write as _;

use crate::observation::printable;

/// Maximum length of text in one line of a report.
pub const LINE: usize = 400;
/// Maximum length of wire text in a report for a terminal or a log.
pub const WIRE: usize = 2_000;
/// Maximum length of wire text on an HTML page.
pub const PAGE: usize = 32_000;

/// `text` as one line of at most `limit` characters: line breaks and everything that steers or
/// reorders is spelled out.
pub fn line(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for symbol in printable(text, limit).chars() {
        spell(symbol, &mut out);
    }
    out
}

/// `text` with its line breaks and otherwise as [`line()`], with a remark where it was cut.
pub fn block(text: &str, limit: usize) -> String {
    let kept: String = text.chars().take(limit).collect();
    let mut out = String::with_capacity(kept.len());
    for (at, row) in kept.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let row = row.strip_suffix('\r').unwrap_or(row).replace('\t', "    ");
        out.push_str(&line(&row, usize::MAX));
    }
    if kept.len() < text.len() {
        let left = text.chars().count() - limit;
        let _ = write!(
            out,
            "… ({} more {}; the JSON result has what was kept)",
            thousands(left as u64),
            if left == 1 { "character" } else { "characters" }
        );
    }
    out
}

/// A row of a log in which a CI runner reads no command: GitHub takes rows that begin with `::`,
/// however far they are indented, and GitHub, Azure and `TeamCity` take `##`, a word and `[` anywhere.
pub fn inert(row: &str) -> String {
    let row = without_commands(row, "\\u{23}");
    match row.trim_start().strip_prefix("::") {
        Some(rest) => format!("{}\\u{{3a}}:{rest}", &row[..row.len() - rest.len() - 2]),
        None => row,
    }
}

/// The text with the second of two number signs spelled so, where they begin a command.
fn without_commands(text: &str, spelled: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("##") {
        let after = &rest[at + 2..];
        let word =
            after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "._-".contains(c));
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if word.starts_with('[') {
            out.push_str(spelled);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Spells out what [`printable`] lets through and XML forbids: noncharacters.
fn spell(symbol: char, out: &mut String) {
    let hidden = (symbol as u32) & 0xfffe == 0xfffe || matches!(symbol, '\u{fdd0}'..='\u{fdef}');
    if hidden {
        out.extend(symbol.escape_unicode());
    } else {
        out.push(symbol);
    }
}

/// A JSON text in which everything that steers or hides is written as an escape: it reads back
/// as the same value, and whoever prints the file is safe.
pub fn json_text(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    // Number signs stand in strings only.
    let json = without_commands(json, "\\u0023");
    for symbol in json.chars() {
        // Such characters are in strings only; the line breaks between the values are ours.
        let plain = matches!(symbol, ' '..='~' | '\n')
            || line(symbol.encode_utf8(&mut [0; 4]), 1).starts_with(symbol);
        if plain {
            out.push(symbol);
        } else {
            for unit in symbol.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// `text` for the text of an HTML or XML element or a quoted attribute.
pub fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for symbol in text.chars() {
        let last = std::mem::replace(&mut before, symbol);
        match symbol {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Two of them may begin a command to whoever prints the file in a log.
            '#' if last == '#' => out.push_str("&#35;"),
            other => out.push(other),
        }
    }
    out
}

/// `count` with the noun it counts, in the plural where it is not one.
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(count))
}

/// A number with a comma between its thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share in percent, to one decimal; a dash where there was nothing to divide by.
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1} %", share * 100.0) } else { "–".to_owned() }
}

/// A share in percent that is small: to two significant digits.
pub fn small_percent(share: f64) -> String {
    let percent = share * 100.0;
    if !percent.is_finite() {
        "–".to_owned()
    } else if percent >= 1.0 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.2} %")
    }
}

/// A time that went by, in the unit that suits it.
pub fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line_and_shows_what_is_hidden() {
        assert_eq!(line("a\r\nb\u{85}\u{2028}\u{61c}", 99), "a\\r\\nb\\u{85}\\u{2028}\\u{61c}");
        assert_eq!(line("\u{fffe}\u{1ffff}", 99), "\\u{fffe}\\u{1ffff}");
        assert_eq!(line("abc", 2), "ab…");
    }

    #[test]
    fn a_block_keeps_its_lines_and_says_where_it_was_cut() {
        assert_eq!(block("a\r\nb\tc\u{1b}[1m", 99), "a\nb    c\\u{1b}[1m");
        assert_eq!(block("äbc", 1), "ä… (2 more characters; the JSON result has what was kept)");
    }

    #[test]
    fn a_row_of_a_log_is_no_command_to_a_runner() {
        assert_eq!(inert("  ::error::x ::"), "  \\u{3a}:error::x ::");
        assert_eq!(inert("a ##[error]"), "a #\\u{23}[error]");
        assert_eq!(inert("###vso[x y]"), "##\\u{23}vso[x y]");
        assert_eq!(inert("##teamcity[a] ##"), "#\\u{23}teamcity[a] ##");
        assert_eq!(inert("## Title [1]"), "## Title [1]");
        assert_eq!(inert("a :: b"), "a :: b");
    }

    #[test]
    fn json_reads_back_the_same_without_what_steers() {
        let value = serde_json::json!({"a": "b\u{1b}\u{7f}\u{85}\u{202e}\u{e0041}\\ é\n"});
        let text = json_text(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.contains("\\u202e") && text.contains('é'), "{text}");
        assert_eq!(text.chars().find(|c| c.is_control() && *c != '\n'), None);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn numbers_read_easily() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(counted(1, "rule"), "1 rule");
        assert_eq!(percent(0.0694), "6.9 %");
        assert_eq!(percent(f64::NAN), "–");
        assert_eq!(small_percent(0.0073), "0.73 %");
        assert_eq!(duration(41_830), "41.8 s");
        assert_eq!(duration(125_000), "2 min 5 s");
    }
}
