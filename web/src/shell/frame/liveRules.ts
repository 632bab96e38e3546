/** What all subjects register in their `live.ts`, found by the name of the file. */
import type { LiveRules } from "@/api/live/liveRules";

const found = import.meta.glob<LiveRules>("../../features/**/live.ts", { eager: true, import: "live" });

/** By file, for the test that looks for gaps. */
export const LIVE_BY_FILE: Readonly<Record<string, LiveRules>> = found;

/** All rules. */
export const LIVE_RULES: readonly LiveRules[] = Object.values(found);
