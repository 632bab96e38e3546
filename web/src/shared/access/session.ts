/** Who is asking, for the whole page: asked once, gone when the server says 401. */
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { type Permission, type Session, sessionView } from "@/api/generated";

/** The session; its key is a word, so that a 401 here leads to the login without a detour. */
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

/** Why the session may not do something; nothing if it may. */
export function useDenied(permission: Permission): string | undefined {
  const session = useSession();
  if (session.permissions.includes(permission)) return undefined;
  const needed = { read: "viewer", own: "viewer", run: "operator", define: "editor", admin: "admin" }[permission];
  return `Your role is ${session.role}; this needs ${needed}.`;
}
