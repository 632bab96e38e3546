//! Prepares an attempt whose command runs as another account: that account's variables, folder and private files.
//!
//! The account can reach neither the server's data folder nor anything else of the server. So all private files of such
//! an attempt are in a folder of their own, which is given to the account after they are written.

use crate::attempt::private::PrivateFiles;
use crate::os::{self, Failure, User};
use crate::protocol::plan::Plan;
use crate::protocol::record::SpawnFailure;

/// Finds the account of the plan and moves the plan's private files to where it can reach them. None: the command runs
/// as the runner's own account.
pub(crate) fn prepare(plan: &mut Plan, files: &mut PrivateFiles) -> Result<Option<User>, Failure> {
    let Some(name) = plan.run_as.clone() else { return Ok(None) };
    let refuse = |message: String| Err(Failure::new(SpawnFailure::InvalidInput, message));
    let Some(user) = User::find(&name) else {
        return refuse(format!("this machine has no user \"{name}\""));
    };
    let home = user.account.home.clone();
    for (variable, value) in [("HOME", &home), ("USER", &user.account.name), ("LOGNAME", &user.account.name)] {
        plan.environment.entry(variable.to_owned()).or_insert_with(|| value.clone());
    }
    if plan.working_directory.as_os_str().is_empty() {
        plan.working_directory = home.clone().into();
        if !plan.working_directory.is_dir() {
            let message = format!("user \"{name}\" has no home folder, {home} is missing: set a working directory");
            return Err(Failure::new(SpawnFailure::WorkingDirectoryMissing, message));
        }
    }
    if user.is_own() {
        return Ok(None);
    }
    if !os::root() {
        return refuse(format!("only a server that runs as root can run commands as user \"{name}\""));
    }
    plan.scratch_folder = files.open(&plan.attempt).map_err(|error| {
        Failure::new(
            SpawnFailure::of_write(&error),
            format!("there is no folder for the private files of user \"{name}\": {error}"),
        )
    })?;
    Ok(Some(user))
}

/// Gives the private files to the account.
pub(crate) fn give(plan: &Plan, user: &User) -> Result<(), Failure> {
    os::give(&plan.scratch_folder, user).map_err(|error| {
        let name = &user.account.name;
        Failure::new(SpawnFailure::Other, format!("the private files cannot be given to user \"{name}\": {error}"))
    })
}
