//! `permspec cleanup`: deletes what runs left behind, found by their journals or by a name prefix.

use std::fmt::Write as _;

use super::args::CleanupArgs;
use super::choices::CredentialsArg;
use super::{Failure, OrFail, output, usage};
use crate::client::cleanup::Fate;
use crate::client::journal::{Found, JournalSigning};
use crate::client::{
    Chain, Consistency, Endpoint, Patience, Rails, RealAws, Signing, Target, TargetConfig,
};
use crate::exit_code::ExitCode;
use crate::observation::printable;

/// The required beginning of a prefix.
const OURS: &str = "permspec";

/// The resources that were found, and their fate.
#[derive(Default)]
struct Sums {
    there: usize,
    deleted: usize,
    left: usize,
    unusable: bool,
}

/// Lists or deletes leftover resources.
pub async fn cleanup(arguments: CleanupArgs) -> Result<ExitCode, Failure> {
    let mut sums = Sums::default();
    match &arguments.prefix {
        Some(prefix) => by_prefix(&arguments, prefix, &mut sums).await?,
        None => by_journal(&arguments, &mut sums).await?,
    }
    if sums.there > 0 {
        let what = counted(sums.there);
        output::print(&format!("{what} would be deleted; use --yes to delete\n"));
    }
    if sums.deleted > 0 {
        output::print(&format!("{} deleted\n", counted(sums.deleted)));
    }
    Ok(if sums.unusable {
        ExitCode::Unusable
    } else if sums.left > 0 {
        ExitCode::Incomplete
    } else {
        ExitCode::Passed
    })
}

fn counted(count: usize) -> String {
    format!("{count} function{}", if count == 1 { "" } else { "s" })
}

async fn by_journal(arguments: &CleanupArgs, sums: &mut Sums) -> Result<(), Failure> {
    if arguments.aws || arguments.endpoint.is_some() {
        return Err(usage(
            "the journals name the targets themselves; remove --aws and --endpoint, or add \
             --prefix",
        ));
    }
    let folder = &arguments.journal;
    let journals = Found::all(folder).or_fail(ExitCode::Usage)?;
    if journals.is_empty() {
        output::print(&format!("nothing to clean up according to {}\n", folder.display()));
    }
    for journal in journals {
        let mut found = match journal {
            Ok(found) => found,
            Err(error) => {
                output::warn(&error.to_string());
                sums.left += 1;
                continue;
            }
        };
        let header = found.header.clone();
        output::print(&format!(
            "run {} of {}: {}, region {}, account {}\n",
            printable(&header.run, 40),
            printable(&header.started, 40),
            printable(&header.endpoint, 200),
            printable(&header.region, 40),
            printable(&header.account, 20)
        ));
        let endpoint =
            Endpoint::parse(&header.endpoint, RealAws::Permit).or_fail(ExitCode::Usage)?;
        let signing = header.signing.unwrap_or(JournalSigning::Chain);
        // Whoever writes a journal does not get requests signed with the user's credentials.
        if signing == JournalSigning::Chain && !endpoint.is_aws() && !endpoint.is_loopback() {
            return Err(usage(format!(
                "{} names a target that is neither AWS nor on this machine, and wants it to get \
                 credentials of AWS's chain; if that is right, use --endpoint, --prefix {}-{}- and \
                 --credentials chain",
                found.path.display(),
                printable(&header.prefix, 40),
                printable(&header.run, 40)
            )));
        }
        let profile = arguments.aws_profile.clone().or(header.profile);
        let namespace = (header.prefix.as_str(), header.run.as_str());
        let signing = of(signing, profile.as_deref(), &header.region);
        let target = target(endpoint, &header.region, signing, namespace, arguments);
        match target.clean_journal(&mut found, arguments.yes).await {
            Ok(fates) => {
                tell(&fates, sums);
                if arguments.yes {
                    found.close();
                }
            }
            Err(error) => {
                output::warn(&error.to_string());
                sums.unusable = true;
            }
        }
    }
    Ok(())
}

async fn by_prefix(arguments: &CleanupArgs, prefix: &str, sums: &mut Sums) -> Result<(), Failure> {
    if !prefix.starts_with(&format!("{OURS}-")) {
        return Err(usage(format!(
            "permspec only creates functions whose names begin with {OURS}-, not with {prefix:?}"
        )));
    }
    let url = match (&arguments.endpoint, arguments.aws) {
        (Some(endpoint), _) => endpoint.clone(),
        (None, true) => Endpoint::of_aws(&arguments.region)
            .ok_or_else(|| usage(format!("not an AWS region: {:?}", arguments.region)))?,
        (None, false) => {
            return Err(usage("no target: use --aws with --region, or --endpoint URL"));
        }
    };
    let may_be_aws = if arguments.aws { RealAws::Permit } else { RealAws::Refuse };
    let endpoint = Endpoint::parse(&url, may_be_aws).or_fail(ExitCode::Usage)?;
    let signing = match arguments.credentials {
        _ if arguments.aws => JournalSigning::Chain,
        Some(CredentialsArg::Chain) => JournalSigning::Chain,
        Some(CredentialsArg::None) => JournalSigning::None,
        Some(CredentialsArg::Dummy) | None => JournalSigning::Dummy,
    };
    let signing = of(signing, arguments.aws_profile.as_deref(), &arguments.region);
    let target = target(endpoint, &arguments.region, signing, (OURS, ""), arguments);
    match target.clean_prefix(prefix, arguments.yes).await {
        Ok(fates) if fates.is_empty() => {
            output::print(&format!("no function name begins with {prefix:?}\n"));
        }
        Ok(fates) => tell(&fates, sums),
        Err(error) => {
            output::warn(&error.to_string());
            sums.unusable = true;
        }
    }
    Ok(())
}

/// What requests are signed with.
fn of(signing: JournalSigning, profile: Option<&str>, region: &str) -> Signing {
    match signing {
        JournalSigning::Chain => Signing::Chain(Chain::new(profile, region)),
        JournalSigning::Dummy => Signing::dummy(),
        JournalSigning::None => Signing::Nothing,
    }
}

/// A target on which no resource is created.
fn target(
    endpoint: Endpoint,
    region: &str,
    signing: Signing,
    (prefix, run): (&str, &str),
    arguments: &CleanupArgs,
) -> Target {
    let mut config = TargetConfig::new(run);
    prefix.clone_into(&mut config.prefix);
    region.clone_into(&mut config.region);
    config.timeout = arguments.timeout;
    config.patience = Patience { outage: arguments.timeout, ..Patience::default() };
    config.consistency = Consistency::Strong;
    config.signing = signing;
    config.trusts_names = !endpoint.is_aws();
    config.rails =
        Some(Rails { account: String::new(), allow_public: false, max_requests: u64::MAX });
    Target::http(endpoint, config)
}

/// Describes the fate of each function.
fn tell(fates: &[(String, Fate)], sums: &mut Sums) {
    let mut text = String::new();
    for (name, fate) in fates {
        let name = printable(name, 140);
        let _ = match fate {
            Fate::There => {
                sums.there += 1;
                writeln!(text, "  {name}  would be deleted")
            }
            Fate::Deleted => {
                sums.deleted += 1;
                writeln!(text, "  {name}  deleted")
            }
            Fate::Gone => writeln!(text, "  {name}  already gone"),
            Fate::NotOurs(why) => {
                writeln!(text, "  {name}  not deleted: {}", printable(why, 200))
            }
            Fate::Left(leftover) => {
                sums.left += 1;
                writeln!(text, "  {name}  deletion failed: {}", printable(&leftover.why, 300))
            }
        };
    }
    output::print(&text);
}
