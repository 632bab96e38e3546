import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Eye, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { apiError } from "@/api/errors";
import { type Network, networkDelete, networkProbe } from "@/api/generated";
import { networkListInfiniteOptions, networkSurveyOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { count } from "@/lib/numbers";
import { paths } from "@/paths";
import { sentence } from "@/lib/words/sentence";
import { useDenied } from "@/shared/access/session";
import { Loaded } from "@/shared/core/Loaded";
import { Pages } from "@/shared/core/Pages";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/layers/Dialog";
import { say } from "@/ui/layers/toasts";
import { Card } from "@/ui/layout/Card";
import { Empty, Failure } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { Badge } from "@/ui/text/Badge";
import { NetworkForm } from "./NetworkForm";
import { LINK_STATES, LINKS, MATCHES } from "./ruleWords";
import { SightList, SightVerdict } from "./SightList";

/** How often a shown profile is looked at again, in milliseconds. */
const AGAIN = 5000;

/** Names of tasks that are listed at once. */
const SHOWN = 4;

/** Network profiles: what must be true of the network, and what Orc sees of it now. */
export default function NetworksPage() {
  const networks = useInfiniteQuery({ ...networkListInfiniteOptions(), ...PAGED, staleTime: 0 });
  const denied = useDenied("define");
  const [form, setForm] = useState<Network | "new" | null>(null);
  const add = (
    <Button look="primary" icon={<Plus size={15} aria-hidden />} disabledReason={denied} onClick={() => setForm("new")}>
      New network profile
    </Button>
  );
  return (
    <Page title="Networks" hint="A network profile names facts about the network of the server's machine, such as “the office can be reached through the VPN”. Tasks can wait for it." actions={add}>
      <div className="flex flex-col gap-3">
        <Pages list={networks} rows={4}>
          {(items) =>
            items.length === 0 ? (
              <Card>
                <Empty title="No network profiles yet" cli="orc network create -f profile.yaml" action={add}>
                  “Some VPN is on” is no proof that a host can be reached: other VPNs and virtual machines make interfaces too. A profile asks for what a task really needs.
                </Empty>
              </Card>
            ) : (
              <ul className="grid gap-3 lg:grid-cols-2">
                {items.map((network) => (
                  <NetworkCard key={network.id} network={network} denied={denied} onEdit={() => setForm(network)} />
                ))}
              </ul>
            )
          }
        </Pages>
        <Interfaces />
      </div>
      {form && <NetworkForm network={form === "new" ? null : form} onClose={() => setForm(null)} />}
    </Page>
  );
}

function NetworkCard({ network, denied, onEdit }: { network: Network; denied: string | undefined; onEdit: () => void }) {
  const changed = useAskAgain("networkList");
  const mayLook = useDenied("run");
  const [looking, setLooking] = useState(false);
  const [asking, setAsking] = useState(false);
  const probe = useQuery({
    queryKey: ["networkProbe", network.id, network.version],
    queryFn: async ({ signal }) => (await networkProbe({ path: { network: network.id }, signal, throwOnError: true })).data,
    enabled: looking,
    refetchInterval: AGAIN,
    staleTime: 0,
  });
  const remove = useMutation({
    mutationFn: async () => {
      await networkDelete({ path: { network: network.id }, headers: { "If-Match": `"${network.version}"` }, throwOnError: true });
    },
    onSuccess: async () => {
      say(`The network profile ${network.name} is deleted.`);
      await changed();
    },
  });
  const failure = looking ? apiError(probe.error) : null;
  const sight = looking ? probe.data : undefined;
  return (
    <li className="flex min-w-0 flex-col gap-2 rounded-lg border border-line bg-surface p-4">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-base font-semibold break-words">{network.name}</h2>
          {network.description && <p className="text-xs text-muted">{network.description}</p>}
        </div>
        <IconButton label={`Edit ${network.name}`} icon={<Pencil size={15} aria-hidden />} disabledReason={denied} onClick={onEdit} />
        <IconButton label={`Delete ${network.name}`} icon={<Trash2 size={15} aria-hidden />} disabledReason={denied ?? (network.used_by.length > 0 ? "Tasks need it. Change them first." : undefined)} onClick={() => setAsking(true)} />
      </div>
      {network.rules.length > 1 && <p className="text-xs text-muted">{MATCHES[network.match ?? "all"]}.</p>}
      <SightList rules={network.rules} sight={sight} />
      {network.warnings.map(({ text }) => (
        <p key={text} className="rounded-md bg-warn-soft px-2 py-1 text-xs">
          {sentence(text)}
        </p>
      ))}
      <p className="text-sm text-muted">
        {network.used_by.length === 0 ? "No task needs it." : "Needed by "}
        {network.used_by.slice(0, SHOWN).map((name, place) => (
          <span key={name}>
            {place > 0 && ", "}
            <Link {...paths.task(name)} className="text-text underline-offset-2 hover:underline">
              {name}
            </Link>
          </span>
        ))}
        {network.used_by.length > SHOWN && ` and ${count(network.used_by.length - SHOWN)} more`}
      </p>
      {sight && <SightVerdict sight={sight} />}
      {failure && <Failure title={failure.title} detail={failure.message} requestId={failure.requestId} />}
      <Button className="self-start" icon={<Eye size={14} aria-hidden />} aria-pressed={looking} busy={looking && probe.isLoading} disabledReason={mayLook} onClick={() => setLooking(!looking)}>
        {looking ? "Stop looking" : "Look now"}
      </Button>
      <Confirm
        question={asking ? { title: `Delete the network profile ${network.name}?`, text: "No task needs it. This cannot be undone.", verb: "Delete the profile", keep: "Keep the profile", onYes: () => remove.mutateAsync() } : null}
        onClose={() => setAsking(false)}
      />
    </li>
  );
}

/** The interfaces of the server's machine, so that people know what a rule can name. */
function Interfaces() {
  const survey = useQuery({ ...networkSurveyOptions(), refetchInterval: AGAIN });
  return (
    <Card title="Interfaces of the server now" hint="A rule about an interface holds if the interface is up, is connected, and has an address.">
      <Loaded query={survey} rows={3}>
        {({ interfaces }) => (
          <ul className="divide-y divide-line text-sm">
            {interfaces.map((one) => (
              <li key={one.interface} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
                <span className="min-w-24 font-mono font-medium break-all">{one.interface}</span>
                <Badge tone={LINK_STATES[one.state].tone}>{LINK_STATES[one.state].word}</Badge>
                <span className="text-xs text-muted">{LINKS[one.kind]}</span>
                <span className="min-w-0 font-mono text-xs break-all text-muted">{one.addresses.join(", ") || "no address"}</span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
