import "./styles.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "@/api/client";
import { makeRouter } from "./routes";
import { onLogout } from "@/shell/logout";
import { Toasts } from "@/ui/layers/Toasts";
import { sayFailure } from "@/ui/layers/toasts";
import { TooltipLayer } from "@/ui/layers/Tooltip";

declare const MOCKED: boolean;

/** The session is over: to the login, and from there back to where one was. */
function leave(): void {
  const { pathname, href } = router.state.location;
  if (pathname === "/login" || pathname === "/setup") return;
  void router.navigate({ to: "/login", search: { next: href } }).then(() => queries.clear());
}

const queries = createQueryClient({
  onUnauthorized: leave,
  onMutationError: (error) => sayFailure(error.title, error.message, error.requestId),
});
const router = makeRouter(queries);
onLogout(leave);

if (MOCKED) {
  const { startMock } = await import("@/mocks/browser");
  startMock();
}

const place = document.getElementById("root");
if (!place) throw new Error("index.html has lost its root element");
createRoot(place).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Toasts />
        <TooltipLayer />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
