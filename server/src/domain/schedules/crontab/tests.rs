//! Crontabs as found on real machines.

use super::*;

const DEBIAN: &str = "\
# /etc/crontab: system-wide crontab
SHELL=/bin/sh
# You can also override PATH, but by default, newer versions inherit it from the environment
#PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin

# Example of job definition:
# .---------------- minute (0 - 59)
# |  .------------- hour (0 - 23)
# |  |  .---------- day of month (1 - 31)
# *  *  *  *  * user-name command to be executed
17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly
25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
47 6\t* * 7\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
52 6\t1 * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
#
";

fn cron(expression: &str) -> Rule {
    Rule::Cron { expression: expression.to_owned() }
}

fn one(text: &str) -> Job {
    let mut read = parse(text, Some(Form::User));
    assert_eq!(read.problems, [], "{text}");
    assert_eq!(read.jobs.len(), 1, "{text}");
    read.jobs.remove(0)
}

#[test]
fn debians_own() {
    let read = parse(DEBIAN, None);
    assert_eq!((read.form, read.jobs.len(), read.problems.len()), (Form::System, 4, 0));
    let first = &read.jobs[0];
    assert_eq!((first.line, &first.rule), (11, &cron("17 *\t* * *")));
    assert_eq!(first.shell_line, "cd / && run-parts --report /etc/cron.hourly");
    assert_eq!((first.shell.as_deref(), first.description.as_str()), (Some("/bin/sh"), ""));
    assert_eq!(first.warnings[0], CrontabNote::OtherAccount { user: "root".into(), guessed: true });
    let names: Vec<String> = read.jobs.iter().map(|job| name_of(&job.shell_line, "")).collect();
    assert_eq!(names, ["cron-hourly", "cron-daily", "cron-weekly", "cron-monthly"]);
}

#[test]
fn a_users_with_everything() {
    let text = "MAILTO=\"ops@example.com\"\n\
        PATH = /usr/local/bin:/usr/bin\n\
        GREETING=' hello '\n\
        \n\
        # Rotates the shop's logs\n\
        */15 * * * * /usr/local/bin/php -q /home/shop/cron.php >/dev/null 2>&1\n\
        CRON_TZ=America/New_York\n\
        # 0 4 * * * /usr/bin/old\n\
        30 9 * * mon-fri ./report.sh\r\n\
        HOME=/srv\n\
        @reboot sleep 5; /srv/start\n\
        @Daily\tbackup\n";
    let read = parse(text, None);
    assert_eq!((read.form, read.problems.len(), read.jobs.len()), (Form::User, 0, 4), "{:?}", read.problems);
    let [php, report, start, backup] = &read.jobs[..] else { panic!("four jobs") };
    assert_eq!((php.description.as_str(), php.timezone.as_deref()), ("Rotates the shop's logs", None));
    assert_eq!(php.environment["GREETING"], " hello ");
    assert_eq!(php.environment["PATH"], "/usr/local/bin:/usr/bin");
    assert!(!php.environment.contains_key("MAILTO"));
    assert_eq!(php.warnings[0].code(), TaskImportNoteCode::OutputNotMailed, "{:?}", php.warnings);
    assert_eq!((report.description.as_str(), report.timezone.as_deref()), ("", Some("America/New_York")));
    assert_eq!((report.line, report.shell_line.as_str()), (9, "./report.sh"));
    assert_eq!(report.warnings[0], CrontabNote::RelativeProgram { program: "./report.sh".into() });
    assert_eq!(start.rule, Rule::Startup { delay_seconds: 0 });
    assert_eq!(start.working_directory.as_deref(), Some("/srv"));
    assert_eq!((&backup.rule, backup.shell_line.as_str()), (&cron("@Daily"), "backup"));
}

#[test]
fn the_form_is_guessed() {
    let cases = [
        ("0 5 * * * php /var/www/artisan", Form::User),
        ("0 5 * * * backup now", Form::User),
        ("0 5 * * * root backup now", Form::System),
        ("0 5 * * * root", Form::User),
        ("0 5 * * * root /bin/a\n1 5 * * * /bin/b", Form::User),
        ("# m h dom mon dow user command\n0 5 * * * reports /bin/a", Form::System),
        ("# m h  dom mon dow   command\n0 5 * * * reports /bin/a", Form::User),
        ("@daily www-data [ -x /bin/a ] && /bin/a", Form::System),
    ];
    for (text, form) in cases {
        assert_eq!(parse(text, None).form, form, "{text}");
    }
}

