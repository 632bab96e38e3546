//! A private PostgreSQL cluster: created once per test binary from the installed programs, and removed with the
//! binary.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// URL of a server on which the tests may create databases. It ends with the name of another database.
pub(crate) fn admin_url() -> String {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| std::env::var("ORC_TEST_POSTGRES_URL").unwrap_or_else(|_| Cluster::start().url())).clone()
}

/// The URL of another database on the same server.
pub(crate) fn url_of(database: &str) -> String {
    let admin = admin_url();
    let (base, query) = admin.split_once('?').map_or((admin.as_str(), ""), |(base, query)| (base, query));
    let base = base.rsplit_once('/').map_or(base, |(server, _)| server);
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{base}/{database}{mark}{query}")
}

struct Cluster {
    folder: PathBuf,
}

/// The process whose standard input ends with this process, which makes the script below stop the cluster.
static LEASH: Mutex<Option<Child>> = Mutex::new(None);

impl Cluster {
    fn start() -> Self {
        let programs = programs();
        let folder = std::env::temp_dir().join(format!("orc-pg-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder for PostgreSQL");
        let user = other_user();
        if let Some(user) = &user {
            let done = Command::new("chown").arg(user).arg(&folder).status().expect("chown");
            assert!(done.success(), "chown {user} {}", folder.display());
        }
        let script = "set -e; cd \"$1\"; \"$2/initdb\" -D data -A trust -U orc -E UTF8 --locale=C.UTF-8 >init.log 2>&1
            trap 'rm -rf \"$1\"' EXIT
            options=\"-k $1 -h '' -c fsync=off -c max_connections=400 -c shared_buffers=64MB -c autovacuum=off\"
            \"$2/pg_ctl\" -D data -w -t 60 -l server.log -o \"$options\" start >start.log 2>&1
            echo ready; read -r _ || true; \"$2/pg_ctl\" -D data -m immediate stop >stop.log 2>&1";
        let mut command = match &user {
            None => Command::new("sh"),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--clear-groups", "sh"]);
                command
            }
        };
        let mut leash = command
            .args(["-c", script, "sh"])
            .arg(&folder)
            .arg(&programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh (and setpriv, as root) to start PostgreSQL");
        let mut line = String::new();
        let stdout = leash.stdout.take().expect("piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).expect("a line");
        assert_eq!(line, "ready\n", "PostgreSQL did not start; see {}/*.log", folder.display());
        *LEASH.lock().unwrap_or_else(PoisonError::into_inner) = Some(leash);
        Self { folder }
    }

    fn url(&self) -> String {
        format!("postgres://orc@localhost/postgres?host={}", self.folder.display())
    }
}

/// PostgreSQL refuses to run as root.
fn other_user() -> Option<String> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().expect("id");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if id(&["-u"]).as_deref() != Some("0") {
        return None;
    }
    let user = ["postgres", "nobody"].into_iter().find(|user| id(&["-u", user]).is_some());
    Some(user.expect("a user other than root to run PostgreSQL as").to_owned())
}

fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .chain(std::env::var_os("PATH").iter().flat_map(std::env::split_paths))
        .filter_map(|folder| folder.join("initdb").canonicalize().ok()?.parent().map(Path::to_owned))
        .filter(|folder| folder.join("pg_ctl").exists() && folder.join("postgres").exists())
        .collect();
    found.sort();
    found.pop().expect(
        "PostgreSQL's programs (initdb, postgres) are not installed: apt-get install postgresql, or set \
         ORC_TEST_POSTGRES_URL to a server where the tests may make databases",
    )
}
