//! The errors that `AddPermission` and its neighbours answer with.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An error code, as the header `x-amzn-errortype` spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ErrorCode {
    /// One of the parameters is not valid.
    InvalidParameterValueException,
    /// The policy would grow past its limit.
    PolicyLengthExceededException,
    /// `RevisionId` is not the current one.
    PreconditionFailedException,
    /// The thing exists already, or another operation is in progress.
    ResourceConflictException,
    /// The function, version, alias, policy or statement does not exist.
    ResourceNotFoundException,
    /// The service failed.
    ServiceException,
    /// The request rate is too high.
    TooManyRequestsException,
    /// The grant would make the function public while that is blocked (current model only).
    PublicPolicyException,
    /// A value breaks a constraint of the model (undocumented, recorded).
    ValidationException,
    /// The body cannot be read as the operation's input (undocumented).
    SerializationException,
    /// The caller may not do this (common to all services).
    AccessDeniedException,
    /// The path names no operation (common to all services).
    UnknownOperationException,
    /// The signature is wrong (common to all services).
    InvalidSignatureException,
    /// The request carries no credentials (common to all services).
    MissingAuthenticationTokenException,
    /// The credentials are unknown (common to all services).
    UnrecognizedClientException,
    /// The session token has expired (common to all services).
    ExpiredTokenException,
}

impl ErrorCode {
    /// Every code, the documented ones of the API page first.
    pub const ALL: [Self; 16] = [
        Self::InvalidParameterValueException,
        Self::PolicyLengthExceededException,
        Self::PreconditionFailedException,
        Self::ResourceConflictException,
        Self::ResourceNotFoundException,
        Self::ServiceException,
        Self::TooManyRequestsException,
        Self::PublicPolicyException,
        Self::ValidationException,
        Self::SerializationException,
        Self::AccessDeniedException,
        Self::UnknownOperationException,
        Self::InvalidSignatureException,
        Self::MissingAuthenticationTokenException,
        Self::UnrecognizedClientException,
        Self::ExpiredTokenException,
    ];

    /// The code as text.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidParameterValueException => "InvalidParameterValueException",
            Self::PolicyLengthExceededException => "PolicyLengthExceededException",
            Self::PreconditionFailedException => "PreconditionFailedException",
            Self::ResourceConflictException => "ResourceConflictException",
            Self::ResourceNotFoundException => "ResourceNotFoundException",
            Self::ServiceException => "ServiceException",
            Self::TooManyRequestsException => "TooManyRequestsException",
            Self::PublicPolicyException => "PublicPolicyException",
            Self::ValidationException => "ValidationException",
            Self::SerializationException => "SerializationException",
            Self::AccessDeniedException => "AccessDeniedException",
            Self::UnknownOperationException => "UnknownOperationException",
            Self::InvalidSignatureException => "InvalidSignatureException",
            Self::MissingAuthenticationTokenException => "MissingAuthenticationTokenException",
            Self::UnrecognizedClientException => "UnrecognizedClientException",
            Self::ExpiredTokenException => "ExpiredTokenException",
        }
    }

    /// The code of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }

    /// The HTTP status that goes with the code.
    pub const fn status(self) -> u16 {
        match self {
            Self::PreconditionFailedException => 412,
            Self::ResourceConflictException => 409,
            Self::ResourceNotFoundException => 404,
            Self::ServiceException => 500,
            Self::TooManyRequestsException => 429,
            Self::AccessDeniedException
            | Self::UnknownOperationException
            | Self::InvalidSignatureException
            | Self::MissingAuthenticationTokenException
            | Self::UnrecognizedClientException
            | Self::ExpiredTokenException => 403,
            _ => 400,
        }
    }

    /// Whether the API page lists the code among the errors of `AddPermission`.
    pub const fn on_the_page(self) -> bool {
        matches!(
            self,
            Self::InvalidParameterValueException
                | Self::PolicyLengthExceededException
                | Self::PreconditionFailedException
                | Self::ResourceConflictException
                | Self::ResourceNotFoundException
                | Self::ServiceException
                | Self::TooManyRequestsException
        )
    }

    /// The body member that carries the message: `Message` for some codes, `message` for others.
    pub const fn message_member(self) -> &'static str {
        match self {
            Self::ResourceNotFoundException
            | Self::PublicPolicyException
            | Self::ServiceException
            | Self::SerializationException
            | Self::AccessDeniedException
            | Self::UnknownOperationException => "Message",
            _ => "message",
        }
    }

    /// The `Type` that the body carries beside the message, where it carries one.
    pub const fn type_member(self) -> Option<&'static str> {
        match self {
            Self::InvalidParameterValueException
            | Self::ResourceConflictException
            | Self::PreconditionFailedException
            | Self::PolicyLengthExceededException
            | Self::TooManyRequestsException
            | Self::ResourceNotFoundException
            | Self::PublicPolicyException => Some("User"),
            Self::ServiceException => Some("Service"),
            _ => None,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_lists_seven_errors() {
        assert_eq!(ErrorCode::ALL.iter().filter(|code| code.on_the_page()).count(), 7);
    }

    #[test]
    fn names_read_back() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_name(code.name()), Some(code));
        }
    }
}
