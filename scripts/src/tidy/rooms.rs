//! Which room may use which, which foreign words may be where, and the page's own borders.

use super::finding::Finding;
use super::source::Source;

/// Each room and the rooms it may name with `crate::`. A room may always name itself. All rooms except `domain` may
/// name `clock`; `clock` may use `domain`, because it applies its rules.
const USES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &["domain"]),
    ("config", &["domain"]),
    ("security", &["domain", "clock"]),
    ("integrations", &["domain", "clock"]),
    ("store", &["domain", "clock"]),
    ("app", &["domain", "clock", "store", "security", "integrations"]),
    ("api", &["domain", "clock", "app", "security"]),
    ("engine", &["domain", "clock", "app", "security", "integrations"]),
];

/// Files at the root of the crate that compose the rooms and may name all of them.
const TOP: &[&str] = &["lib", "main", "cli", "serve"];

/// A foreign word, and the beginnings of the paths that may contain it.
const FOREIGN: &[(&str, &[&str])] = &[
    ("sea_orm", &["server/src/store/", "migrations/"]),
    ("Tx", &["server/src/store/", "server/src/app/", "server/tests/"]),
    // Not even through `App`: api and engine must ask for a use case.
    (".store()", &["server/src/app/", "server/src/cli/", "server/src/serve.rs"]),
    // A change and its announcement are one: `App::write` makes both.
    ("store().write(", &["server/src/cli/", "server/src/serve.rs"]),
    ("write_then", &["server/src/app/core/write.rs", "server/src/store/"]),
    ("sea_query", &["server/src/store/", "migrations/"]),
    ("sqlx", &["server/src/store/", "migrations/"]),
    ("axum", &["server/src/api/"]),
    ("axum_server", &["server/src/api/"]),
    ("tower", &["server/src/api/"]),
    ("tower_http", &["server/src/api/"]),
    ("utoipa", &["server/src/api/", "server/src/domain/"]),
    ("utoipa_axum", &["server/src/api/"]),
    ("lettre", &["server/src/integrations/"]),
    // The crate, not the subject of the same name.
    ("use notify::", &["server/src/integrations/"]),
    ("RecommendedWatcher", &["server/src/integrations/"]),
    ("reqwest", &["server/src/integrations/", "openapi/cli/"]),
    ("tokio::process", &["server/src/engine/runs/fork_server.rs"]),
    ("process::Command", &["server/src/engine/runs/fork_server.rs", "server/runner/", "openapi/cli/", "scripts/"]),
    ("Utc::now", &["server/src/clock.rs", "server/runner/", "openapi/cli/", "scripts/"]),
    ("SystemTime", &["server/src/clock.rs", "server/runner/", "openapi/cli/", "scripts/"]),
    ("Instant::now", &["server/src/clock.rs", "server/runner/", "openapi/cli/", "scripts/"]),
    ("aes_gcm", &["server/src/security/"]),
    ("pbkdf2", &["server/src/security/"]),
    ("argon2", &["server/src/security/"]),
    ("env::var", ENVIRONMENT),
    ("env::var_os", ENVIRONMENT),
    ("env::vars", ENVIRONMENT),
    ("env::vars_os", ENVIRONMENT),
    ("env::args", ENVIRONMENT),
    ("env::args_os", ENVIRONMENT),
    ("env::set_var", ENVIRONMENT),
    ("orc_server", &["server/src/main.rs", "server/src/bin/"]),
    (".route(", &["server/src/api/pages/spa.rs"]),
];

/// Who may read the environment and arguments of the process: configuration, the build, the runner, the tools.
const ENVIRONMENT: &[&str] = &[
    "server/src/config/",
    "server/src/main.rs",
    "server/build.rs",
    "server/runner/",
    "openapi/cli/",
    "scripts/",
    "server/tests/",
];

/// Words that must not appear in the pure room.
const NOT_PURE: &[&str] = &["async", "await", "tokio", "std::fs", "std::net", "println!", "tracing"];

/// Findings of one file.
pub fn findings(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    if source.path.contains("/tests/") || source.path.contains("/generated/") {
        return found;
    }
    if source.is_rust() {
        found.extend(foreign(source));
        found.extend(used_rooms(source));
    } else if source.path.starts_with("web/src/") {
        found.extend(page(source));
    }
    found
}

