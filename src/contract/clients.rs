//! Real clients: what each can put on the wire, and how it reads answers that deviate.
//!
//! Measured on loopback on 2026-11-27 with boto3 1.44.8, AWS CLI 2.9.19, @aws-sdk/client-lambda
//! 3.1164.0, aws-sdk (JavaScript 2) 2.1693.0, aws-sdk-lambda 1.156.0 (Rust), aws-sdk-go 1.44.133 and
//! aws-sdk-go-v2 1.17.1, @aws-lite/client 0.23.7, itty-aws 0.4.1 and aws4fetch 1.0.20. What boto3
//! does, aiobotocore and version 1 of the AWS CLI do as well.

/// A client.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    /// What it is called.
    pub name: &'static str,
    /// Whether it is AWS's own SDK or command line, with its checks on.
    pub is_sdk: bool,
    /// The forms of request that it refuses, drops or cannot write.
    cannot: &'static [RequestForm],
    /// How it reads answers, where that is worth telling.
    reads: &'static [(AnswerForm, &'static str)],
}

/// What is unusual about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestForm {
    /// Nothing: texts of any content, also outside their patterns and too long.
    Plain,
    /// A text below a least length that the service model gives.
    TooShort,
    /// A required member is absent.
    MissingRequired,
    /// A required member is null.
    NullRequired,
    /// An optional member is null.
    NullOptional,
    /// A member has another JSON type.
    WrongType,
    /// InvokedViaFunctionUrl is given, which older models lack.
    ViaUrl,
    /// The body has a member that is no input.
    UnknownMember,
    /// The body is no JSON object, or is not called JSON.
    OtherBody,
}

/// What is unusual about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnswerForm {
    /// A success with another status than 201.
    OtherSuccess,
    /// A success without Statement.
    NoStatement,
    /// Statement is a JSON object instead of a string.
    StatementAnObject,
    /// The body of a success is not JSON.
    NotJson,
    /// A 5xx.
    ServerFault,
    /// An error without a code anywhere.
    NoCode,
    /// An error whose code stands in the body alone.
    CodeInBody,
    /// An error that is a page of HTML.
    HtmlError,
    /// An error with another code.
    OtherCode,
}

impl Client {
    /// Whether it can send a request of this form as it is given.
    pub fn sends(&self, form: RequestForm) -> bool {
        !self.cannot.contains(&form)
    }

    /// How it reads an answer of this form.
    pub fn reads(&self, form: AnswerForm) -> Option<&'static str> {
        self.reads.iter().find(|(known, _)| *known == form).map(|(_, reads)| *reads)
    }
}

use AnswerForm::{
    CodeInBody, HtmlError, NoCode, NoStatement, NotJson, OtherCode, OtherSuccess, ServerFault,
    StatementAnObject,
};
use RequestForm::{
    MissingRequired, NullOptional, NullRequired, OtherBody, TooShort, UnknownMember, ViaUrl,
    WrongType,
};

