//! Conversions of dependencies between the wire and the domain.

use crate::api::wire;
use crate::domain::dependencies::{
    CommandRule, Dependency, DependencyRule, FileRule, HostRule, OnUnmet, TcpRule, UrlRule, Window,
};

/// Converts dependencies to the domain. One without a key gets its kind as key, then `kind-2` ... Days begin in
/// `timezone` where none is given.
pub fn dependencies_in(dependencies: Vec<wire::TaskDependency>, timezone: &str) -> Vec<Dependency> {
    let mut found: Vec<Dependency> = dependencies.into_iter().map(|it| dependency_in(it, timezone)).collect();
    for index in 0..found.len() {
        if !found[index].key.is_empty() {
            continue;
        }
        let kind = found[index].rule.kind();
        let free = std::iter::once(kind.to_owned())
            .chain((2..).map(|number| format!("{kind}-{number}")))
            .find(|key| !found.iter().any(|other| other.key == *key))
            .expect("the numbers do not end");
        found[index].key = free;
    }
    found
}

fn dependency_in(dependency: wire::TaskDependency, timezone: &str) -> Dependency {
    match dependency {
        wire::TaskDependency::Task(wire::DependencyTask {
            task,
            states,
            window,
            timezone: own,
            params,
            key,
            on_unmet,
        }) => {
            let timezone = own.unwrap_or_else(|| timezone.to_owned());
            made(key, on_unmet, DependencyRule::Task { task, states, window: window_in(window), timezone, params })
        }
        wire::TaskDependency::File(file) => {
            let wire::DependencyFile { path, absent, min_age_seconds, min_bytes, unchanged_seconds, key, on_unmet } =
                file;
            let rule = FileRule { path, absent, min_age_seconds, min_bytes, unchanged_seconds };
            made(key, on_unmet, DependencyRule::File(rule))
        }
        wire::TaskDependency::Url(address) => {
            let wire::DependencyUrl { url, method, expected_codes, body_contains, timeout_seconds, key, on_unmet } =
                address;
            let body_contains = body_contains.filter(|text| !text.is_empty());
            let rule = UrlRule { url, method, expected_codes, body_contains, timeout_seconds };
            made(key, on_unmet, DependencyRule::Url(rule))
        }
        wire::TaskDependency::Command(command) => {
            let wire::DependencyCommand { program, arguments, timeout_seconds, key, on_unmet } = command;
            made(key, on_unmet, DependencyRule::Command(CommandRule { program, arguments, timeout_seconds }))
        }
        wire::TaskDependency::Tcp(wire::DependencyTcp { host, port, timeout_seconds, key, on_unmet }) => {
            made(key, on_unmet, DependencyRule::Tcp(TcpRule { host, port, timeout_seconds }))
        }
        wire::TaskDependency::Host(host) => host_in(host),
        wire::TaskDependency::Vpn(wire::DependencyVpn { network, key, on_unmet }) => {
            made(key, on_unmet, DependencyRule::Vpn { network })
        }
    }
}

fn made(key: Option<String>, on_unmet: wire::OnUnmet, rule: DependencyRule) -> Dependency {
    Dependency { key: key.unwrap_or_default(), on_unmet: on_unmet_in(on_unmet), rule }
}

fn host_in(host: wire::DependencyHost) -> Dependency {
    let wire::DependencyHost {
        disk_path,
        disk_free_bytes,
        memory_free_bytes,
        load_max,
        on_ac_power,
        idle_seconds,
        key,
        on_unmet,
    } = host;
    let disk_path = disk_path.filter(|path| !path.is_empty());
    let rule = HostRule { disk_path, disk_free_bytes, memory_free_bytes, load_max, on_ac_power, idle_seconds };
    made(key, on_unmet, DependencyRule::Host(rule))
}

