/** Kinds of channels in words, with the fields of their targets. */
import type { ChannelHealth, ChannelKind } from "@/api/generated";
import type { Tone } from "@/lib/words/words";

/** One field of a target. */
export interface TargetField {
  name: string;
  label: string;
  /** What the button of a list says. */
  add?: string;
  /** Whether the texts of a list are sent as they are typed. */
  exact?: boolean;
  type: "text" | "number" | "credential" | "list" | "pairs" | "lines" | "security";
  required?: boolean;
  hint?: string;
  placeholder?: string;
  /** What a new channel begins with. */
  begin?: string | number;
}

const token = (hint: string): TargetField => ({ name: "credential", label: "Credential", type: "credential", required: true, hint });
const server = (begin?: string, hint?: string): TargetField => ({ name: "server", label: "Address of the service", type: "text", required: true, ...(begin ? { begin } : {}), ...(hint ? { hint } : {}) });

/** What each kind is called and which fields its target has, in the order in which a form asks for them. */
export const CHANNEL_KINDS: Record<ChannelKind, { word: string; fields: TargetField[] }> = {
  mail: {
    word: "Mail",
    fields: [
      { name: "host", label: "SMTP server", type: "text", required: true, placeholder: "smtp.example.org" },
      { name: "port", label: "Port", type: "number", required: true, begin: 587 },
      { name: "security", label: "Encryption", type: "security", begin: "starttls" },
      { name: "credential", label: "Login", type: "credential", hint: "A credential with user name and password. Without one, Orc does not log in." },
      { name: "from", label: "Sender", type: "text", required: true, placeholder: "Orc <orc@example.org>" },
      { name: "to", label: "Recipients", type: "list", required: true, placeholder: "ops@example.org", add: "Add a recipient" },
      { name: "mails_per_hour", label: "Mails per hour", type: "number", hint: "At most so many. Those above it wait their turn. Empty: no limit." },
      { name: "reply_to", label: "Address for answers", type: "text", hint: "Empty: the sender." },
      { name: "ca_file", label: "File with certificates", type: "text", hint: "On the server, for a company's own authority. Empty: the authorities of the system." },
    ],
  },
  webhook: {
    word: "Webhook",
    fields: [
      { name: "url", label: "Address", type: "text", required: true, placeholder: "https://example.org/hook", hint: "${credential.NAME} stands for the value of a credential." },
      { name: "headers", label: "Headers", type: "pairs" },
      { name: "body", label: "Body", type: "lines", hint: "JSON. ${subject}, ${text}, ${level}, ${key}, ${link}, ${at} and ${resolved} stand for values. Empty: all that is known." },
      { name: "signed_by", label: "Signed by", type: "credential", hint: "The value of this credential signs each request. Without one, requests are not signed." },
    ],
  },
  slack: { word: "Slack", fields: [token("Its value is the address of an incoming webhook.")] },
  teams: { word: "Microsoft Teams", fields: [token("Its value is the address of a workflow with the trigger “When a Teams webhook request is received”.")] },
  discord: { word: "Discord", fields: [token("Its value is the address of a webhook of the channel.")] },
  telegram: { word: "Telegram", fields: [token("Its value is the token of a bot."), { name: "chat", label: "Chat", type: "text", required: true, hint: "A number, or @name." }, server("https://api.telegram.org")] },
  ntfy: {
    word: "ntfy",
    fields: [{ name: "topic", label: "Topic", type: "text", required: true }, server("https://ntfy.sh"), { name: "credential", label: "Access token", type: "credential", hint: "Without one, the topic must be open to everybody." }],
  },
  gotify: { word: "Gotify", fields: [server(), token("Its value is the token of an application.")] },
  pushover: { word: "Pushover", fields: [token("Its value is the token of an application."), { name: "user", label: "User or group key", type: "text", required: true }, server("https://api.pushover.net")] },
  pagerduty: { word: "PagerDuty", fields: [token("Its value is an integration key of the Events API v2."), server("https://events.pagerduty.com", "In the EU: https://events.eu.pagerduty.com.")] },
  opsgenie: { word: "Opsgenie", fields: [token("Its value is the key of an API integration."), server("https://api.opsgenie.com", "In the EU: https://api.eu.opsgenie.com.")] },
  matrix: { word: "Matrix", fields: [server(), { name: "room", label: "Room", type: "text", required: true, placeholder: "!abc:example.org" }, token("Its value is an access token.")] },
  command: {
    word: "Command",
    fields: [
      { name: "program", label: "Program", type: "text", required: true, placeholder: "/usr/bin/notify-send", hint: "It runs on the server as tasks do, without a shell, and has 30 seconds. It gets all that is known as JSON on its standard input. Exit code 0 means that it took the notification." },
      { name: "arguments", label: "Arguments", type: "list", exact: true, add: "Add an argument", hint: "${subject}, ${text}, ${level}, ${key}, ${link}, ${at} and ${resolved} stand for values." },
    ],
  },
};

/** The kinds in the order in which a form offers them. */
export const CHANNEL_OPTIONS = (Object.keys(CHANNEL_KINDS) as ChannelKind[]).map((kind): [ChannelKind, string] => [kind, CHANNEL_KINDS[kind].word]);

/** What each health is called. */
export const HEALTH_WORDS: Record<ChannelHealth, { word: string; tone: Tone }> = {
  unproven: { word: "never proven", tone: "warn" },
  working: { word: "works", tone: "ok" },
  failing: { word: "fails", tone: "fail" },
};
