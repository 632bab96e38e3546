/** Renders the page at an address, as a browser would, with the handlers as its server. */
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createQueryClient } from "@/api/client";
import { makeRouter } from "@/routes";
import { Toasts } from "@/ui/layers/Toasts";
import { sayFailure } from "@/ui/layers/toasts";

/** The page at an address; gives its router and a user. */
export function renderPage(address: string) {
  const queries = createQueryClient({
    onUnauthorized: () => void router.navigate({ to: "/login", search: {} }),
    onMutationError: (error) => sayFailure(error.title, error.message, error.requestId),
  });
  queries.setDefaultOptions({ queries: { ...queries.getDefaultOptions().queries, retry: false, refetchInterval: false } });
  const router = makeRouter(queries, createMemoryHistory({ initialEntries: [address] }));
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>,
  );
  return { router, queries, user: userEvent.setup() };
}
