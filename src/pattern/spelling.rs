//! The ranges that a pattern spells.
//!
//! They are read off the syntax tree, not off the ranges that determinisation
//! leaves: `[a.\-]` spells `-` and `.` apart though they are neighbours and
//! alike, and a server that forgot one of them must be found out.

use regex_syntax::ast::{self, Ast, ClassSetItem};

use super::error::{PatternError, PatternErrorKind};

/// Every character and range in the text of a (translated) pattern, as
/// first and last character, in the order of the text.
pub(super) fn spelled_ranges(pattern: &str, rust: &str) -> Result<Vec<(char, char)>, PatternError> {
    let ast = ast::parse::Parser::new()
        .parse(rust)
        .map_err(|error| PatternErrorKind::Syntax.because(pattern, error))?;
    ast::visit(&ast, Speller::default()).map_err(|kind| kind.of(pattern))
}

#[derive(Default)]
struct Speller {
    ranges: Vec<(char, char)>,
}

impl ast::Visitor for Speller {
    type Output = Vec<(char, char)>;
    type Err = PatternErrorKind;

    fn finish(self) -> Result<Self::Output, Self::Err> {
        Ok(self.ranges)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        let unsupported = match ast {
            Ast::Literal(literal) => {
                self.ranges.push((literal.c, literal.c));
                return Ok(());
            }
            Ast::Assertion(_) => "an anchor inside",
            Ast::Flags(_) => "flags",
            Ast::Group(group) if group.flags().is_some_and(|flags| !flags.items.is_empty()) => {
                "flags"
            }
            // The translation leaves none of these.
            Ast::Dot(_) | Ast::ClassPerl(_) | Ast::ClassUnicode(_) => "a named class",
            _ => return Ok(()),
        };
        Err(PatternErrorKind::Unsupported(unsupported))
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Self::Err> {
        match item {
            ClassSetItem::Literal(literal) => self.ranges.push((literal.c, literal.c)),
            ClassSetItem::Range(range) => self.ranges.push((range.start.c, range.end.c)),
            ClassSetItem::Ascii(_) | ClassSetItem::Perl(_) | ClassSetItem::Unicode(_) => {
                return Err(PatternErrorKind::Unsupported("a named class"));
            }
            ClassSetItem::Empty(_) | ClassSetItem::Bracketed(_) | ClassSetItem::Union(_) => {}
        }
        Ok(())
    }
}
