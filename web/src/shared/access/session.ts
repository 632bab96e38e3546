/** The session, for the whole page. It is loaded once and dropped when the server answers 401. */
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { type Permission, type Session, sessionView } from "@/api/generated";

/** The query of the session. Its key is a plain word, so that the cache does not report its 401 as a lost session. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }): Promise<Session> => (await sessionView({ signal, throwOnError: true })).data,
  staleTime: Number.POSITIVE_INFINITY,
  refetchInterval: false,
  retry: false,
});

/** The session below the guarded part of the page, where there always is one. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Why the session lacks a permission; undefined if it has it. */
export function useDenied(permission: Permission): string | undefined {
  const session = useSession();
  if (session.permissions.includes(permission)) return undefined;
  const needed = { read: "viewer", own: "viewer", run: "operator", define: "editor", "credentials:use": "editor", "credentials:write": "editor", "tasks:run_as": "editor", admin: "admin" }[permission];
  if (permission.includes(":") && session.role === needed) return `You do not have the right ${permission}. An administrator can give it to you.`;
  return `Your role is ${session.role}; this needs ${needed}.`;
}
