//! Gives the command the credentials of its plan: in variables, private files, or its standard input.

use zeroize::Zeroizing;

use crate::attempt::private::PrivateFiles;
use crate::os::{Failure, Given};
use crate::protocol::plan::Plan;
use crate::protocol::record::SpawnFailure;
use crate::protocol::secret::{self, Inject};

/// Takes the credentials out of the plan and writes their files.
pub(crate) fn prepare(plan: &mut Plan, files: &mut PrivateFiles) -> Result<Given, Failure> {
    let secrets = std::mem::take(&mut plan.secrets);
    secret::check(&secrets, &plan.environment).map_err(|message| Failure::new(SpawnFailure::InvalidInput, message))?;
    let mut given = Given::default();
    for secret in secrets {
        let bytes = || Zeroizing::new(secret.value.bytes().to_vec());
        match &secret.inject {
            Inject::Env { variable } => given.variables.push((variable.clone(), bytes())),
            Inject::File { variable } => {
                let name = secret.field.iter().fold(secret.name.clone(), |name, field| format!("{name}.{field}"));
                let written = files.write(&plan.attempt, &plan.scratch_folder, &name, secret.value.bytes());
                let path = written.map_err(|error| {
                    let message = format!("the file of credential {} cannot be written: {error}", secret.label());
                    Failure::new(SpawnFailure::of_write(&error), message)
                })?;
                let path = Zeroizing::new(path.display().to_string().into_bytes());
                given.variables.push((variable.clone(), path));
            }
            Inject::Stdin => given.stdin = Some(bytes()),
            Inject::None => {}
        }
    }
    Ok(given)
}