/// The clients that were measured.
pub const CLIENTS: [Client; 11] = [
    Client {
        name: "boto3",
        is_sdk: true,
        cannot: &[
            TooShort,
            MissingRequired,
            NullRequired,
            NullOptional,
            WrongType,
            UnknownMember,
            OtherBody,
        ],
        reads: &[
            (OtherSuccess, "takes it as a success"),
            (NoStatement, "returns a result without Statement"),
            (StatementAnObject, "returns a dict"),
            (NotJson, "returns an empty result without an exception"),
            (ServerFault, "tries 3 times"),
            (NoCode, "raises ClientError with the status as its code"),
            (HtmlError, "raises ClientError with the status as its code"),
            (OtherCode, "raises another exception class"),
        ],
    },
    Client {
        name: "boto3 without validation",
        is_sdk: false,
        cannot: &[NullRequired, NullOptional, UnknownMember, OtherBody],
        reads: &[(NotJson, "returns an empty result without an exception")],
    },
    Client {
        name: "AWS CLI 2",
        is_sdk: true,
        cannot: &[
            TooShort,
            MissingRequired,
            NullRequired,
            NullOptional,
            WrongType,
            ViaUrl,
            UnknownMember,
            OtherBody,
        ],
        reads: &[
            (OtherSuccess, "exits with 0"),
            (NotJson, "prints nothing and exits with 0"),
            (ServerFault, "tries 3 times"),
        ],
    },
    Client {
        name: "AWS SDK for JavaScript 3",
        is_sdk: true,
        cannot: &[NullRequired, NullOptional, UnknownMember, OtherBody],
        reads: &[
            (OtherSuccess, "takes it as a success"),
            (StatementAnObject, "returns an object"),
            (NotJson, "throws a SyntaxError"),
            (ServerFault, "tries 3 times"),
            (NoCode, "throws LambdaServiceException named Unknown"),
            (HtmlError, "throws a SyntaxError"),
            (OtherCode, "throws another exception class"),
        ],
    },
    Client {
        name: "AWS SDK for JavaScript 2",
        is_sdk: true,
        cannot: &[
            MissingRequired,
            NullRequired,
            NullOptional,
            WrongType,
            ViaUrl,
            UnknownMember,
            OtherBody,
        ],
        reads: &[
            (StatementAnObject, "returns \"[object Object]\""),
            (NotJson, "throws a SyntaxError"),
            (ServerFault, "tries 4 times"),
            (HtmlError, "throws UnknownError"),
        ],
    },
    Client {
        name: "AWS SDK for Rust",
        is_sdk: true,
        cannot: &[NullRequired, NullOptional, WrongType, UnknownMember, OtherBody],
        reads: &[
            (OtherSuccess, "takes it as a success"),
            (StatementAnObject, "fails as Unhandled"),
            (NotJson, "fails as Unhandled"),
            (ServerFault, "tries 3 times"),
            (NoCode, "returns an error without a code"),
            (HtmlError, "fails as Unhandled"),
            (OtherCode, "returns another variant"),
        ],
    },
    Client {
        name: "AWS SDK for Go 1",
        is_sdk: true,
        cannot: &[
            TooShort,
            MissingRequired,
            NullRequired,
            NullOptional,
            WrongType,
            ViaUrl,
            UnknownMember,
            OtherBody,
        ],
        reads: &[
            (StatementAnObject, "sends it 4 times, then SerializationError"),
            (NotJson, "sends it 4 times, then SerializationError"),
            (CodeInBody, "sees no code where only __type holds it"),
            (HtmlError, "sends it 4 times, then SerializationError"),
        ],
    },
    Client {
        name: "AWS SDK for Go 2",
        is_sdk: true,
        cannot: &[
            MissingRequired,
            NullRequired,
            NullOptional,
            WrongType,
            ViaUrl,
            UnknownMember,
            OtherBody,
        ],
        reads: &[
            (StatementAnObject, "fails"),
            (NotJson, "fails"),
            (NoCode, "returns UnknownError"),
        ],
    },
    Client {
        name: "aws-lite",
        is_sdk: false,
        cannot: &[MissingRequired, NullRequired, NullOptional, WrongType, OtherBody],
        reads: &[(CodeInBody, "reads the code, and none from the header")],
    },
    Client {
        name: "itty-aws",
        is_sdk: false,
        cannot: &[NullRequired, NullOptional, OtherBody],
        reads: &[(NoCode, "throws UnknownError"), (HtmlError, "throws UnknownError")],
    },
    Client { name: "aws4fetch (by hand)", is_sdk: false, cannot: &[], reads: &[] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_request_has_a_sender() {
        for form in [
            RequestForm::Plain,
            TooShort,
            MissingRequired,
            NullRequired,
            NullOptional,
            WrongType,
            ViaUrl,
            UnknownMember,
            OtherBody,
        ] {
            assert!(CLIENTS.iter().any(|client| client.sends(form)), "{form:?}");
        }
        let all = |form| CLIENTS.iter().all(|client| client.sends(form));
        assert!(all(RequestForm::Plain) && !all(WrongType));
    }
}
