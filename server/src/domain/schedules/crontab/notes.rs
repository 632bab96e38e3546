//! Where Orc differs from cron: for all tasks of an import, or for one of them.

use crate::domain::core::coded::coded;

coded! {
    /// Where Orc differs from cron.
    CrontabNote,
    /// Where Orc differs from cron, for programs.
    TaskImportNoteCode {
        /// Cron starts a command again while it still runs. A task does so only if its `overlap` allows it.
        OverlapSkipped {} => "a task is not started again while it is running: that slot is recorded as skipped, where \
            cron would start the command twice; change the task's overlap to allow it".to_owned(),
        /// The folder in which commands start.
        OtherFolder {} => "cron starts each command in the home folder, Orc in an empty folder of the run, unless the \
            task has a working directory".to_owned(),
        /// The folders in which programs are searched, and the rest of the environment.
        OtherEnvironment {} => "cron looks for programs in /usr/bin:/bin, Orc in the folders of the server's setting \
            task_path; HOME, USER, LOGNAME and SHELL are the same, and LANG is set".to_owned(),
        /// The umask differs from cron's.
        OtherUmask {} =>
            "new files get the umask of the server's setting task_umask, which is not cron's 022".to_owned(),
        /// Cron passes bytes on as they are; what a task runs is UTF-8.
        EightBit {} => "the file is not UTF-8 and was read as Windows-1252: letters beyond ASCII reach programs as \
            UTF-8, where cron would pass on the bytes of the file; if letters look wrong, name the encoding of the file"
            .to_owned(),
        /// Another task runs the same command by the same schedule.
        SameTask {
            /// Name of the other task.
            task: String,
        } => format!("left out, because the task \"{task}\" runs the same command by the same schedule"),
        /// Cron runs the command as another account.
        OtherAccount {
            /// The account.
            user: String,
            /// Whether the form of the crontab was guessed, so the word may belong to the command.
            guessed: bool,
        } => {
            let how = if *guessed { format!(" (the word \"{user}\" was taken for a column of this crontab)") } else { String::new() };
            format!("cron runs this as \"{user}\", Orc as its own account{how}")
        },
        /// Cron would mail the output.
        OutputNotMailed {
            /// To whom.
            mail: String,
        } => format!("MAILTO: output is not mailed to {mail}; it is kept as the run's log"),
        /// The leading `-` of the line is ignored.
        QuietIgnored {} => "the leading \"-\" is ignored, because every run is recorded".to_owned(),
        /// Cron delays the start at random.
        FixedDelay {
            /// Maximum delay in seconds.
            max_seconds: u32,
        } => format!("RANDOM_DELAY: starts up to {max_seconds} seconds later, by a fixed choice for the task"),
        /// The rest of the line after `%` is the input of the command.
        InputAfterPercent {} =>
            "the first % ends the command, the rest is its input; write \\% for a percent sign".to_owned(),
        /// The shell may not support here-documents.
        HereDocumentUnknown {
            /// Name of the shell.
            shell: String,
        } => format!("the input is passed as a here-document, which \"{shell}\" may not know"),
        /// The command may start a program that continues after it.
        GoesOn {
            /// The part of the command.
            command: String,
        } => format!(
            "\"{command}\" may start a program that goes on after the command: cron leaves it alone, Orc stops it at the \
             end of the run unless the task says leave_behind: true"
        ),
        /// The command names a program by a path that depends on the folder.
        RelativeProgram {
            /// The program.
            program: String,
        } => format!("cron starts \"{program}\" in the home folder, Orc in an empty one: set the working directory"),
    }
}
