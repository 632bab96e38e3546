import { Plus, X } from "lucide-react";
import type { NetworkRule, TunnelKind } from "@/api/generated";
import { options } from "@/lib/words/words";
import { Button, IconButton } from "@/ui/Button";
import { NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { fresh, RULE_KINDS } from "./ruleWords";

type At = (pointer: string) => string | undefined;

const TUNNEL_OPTIONS: [TunnelKind | "", string][] = [
  ["", "Any interface"],
  ["any", "A tunnel of any kind"],
  ["wireguard", "WireGuard"],
  ["tun", "tun (OpenVPN and others)"],
  ["tap", "tap"],
  ["ppp", "PPP (L2TP, PPTP, SSTP)"],
];

/** Most rules that a profile can have. */
const RULES_MAX = 20;

/** The rules of a profile, of every kind. */
export function RuleFields({ rules, onRules, at }: { rules: NetworkRule[]; onRules: (rules: NetworkRule[]) => void; at: At }) {
  const set = (place: number, rule: NetworkRule) => onRules(rules.map((old, other) => (other === place ? rule : old)));
  const whole = at("/rules");
  return (
    <div className="flex flex-col gap-3">
      {rules.map((rule, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- rules are told apart by their place only
        <fieldset key={place} className="flex min-w-0 flex-col gap-3 rounded-md border border-line p-3">
          <legend className="sr-only">{`Rule ${place + 1}`}</legend>
          <div className="flex items-end gap-2">
            <SelectField className="flex-1" label={`Rule ${place + 1}`} value={rule.kind} options={options(RULE_KINDS)} error={at(`/rules/${place}/kind`)} onValue={(kind) => set(place, fresh(kind))} />
            <IconButton label={`Remove rule ${place + 1}`} icon={<X size={15} aria-hidden />} onClick={() => onRules(rules.filter((_, other) => other !== place))} />
          </div>
          <div className="grid gap-3 sm:grid-cols-2">
            <Fields rule={rule} onRule={(next) => set(place, next)} error={(field) => at(`/rules/${place}/${field}`)} />
          </div>
        </fieldset>
      ))}
      {whole && <p className="text-xs font-medium text-fail">{whole}</p>}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} disabledReason={rules.length < RULES_MAX ? undefined : `A profile has at most ${RULES_MAX} rules.`} onClick={() => onRules([...rules, fresh("tcp")])}>
        Add a rule
      </Button>
    </div>
  );
}

function Fields({ rule, onRule, error }: { rule: NetworkRule; onRule: (rule: NetworkRule) => void; error: (field: string) => string | undefined }) {
  const seconds = (value: number | undefined, onNumber: (seconds: number) => void) => (
    <NumberField label="Within" unit="seconds" required min={0.001} max={10} value={value ?? 5} onNumber={onNumber} error={error("timeout_seconds")} />
  );
  switch (rule.kind) {
    case "interface":
      return (
        <>
          <TextField label="Interface" mono required hint="A name, or a pattern such as wg*." value={rule.interface ?? "*"} onText={(text) => onRule({ ...rule, interface: text })} error={error("interface")} />
          <SelectField label="Kind" value={rule.tunnel ?? ""} options={TUNNEL_OPTIONS} onValue={(tunnel) => onRule({ ...rule, tunnel: tunnel === "" ? null : tunnel })} error={error("tunnel")} />
          <TextField label="Address in" mono placeholder="10.8.0.0/16" hint="Empty: any address counts that is not link-local." value={rule.address ?? ""} onText={(text) => onRule({ ...rule, address: text || null })} error={error("address")} />
        </>
      );
    case "route":
      return (
        <>
          <TextField label="To" mono required placeholder="10.8.0.1" hint="A host or an address. Nothing is sent to it." value={rule.to} onText={(to) => onRule({ ...rule, to })} error={error("to")} />
          <TextField label="Through" mono required hint="Name of the interface, or a pattern such as wg*." value={rule.interface} onText={(text) => onRule({ ...rule, interface: text })} error={error("interface")} />
        </>
      );
    case "dns":
      return (
        <>
          <TextField label="Name" mono required placeholder="intranet.example" value={rule.host} onText={(host) => onRule({ ...rule, host })} error={error("host")} />
          <TextField label="Addresses in" mono placeholder="10.8.0.0/16" hint="Empty: anywhere." value={rule.address ?? ""} onText={(text) => onRule({ ...rule, address: text || null })} error={error("address")} />
          <TextField label="DNS server" mono placeholder="10.8.0.1" hint="Empty: the name resolves as on this machine." value={rule.server ?? ""} onText={(text) => onRule({ ...rule, server: text || null })} error={error("server")} />
          {seconds(rule.timeout_seconds, (timeout_seconds) => onRule({ ...rule, timeout_seconds }))}
        </>
      );
    case "tcp":
      return (
        <>
          <TextField label="Host" mono required placeholder="intranet.example" value={rule.host} onText={(host) => onRule({ ...rule, host })} error={error("host")} />
          <NumberField label="Port" required min={1} max={65_535} step={1} value={rule.port} onNumber={(port) => onRule({ ...rule, port })} error={error("port")} />
          {seconds(rule.timeout_seconds, (timeout_seconds) => onRule({ ...rule, timeout_seconds }))}
        </>
      );
    case "http":
      return (
        <>
          <TextField label="Address" mono required placeholder="https://intranet.example/health" value={rule.url} onText={(url) => onRule({ ...rule, url })} error={error("url")} />
          <TextField
            label="Status codes"
            mono
            placeholder="200, 401"
            hint="Empty: 200 to 299."
            defaultValue={(rule.expected_codes ?? []).join(", ")}
            onText={(text) => onRule({ ...rule, expected_codes: text.split(/[\s,]+/).filter(Boolean).map(Number).filter(Number.isInteger) })}
            error={error("expected_codes")}
          />
          {seconds(rule.timeout_seconds, (timeout_seconds) => onRule({ ...rule, timeout_seconds }))}
        </>
      );
  }
}
