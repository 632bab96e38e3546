//! Params that hold the value of a credential.
//!
//! Params are stored, shown, and searched, so such a value would be readable for everybody who may look. A caller is
//! refused before anything is stored. What comes in by another way, such as a webhook, is masked when the run would
//! begin, and the run fails. Values shorter than eight bytes are not looked for, because ordinary params such as a year
//! may contain them. Start reading at `params_refuse_values`.

use super::filling::masked;
use crate::app::core::write::{Moment, silent};
use crate::app::{App, Error, Result};
use crate::domain::core::problem::Problem;
use crate::domain::ids::RunId;
use crate::domain::reason::Reason;
use crate::domain::runs::params;
use crate::domain::tasks::Definition;
use crate::store::Tx;
use orc_runner::{MASK, PlanSecret, Secrets, redact_json};
use serde_json::{Map, Value};

/// Fewest bytes of a value that is looked for in params.
const LOOKED_FOR_FROM: usize = 8;

impl App {
    /// Refuses params that hold a value of a credential that the definition uses. While the vault is closed, nothing
    /// can be compared; the run's start then does it.
    ///
    /// # Errors
    /// `Error::Invalid` with the place of each such param.
    pub(in crate::app) async fn params_refuse_values(
        &self,
        definition: &Definition,
        given: &Map<String, Value>,
    ) -> Result<()> {
        let names = definition.credential_names();
        if names.is_empty() || given.is_empty() || self.vault_closed().is_some() {
            return Ok(());
        }
        // A credential that cannot be opened is the run's own problem, and is told there.
        let Ok(opened) = self.credentials_read(names).await? else { return Ok(()) };
        let all = params::resolve(&definition.params_admitted(), given).unwrap_or_else(|_| given.clone());
        let (_, holding) = cleared(&masked(&opened), &all);
        let problems = holding.iter().map(|name| {
            let message = "holds the value of a credential that the task uses; params are stored and shown, so leave it \
                           out: the task gets the value from the credential";
            Problem::at(format!("/params/{name}"), message)
        });
        let problems: Vec<Problem> = problems.collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    /// Everything secret in the credentials of a definition, to be masked in what its job tells.
    ///
    /// # Errors
    /// The inner error says why the values cannot be read now.
    pub(in crate::app) async fn definition_secrets(
        &self,
        definition: &Definition,
    ) -> Result<std::result::Result<Secrets, Reason>> {
        let names = definition.credential_names();
        if names.is_empty() {
            return Ok(Ok(Secrets::default()));
        }
        if let Some(closed) = self.vault_closed() {
            return Ok(Err(closed));
        }
        Ok(self.credentials_read(names).await?.map(|opened| Secrets::new(&masked(&opened))))
    }

    /// Masks the values of the attempt's credentials in the params of its run. Returns why the run cannot start if
    /// there were any.
    ///
    /// # Errors
    /// Fails if the masked params cannot be stored. Nothing may start then.
    pub async fn run_params_clear(
        &self,
        run: RunId,
        given: &Map<String, Value>,
        secrets: &[PlanSecret],
    ) -> Result<Option<Reason>> {
        if given.is_empty() || secrets.is_empty() {
            return Ok(None);
        }
        let (clear, holding) = cleared(secrets, given);
        let Some(param) = holding.into_iter().next() else { return Ok(None) };
        let write = async move |tx: &Tx, _: Moment| {
            tx.run_params_put(run, &clear).await?;
            // The body of a webhook's call is where such a param came from.
            Ok(tx.run_body_delete(run).await?)
        };
        self.write(write, silent).await?;
        Ok(Some(Reason::ParamHoldsCredential { param }))
    }
}

/// The params without values of credentials, and the names of those that held one.
fn cleared(secrets: &[PlanSecret], given: &Map<String, Value>) -> (Map<String, Value>, Vec<String>) {
    let long = secrets.iter().filter(|secret| secret.masked).map(|secret| secret.value.bytes());
    let secrets = Secrets::of_values(long.filter(|value| value.len() >= LOOKED_FOR_FROM));
    let mut holding = Vec::new();
    let clear = |(name, value): (&String, &Value)| {
        let mut clear = value.clone();
        // What stays readable as a whole is left out as a whole.
        if !redact_json(&secrets, &mut clear) {
            clear = Value::from(MASK);
        }
        if clear != *value {
            holding.push(name.clone());
        }
        (name.clone(), clear)
    };
    let all = given.iter().map(clear).collect();
    (all, holding)
}
