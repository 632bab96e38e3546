/** Rules of network profiles in words. */
import type { LinkKind, LinkState, NetworkMatch, NetworkRule, TunnelKind } from "@/api/generated";
import { networkRuleDnsDefaults, networkRuleHttpDefaults, networkRuleInterfaceDefaults, networkRuleTcpDefaults } from "@/api/generated/contract.gen";
import type { Tone } from "@/lib/words/words";

/** What each kind of rule asks. */
export const RULE_KINDS: Record<NetworkRule["kind"], string> = {
  interface: "An interface is up",
  route: "Traffic leaves through an interface",
  dns: "A name resolves",
  tcp: "A port accepts connections",
  http: "An address answers",
};

/** How many rules must hold. */
export const MATCHES: Record<NetworkMatch, string> = { all: "All rules must hold", any: "One rule is enough" };

/** Kinds of tunnels. */
export const TUNNELS: Record<TunnelKind, string> = { any: "a tunnel", tun: "a tun interface", tap: "a tap interface", wireguard: "WireGuard", ppp: "PPP" };

/** Kinds of interfaces. */
export const LINKS: Record<LinkKind, string> = { tun: "tun", tap: "tap", wireguard: "WireGuard", ppp: "PPP", tunnel: "other tunnel", loopback: "loopback", other: "network" };

/** Whether an interface can carry traffic. */
export const LINK_STATES: Record<LinkState, { word: string; tone: Tone }> = { up: { word: "up", tone: "ok" }, no_carrier: { word: "nobody serves it", tone: "warn" }, down: { word: "down", tone: "idle" } };

/** A rule of a kind, with nothing filled in. */
export function fresh(kind: NetworkRule["kind"]): NetworkRule {
  switch (kind) {
    case "interface":
      return { kind, ...networkRuleInterfaceDefaults, tunnel: "any", address: null };
    case "route":
      return { kind, to: "", interface: "wg*" };
    case "dns":
      return { kind, host: "", address: null, server: null, ...networkRuleDnsDefaults };
    case "tcp":
      return { kind, host: "", port: 443, ...networkRuleTcpDefaults };
    case "http":
      return { kind, url: "", ...networkRuleHttpDefaults };
  }
}

/** A rule as a sentence without its full stop. */
export function ruleWords(rule: NetworkRule): string {
  switch (rule.kind) {
    case "interface": {
      const what = rule.tunnel ? ` and ${TUNNELS[rule.tunnel]}` : "";
      return `${rule.interface ?? "*"} is up${what}${rule.address ? `, with an address in ${rule.address}` : ""}`;
    }
    case "route":
      return `traffic to ${rule.to} leaves through ${rule.interface}`;
    case "dns":
      return `${rule.host} resolves${rule.address ? ` into ${rule.address}` : ""}${rule.server ? ` at ${rule.server}` : ""}`;
    case "tcp":
      return `${rule.host}:${rule.port} accepts connections`;
    case "http":
      return `${rule.url} answers${rule.expected_codes?.length ? ` ${rule.expected_codes.join(" or ")}` : ""}`;
  }
}
