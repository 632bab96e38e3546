/** Deliveries in words. */
import type { DeliveryState } from "@/api/generated";
import type { Tone } from "@/lib/words/words";

/** What each state of a delivery is called. */
export const DELIVERY_STATES: Record<DeliveryState, { word: string; tone: Tone }> = {
  pending: { word: "waits to be sent", tone: "idle" },
  delivered: { word: "delivered", tone: "ok" },
  failed: { word: "refused, tried again", tone: "warn" },
  dead: { word: "given up", tone: "fail" },
  suppressed: { word: "not sent", tone: "idle" },
};
