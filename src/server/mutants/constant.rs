//! Mutants that give every AddPermission the same response. A suite that passes one of them tests
//! nothing.

use super::mutation::ConstantAnswer as B;
use super::mutation::Mutation::ConstantAnswer;
use super::tools::list;

list! {
    "refuses-everything" "refuses every AddPermission with 400"
        [SuccessStatus PrincipalAccepted] () => ConstantAnswer(B::RefusesEverything);
    "accepts-everything" "accepts every AddPermission and answers a right statement"
        [StatementIdPattern StatementIdRequired ActionPattern PrincipalPattern ErrorNotFound ErrorConflict] ()
        => ConstantAnswer(B::AcceptsEverything);
    "answers-empty-object" "answers every AddPermission with 200 and {}"
        [SuccessStatus SuccessEnvelope] () => ConstantAnswer(B::AnswersEmptyObject);
}
