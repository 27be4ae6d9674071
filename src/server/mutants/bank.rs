//! Servers that answer every AddPermission alike. A suite that calls any of them conforming
//! tests nothing.

use super::plant::Bank as B;
use super::plant::Plant::Bank;
use super::tools::list;

list! {
    "refuses-everything" "refuses every AddPermission with 400"
        [SuccessStatus PrincipalAccepted] () => Bank(B::RefusesEverything);
    "accepts-everything" "accepts every AddPermission and answers a right statement"
        [StatementIdPattern StatementIdRequired ActionPattern PrincipalPattern ErrorNotFound ErrorConflict] ()
        => Bank(B::AcceptsEverything);
    "answers-empty-object" "answers every AddPermission with 200 and {}"
        [SuccessStatus SuccessEnvelope] () => Bank(B::AnswersEmptyObject);
}
