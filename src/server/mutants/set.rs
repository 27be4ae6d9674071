//! Several mutants in one server.

use super::mutation::{
    ConstantAnswer, Mutant, Mutation, RequestContext, StateMutation, TransportMutation,
};
use crate::contract::Member;
use crate::model::RejectReason;

/// The mutants that are planted in one server, in the order in which they act.
///
/// None of them is the reference server as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MutantSet(Vec<Planted>);

/// A mutant in a set.
#[derive(Clone, Debug)]
pub struct Planted {
    /// The mutant.
    pub mutant: &'static Mutant,
    /// Members whose faults it does not overlook after all: how a server that checks nothing but
    /// one member differs from one that checks nothing.
    pub except: Vec<Member>,
}

impl PartialEq for Planted {
    fn eq(&self, other: &Self) -> bool {
        self.mutant.name == other.mutant.name && self.except == other.except
    }
}

impl MutantSet {
    /// The set of these names, separated by commas. Behind a name, `!Member` excepts a member:
    /// `constraints-unchecked!PrincipalOrgID`. The error is the name that no mutant has.
    pub fn parse(names: &str) -> Result<Self, String> {
        let mut planted = Vec::new();
        for text in names.split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let mut parts = text.split('!');
            let mutant = super::find(parts.next().unwrap_or_default()).ok_or(text)?;
            let except: Option<Vec<Member>> = parts
                .map(|name| Member::ALL.iter().copied().find(|member| member.name() == name))
                .collect();
            planted.push(Planted { mutant, except: except.ok_or(text)? });
        }
        Ok(Self(planted))
    }

    /// Whether nothing is broken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mutants of the set.
    pub fn planted(&self) -> &[Planted] {
        &self.0
    }

    /// Adds a mutant.
    pub fn push(&mut self, planted: Planted) {
        self.0.push(planted);
    }

    /// The plants that `pick` knows what to do with.
    pub(in crate::server) fn each<T>(
        &self,
        pick: impl Fn(&'static Mutation) -> Option<T>,
    ) -> impl Iterator<Item = T> {
        self.0.iter().flat_map(|planted| planted.mutant.plants).filter_map(pick)
    }

    /// All plants.
    pub(in crate::server) fn plants(&self) -> impl Iterator<Item = &'static Mutation> {
        self.0.iter().flat_map(|planted| planted.mutant.plants)
    }

    /// Whether one of them overlooks a fault.
    pub(in crate::server) fn overlooks(
        &self,
        fault: &RejectReason,
        ask: &RequestContext<'_>,
    ) -> bool {
        self.0.iter().any(|planted| {
            !fault.member.is_some_and(|member| planted.except.contains(&member))
                && planted
                    .mutant
                    .plants
                    .iter()
                    .any(|plant| matches!(plant, Mutation::DropFault(drops) if drops(fault, ask)))
        })
    }

    /// Whether one of them does this wrong thing with what is stored.
    pub(in crate::server) fn does(&self, mutation: StateMutation) -> bool {
        self.0.iter().any(|planted| planted.mutant.does(mutation))
    }

    /// The way in which every AddPermission is answered alike.
    pub(in crate::server) fn bank(&self) -> Option<ConstantAnswer> {
        self.each(
            |plant| {
                if let Mutation::ConstantAnswer(bank) = plant { Some(*bank) } else { None }
            },
        )
        .next()
    }

    /// What goes wrong with connections.
    pub fn transport(&self) -> impl Iterator<Item = TransportMutation> {
        self.each(|plant| if let Mutation::Transport(own) = plant { Some(*own) } else { None })
    }

    /// Whether one of them shows only where requests overlap.
    pub fn is_race(&self) -> bool {
        self.0.iter().any(|planted| planted.mutant.is_race())
    }
}

impl From<&'static Mutant> for MutantSet {
    fn from(mutant: &'static Mutant) -> Self {
        Self(vec![Planted { mutant, except: Vec::new() }])
    }
}

impl FromIterator<&'static Mutant> for MutantSet {
    fn from_iter<T: IntoIterator<Item = &'static Mutant>>(mutants: T) -> Self {
        Self(mutants.into_iter().map(|mutant| Planted { mutant, except: Vec::new() }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_read_from_names_and_exceptions() {
        let set = MutantSet::parse("status-200, statement-id-unchecked!StatementId").unwrap();
        let [first, second] = set.planted() else { panic!("{set:?}") };
        assert_eq!(
            (first.mutant.name, second.mutant.name),
            ("status-200", "statement-id-unchecked")
        );
        assert_eq!(second.except, [Member::StatementId]);
        assert_eq!(MutantSet::parse("no-such-mutant"), Err("no-such-mutant".to_owned()));
        assert!(MutantSet::parse("status-200!NoMember").is_err());
        assert_eq!(MutantSet::parse(""), Ok(MutantSet::default()));
    }
}