/// Converts a dependency to the wire.
pub fn dependency_out(dependency: Dependency) -> wire::TaskDependency {
    let Dependency { key, rule, on_unmet } = dependency;
    let (key, on_unmet) = (Some(key), on_unmet_out(on_unmet));
    match rule {
        DependencyRule::Task { task, states, window, timezone, params } => {
            let (window, timezone) = (window_out(window), Some(timezone));
            wire::TaskDependency::Task(wire::DependencyTask { task, states, window, timezone, params, key, on_unmet })
        }
        DependencyRule::File(FileRule { path, absent, min_age_seconds, min_bytes, unchanged_seconds }) => {
            let file =
                wire::DependencyFile { path, absent, min_age_seconds, min_bytes, unchanged_seconds, key, on_unmet };
            wire::TaskDependency::File(file)
        }
        DependencyRule::Url(UrlRule { url, method, expected_codes, body_contains, timeout_seconds }) => {
            let address =
                wire::DependencyUrl { url, method, expected_codes, body_contains, timeout_seconds, key, on_unmet };
            wire::TaskDependency::Url(address)
        }
        DependencyRule::Command(CommandRule { program, arguments, timeout_seconds }) => {
            let command = wire::DependencyCommand { program, arguments, timeout_seconds, key, on_unmet };
            wire::TaskDependency::Command(command)
        }
        DependencyRule::Tcp(TcpRule { host, port, timeout_seconds }) => {
            wire::TaskDependency::Tcp(wire::DependencyTcp { host, port, timeout_seconds, key, on_unmet })
        }
        DependencyRule::Vpn { network } => wire::TaskDependency::Vpn(wire::DependencyVpn { network, key, on_unmet }),
        DependencyRule::Host(rule) => {
            let HostRule { disk_path, disk_free_bytes, memory_free_bytes, load_max, on_ac_power, idle_seconds } = rule;
            wire::TaskDependency::Host(wire::DependencyHost {
                disk_path,
                disk_free_bytes,
                memory_free_bytes,
                load_max,
                on_ac_power,
                idle_seconds,
                key,
                on_unmet,
            })
        }
    }
}

fn window_in(window: wire::DependencyWindow) -> Window {
    match window {
        wire::DependencyWindow::Today => Window::Today,
        wire::DependencyWindow::AnyTime => Window::AnyTime,
        wire::DependencyWindow::SinceLastRun => Window::SinceLastRun,
        wire::DependencyWindow::Within(wire::WindowWithin { seconds }) => Window::Within { seconds },
        wire::DependencyWindow::SameSlotDay => Window::SameSlotDay,
    }
}

fn window_out(window: Window) -> wire::DependencyWindow {
    match window {
        Window::Today => wire::DependencyWindow::Today,
        Window::AnyTime => wire::DependencyWindow::AnyTime,
        Window::SinceLastRun => wire::DependencyWindow::SinceLastRun,
        Window::Within { seconds } => wire::DependencyWindow::Within(wire::WindowWithin { seconds }),
        Window::SameSlotDay => wire::DependencyWindow::SameSlotDay,
    }
}

fn on_unmet_in(on_unmet: wire::OnUnmet) -> OnUnmet {
    match on_unmet {
        wire::OnUnmet::Wait(wire::OnUnmetWait { deadline_seconds, every_seconds, at_deadline }) => {
            OnUnmet::Wait { deadline_seconds, every_seconds, at_deadline }
        }
        wire::OnUnmet::Skip => OnUnmet::Skip,
        wire::OnUnmet::Fail => OnUnmet::Fail,
    }
}

fn on_unmet_out(on_unmet: OnUnmet) -> wire::OnUnmet {
    match on_unmet {
        OnUnmet::Wait { deadline_seconds, every_seconds, at_deadline } => {
            wire::OnUnmet::Wait(wire::OnUnmetWait { deadline_seconds, every_seconds, at_deadline })
        }
        OnUnmet::Skip => wire::OnUnmet::Skip,
        OnUnmet::Fail => wire::OnUnmet::Fail,
    }
}
