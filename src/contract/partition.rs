//! Partitions of AWS: which one a region belongs to, and under which domains their services are
//! named.

/// The partition that a region belongs to; `None` for a name that is none of AWS's regions.
pub fn partition_of(region: &str) -> Option<&'static str> {
    let (area, rest) = region.split_once('-')?;
    let number = rest.rsplit('-').next().unwrap_or_default();
    let is_numbered = number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_numbered {
        return None;
    }
    let kind = rest.split('-').next().unwrap_or_default();
    match (area, kind) {
        ("eusc", _) => Some("aws-eusc"),
        ("cn", _) => Some("aws-cn"),
        (_, "gov") => Some("aws-us-gov"),
        (_, "iso") => Some("aws-iso"),
        (_, "isob") => Some("aws-iso-b"),
        (_, "isoe") => Some("aws-iso-e"),
        (_, "isof") => Some("aws-iso-f"),
        _ => (area.len() == 2 && rest.contains('-')).then_some("aws"),
    }
}

/// The domains under which services are principals, in the partition `aws` and in others. A
/// principal below one of them belongs to AWS, whichever spelling a partition takes.
const SERVICE_DOMAINS: [&str; 8] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".amazon.com",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".cloud.adc-e.uk",
    ".csp.hci.ic.gov",
];

/// Whether a domain lies below one of those that name services of AWS.
pub fn is_service_domain(domain: &str) -> bool {
    SERVICE_DOMAINS.iter().any(|suffix| domain.ends_with(suffix))
}

/// Whether the regional service principal `logs.REGION.amazonaws.com` is the known spelling in a
/// partition; elsewhere the partition's own domain may be the one that is taken.
pub fn has_commercial_spelling(partition: &str) -> bool {
    matches!(partition, "aws" | "aws-us-gov")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_decide_partitions() {
        for (region, partition) in [
            ("us-east-1", Some("aws")),
            ("ap-southeast-2", Some("aws")),
            ("il-central-1", Some("aws")),
            ("cn-north-1", Some("aws-cn")),
            ("cn-northwest-1", Some("aws-cn")),
            ("us-gov-west-1", Some("aws-us-gov")),
            ("us-iso-east-1", Some("aws-iso")),
            ("us-isob-east-1", Some("aws-iso-b")),
            ("eu-isoe-west-1", Some("aws-iso-e")),
            ("us-isof-south-1", Some("aws-iso-f")),
            ("eusc-de-east-1", Some("aws-eusc")),
            ("local", None),
            ("us-east", None),
            ("", None),
        ] {
            assert_eq!(partition_of(region), partition, "{region}");
        }
    }

    #[test]
    fn services_of_every_partition_are_below_a_domain_of_aws() {
        for service in [
            "s3.amazonaws.com",
            "logs.cn-north-1.amazonaws.com.cn",
            "logs.us-iso-east-1.c2s.ic.gov",
            "logs.us-isob-east-1.sc2s.sgov.gov",
        ] {
            assert!(is_service_domain(service), "{service}");
        }
        assert!(!is_service_domain("amazonaws.com") && !is_service_domain("x.ic.gov"));
    }
}
