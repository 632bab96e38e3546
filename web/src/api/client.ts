/** The generated client with our errors, and the query cache that all server state lives in. */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError, toApiError } from "./errors";
import { client } from "./generated/client.gen";
import { isLive } from "./live/live";
import { markNumbers, stringifyExact } from "@/lib/exactJson";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: ApiError;
    mutationMeta: { quiet?: boolean };
  }
}

client.setConfig({ credentials: "same-origin", bodySerializer: (body) => stringifyExact(body) });
client.interceptors.response.use(async (response) => {
  if (!response.ok || !response.headers.get("content-type")?.startsWith("application/json")) return response;
  const text = await response.clone().text();
  const marked = markNumbers(text);
  const { status, statusText, headers } = response;
  return marked === text ? response : new Response(marked, { status, statusText, headers });
});
client.interceptors.error.use((failure, response) => toApiError(failure, response as Response | undefined));

/** What the shell wants to hear about: a lost session, a change that failed. */
export interface ClientListener {
  onUnauthorized: () => void;
  onMutationError: (error: ApiError) => void;
}

/** Makes the query cache. It polls every 5 seconds, but not while events arrive. */
export function createQueryClient(listener: ClientListener): QueryClient {
  const watch = (failure: unknown) => {
    const error = toApiError(failure);
    if (error.status === 401) listener.onUnauthorized();
    return error;
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: (failure, query) => {
      if (query.queryKey[0] !== "session") watch(failure);
    } }),
    mutationCache: new MutationCache({
      onError: (failure, _variables, _context, mutation) => {
        if (mutation.meta?.quiet) return;
        const error = watch(failure);
        if (error.status !== 401) listener.onMutationError(error);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 300_000,
        refetchOnWindowFocus: () => !isLive(),
        refetchInterval: () => (isLive() ? false : 5000),
        // The browser may call itself offline while a server on this machine answers.
        networkMode: "always",
        retry: (times, failure) => times < 2 && (toApiError(failure).status === 0 || toApiError(failure).status >= 503),
      },
      mutations: { networkMode: "always" },
    },
  });
}