#[test]
fn percent_signs() {
    let cases = [
        (r"date +\%Y-\%m", "date +%Y-%m"),
        ("mail -s x root%Hello,%%World\\%!", "{ mail -s x root\n} <<'INPUT'\nHello,\n\nWorld%!\nINPUT\n"),
        ("cat%", "{ cat\n} < /dev/null"),
        ("cat%INPUT", "{ cat\n} <<'INPUT2'\nINPUT\nINPUT2\n"),
        (r"echo a\\%b", "{ echo a\\\\\n} <<'INPUT'\nb\nINPUT\n"),
        (r"cat%a\nb\", "{ cat\n} <<'INPUT'\na\\nb\\\nINPUT\n"),
        (r"cat%\\%x", "{ cat\n} <<'INPUT'\n\\%x\nINPUT\n"),
        (r"echo \$HOME", r"echo \$HOME"),
    ];
    for (written, line) in cases {
        assert_eq!(one(&format!("0 0 * * * {written}")).shell_line, line, "{written}");
    }
}

#[test]
fn faults_have_their_place() {
    let cases = [
        ("0 25 * * * a", 1, Some(3), "hour"),
        ("  61 * * * * a", 1, Some(3), "minute"),
        ("- 0 0 * * 9 a", 1, Some(11), "day of week"),
        ("\n\n0 0 * *", 3, Some(8), "5 fields"),
        ("0 0 * * *", 1, Some(10), "command"),
        ("0 0 * * * %x", 1, Some(11), "command"),
        ("@often a", 1, Some(1), "macro"),
        ("1 5 cron.daily nice run-parts /etc/cron.daily", 1, Some(5), "day of month"),
        ("CRON_TZ=Mars/Base\n0 0 * * * a", 1, None, "Mars/Base"),
        ("RANDOM_DELAY=x\n0 0 * * * a", 1, None, "RANDOM_DELAY"),
        ("0 0 30 2 * a", 1, None, "never fires"),
        ("  =bad", 1, Some(3), "a variable needs a name"),
    ];
    for (text, line, position, part) in cases {
        let read = parse(text, Some(Form::User));
        let found = read.problems.first().unwrap_or_else(|| panic!("{text}: no problem"));
        assert_eq!((found.line, found.position), (line, position), "{text}: {}", found.message);
        assert!(found.message.contains(part), "{text}: {}", found.message);
        assert!(!found.message.contains("at character"), "{text}: {}", found.message);
    }
}

#[test]
fn a_system_line_without_command_is_a_problem() {
    let read = parse("0 0 * * * root", Some(Form::System));
    assert_eq!(read.problems[0].position, Some(15));
}

#[test]
fn odd_texts_do_no_harm() {
    for text in [
        "",
        "\n\n",
        "#",
        "=",
        "a=",
        "\"",
        "'a'='b",
        "-",
        "@",
        "@every",
        "\u{feff}0 0 * * * a",
        "0\u{a0}0 * * * * \u{1f600}",
    ] {
        let read = parse(text, None);
        assert!(read.jobs.len() + read.problems.len() <= 1, "{text:?}: {read:?}");
    }
    let long = "0 0 * * * a\n".repeat(LINES_MAX + 1);
    let read = parse(&long, None);
    assert_eq!((read.jobs.len(), read.problems.len(), read.problems[0].line), (0, 1, 0));
    assert_eq!(parse(&"0 0 * * * a\n".repeat(LINES_MAX), None).jobs.len(), LINES_MAX);
}

#[test]
fn programs_that_go_on_are_told() {
    let text = "# starts the shop's worker and leaves it running\n\
        @reboot cd /srv/shop && nohup ./worker >/dev/null 2>&1 &\n\
        */10 * * * * /opt/bin/ensure-daemon --background\n\
        0 4 * * * service shop restart\n\
        5 4 * * * /usr/local/bin/backup --all 2>&1 | logger\n";
    let read = parse(text, None);
    let told: Vec<bool> =
        read.jobs.iter().map(|job| job.warnings.iter().any(|it| it.code() == TaskImportNoteCode::GoesOn)).collect();
    assert_eq!((told, read.problems.len()), (vec![true, true, true, false], 0));
}
