import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { createFeed } from "@/api/live/feed";
import { connectLive } from "@/api/live/live";
import { LIVE_RULES } from "./liveRules";
import { sayInfo } from "@/ui/layers/toasts";

/** Connects the page to the server's events while it is shown. */
export function useFeed(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let first: string | null = null;
    const feed = createFeed(queries, LIVE_RULES, {
      onVersion(version) {
        first ??= version;
        if (version === first) return;
        first = version;
        sayInfo("Orc was updated", `The server is now version ${version}.`, { label: "Reload", onClick: () => location.reload() });
      },
    });
    const close = connectLive(
      (event) => feed.push(event),
      () => feed.joined(),
    );
    return () => {
      close();
      feed.stop();
    };
  }, [queries]);
}