fn foreign(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (line, code) in source.lines() {
        for (word, places) in FOREIGN {
            if has_word(code, word) && !places.iter().any(|place| source.path.starts_with(place)) {
                let message = format!("`{word}` may only stand in {}", places.join(", "));
                found.push(Finding { path: source.path.clone(), line, rule: "foreign-word", message });
            }
        }
        if source.room() == Some("domain") {
            for word in NOT_PURE.iter().filter(|word| has_word(code, word)) {
                let message = format!("`domain` is pure: `{word}` belongs elsewhere");
                found.push(Finding { path: source.path.clone(), line, rule: "foreign-word", message });
            }
        }
    }
    found
}

fn used_rooms(source: &Source) -> Vec<Finding> {
    let Some(room) = source.room() else { return Vec::new() };
    if TOP.contains(&room) {
        return Vec::new();
    }
    let finding = |line, message| Finding { path: source.path.clone(), line, rule: "room", message };
    let Some((_, allowed)) = USES.iter().find(|(name, _)| *name == room) else {
        return vec![finding(
            0,
            format!("`{room}` is no room: add it to the table in scripts/src/tidy/rooms.rs with what it may use"),
        )];
    };
    let mut found = Vec::new();
    for (line, code) in source.lines() {
        for used in named_rooms(code) {
            if used != room && !allowed.contains(&used) && USES.iter().any(|(name, _)| *name == used) {
                found.push(finding(
                    line,
                    format!("`{room}` must not see `{used}` (it may use: {})", allowed.join(", ")),
                ));
            }
        }
    }
    found
}

/// The rooms a line names: `crate::a`, and each name of `crate::{a, b::c}`.
fn named_rooms(code: &str) -> Vec<&str> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            rooms.extend(list.split([',', '}']).map(|part| first_name(part.trim())));
        } else {
            rooms.push(first_name(rest));
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

fn first_name(text: &str) -> &str {
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(text.len());
    &text[..end]
}

fn has_word(code: &str, word: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    code.match_indices(word).any(|(at, _)| {
        let before = at.checked_sub(1).map(|index| code.as_bytes()[index]);
        let after = code.as_bytes().get(at + word.len()).copied();
        let open = !word.as_bytes()[0].is_ascii_alphanumeric() || before.is_none_or(|byte| !inside(byte));
        let close = !word.as_bytes()[word.len() - 1].is_ascii_alphanumeric() || after.is_none_or(|byte| !inside(byte));
        open && close
    })
}

fn page(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let inside = &source.path["web/src/".len()..];
    for (line, code) in source.lines() {
        let finding = |rule, message: String| Finding { path: source.path.clone(), line, rule, message };
        let comment = code.trim_start().starts_with("//") || code.trim_start().starts_with('*');
        if !comment && has_word(code, "fetch(") && !inside.starts_with("api/") && !source.is_exempt() {
            found.push(finding("fetch", "only web/src/api may fetch".to_owned()));
        }
        let imported = code.contains(" from \"").then(|| code.rsplit(" from \"").next()).flatten();
        // Types disappear at run time, so naming one is not a dependency.
        if code.trim_start().starts_with("import type") {
            continue;
        }
        let Some(target) = imported.map(|rest| rest.split('"').next().unwrap_or_default()) else { continue };
        if let Some(message) = import_fault(inside, target) {
            found.push(finding("room", message));
        }
    }
    found
}

/// Features never import features; `ui/` and `lib/` do not know the folders above them.
fn import_fault(inside: &str, target: &str) -> Option<String> {
    let resolved = resolve(inside, target)?;
    let mine: Vec<_> = inside.split('/').collect();
    let its: Vec<_> = resolved.split('/').collect();
    let (my_room, its_room) = (mine.first().copied()?, its.first().copied()?);
    match my_room {
        "features" if its_room == "features" && mine.get(1) != its.get(1) => {
            Some(format!("features never import features: link to `{}` through `paths`", its.get(1)?))
        }
        "ui" | "lib" if ["features", "shell", "routes", "api"].contains(&its_room) => {
            Some(format!("`{my_room}/` must not know `{its_room}`"))
        }
        _ => None,
    }
}

/// The imported path inside `web/src`, or `None` for packages.
fn resolve(inside: &str, target: &str) -> Option<String> {
    if let Some(rest) = target.strip_prefix("@/").or_else(|| target.strip_prefix("~/")) {
        return Some(rest.to_owned());
    }
    if !target.starts_with('.') {
        return None;
    }
    let mut parts: Vec<_> = inside.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}
