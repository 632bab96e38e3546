/** Logging out in one tab logs out all tabs, because they share the session. */
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("orc-session");

/** Tells the other tabs that the session is over. */
export function tellLogout(): void {
  channel?.postMessage("logout");
}

/** Calls back when another tab logged out. */
export function onLogout(listener: () => void): void {
  channel?.addEventListener("message", listener);
}
