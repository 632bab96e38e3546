//! Conversions of network profiles between wire and domain. They name every field.

use super::wire;
use crate::app::networks::NetworkView;
use crate::app::networks::probing::NetworkSurvey;
use crate::domain::model::NetworkRecord;
use crate::domain::networks::{Interface, NetworkSight, Profile, Rule, RuleSight};

/// Converts a definition to the domain.
pub fn profile_in(body: wire::NetworkDefinition) -> Profile {
    let wire::NetworkDefinition { name, description, r#match, rules } = body;
    Profile { name, description, matching: r#match, rules: rules.into_iter().map(rule_in).collect() }
}

/// Converts rules that are not saved to the domain.
pub fn check_in(body: wire::NetworkCheck) -> Profile {
    let wire::NetworkCheck { r#match, rules } = body;
    let (name, description) = (String::new(), String::new());
    Profile { name, description, matching: r#match, rules: rules.into_iter().map(rule_in).collect() }
}

/// An empty field of a form means the same as an absent one.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn rule_in(rule: wire::NetworkRule) -> Rule {
    match rule {
        wire::NetworkRule::Interface(wire::NetworkRuleInterface { interface, tunnel, address }) => {
            Rule::Interface { interface, tunnel, address: filled(address) }
        }
        wire::NetworkRule::Route(wire::NetworkRuleRoute { to, interface }) => Rule::Route { to, interface },
        wire::NetworkRule::Dns(wire::NetworkRuleDns { host, address, server, timeout_seconds }) => {
            Rule::Dns { host, address: filled(address), server: filled(server), timeout_seconds }
        }
        wire::NetworkRule::Tcp(wire::NetworkRuleTcp { host, port, timeout_seconds }) => {
            Rule::Tcp { host, port, timeout_seconds }
        }
        wire::NetworkRule::Http(wire::NetworkRuleHttp { url, expected_codes, timeout_seconds }) => {
            Rule::Http { url, expected_codes, timeout_seconds }
        }
    }
}

fn rule_out(rule: Rule) -> wire::NetworkRule {
    match rule {
        Rule::Interface { interface, tunnel, address } => {
            wire::NetworkRule::Interface(wire::NetworkRuleInterface { interface, tunnel, address })
        }
        Rule::Route { to, interface } => wire::NetworkRule::Route(wire::NetworkRuleRoute { to, interface }),
        Rule::Dns { host, address, server, timeout_seconds } => {
            wire::NetworkRule::Dns(wire::NetworkRuleDns { host, address, server, timeout_seconds })
        }
        Rule::Tcp { host, port, timeout_seconds } => {
            wire::NetworkRule::Tcp(wire::NetworkRuleTcp { host, port, timeout_seconds })
        }
        Rule::Http { url, expected_codes, timeout_seconds } => {
            wire::NetworkRule::Http(wire::NetworkRuleHttp { url, expected_codes, timeout_seconds })
        }
    }
}

fn definition_out(profile: Profile) -> wire::NetworkDefinition {
    let Profile { name, description, matching, rules } = profile;
    wire::NetworkDefinition { name, description, r#match: matching, rules: rules.into_iter().map(rule_out).collect() }
}

/// Converts a profile to the wire.
pub fn network_out(view: NetworkView) -> wire::Network {
    let NetworkView { record, warnings, tasks } = view;
    let NetworkRecord { id, key: _, profile, version, created_at, updated_at } = record;
    let wire::NetworkDefinition { name, description, r#match, rules } = definition_out(profile);
    let warnings = warnings.into_iter().map(Into::into).collect();
    wire::Network {
        id: id.0,
        version,
        created_at,
        updated_at,
        warnings,
        used_by: tasks,
        name,
        description,
        r#match,
        rules,
    }
}

/// Converts what was seen to the wire.
pub fn sight_out(sight: NetworkSight) -> wire::NetworkSight {
    let NetworkSight { holds, rules, looked_at } = sight;
    let rule_out = |RuleSight { met, seen }| wire::NetworkRuleSight { met, seen: seen.into() };
    wire::NetworkSight { holds, rules: rules.into_iter().map(rule_out).collect(), looked_at }
}

/// Converts the interfaces to the wire.
pub fn survey_out(survey: NetworkSurvey) -> wire::NetworkSurvey {
    let NetworkSurvey { interfaces, suggestion } = survey;
    let interface_out = |Interface { name, label, kind, state, addresses }: Interface| wire::NetworkInterface {
        interface: label.unwrap_or(name),
        kind,
        state,
        addresses: addresses.iter().map(ToString::to_string).collect(),
    };
    wire::NetworkSurvey {
        interfaces: interfaces.into_iter().map(interface_out).collect(),
        suggestion: suggestion.map(definition_out),
    }
}
