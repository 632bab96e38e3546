use super::*;
use std::path::Path;

fn load(environment: &[(&str, &str)], flags: &[(&str, &str)], file: Option<&str>) -> Result<Config, Faults> {
    let folder = tempfile::tempdir().unwrap();
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let mut inputs = Inputs {
        environment: environment.iter().map(pair).collect(),
        flags: flags.iter().map(pair).collect(),
        file: None,
    };
    inputs.flags.insert("data_dir".into(), folder.path().display().to_string());
    if let Some(text) = file {
        std::fs::write(folder.path().join("orc.toml"), text).unwrap();
    }
    Config::load(inputs)
}

fn setting<'a>(config: &'a Config, name: &str) -> (&'a str, Source) {
    let found = config.settings.iter().find(|setting| setting.name == name).unwrap();
    (&found.value, found.source)
}

#[test]
fn a_higher_layer_wins_and_every_value_knows_its_source() {
    let file = "[server]\nlisten = \"127.0.0.1:1\"\n[engine]\nrun_limit = 7\ntimezone = \"Europe/Berlin\"\n";
    let config = load(&[("ORC_LISTEN", "127.0.0.1:2"), ("ORC_RUN_LIMIT", "8")], &[("run_limit", "9")], Some(file));
    let config = config.unwrap();
    assert_eq!(setting(&config, "listen"), ("127.0.0.1:2", Source::Environment));
    assert_eq!(setting(&config, "run_limit"), ("9", Source::Flag));
    assert_eq!(setting(&config, "timezone"), ("Europe/Berlin", Source::File));
    assert_eq!(setting(&config, "log"), ("info", Source::Default));
    assert_eq!((config.engine.run_limit, config.server.listen.port()), (9, 2));
}

#[test]
fn everything_wrong_is_said_at_once_with_its_place() {
    let file = "[server]\ncolour = \"red\"\nbehind_proxy = 3\n[engine]\ntimezone = \"Mars/Base\"\n";
    let faults = load(
        &[("ORC_LISTEN", "nowhere"), ("ORC_DATABASE_URL", "mysql://x")],
        &[("run_limit", "0"), ("log", "a=b=c")],
        Some(file),
    );
    let text = faults.unwrap_err().to_string();
    for part in [
        "7 problems",
        "listen (ORC_LISTEN in the environment)",
        "database_url (ORC_DATABASE_URL in the environment)",
        "run_limit (--run-limit)",
        "log (--log)",
        "timezone (engine.timezone in ",
        "behind_proxy (server.behind_proxy in ",
        "server.colour",
    ] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
}

#[test]
fn a_broken_file_or_a_missing_named_file_is_a_fault() {
    let text = load(&[], &[], Some("[server\n")).unwrap_err().to_string();
    assert!(text.contains("orc.toml"), "{text}");
    let inputs = Inputs { file: Some("/nowhere/orc.toml".into()), ..Inputs::default() };
    let text = Config::load(inputs).unwrap_err().to_string();
    assert!(text.contains("/nowhere/orc.toml"), "{text}");
}

#[test]
fn beyond_loopback_needs_tls_or_a_proxy() {
    let text = load(&[], &[("listen", "0.0.0.0:5000")], None).unwrap_err().to_string();
    assert!(text.contains("listen (--listen)") && text.contains("behind_proxy"), "{text}");
    let config = load(&[], &[("listen", "0.0.0.0:5000"), ("behind_proxy", "true")], None).unwrap();
    assert!(config.server.behind_proxy);
    let text = load(&[], &[("tls_cert", "/nowhere.pem")], None).unwrap_err().to_string();
    assert!(text.contains("tls_key (default): is needed"), "{text}");
    let text = load(&[], &[("tls_cert", "/nowhere.pem"), ("tls_key", "/nowhere.key")], None).unwrap_err().to_string();
    assert!(text.contains("tls_cert (--tls-cert): /nowhere.pem cannot be read"), "{text}");
}

#[test]
fn hosts_come_from_the_list_the_public_address_and_the_listening_address() {
    let config = load(
        &[("ORC_PUBLIC_URL", "https://Orc.Example.com:8443/"), ("ORC_ALLOWED_HOSTS", "a.test, B.test")],
        &[],
        None,
    );
    let server = config.unwrap().server;
    assert_eq!(server.allowed_hosts, ["a.test", "b.test", "orc.example.com", "127.0.0.1"]);
    assert_eq!(server.public_url.as_deref(), Some("https://Orc.Example.com:8443"));
    assert!(server.is_secure());
    for wrong in ["orc.example.com", "ftp://x", "https://", "https://a b", "https://x/y", "https://x:y"] {
        assert!(load(&[("ORC_PUBLIC_URL", wrong)], &[], None).is_err(), "{wrong}");
    }
    assert!(load(&[("ORC_ALLOWED_HOSTS", "*.test")], &[], None).is_err());
}

