/** Words of webhooks for people: who sends, what to enter there, and what became of a call. */
import type { HmacAlgorithm, HookVerdict, SignatureEncoding, SignedParts, TriggerWebhook, WebhookSender } from "@/api/generated";
import type { Tone } from "./words";

/** What a person must know of a sender to set it up. */
export interface SenderWords {
  word: string;
  /** Who makes the secret for signatures: whoever sets up the webhook, the sender, or nobody. */
  secret: "chosen" | "given" | "absent";
  /** Where in the sender's settings the webhook is set up. */
  where: string;
  /** Name of its field for the address. */
  address: string;
  /** Name of its field for the secret, or where it shows its own. */
  secretField?: string;
  /** What else to choose there. */
  more?: string;
  /** Values that a filter or a param may want. */
  example: { at: string; is: string };
}

/** All senders. */
export const WEBHOOK_SENDERS: Record<WebhookSender, SenderWords> = {
  orc: { word: "A program of your own", secret: "chosen", where: "In your program", address: "address", secretField: "key of the signature", more: "Send a POST with a JSON body.", example: { at: "/kind", is: "ready" } },
  github: { word: "GitHub", secret: "chosen", where: "At GitHub: Settings → Webhooks → Add webhook", address: "Payload URL", secretField: "Secret", more: "Either content type works. GitHub's first call is a ping; Orc answers it and starts nothing.", example: { at: "/ref", is: "refs/heads/main" } },
  gitlab: { word: "GitLab", secret: "chosen", where: "At GitLab: Settings → Webhooks → Add new webhook", address: "URL", secretField: "Signing token, or in older versions Secret token", example: { at: "/ref", is: "refs/heads/main" } },
  gitea: { word: "Gitea, Forgejo or Gogs", secret: "chosen", where: "Settings → Webhooks → Add webhook", address: "Target URL", secretField: "Secret", more: "Choose the method POST. Either content type works.", example: { at: "/ref", is: "refs/heads/main" } },
  bitbucket: { word: "Bitbucket", secret: "chosen", where: "At Bitbucket: Repository settings → Webhooks → Add webhook", address: "URL", secretField: "Secret", example: { at: "header:X-Event-Key", is: "repo:push" } },
  stripe: { word: "Stripe", secret: "given", where: "At Stripe: Developers → Webhooks → Add destination", address: "Endpoint URL", secretField: "Signing secret (whsec_…)", example: { at: "/type", is: "invoice.paid" } },
  slack: { word: "Slack", secret: "given", where: "At api.slack.com: your app → Event Subscriptions", address: "Request URL", secretField: "Basic Information → App Credentials → Signing Secret", more: "Give Orc the secret first, because Slack tests the address at once.", example: { at: "/event/type", is: "app_mention" } },
  shopify: { word: "Shopify", secret: "given", where: "At Shopify: Settings → Notifications → Webhooks, or in your app", address: "URL", secretField: "the key below the list of webhooks, or the app's client secret", more: "Choose the format JSON.", example: { at: "header:X-Shopify-Topic", is: "orders/create" } },
  dropbox: { word: "Dropbox", secret: "given", where: "At dropbox.com/developers: your app → Webhooks", address: "Webhook URI", secretField: "App secret", example: { at: "header:User-Agent", is: "DropboxWebhooks/1.0" } },
  meta: { word: "Meta (Facebook, Instagram, WhatsApp)", secret: "given", where: "At developers.facebook.com: your app → Webhooks", address: "Callback URL", secretField: "App settings → Basic → App secret", more: "Enter the verify token that Orc shows you.", example: { at: "/object", is: "page" } },
  microsoft_graph: { word: "Microsoft Graph", secret: "absent", where: "In the request that creates the subscription", address: "notificationUrl", more: "Microsoft Graph does not sign, so its address must be secret.", example: { at: "/value/0/changeType", is: "created" } },
  standard_webhooks: { word: "Standard Webhooks (Svix and others)", secret: "chosen", where: "In the sender's settings", address: "endpoint URL", secretField: "signing secret (whsec_…)", example: { at: "/type", is: "invoice.paid" } },
  generic: { word: "Another sender with an HMAC", secret: "chosen", where: "In the sender's settings", address: "address", secretField: "secret", example: { at: "/kind", is: "ready" } },
};

/** What became of a call. */
export const HOOK_VERDICTS: Record<HookVerdict, { word: string; tone: Tone }> = {
  started: { word: "Started", tone: "ok" },
  ended: { word: "End told", tone: "ok" },
  noted: { word: "Added to the log", tone: "ok" },
  nothing_open: { word: "No run is open", tone: "warn" },
  bad_address: { word: "Wrong address", tone: "fail" },
  skipped: { word: "Skipped", tone: "idle" },
  filtered: { word: "Filtered out", tone: "idle" },
  repeated: { word: "Came before", tone: "idle" },
  challenge: { word: "Test answered", tone: "run" },
  wrong_proof: { word: "Wrong secret or signature", tone: "fail" },
  too_old: { word: "Too old", tone: "fail" },
  replayed: { word: "Signature used before", tone: "fail" },
  bad_body: { word: "Body not readable", tone: "fail" },
  bad_params: { word: "Params missing or wrong", tone: "fail" },
  task_disabled: { word: "Task disabled", tone: "warn" },
  on_hold: { word: "Everything on hold", tone: "warn" },
  failed: { word: "Failed in Orc", tone: "fail" },
};

/** Hash functions. */
export const HMAC_ALGORITHMS: Record<HmacAlgorithm, string> = { sha256: "HMAC-SHA256", sha512: "HMAC-SHA512", sha1: "HMAC-SHA1" };

/** How a signature is written. */
export const SIGNATURE_ENCODINGS: Record<SignatureEncoding, string> = { hex: "Hexadecimal", base64: "Base64" };

/** What a signature covers. */
export const SIGNED_PARTS: Record<SignedParts, string> = {
  body: "The body",
  timestamp_dot_body: "time.body",
  timestamp_colon_body: "time:body",
  timestamp_body: "time and body, nothing between",
  v0_timestamp_body: "v0:time:body",
};

/** A webhook in words. */
export function webhookWords({ proof = "secret_url", sender = "orc", filters = [] }: TriggerWebhook): string {
  const who = sender === "orc" ? "an HTTP call" : `a call by ${sender === "generic" ? "another sender" : WEBHOOK_SENDERS[sender].word}`;
  const when = filters.length > 0 ? `, if ${filters.map(filterWords).join(" and ")}` : "";
  return `${who}, proved by ${proof === "signature" ? "its signature" : "the secret address"}${when}`;
}

type Filter = NonNullable<TriggerWebhook["filters"]>[number];

function filterWords({ at, is, is_not, one_of, matches }: Filter): string {
  if (is_not !== undefined && is_not !== null) return `${at} is not ${is_not}`;
  if (one_of) return `${at} is ${one_of.join(" or ")}`;
  if (matches !== undefined && matches !== null) return `${at} matches ${matches}`;
  return `${at} is ${is ?? ""}`;
}
