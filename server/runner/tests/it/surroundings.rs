//! What a command inherits, however its runner was started: the list at the end of this file is whole.

use std::os::unix::process::CommandExt;
use std::process::Command;

use orc_runner::{RunnerMessage, ServerMessage};

use crate::{Done, Place};

/// Prints everything that a process inherits but its environment, one `name=value` a line.
const LOOK: &str = r#"
echo "umask=$(umask)"
grep -E '^(SigBlk|SigIgn|SigCgt|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\t' | tr ':' '='
echo "oom_score_adj=$(cat /proc/self/oom_score_adj)"
echo "nice=$(awk '{ sub(/.*\) /, ""); print $17 }' /proc/self/stat)"
ls -l /proc/$$/fd >listed
awk 'BEGIN { printf "fds=" } NR > 1 { sub(/:.*/, "", $NF); printf "%s:%s ", $(NF-2), $NF } END { print "" }' listed
echo "cwd=$(pwd)"
stat=$(cat /proc/$$/stat); set -- ${stat##*) }
echo "leads=$([ $3 = $$ ] && [ $4 = $$ ] && echo group and session)"
echo "terminal=$5"
for limit in "open files" "core file size" "file size" "processes"; do
  echo "$limit=$(grep -i "^max $limit" /proc/self/limits | awk '{ print $(NF-2) }')"
done
"#;

/// Runs the look with a runner that was started like this.
fn seen(prepare: impl FnOnce(&mut Command), umask: u32) -> Done {
    let place = Place::new();
    let mut plan = place.plan(&["-c", LOOK]);
    plan.program = "/bin/bash".to_owned();
    plan.umask = umask;
    let mut running = place.runner_as(prepare);
    assert!(matches!(running.message(), RunnerMessage::Identity { .. }));
    running.say(&ServerMessage::Start { plan: Box::new(plan) });
    let done = running.end();
    done.exited(0);
    done
}

fn own_limit(name: &str) -> String {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.to_lowercase().starts_with(&format!("max {name}"))).unwrap().to_owned();
    line.split_whitespace().rev().nth(2).unwrap().to_owned()
}

/// A number of this process itself; a preference to others is no part of a login, the opposite stays.
fn own(file: &str, field: usize) -> i32 {
    std::fs::read_to_string(file).unwrap().split_whitespace().nth(field).unwrap().parse().unwrap()
}

fn check(done: &Done, umask: &str) {
    let cwd = done.place.path().canonicalize().unwrap().display().to_string();
    let wanted = format!(
        "umask={umask}\nSigBlk=0000000000000000\nSigIgn=0000000000000000\nSigCgt=0000000000000000\nNoNewPrivs=0\nSeccomp={}\n\
         oom_score_adj={}\nnice={}\nfds=0:/dev/null 1:pipe 2:pipe \ncwd={cwd}\nleads=group and session\nterminal=0\n\
         open files={}\ncore file size={}\nfile size={}\nprocesses={}\n",
        seccomp(),
        own("/proc/self/oom_score_adj", 0).max(0),
        own("/proc/self/stat", 18).max(0),
        own_limit("open files"),
        own_limit("core file size"),
        own_limit("file size"),
        own_limit("processes"),
    );
    let text = done.text();
    // The shell that looks has handlers of its own, and a pipe for what it reads from others.
    let told: Vec<&str> = text.lines().filter(|line| !line.starts_with("SigCgt=")).collect();
    let wanted: Vec<&str> = wanted.lines().filter(|line| !line.starts_with("SigCgt=")).collect();
    assert_eq!(told, wanted);
}

/// What the machine of the tests itself imposes on every process.
fn seccomp() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    status.lines().find_map(|line| line.strip_prefix("Seccomp:")).unwrap().trim().to_owned()
}

#[test]
fn a_command_inherits_what_a_login_gives_and_nothing_else() {
    check(&seen(|_| {}, 0o022), "0022");
}

#[test]
fn it_does_not_matter_how_the_runner_was_started() {
    let strange = |command: &mut Command| {
        let ignored =
            "trap '' HUP INT QUIT PIPE TERM USR1 USR2 TSTP ALRM; umask 077; exec 7</dev/null 9>&1; exec \"$0\" \"$@\"";
        let (program, arguments) =
            (command.get_program().to_owned(), command.get_args().map(ToOwned::to_owned).collect::<Vec<_>>());
        let mut shell = Command::new("/bin/bash");
        shell.arg("-c").arg(ignored).arg(program).args(arguments).env_clear().arg0("bash");
        *command = shell;
    };
    check(&seen(strange, 0o022), "0022");
    check(&seen(|_| {}, 0o027), "0027");
    check(&seen(|_| {}, 0), "0000");
}