#[test]
fn folders_of_file_triggers_are_absolute() {
    let file = "[engine]\nfile_roots = [\"/srv/inbox\", \"/data\"]\n";
    let roots = |environment: &[(&str, &str)], file| load(environment, &[], file).map(|it| it.engine.file_roots);
    assert_eq!(roots(&[], Some(file)).unwrap(), [Path::new("/srv/inbox"), Path::new("/data")]);
    assert_eq!(roots(&[("ORC_FILE_ROOTS", " /a , /b,")], Some(file)).unwrap(), [Path::new("/a"), Path::new("/b")]);
    assert!(roots(&[], None).unwrap().is_empty());
    for wrong in ["inbox", "/srv,data", "/srv/../etc"] {
        let text = roots(&[("ORC_FILE_ROOTS", wrong)], None).unwrap_err().to_string();
        assert!(text.contains("file_roots (ORC_FILE_ROOTS in the environment)"), "{text}");
    }
}

#[test]
fn a_proxy_is_a_setting_without_a_login_and_not_a_variable_of_the_shell() {
    let shell = [("HTTP_PROXY", "http://shell:1"), ("http_proxy", "http://shell:1"), ("NO_PROXY", "*")];
    let config = load(&shell, &[], None).unwrap();
    assert_eq!((setting(&config, "http_proxy"), &config.http.proxy), (("", Source::Default), &None));
    let file = "[http]\nhttp_proxy = \"http://proxy:3128\"\nhttp_no_proxy = [\"*.corp\", \"10.0.0.0/8\"]\n";
    let config = load(&[("ORC_HTTP_CA_FILE", "/etc/ca.pem")], &[], Some(file)).unwrap();
    assert_eq!(setting(&config, "http_proxy"), ("http://proxy:3128", Source::File));
    assert_eq!(setting(&config, "http_ca_file"), ("/etc/ca.pem", Source::Environment));
    assert_eq!(config.http.no_proxy, ["*.corp", "10.0.0.0/8"]);
    let wrong =
        [("ORC_HTTP_PROXY", "http://me:hunter2@proxy:1"), ("ORC_HTTP_NO_PROXY", "a:1"), ("ORC_HTTP_CA_FILE", "ca")];
    let faults = load(&wrong, &[], None).unwrap_err();
    let named: Vec<&str> = faults.0.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(named, ["http_proxy", "http_no_proxy", "http_ca_file"]);
    assert!(faults.to_string().contains("credentials") && !faults.to_string().contains("hunter2"), "{faults}");
}

#[test]
fn a_password_in_the_database_address_is_never_shown() {
    let config = load(&[("ORC_DATABASE_URL", "postgres://orc:s3cret@db/orc?password=x")], &[], None).unwrap();
    assert_eq!(setting(&config, "database_url").0, "postgres://orc:***@db/orc");
}

#[test]
fn variables_nobody_reads_are_warned_of() {
    let config = load(&[("ORC_LISTN", "x"), ("ORC_TOKEN", "x"), ("ORC_PARAM_DAY", "x")], &[], None).unwrap();
    assert_eq!(config.warnings.len(), 1);
    assert!(config.warnings[0].contains("ORC_LISTN"));
}

#[test]
fn one_server_at_a_time_holds_the_folder_and_a_stale_lock_file_is_harmless() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("data");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("server.lock"), "4194304").unwrap();
    let first = DataFolder::take(&path).unwrap();
    let refused = DataFolder::take(&path).unwrap_err();
    assert!(refused.to_string().contains(&format!("process {}", std::process::id())), "{refused}");
    drop(first);
    DataFolder::take(&path).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_full_of_other_things_is_not_closed_to_their_owners() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    std::fs::set_permissions(parent.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(parent.path().join("letter.txt"), "x").unwrap();
    let refused = DataFolder::take(parent.path()).unwrap_err().to_string();
    assert!(refused.contains("other files"), "{refused}");
    assert_eq!(std::fs::metadata(parent.path()).unwrap().permissions().mode() & 0o777, 0o755);
}
