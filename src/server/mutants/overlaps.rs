//! Wrong only where requests of other kinds than two adds overlap, or many do.

use super::mutation::Mutation::State;
use super::mutation::StateMutation as S;
use super::tools::list;

list! {
    "two-removals-per-sid" "acknowledges two overlapping removals of one statement"
        [RaceNoLostUpdate] () => State(S::TwoRemovalsPerSid);
    "two-removals-per-revision" "lets two overlapping removals take one revision"
        [RaceOneWinnerPerRevision] () => State(S::TwoRemovalsPerRevision);
    "two-winners-per-spelling" "locks a StatementId by the text that names the alias"
        [RaceOneWinnerPerId] () => State(S::TwoWinnersPerSpelling);
    "removal-overwritten" "brings back what was removed while it added"
        [RaceNoLostUpdate] () => State(S::RemovalOverwritten);
    "policies-overwritten" "writes back every policy of the function with each add"
        [RaceNoLostUpdate] () => State(S::PoliciesOverwritten);
    "lost-update-in-crowds" "loses adds where more than eight overlap"
        [RaceNoLostUpdate RaceOneWinnerPerId] () => State(S::LostUpdateInCrowds);
    "two-winners-in-crowds" "lets several adds take one StatementId where more than eight overlap"
        [RaceOneWinnerPerId] () => State(S::TwoWinnersInCrowds);
    "removal-shown-late" "shows no statement at all while one is removed"
        [RaceReadsConsistent RaceNoLostUpdate] () advisory => State(S::RemovalShownLate);
}
