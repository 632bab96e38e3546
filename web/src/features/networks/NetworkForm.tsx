import { useMutation, useQuery } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Network, networkCreate, type NetworkDefinition, networkCheck, networkUpdate } from "@/api/generated";
import { networkSurveyOptions } from "@/api/generated/@tanstack/react-query.gen";
import { networkDefinitionDefaults } from "@/api/generated/contract.gen";
import { options } from "@/lib/words/words";
import { NameField } from "@/shared/core/NameField";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/fields/Field";
import { FormDialog } from "@/ui/layers/FormDialog";
import { say } from "@/ui/layers/toasts";
import { RuleFields } from "./RuleFields";
import { fresh, MATCHES, ruleWords } from "./ruleWords";
import { SightList, SightVerdict } from "./SightList";

const empty: NetworkDefinition = { name: "", ...networkDefinitionDefaults, rules: [fresh("interface")] };

const definitionOf = ({ name, description, match, rules }: NetworkDefinition): NetworkDefinition => ({ name, description, match, rules });

/** A new network profile, or a change of one. Its rules can be tried before they are saved. */
export function NetworkForm({ network, onClose }: { network: Network | null; onClose: () => void }) {
  const changed = useAskAgain("networkList", "networkView");
  const [held] = useState(network);
  const [draft, setDraft] = useState(() => (held ? definitionOf(held) : empty));
  const rules = draft.rules;
  const attempt = useMutation({ meta: { quiet: true }, mutationFn: async (body: { match?: NetworkDefinition["match"]; rules: NetworkDefinition["rules"] }) => (await networkCheck({ body, throwOnError: true })).data });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () =>
      held
        ? (await networkUpdate({ path: { network: held.id }, headers: { "If-Match": `"${held.version}"` }, body: draft, throwOnError: true })).data
        : (await networkCreate({ body: draft, throwOnError: true })).data,
    onSuccess: async (saved) => {
      say(`The network profile ${saved.name} is saved.`);
      onClose();
      await changed();
    },
  });
  const set = (change: Partial<NetworkDefinition>) => {
    setDraft((old) => ({ ...old, ...change }));
    // What was seen of other rules would be wrong beside these.
    if (change.rules || change.match) attempt.reset();
  };
  const failure = apiError(save.error) ?? apiError(attempt.error);
  const at = (pointer: string) => messagesAt(failure, pointer);
  const shown = ["/name", "/description", "/match", "/rules", ...(failure?.fields ?? []).map(({ pointer }) => pointer).filter((pointer) => pointer.startsWith("/rules/"))];
  return (
    <FormDialog
      wide
      title={held ? `Network profile ${held.name}` : "New network profile"}
      hint="Say what must be true of the network of the server's machine, not only that some VPN is on."
      verb="Save the profile"
      failure={failure}
      fields={shown}
      busy={save.isPending}
      onSubmit={() => {
        attempt.reset();
        save.mutate();
      }}
      onClose={onClose}
    >
      {!held && <Beginning onDefinition={(definition) => setDraft(definitionOf(definition))} />}
      <div className="grid gap-3 sm:grid-cols-2">
        <NameField value={draft.name} onText={(name) => set({ name })} error={at("/name")} />
        <SelectField label="Holds when" value={draft.match ?? "all"} options={options(MATCHES)} onValue={(match) => set({ match })} error={at("/match")} />
      </div>
      <TextField label="Description" hint="What the profile stands for." value={draft.description ?? ""} onText={(description) => set({ description })} error={at("/description")} />
      <RuleFields rules={rules} onRules={(next) => set({ rules: next })} at={at} />
      <div className="flex flex-col gap-2">
        <Button
          className="self-start"
          icon={<Eye size={14} aria-hidden />}
          busy={attempt.isPending}
          onClick={() => {
            save.reset();
            attempt.mutate({ ...(draft.match && { match: draft.match }), rules });
          }}
        >
          Try these rules now
        </Button>
        {attempt.data && (
          <>
            <SightVerdict sight={attempt.data} />
            <SightList rules={rules} sight={attempt.data} />
          </>
        )}
      </div>
    </FormDialog>
  );
}

/** Offers a profile made from the tunnel that is up. */
function Beginning({ onDefinition }: { onDefinition: (definition: NetworkDefinition) => void }) {
  const suggestion = useQuery({ ...networkSurveyOptions(), staleTime: 0, refetchInterval: false }).data?.suggestion;
  if (!suggestion) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md bg-idle-soft px-3 py-2 text-sm">
      <p className="min-w-0 flex-1 basis-60">
        A tunnel is up now. Begin with: {suggestion.rules.map(ruleWords).join("; ")}. Then add a rule about a host that only this network reaches.
      </p>
      <Button onClick={() => onDefinition(suggestion)}>Begin with it</Button>
    </div>
  );
}
